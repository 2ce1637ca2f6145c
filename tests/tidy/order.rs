//! Data flow = dependency order = `mod` order, on every level of a crate: who uses whom, and whether that is above.

use super::paths::{self, Named, Start};
use super::source::{self, Source};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A module's path from the crate's root.
type ModulePath = Vec<String>;

/// The modules of a crate.
pub(crate) struct Modules {
    crate_name: String,
    modules: BTreeMap<ModulePath, Module>,
}

struct Module {
    file: String,
    code: String,
    /// In the order of their `mod` lines.
    children: Vec<String>,
    /// The names that it takes from its children, which others may use as if they were its own.
    taken: BTreeMap<String, String>,
}

impl Modules {
    /// Reads a crate's files, each with its path from the directory of `lib.rs`. Test files are left out.
    pub(crate) fn read(crate_name: &str, files: &[(PathBuf, String)]) -> Self {
        let files = files.iter().filter(|(path, _)| !source::is_test(path));
        let modules = files.map(|(path, text)| (module_path(path), Module::read(path, text)));
        Self { crate_name: crate_name.to_owned(), modules: modules.collect() }
    }

    /// The uses of a module that stands below the user's own, among the children of one module.
    pub(crate) fn violations(&self) -> Vec<String> {
        let mut violations = Vec::new();
        for (own_path, module) in &self.modules {
            for named in paths::named(&module.code) {
                let Some(used_path) = self.resolve(own_path, &named) else { continue };
                let Some(depth) = self.wrong_order(own_path, &used_path) else { continue };
                let place = format!("{}: {}:{}", self.crate_name, module.file, named.line);
                let (own, used) = (&own_path[depth], &used_path[depth]);
                violations.push(format!("{place}: `{own}` uses `{used}`, which stands below it"));
            }
        }
        violations.dedup();
        violations
    }

    /// The module that a path leads to.
    fn resolve(&self, own_path: &[String], named: &Named) -> Option<ModulePath> {
        let mut path = match named.start {
            Start::Crate => Vec::new(),
            Start::Above(levels) => own_path[..own_path.len().checked_sub(levels)?].to_vec(),
        };
        for name in &named.names {
            let module = self.modules.get(&path)?;
            let child = if module.children.contains(name) { Some(name) } else { module.taken.get(name) };
            let Some(child) = child else { break };
            path.push(child.clone());
        }
        Some(path)
    }

    /// The depth at which the paths part, if the used module stands below the user there.
    fn wrong_order(&self, own_path: &[String], used_path: &[String]) -> Option<usize> {
        let depth = own_path.iter().zip(used_path).take_while(|(own, used)| own == used).count();
        let (own, used) = (own_path.get(depth)?, used_path.get(depth)?);
        let siblings = &self.modules.get(&own_path[..depth])?.children;
        let place = |name: &String| siblings.iter().position(|sibling| sibling == name);
        (place(used)? > place(own)?).then_some(depth)
    }
}

impl Module {
    fn read(path: &Path, text: &str) -> Self {
        let code = Source::read(text).lines.join("\n");
        let children: Vec<String> = code.lines().filter_map(child).map(str::to_owned).collect();
        let mut taken = BTreeMap::new();
        for child in &children {
            let names = paths::taken_from(&code, child).into_iter().filter_map(|mut names| names.pop());
            taken.extend(names.map(|name| (name, child.clone())));
        }
        Self { file: path.display().to_string(), code, children, taken }
    }
}

/// The module that a line declares.
fn child(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = ["pub(crate) ", "pub(super) ", "pub "]
        .into_iter()
        .find_map(|prefix| line.strip_prefix(prefix))
        .unwrap_or(line);
    line.strip_prefix("mod ")?.strip_suffix(';')
}

fn module_path(file: &Path) -> ModulePath {
    let without_ending = file.with_extension("");
    let names = without_ending.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    names.filter(|name| name != "lib").collect()
}

#[test]
fn every_way_to_name_a_module_is_seen() {
    let violations = |user: &str, text: &str| {
        let mut files = vec![
            ("lib.rs", "//! doc\n\npub mod low;\nmod mid;\npub mod high;\n"),
            ("low.rs", ""),
            ("mid.rs", "pub(super) mod a;\nmod b;\npub use b::{Taken, deep::Other};\n"),
            ("mid/a.rs", ""),
            ("mid/b.rs", ""),
            ("high.rs", ""),
        ];
        files.retain(|(path, _)| *path != user);
        files.push((user, text));
        let files: Vec<(PathBuf, String)> =
            files.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect();
        Modules::read("own", &files).violations().len()
    };
    for (user, text, count) in [
        ("mid.rs", "use crate::high::X;\n", 1),
        ("mid.rs", "use crate::low::X;\nuse crate::mid::Y;\n", 0),
        ("mid.rs", "use crate::{\n    low::{A, B},\n    high::C,\n};\n", 1),
        ("mid.rs", "fn f() -> crate::high::X {}\n", 1),
        ("mid.rs", "use super::high;\n", 1),
        ("mid/a.rs", "use super::super::high;\n", 1),
        ("mid/a.rs", "use super::high;\n", 0),
        ("mid/a.rs", "use super::b::X;\nuse crate::mid::b;\n", 2),
        ("mid/a.rs", "use super::Taken;\n", 1),
        ("mid/a.rs", "use super::Other as Another;\n", 1),
        ("mid/b.rs", "use super::a::X;\nuse super::Taken;\n", 0),
        ("high.rs", "use crate::low;\nuse crate::mid::a;\n", 0),
        ("mid.rs", "// crate::high\n/// [`crate::high`]\n", 0),
        ("mid.rs", "#[cfg(test)]\nmod tests {\n    use crate::high;\n}\n", 0),
    ] {
        assert_eq!(violations(user, text), count, "{user}: {text}");
    }
}
