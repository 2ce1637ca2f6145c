//! Programs that scripts of packages begin with, and the packages that bring them.

use super::super::inventory::and_above;
use super::super::scripts::first_programs;
use super::Manifests;
use nestling::RepoPath;
use serde_json::Value;

/// Programs of which it is known which packages have them. No image of Node has one.
const PROGRAMS: [(&str, &[&str]); 44] = [
    ("astro", &["astro"]),
    ("ava", &["ava"]),
    ("babel", &["@babel/cli"]),
    ("biome", &["@biomejs/biome"]),
    ("c8", &["c8"]),
    ("concurrently", &["concurrently"]),
    ("cross-env", &["cross-env"]),
    ("cypress", &["cypress"]),
    ("docusaurus", &["@docusaurus/core"]),
    ("esbuild", &["esbuild"]),
    ("eslint", &["eslint"]),
    ("expo", &["expo"]),
    ("grunt", &["grunt", "grunt-cli"]),
    ("gulp", &["gulp", "gulp-cli"]),
    ("jasmine", &["jasmine"]),
    ("jest", &["jest", "jest-cli"]),
    ("karma", &["karma", "karma-cli"]),
    ("lerna", &["lerna"]),
    ("mocha", &["mocha"]),
    ("next", &["next"]),
    ("ng", &["@angular/cli"]),
    ("npm-run-all", &["npm-run-all", "npm-run-all2"]),
    ("nx", &["nx"]),
    ("nyc", &["nyc"]),
    ("parcel", &["parcel", "parcel-bundler"]),
    ("playwright", &["playwright", "@playwright/test", "playwright-core"]),
    ("prettier", &["prettier"]),
    ("react-scripts", &["react-scripts"]),
    ("rimraf", &["rimraf"]),
    ("rollup", &["rollup"]),
    ("standard", &["standard"]),
    ("stylelint", &["stylelint"]),
    ("svelte-kit", &["@sveltejs/kit"]),
    ("ts-node", &["ts-node"]),
    ("tsc", &["typescript"]),
    ("tsup", &["tsup"]),
    ("tsx", &["tsx"]),
    ("turbo", &["turbo"]),
    ("unbuild", &["unbuild"]),
    ("vite", &["vite"]),
    ("vitest", &["vitest"]),
    ("vue-tsc", &["vue-tsc"]),
    ("webpack", &["webpack", "webpack-cli"]),
    ("xo", &["xo"]),
];

/// Programs that neither an image of Node nor a package of npm has.
const OF_OTHERS: [&str; 31] = [
    "anchor",
    "aws",
    "bundle",
    "cargo",
    "composer",
    "docker",
    "docker-compose",
    "dotnet",
    "flutter",
    "forge",
    "go",
    "golangci-lint",
    "gradle",
    "helm",
    "java",
    "jq",
    "kubectl",
    "mix",
    "mkdocs",
    "mvn",
    "php",
    "poetry",
    "podman",
    "pytest",
    "rsync",
    "ruff",
    "terraform",
    "tofu",
    "uv",
    "xcodebuild",
    "zip",
];

/// Programs of other runtimes, with the packages that bring them as well. The image of Bun has its own.
const RUNTIMES: [(&str, &[&str]); 3] =
    [("bun", &["bun"]), ("deno", &["deno"]), ("wasm-pack", &["wasm-pack"])];

/// Tables of dependencies of a package.
const TABLES: [&str; 4] = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/// Lock files that are text.
const LOCKS: [&str; 5] =
    ["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"];

/// Parts of entries of lock files.
const ENTRIES: [&str; 5] = ["node_modules/", "resolution:", "resolved", "integrity", "sha512-"];

impl Manifests<'_> {
    /// Returns the program that a script begins with and that nothing brings.
    pub(super) fn program_fault(&self, words: &[&str], dir: &RepoPath) -> Option<String> {
        let mut arguments = words.iter().skip(1).filter(|word| !word.starts_with('-') && **word != "run");
        let name = arguments.next()?;
        let package = self.package(dir);
        let script = package.get("scripts")?.get(*name)?.as_str()?;
        let programs = first_programs(script);
        if let Some(program) = programs.iter().find(|program| OF_OTHERS.contains(&program.as_str())) {
            return Some(format!("`{program}`, which the script `{name}` runs and no image of Node has"));
        }
        let locks = |dir: RepoPath| LOCKS.map(|name| dir.child(name.as_bytes()));
        let lock = and_above(dir).flat_map(locks).find(|path| self.inventory.is_file(path));
        let lock = lock.filter(|lock| self.is_of(lock, dir));
        // An empty lock file says nothing.
        let text = lock.as_ref().and_then(|lock| self.text(lock));
        let text = text.filter(|text| ENTRIES.iter().any(|entry| text.contains(entry)));
        let own = package.get("name").and_then(Value::as_str).unwrap_or_default();
        let runtimes = RUNTIMES.iter().filter(|(program, _)| words.first() != Some(program));
        let known = PROGRAMS.iter().chain(runtimes);
        let brings = |packages: &[&str]| match &text {
            _ if packages.contains(&own) => true,
            Some(text) => packages.iter().any(|package| names(text, package)),
            None => self.has_dependencies(dir),
        };
        let program = programs.iter().find(|program| {
            let packages = known.clone().find(|(name, _)| name == program).map(|(_, packages)| *packages);
            packages.is_some_and(|packages| !brings(packages))
        })?;
        let place = match lock.filter(|_| text.is_some()) {
            Some(lock) => format!("package in {lock}"),
            None => "dependency in package.json".to_owned(),
        };
        Some(format!("`{program}`, which the script `{name}` runs and no {place} brings"))
    }

    /// Returns true for a lock file that has the packages of a directory. That of npm is of its own project and of the members there.
    fn is_of(&self, lock: &RepoPath, dir: &RepoPath) -> bool {
        let above = lock.parent().unwrap_or_default();
        let is_npm = matches!(lock.file_name(), b"package-lock.json" | b"npm-shrinkwrap.json");
        let mut lists = self.lists.iter().filter(|list| list.kind == "node" && list.dir == above);
        !is_npm || above == *dir || lists.any(|list| list.is_open || list.members.contains(dir))
    }

    /// Returns the fault of a command of Nx where it is not installed: it would be fetched, and does not run alone.
    pub(super) fn nx_fault(&self, dir: &RepoPath) -> Option<String> {
        let lock = LOCKS
            .map(|name| dir.child(name.as_bytes()))
            .into_iter()
            .find(|path| self.inventory.is_file(path));
        let text = lock.as_ref().and_then(|lock| self.text(lock)).unwrap_or_default();
        let is_known = ENTRIES.iter().any(|entry| text.contains(entry));
        let is_there = if is_known { names(&text, "nx") } else { self.has_dependencies(dir) };
        (!is_there).then(|| "the package `nx`, on which no package.json depends".to_owned())
    }

    /// Returns true if a package, or one that is installed with it, has dependencies.
    fn has_dependencies(&self, dir: &RepoPath) -> bool {
        let lists = self.lists.iter().filter(|list| list.kind == "node");
        let together = lists.filter(|list| list.members.contains(dir) || list.dir == *dir);
        let members = together.flat_map(|list| list.members.iter().cloned());
        and_above(dir).chain(members).any(|dir| {
            let package = self.package(&dir);
            let mut tables = TABLES.iter().filter_map(|table| package.get(*table)?.as_object());
            tables.any(|table| !table.is_empty())
        })
    }
}

/// Returns true if a lock file may have a package: its name with nothing of a longer one around it.
fn names(lock: &str, package: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    lock.match_indices(package).any(|(start, _)| {
        let before = &lock[..start];
        let after = lock[start + package.len()..].chars().next();
        // `@types/jest` is another package than `node_modules/jest`, and older files of pnpm have `/jest`.
        let is_scoped = before
            .strip_suffix('/')
            .is_some_and(|scope| scope.ends_with(is_part) && !scope.ends_with("node_modules"));
        // `@jest/schemas` begins with a scope.
        !before.ends_with(is_part) && !before.ends_with('@') && !is_scoped && !after.is_some_and(is_part)
    })
}
