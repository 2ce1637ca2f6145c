//! The paths that a file names: `crate::…`, `self::…` and `super::…`, each branch of a group apart.

/// A path as it is written, with the line that it starts on.
#[derive(Debug, PartialEq)]
pub(crate) struct Named {
    pub(crate) line: usize,
    pub(crate) start: Start,
    pub(crate) names: Vec<String>,
}

/// The module that a path starts from.
#[derive(Debug, PartialEq, Clone, Copy)]
pub(crate) enum Start {
    Crate,
    /// As many modules above the file's own; 0 for `self`.
    Above(usize),
}

/// All paths in a string, in order.
pub(crate) fn named(text: &str) -> Vec<Named> {
    let keywords = ["crate::", "self::", "super::"];
    let mut starts: Vec<(usize, &str)> =
        keywords.iter().flat_map(|keyword| text.match_indices(keyword)).collect();
    starts.sort_unstable();
    let mut paths = Vec::new();
    for (offset, keyword) in starts {
        let before = text[..offset].chars().next_back().unwrap_or(' ');
        // The second `super::` of a path, and the end of a longer word, start nothing.
        if before.is_alphanumeric() || matches!(before, '_' | '$' | ':') {
            continue;
        }
        let mut rest = &text[offset + keyword.len()..];
        let start = match keyword {
            "crate::" => Start::Crate,
            "self::" => Start::Above(0),
            _ => {
                let further = rest.len() - rest.trim_start_matches("super::").len();
                rest = &rest[further..];
                Start::Above(1 + further / "super::".len())
            }
        };
        let line = text[..offset].matches('\n').count() + 1;
        paths.extend(branches(rest).into_iter().map(|names| Named { line, start, names }));
    }
    paths
}

/// The branches of what follows `use NAME::`, for each of these names.
pub(crate) fn taken_from(text: &str, name: &str) -> Vec<Vec<String>> {
    let mut taken = Vec::new();
    for (offset, found) in text.match_indices(&format!("use {name}::")) {
        taken.extend(branches(&text[offset + found.len()..]));
    }
    taken
}

/// Each path that a string starts with.
fn branches(text: &str) -> Vec<Vec<String>> {
    let mut reader = Reader { rest: text, branches: Vec::new() };
    reader.branch(&[]);
    reader.branches
}

struct Reader<'a> {
    rest: &'a str,
    branches: Vec<Vec<String>>,
}

impl Reader<'_> {
    fn branch(&mut self, prefix: &[String]) {
        self.rest = self.rest.trim_start();
        if let Some(group) = self.rest.strip_prefix('{') {
            self.rest = group;
            self.group(prefix);
            return;
        }
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        let is_module = !name.is_empty() && name != "self";
        let names: Vec<String> = prefix.iter().cloned().chain(is_module.then(|| name.to_owned())).collect();
        self.rest = rest;
        match rest.strip_prefix("::") {
            Some(rest) if is_module => {
                self.rest = rest;
                self.branch(&names);
            }
            _ => self.branches.push(names),
        }
    }

    /// The branches of a group, up to the brace that closes it.
    fn group(&mut self, prefix: &[String]) {
        while !self.rest.is_empty() {
            self.rest = self.rest.trim_start_matches([' ', '\n', ',']);
            if let Some(rest) = self.rest.strip_prefix('}') {
                self.rest = rest;
                return;
            }
            self.branch(prefix);
            // A branch may end with `*` or `as name`.
            let end = self.rest.find([',', '}']).unwrap_or(self.rest.len());
            self.rest = &self.rest[end..];
        }
    }
}

#[test]
fn each_branch_of_a_path_is_seen() {
    let text = "use crate::{\n    low::{A, B as C},\n    high::deep::*,\n};\nfn f(x: super::super::mid::X) -> self::own {}\n";
    let shown: Vec<String> = named(text)
        .iter()
        .map(|path| format!("{} {:?} {}", path.line, path.start, path.names.join("::")))
        .collect();
    assert_eq!(
        shown,
        ["1 Crate low::A", "1 Crate low::B", "1 Crate high::deep", "5 Above(2) mid::X", "5 Above(0) own",]
    );
    assert!(named("$crate::a mycrate::b other::c").is_empty());
    assert_eq!(taken_from("pub use low::{A, b::B};", "low"), [vec!["A"], vec!["b", "B"]]);
}
