//! The configuration as it is written: what jobs are made of, and the anchors that they define.

use super::candidate::{Candidate, Owner};
use super::includes::{Includes, document};
use super::old::FILE;
use super::text::Blocks;
use nestling::{Files, RepoPath};
use nestling_gitlab::yaml::{Kind, Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// The sources of jobs: by `extends` and `!reference`, across files, and by anchors within one.
#[derive(Debug, Default)]
pub(super) struct References {
    /// For each name the names that it uses, directly.
    uses: BTreeMap<String, BTreeSet<String>>,
    /// The contents of the files, in blocks.
    pub blocks: BTreeMap<String, Blocks>,
}

impl References {
    /// Reads the files of a configuration.
    pub(super) fn read(files: &dyn Files, includes: &Includes) -> Self {
        let mut references = Self::default();
        for path in std::iter::once(FILE).chain(includes.paths()) {
            let text = RepoPath::parse(path).ok().and_then(|path| files.read(&path).ok().flatten());
            let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
            if let Some(text) = text {
                references.blocks.insert(path.to_owned(), Blocks::read(&text));
            }
            let Some(document) = document(files, path) else { continue };
            for entry in document.as_map().into_iter().flat_map(|map| &map.entries) {
                let mut used = BTreeSet::new();
                add_used(&entry.value, true, &mut used);
                used.extend(
                    references
                        .blocks
                        .get(path)
                        .into_iter()
                        .flat_map(|blocks| blocks.anchored_by(entry.key.text())),
                );
                references.uses.entry(entry.key.text().to_owned()).or_default().extend(used);
            }
        }
        references
    }

    /// Returns the visible jobs that a job is made of, hidden ones in between included.
    pub(super) fn of<'a>(&'a self, candidate: &'a Candidate) -> impl Iterator<Item = &'a str> {
        self.reached([candidate.key.as_str()]).into_iter().filter(|name| !name.starts_with('.'))
    }

    /// Returns the names that any of these use, directly or through others.
    pub(super) fn reached<'a>(&'a self, from: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = from.into_iter().collect();
        while let Some(name) = open.pop() {
            for used in self.uses.get(name).into_iter().flatten() {
                if reached.insert(used) {
                    open.push(used);
                }
            }
        }
        reached
    }

    /// Returns the reason why a job of the root stays that several files define: GitLab merges them.
    pub(super) fn defined_elsewhere(&self, candidate: &Candidate) -> Option<String> {
        let mut others = self.blocks.iter().filter(|(path, _)| **path != candidate.file);
        let (path, _) = others.find(|(_, blocks)| blocks.keys().any(|key| key == candidate.key))?;
        (candidate.owner == Owner::Root).then(|| format!("`{path}` defines it as well"))
    }

    /// Returns the reason why a job stays whose anchor is used by another block of its file.
    pub(super) fn anchor_outside(&self, candidate: &Candidate) -> Option<String> {
        let blocks = self.blocks.get(&candidate.file)?;
        let anchor = blocks.anchor_used_outside(&candidate.key)?;
        Some(format!("its anchor `&{anchor}` is used elsewhere"))
    }
}

fn add_used(node: &Node, is_body: bool, used: &mut BTreeSet<String>) {
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::Seq(items) if node.is_reference() => {
            used.extend(items.first().and_then(Node::text).map(str::to_owned));
        }
        Kind::Seq(items) => items.iter().for_each(|item| add_used(item, false, used)),
        Kind::Map(map) => {
            if is_body {
                used.extend(extended(map));
            }
            map.iter().for_each(|(_, value)| add_used(value, false, used));
        }
    }
}

fn extended(body: &Map) -> impl Iterator<Item = String> + '_ {
    let bases = body.get("extends").map(Node::items_or_self).unwrap_or_default();
    bases.iter().filter_map(Node::text).map(str::to_owned)
}
