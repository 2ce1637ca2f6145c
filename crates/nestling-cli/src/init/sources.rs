//! Finds out if a directory has code of its own, beside the projects below it.

use super::inventory::Inventory;
use super::kinds::{KINDS, Role};
use nestling::RepoPath;
use std::collections::BTreeSet;

/// Directories that hold the code of a project, in the languages and frameworks that have a manifest beside them.
const SOURCES: [&str; 29] = [
    "src",
    "lib",
    "app",
    "source",
    "sources",
    "test",
    "tests",
    "spec",
    "__tests__",
    "cmd",
    "internal",
    "pkg",
    "pages",
    "components",
    "routes",
    "views",
    "server",
    "client",
    "hooks",
    "store",
    "utils",
    "helpers",
    "middleware",
    "models",
    "controllers",
    "handlers",
    "functions",
    "content",
    "stories",
];

/// Ends of names of files with code, beside a manifest.
const CODE: [&str; 12] =
    [".js", ".ts", ".mjs", ".cjs", ".mts", ".tsx", ".jsx", ".py", ".java", ".kt", ".cs", ".go"];

/// Files with code that only configures or starts tools.
const SETTINGS: [&str; 7] =
    ["gulpfile.js", "Gruntfile.js", "noxfile.py", "conftest.py", "setup.py", "next-env.d.ts", "env.d.ts"];

/// Returns true for a directory with code that is of none of these members.
pub(super) fn has_sources(inventory: &Inventory, dir: &RepoPath, members: &BTreeSet<RepoPath>) -> bool {
    let Some(directory) = inventory.directories.get(dir) else { return false };
    let holds_code = |name: &String| {
        let path = dir.child(name.as_bytes());
        let is_package = inventory.directories.get(&path).is_some_and(|below| below.has("__init__.py"));
        let is_known = SOURCES.contains(&name.as_str()) || is_package;
        let is_of_member = || members.iter().any(|member| *member == path || member.is_in(&path));
        is_known && !is_of_member() && !is_project(inventory, &path)
    };
    directory.directories.iter().any(holds_code) || directory.files.iter().any(|file| is_code(file))
}

/// Returns true for a directory with a manifest of code.
fn is_project(inventory: &Inventory, dir: &RepoPath) -> bool {
    let Some(directory) = inventory.directories.get(dir) else { return false };
    KINDS.iter().any(|kind| kind.role == Role::Code && directory.marker(kind).is_some())
}

/// Returns true for a file with code. Files that configure tools are none.
fn is_code(file: &str) -> bool {
    let is_setting = file.starts_with('.') || file.contains(".config.") || file.contains(".setup.");
    !is_setting && CODE.iter().any(|end| file.ends_with(end)) && !SETTINGS.contains(&file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling::MemoryFiles;

    #[test]
    fn code_is_what_is_of_no_member_and_configures_nothing() {
        for (path, expected) in [
            ("pages/index.tsx", true),
            ("components/Button.tsx", true),
            ("shop/__init__.py", true),
            ("shop/data.txt", false),
            ("server.js", true),
            ("next.config.js", false),
            (".eslintrc.cjs", false),
            ("packages/a/src/index.js", false),
            ("server/package.json", false),
            ("scripts/release.js", false),
        ] {
            let files = MemoryFiles::new([("package.json", ""), ("packages/a/package.json", ""), (path, "")]);
            let inventory = Inventory::read(&files).unwrap();
            let members = BTreeSet::from([RepoPath::parse("packages/a").unwrap()]);
            assert_eq!(has_sources(&inventory, &RepoPath::root(), &members), expected, "{path}");
        }
    }
}
