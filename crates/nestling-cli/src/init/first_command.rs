//! Follows the commands of a job through the repository, as far as they can be followed, and finds the first one that cannot
//! run there.

use super::inventory::Inventory;
use super::kinds::fits;
use super::lists::List;
use super::manifests::Manifests;
use super::requirements::{Needs, REQUIREMENTS, Requirement};
use super::scripts::Scripts;
use super::text::json_of;
use nestling::{Files, RepoPath};
use nestling_gitlab::yaml::{Map, Node};

/// The repository that commands run in.
pub(super) struct Shell<'f> {
    pub files: &'f dyn Files,
    pub inventory: &'f Inventory,
    pub lists: &'f [List],
    manifests: Manifests<'f>,
    scripts: Scripts<'f>,
}

/// The first command of a job that cannot run.
#[derive(Debug)]
pub(super) struct Fault {
    /// The command, and what it requires.
    pub text: String,
    /// True for a script of a package: the installation before it can run, and so can other scripts.
    pub is_script: bool,
}

/// Returns the script of package.json that a command of a job runs.
fn script_of<'w>(words: &[&'w str]) -> Option<&'w str> {
    match words {
        ["npm" | "pnpm" | "yarn" | "bun", "run", rest @ ..] => {
            rest.iter().copied().find(|word| !word.starts_with('-'))
        }
        ["npm", "test", ..] => Some("test"),
        _ => None,
    }
}

impl<'f> Shell<'f> {
    pub(super) fn new(files: &'f dyn Files, inventory: &'f Inventory, lists: &'f [List]) -> Self {
        let manifests = Manifests::new(files, inventory, lists);
        Self { files, inventory, lists, manifests, scripts: Scripts::new(files, inventory) }
    }
}

impl Shell<'_> {
    /// Returns the first command of a job that cannot run, with the reason.
    pub(super) fn first_fault(&self, job: &Map) -> Option<Fault> {
        let mut directory = RepoPath::root();
        let has_setting = |value: &Node| value.text() == Some("off");
        let variables = job.get("variables").and_then(Node::as_map);
        let mut has_go_work = !variables.and_then(|all| all.get("GOWORK")).is_some_and(has_setting);
        for command in commands(job) {
            let words = words(&command);
            if words.iter().any(|word| word.starts_with("GOWORK=")) {
                has_go_work = false;
            }
            let words: Vec<&str> =
                words.iter().map(String::as_str).skip_while(|word| is_setting(word)).collect();
            match words.as_slice() {
                ["cd", path, ..] => {
                    // A directory that the job makes itself, or that a variable names, cannot be followed.
                    if path.contains('$') || !self.is_directory(&directory, path) {
                        return None;
                    }
                    directory = directory.join(path).ok()?;
                }
                [] => {}
                words => {
                    let fault = self.fault(words, &directory);
                    let fault = fault.or_else(|| self.manifests.fault(words, &directory, has_go_work));
                    let fault = fault.or_else(|| self.missing_in_script(words, &directory));
                    if let Some(missing) = fault {
                        let is_script = script_of(words).is_some();
                        return Some(Fault {
                            text: format!("`{}` requires {missing}", shown(words)),
                            is_script,
                        });
                    }
                }
            }
        }
        None
    }

    /// Returns the first command of a job that runs something of the repository which publishes, deploys or does not end.
    pub(super) fn unasked(&self, job: &Map) -> Option<String> {
        let mut directory = RepoPath::root();
        for command in commands(job) {
            if let Some(effect) = self.scripts.of_references(&directory, &command) {
                return Some(format!("`{command}` {}", effect.shown()));
            }
            if let ["cd", path, ..] =
                words(&command).iter().map(String::as_str).collect::<Vec<_>>().as_slice()
            {
                directory = directory.join(path).unwrap_or(directory);
            }
        }
        None
    }

    /// Returns the first command of a job that plans or changes infrastructure.
    pub(super) fn deploying(&self, job: &Map) -> Option<String> {
        let is_deploying = |command: &String| {
            let words = words(command);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            matches!(words.as_slice(), ["tofu" | "terraform", "plan" | "apply" | "destroy", ..])
        };
        let command = commands(job).into_iter().find(is_deploying)?;
        Some(format!("`{command}` is for what has a state, and this is a module"))
    }

    fn is_directory(&self, directory: &RepoPath, path: &str) -> bool {
        directory.join(path).is_ok_and(|path| self.inventory.is_directory(&path))
    }

    /// Returns what the script lacks that a command runs.
    fn missing_in_script(&self, words: &[&str], directory: &RepoPath) -> Option<String> {
        self.scripts.missing(directory, script_of(words)?)
    }

    /// Returns what a command lacks.
    fn fault(&self, words: &[&str], directory: &RepoPath) -> Option<String> {
        // A wrapper is called from anywhere.
        if let ["sh", program, ..] = words
            && let Some(path) = program.strip_prefix("$CI_PROJECT_DIR/")
        {
            return self.lacks_wrapper(path);
        }
        let fitting = REQUIREMENTS.iter().filter(|requirement| requirement.is_of(words));
        fitting.filter_map(|requirement| self.missing(requirement, words, directory)).next()
    }

    /// Returns what a wrapper lacks: itself, or the files that it begins with.
    fn lacks_wrapper(&self, path: &str) -> Option<String> {
        let path = RepoPath::parse(path).ok()?;
        let parts: &[&str] = match path.file_name() {
            b"gradlew" => &["gradle/wrapper/gradle-wrapper.jar", "gradle/wrapper/gradle-wrapper.properties"],
            b"mvnw" => &[".mvn/wrapper/maven-wrapper.properties"],
            _ => &[],
        };
        let dir = path.parent().unwrap_or_default();
        let parts = parts.iter().filter_map(|part| dir.join(part).ok());
        // Some are in directories that are not entered.
        let is_there = |path: &RepoPath| self.files.read(path).ok().flatten().is_some();
        let absent = std::iter::once(path).chain(parts).find(|path| !is_there(path))?;
        Some(format!("{absent}, which does not exist"))
    }

    fn missing(&self, requirement: &Requirement, words: &[&str], directory: &RepoPath) -> Option<String> {
        match requirement.needs {
            Needs::Here(names) => (!self.has_one(directory, names)).then(|| absent(names)),
            Needs::Above(names) => {
                let mut next = Some(directory.clone());
                while let Some(dir) = next {
                    if self.has_one(&dir, names) {
                        return self.lock_of_others(&dir, directory, names);
                    }
                    next = dir.parent();
                }
                Some(absent(names))
            }
            Needs::Option(options) => {
                let position = words.iter().position(|word| options.contains(word))?;
                let name = words.get(position + 1).filter(|name| !name.contains('$'))?;
                let path = directory.join(name).ok()?;
                (!self.inventory.is_file(&path)).then(|| format!("{name}, which does not exist"))
            }
            Needs::Script => {
                let mut arguments =
                    words.iter().skip(1).filter(|word| !word.starts_with('-') && **word != "run");
                let script = arguments.next()?;
                (!self.has_script(directory, script))
                    .then(|| format!("a script `{script}` in package.json, which does not exist"))
            }
        }
    }

    /// Returns the fault of a lock file above that does not have the project of a directory in it.
    fn lock_of_others(&self, lock_dir: &RepoPath, directory: &RepoPath, names: &[&str]) -> Option<String> {
        let is_lock = names.iter().all(|name| name.contains("lock"));
        if !is_lock || lock_dir == directory {
            return None;
        }
        let mut lists = self.lists.iter().filter(|list| list.dir == *lock_dir);
        let is_listed = lists.any(|list| list.is_open || list.members.contains(directory));
        let place = if lock_dir.is_root() { "the root".to_owned() } else { lock_dir.to_string() };
        (!is_listed).then(|| format!("a lock file: the one in {place} is of a project that does not list it"))
    }

    fn has_one(&self, directory: &RepoPath, names: &[&str]) -> bool {
        let files = self.inventory.directories.get(directory).map(|directory| &directory.files);
        files.is_some_and(|files| files.iter().any(|file| names.iter().any(|name| fits(name, file))))
    }

    fn has_script(&self, directory: &RepoPath, script: &str) -> bool {
        let package = json_of(self.files, &directory.child(b"package.json")).unwrap_or_default();
        package.get("scripts").and_then(|scripts| scripts.get(script)).is_some()
    }
}

impl Requirement {
    /// Returns true for a command that needs this.
    fn is_of(&self, words: &[&str]) -> bool {
        words.starts_with(self.command) && (self.with.is_empty() || words.contains(&self.with))
    }
}

fn absent(names: &[&str]) -> String {
    match names {
        [name] => format!("{name}, which does not exist"),
        names => format!("one of {}, none of which exists", names.join(", ")),
    }
}

/// Returns the beginning of a command, for a message.
fn shown(words: &[&str]) -> String {
    let first: Vec<&str> = words.iter().take(3).copied().collect();
    first.join(" ")
}

/// Returns true for `NAME=value` before a command, and for `export`.
fn is_setting(word: &str) -> bool {
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    word == "export" || word.split_once('=').is_some_and(|(name, _)| is_name(name))
}

/// Returns the commands of a job in order, each on one line. What is in a condition or a loop is left out: it may not run.
fn commands(job: &Map) -> Vec<String> {
    let mut commands = Vec::new();
    for key in ["before_script", "script"] {
        let items = job.get(key).map(Node::items_or_self).unwrap_or_default();
        for text in items.iter().filter_map(Node::text) {
            let joined = text.replace("\\\n", " ");
            let mut depth = 0_usize;
            for line in joined.lines().map(str::trim) {
                let opens = ["if ", "for ", "while ", "case "].iter().any(|word| line.starts_with(word));
                let closes = ["fi", "done", "esac"].iter().any(|word| {
                    line == *word
                        || line.ends_with(&format!(" {word}"))
                        || line.ends_with(&format!(";{word}"))
                });
                depth += usize::from(opens);
                if depth == 0 {
                    let parts = line.split("&&").map(|part| part.trim().to_owned());
                    commands.extend(parts.filter(|part| !part.is_empty() && !part.starts_with('#')));
                }
                depth = depth.saturating_sub(usize::from(closes));
            }
        }
    }
    commands
}

/// Splits a command into words as a shell does where nothing is expanded: quotes group and vanish.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut is_open = false;
    let mut quote = None;
    let mut characters = command.chars();
    while let Some(c) = characters.next() {
        match (c, quote) {
            ('\\', None | Some('"')) => word.extend(characters.next()),
            ('\'' | '"', None) => {
                quote = Some(c);
                is_open = true;
            }
            (c, Some(open)) if c == open => quote = None,
            (c, None) if c.is_whitespace() => {
                if is_open || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                is_open = false;
            }
            (c, _) => word.push(c),
        }
    }
    if is_open || !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests;
