//! References in a command: scripts of packages, targets of Makefiles, tasks, and files with commands.

use nestling::RepoPath;

/// Something in the repository that a command runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reference {
    /// A script of the manifest in a directory, with arguments.
    Script { dir: RepoPath, name: String, arguments: String },
    /// A script of the package of this name.
    OfPackage { package: String, name: String },
    /// A script of each package below a directory that has it.
    OfEach { dir: RepoPath, name: String },
    /// A target of the Makefile in a directory; empty for the first.
    Target { dir: RepoPath, name: String },
    /// A task of a task runner in a directory.
    Task { dir: RepoPath, name: String },
    /// A file with commands.
    File { path: RepoPath },
}

/// Commands of npm that run the script of their own name.
const OWN_SCRIPTS: [&str; 6] = ["test", "t", "tst", "start", "stop", "restart"];

/// Options of package managers that have a value behind them.
const WITH_VALUE: [&str; 10] = [
    "--prefix",
    "-C",
    "--dir",
    "--cwd",
    "--filter",
    "-F",
    "-w",
    "--workspace",
    "--loglevel",
    "--workspace-concurrency",
];

/// The arguments of a package manager, taken apart.
struct Call<'w> {
    dir: RepoPath,
    package: Option<String>,
    is_for_each: bool,
    /// Words that are neither options nor their values, up to the name of a script.
    plain: Vec<&'w str>,
    /// All words behind the plain ones.
    rest: Vec<&'w str>,
}

impl<'w> Call<'w> {
    fn parse(arguments: &[&'w str], dir: &RepoPath) -> Self {
        let mut call =
            Self { dir: dir.clone(), package: None, is_for_each: false, plain: Vec::new(), rest: Vec::new() };
        let mut words = arguments.iter().copied();
        while let Some(word) = words.next() {
            let (option, inline) =
                word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
            if !word.starts_with('-') {
                call.plain.push(word);
                let is_verb = ["run", "run-script", "workspace", "workspaces", "foreach"].contains(&word)
                    || call.plain.first() == Some(&"workspace") && call.plain.len() < 3;
                if is_verb {
                    continue;
                }
                call.rest = words.filter(|word| *word != "--").collect();
                return call;
            }
            let value = inline.or_else(|| if WITH_VALUE.contains(&option) { words.next() } else { None });
            match (option, value) {
                ("--prefix" | "-C" | "--dir" | "--cwd", Some(path)) => {
                    call.dir = dir.join(path).unwrap_or_else(|_| dir.clone());
                }
                ("--filter" | "-F" | "-w" | "--workspace", Some(name)) => {
                    call.package = Some(name.trim_matches(['.', '^', '{', '}']).to_owned());
                }
                ("-r" | "--recursive" | "--workspaces" | "-ws", _) => call.is_for_each = true,
                _ => {}
            }
        }
        call
    }

    /// Returns the scripts of these names.
    fn scripts(&self, name: &str) -> Reference {
        let name = name.to_owned();
        if let Some(package) = &self.package {
            return Reference::OfPackage { package: package.clone(), name };
        }
        if self.is_for_each {
            return Reference::OfEach { dir: self.dir.clone(), name };
        }
        Reference::Script { dir: self.dir.clone(), name, arguments: self.rest.join(" ") }
    }
}

/// Returns what a command of a directory refers to.
pub(super) fn references(words: &[&str], dir: &RepoPath) -> Vec<Reference> {
    let Some((program, arguments)) = words.split_first() else { return Vec::new() };
    match *program {
        "npm" | "pnpm" | "yarn" | "bun" => of_manager(program, arguments, dir),
        "npm-run-all"
        | "npm-run-all2"
        | "run-s"
        | "run-p"
        | "start-server-and-test"
        | "start-test"
        | "server-test" => {
            let names = arguments.iter().filter(|word| !word.starts_with('-') && !word.contains("://"));
            names.map(|name| script(dir, name)).collect()
        }
        "wireit" | "concurrently" => arguments
            .iter()
            .filter_map(|word| word.strip_prefix("npm:"))
            .map(|name| script(dir, name))
            .collect(),
        "turbo" | "lerna" | "nx" => of_each(program, arguments, dir),
        "make" | "gmake" => of_make(arguments, dir),
        "just" | "task" | "poe" | "deno" | "composer" => {
            let mut names = arguments
                .iter()
                .filter(|word| !word.starts_with('-') && !["run", "task", "run-script"].contains(*word));
            let name = names.next().map(|name| (*name).to_owned());
            name.map(|name| Reference::Task { dir: dir.clone(), name }).into_iter().collect()
        }
        "sh" | "bash" | "zsh" | "source" | "." => {
            let file = arguments.iter().find(|word| !word.starts_with('-'));
            file.and_then(|path| dir.join(path).ok())
                .map(|path| Reference::File { path })
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    }
}

fn script(dir: &RepoPath, name: &str) -> Reference {
    Reference::Script { dir: dir.clone(), name: name.to_owned(), arguments: String::new() }
}

/// Returns the scripts that a package manager runs.
fn of_manager(program: &str, arguments: &[&str], dir: &RepoPath) -> Vec<Reference> {
    let mut call = Call::parse(arguments, dir);
    let name = match call.plain.as_slice() {
        ["workspace", package, "run", name] | ["workspace", package, name] => {
            call.package = Some((*package).to_owned());
            name
        }
        ["workspaces", "foreach", "run", name] | ["workspaces", "run", name] => {
            call.is_for_each = true;
            name
        }
        ["run" | "run-script", name] => name,
        [name] if OWN_SCRIPTS.contains(name) => {
            if matches!(*name, "t" | "tst") {
                &"test"
            } else {
                name
            }
        }
        // Except with npm, the name of a script is a command.
        [name] if program != "npm" => name,
        _ => return Vec::new(),
    };
    vec![call.scripts(name)]
}

/// Returns the scripts that a runner of tasks runs in each package.
fn of_each(program: &str, arguments: &[&str], dir: &RepoPath) -> Vec<Reference> {
    let plain: Vec<&str> = arguments.iter().copied().filter(|word| !word.starts_with('-')).collect();
    let names: Vec<String> = match (program, plain.as_slice()) {
        ("lerna" | "turbo", ["run", names @ ..]) => names.iter().map(|name| (*name).to_owned()).collect(),
        ("turbo", names) => names.iter().map(|name| (*name).to_owned()).collect(),
        ("nx", ["run-many" | "affected", ..]) => {
            let behind = |pair: &[&str]| {
                ["-t", "--target", "--targets"].contains(&pair[0]).then(|| pair[1].to_owned())
            };
            let inline = |word: &&str| {
                word.strip_prefix("--target")
                    .and_then(|rest| rest.split_once('='))
                    .map(|(_, names)| names.to_owned())
            };
            let lists = arguments.windows(2).filter_map(behind).chain(arguments.iter().filter_map(inline));
            lists.flat_map(|list| list.split(',').map(str::to_owned).collect::<Vec<_>>()).collect()
        }
        _ => Vec::new(),
    };
    names.into_iter().map(|name| Reference::OfEach { dir: dir.clone(), name }).collect()
}

fn of_make(arguments: &[&str], dir: &RepoPath) -> Vec<Reference> {
    let mut dir = dir.clone();
    let mut names = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match *word {
            "-C" | "--directory" => dir = words.next().and_then(|path| dir.join(path).ok()).unwrap_or(dir),
            "-f" | "-j" | "-o" | "-W" | "-I" => drop(words.next()),
            word if word.starts_with('-') || word.contains('=') => {}
            word => names.push(word.to_owned()),
        }
    }
    if names.is_empty() {
        names.push(String::new());
    }
    names.into_iter().map(|name| Reference::Target { dir: dir.clone(), name }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_refer_to_scripts_targets_and_files() {
        for (command, expected) in [
            ("npm run build -- --watch", "a: build --watch"),
            ("npm test", "a: test"),
            ("npm ci", ""),
            ("npm --prefix ../b run x", "b: x"),
            ("pnpm --filter @x/b build", "@x/b: build"),
            ("pnpm -r run build", "each of a: build"),
            ("yarn workspace @x/b run x", "@x/b: x"),
            ("yarn build", "a: build"),
            ("bun run build", "a: build"),
            ("run-s lint test:*", "a: lint, a: test:*"),
            ("turbo run build lint", "each of a: build, each of a: lint"),
            ("make -C ../b -j 2 deploy X=1", "target of b: deploy"),
            ("make", "target of a: "),
            ("bash -e ./x.sh y", "a/x.sh"),
            ("just release", "task of a: release"),
            ("echo npm run build", ""),
        ] {
            let words: Vec<&str> = command.split(' ').collect();
            let shown: Vec<String> =
                references(&words, &RepoPath::parse("a").unwrap()).iter().map(shown).collect();
            assert_eq!(shown.join(", "), expected, "{command}");
        }
    }

    fn shown(reference: &Reference) -> String {
        match reference {
            Reference::Script { dir, name, arguments } => {
                format!("{dir}: {name} {arguments}").trim().to_owned()
            }
            Reference::OfPackage { package, name } => format!("{package}: {name}"),
            Reference::OfEach { dir, name } => format!("each of {dir}: {name}"),
            Reference::Target { dir, name } => format!("target of {dir}: {name}"),
            Reference::Task { dir, name } => format!("task of {dir}: {name}"),
            Reference::File { path } => path.to_string(),
        }
    }
}
