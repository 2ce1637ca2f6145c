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

/// Lock files that are text.
const LOCKS: [&str; 5] =
    ["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"];

/// Parts of entries of lock files.
const ENTRIES: [&str; 5] = ["node_modules/", "resolution:", "resolved", "integrity", "sha512-"];

impl Manifests<'_> {
    /// Returns the program that a script begins with and that nothing in the lock file brings.
    pub(super) fn program_fault(&self, words: &[&str], dir: &RepoPath) -> Option<String> {
        let mut arguments = words.iter().skip(1).filter(|word| !word.starts_with('-') && **word != "run");
        let name = arguments.next()?;
        let package = self.package(dir);
        let script = package.get("scripts")?.get(*name)?.as_str()?;
        let locks = |dir: RepoPath| LOCKS.map(|name| dir.child(name.as_bytes()));
        let lock = and_above(dir).flat_map(locks).find(|path| self.inventory.is_file(path))?;
        // An empty lock file says nothing.
        let text = self.text(&lock).filter(|text| ENTRIES.iter().any(|entry| text.contains(entry)))?;
        let own = package.get("name").and_then(Value::as_str).unwrap_or_default();
        let program = first_programs(script).into_iter().find(|program| {
            let known = PROGRAMS.iter().find(|(name, _)| name == program);
            known.is_some_and(|(_, packages)| {
                !packages.iter().any(|package| *package == own || names(&text, package))
            })
        })?;
        Some(format!("`{program}`, which the script `{name}` runs and no package in {lock} brings"))
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
