//! Go: the directives of `go.mod` and the directories that it and `go.work` lead to (<https://go.dev/ref/mod#go-mod-file>).

use super::super::inventory::and_above;
use super::Manifests;
use nestling::RepoPath;
use nestling::listed::go_modules;
use std::collections::BTreeSet;

/// The directives of a `go.mod`.
const DIRECTIVES: [&str; 10] =
    ["module", "go", "toolchain", "godebug", "require", "replace", "exclude", "retract", "tool", "ignore"];

impl Manifests<'_> {
    /// Returns what keeps Go from loading the module in a directory.
    pub(super) fn go_fault(&self, dir: &RepoPath, has_go_work: bool) -> Option<String> {
        let dir = and_above(dir).find(|dir| self.has(dir, "go.mod"))?;
        let file = dir.child(b"go.mod");
        let text = self.text(&file)?;
        let directives = directives(&text);
        if let Some((name, _)) = directives.iter().find(|(name, _)| !DIRECTIVES.contains(&name.as_str())) {
            return Some(format!("{file} without `{name}`, which is not a directive"));
        }
        if !directives.iter().any(|(name, value)| name == "module" && !value.is_empty()) {
            return Some(format!("a `module` in {file}, which has none"));
        }
        if !self.has_go_package(&dir) {
            return Some(format!("a package of Go beside {file}, where there is none"));
        }
        // A vendored module reads nothing from elsewhere.
        if !self.has(&dir, "vendor/modules.txt")
            && let Some(path) = self.missing_replacement(&dir, &directives)
        {
            return Some(format!(
                "a module in `{path}`, which a `replace` of {file} names and which is not in the repository"
            ));
        }
        let work = and_above(&dir).map(|dir| dir.child(b"go.work")).find(|file| self.is_there(file));
        self.work_fault(&dir, &work.filter(|_| has_go_work)?)
    }

    /// Returns the fault of a module in a workspace: it does not use the module, or it uses one that does not exist.
    fn work_fault(&self, dir: &RepoPath, work: &RepoPath) -> Option<String> {
        let text = self.text(work)?;
        let work_dir = work.parent().unwrap_or_default();
        let uses = go_modules(&text);
        if !uses.iter().any(|used| work_dir.join(used).is_ok_and(|used| used == *dir)) {
            return Some(format!("a `use` of the module in {work}, or GOWORK=off"));
        }
        let missing =
            uses.iter().find(|used| !work_dir.join(used).is_ok_and(|used| self.has(&used, "go.mod")))?;
        Some(format!("a module in `{missing}`, which {work} uses and which does not exist"))
    }

    /// Returns true for a module with a package of its own: what is in a module below, in `testdata`, or behind `.` or `_` is none.
    fn has_go_package(&self, dir: &RepoPath) -> bool {
        if let Some(known) = self.of_go_packages.borrow().get(dir) {
            return *known;
        }
        let has_package = self.looks_for_package(dir);
        self.of_go_packages.borrow_mut().insert(dir.clone(), has_package);
        has_package
    }

    fn looks_for_package(&self, dir: &RepoPath) -> bool {
        let is_left_out = |name: &str| name.starts_with(['.', '_']) || ["testdata", "vendor"].contains(&name);
        self.inventory.directories.iter().any(|(path, directory)| {
            let is_inside = path == dir || dir.is_root() || path.is_in(dir);
            let is_own = || and_above(path).find(|above| self.has(above, "go.mod")).as_ref() == Some(dir);
            let relative = path.relative_to(dir).map(String::from_utf8_lossy).unwrap_or_default();
            is_inside
                && directory.files.iter().any(|file| file.ends_with(".go") && !file.starts_with(['.', '_']))
                && !relative.split('/').any(is_left_out)
                && is_own()
        })
    }

    /// Returns the directory that a required module is replaced by, if it does not exist.
    fn missing_replacement(&self, dir: &RepoPath, directives: &[(String, String)]) -> Option<String> {
        let of = |wanted: &'static str| {
            directives.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value)
        };
        let required: BTreeSet<&str> =
            of("require").filter_map(|value| value.split_whitespace().next()).collect();
        let replaced = of("replace").filter_map(|value| value.split_once("=>"));
        let mut local = replaced.filter_map(|(module, path)| {
            let path = path.trim().trim_matches(['"', '`']);
            let is_local = path.starts_with("./") || path.starts_with("../") || path.starts_with('/');
            let module = module.split_whitespace().next()?;
            (is_local && required.contains(module)).then_some(path)
        });
        let missing = local.find(|path| {
            path.starts_with('/') || !dir.join(path).is_ok_and(|path| self.has(&path, "go.mod"))
        })?;
        Some(missing.to_owned())
    }
}

/// Returns the directives with their values, those of blocks each.
fn directives(text: &str) -> Vec<(String, String)> {
    let mut directives = Vec::new();
    let mut block: Option<String> = None;
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default().trim();
        match (code, &block) {
            ("", _) => {}
            (")", Some(_)) => block = None,
            (code, Some(name)) => directives.push((name.clone(), code.to_owned())),
            (code, None) => {
                let (name, value) = code.split_once([' ', '\t', '(']).unwrap_or((code, ""));
                if code.ends_with('(') {
                    block = Some(name.to_owned());
                } else {
                    directives.push((name.to_owned(), value.trim().to_owned()));
                }
            }
        }
    }
    directives
}
