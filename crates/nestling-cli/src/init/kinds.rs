//! Kinds of projects: the files that mark them, the template that fits, and the files that concern many of them.

mod table;

use super::dockerfile_names::chosen;
use super::own_templates::OwnTemplate;
use std::collections::BTreeSet;

pub(super) use table::KINDS;

/// Meaning of a kind's projects for a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Code that is built and tested. A directory has one of these.
    Code,
    /// Something that is published or deployed, beside code or alone.
    Delivery,
    /// A file that says something about the code beside it, and is no project.
    Tool,
}

/// A kind of projects.
#[derive(Debug)]
pub(super) struct Kind {
    /// Its name in the code.
    pub id: &'static str,
    /// The noun of the report.
    pub noun: &'static str,
    /// Its meaning for a pipeline.
    pub role: Role,
    /// Names of files that mark a directory; `*.tf` is every name with that end.
    pub markers: &'static [&'static str],
    /// Built-in templates without `nestling/`. The first one that this version of Nestling has is proposed.
    pub templates: &'static [&'static str],
    /// The template that is written where there is no built-in one.
    pub own_template: Option<&'static OwnTemplate>,
    /// The reader of dependencies, as in `depends_from`.
    pub reader: Option<&'static str>,
    /// Files that make a project independent of a workspace above it.
    pub own: &'static [&'static str],
    /// Files above a project that concern it.
    pub shared: &'static [&'static str],
    /// The page that shows how to use it without a template.
    pub advice: &'static str,
}

impl Kind {
    /// Returns the kind of this id.
    pub(super) fn named(id: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.id == id)
    }

    /// Returns the marker among the names of files of a directory.
    pub(super) fn marker<'n>(&self, names: &'n BTreeSet<String>) -> Option<&'n str> {
        if self.id == "docker" {
            let files = chosen(names);
            return files.own.or(files.others.first().copied()).or(files.development.first().copied());
        }
        self.markers
            .iter()
            .find_map(|marker| names.iter().find(|name| fits(marker, name)).map(String::as_str))
    }

    /// Returns the template of this kind: a built-in one that this version has, or else one that can be written.
    pub(super) fn template(&self, library: &[String]) -> Option<String> {
        let built_in = self.templates.iter().map(|name| format!("nestling/{name}"));
        let own = self.own_template.map(|template| template.name.to_owned());
        built_in.chain(own).find(|name| library.contains(name))
    }
}

/// Returns true if a name is the pattern, or ends with what follows its `*`.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => name.len() > end.len() && name.ends_with(end),
        None => name == pattern,
    }
}

/// Lock files that Nestling can compare package by package, with their kind and the manifest that they belong to.
const UNDERSTOOD: [(&str, &str, &str); 7] = [
    ("package-lock.json", "node", "package.json"),
    ("npm-shrinkwrap.json", "node", "package.json"),
    ("pnpm-lock.yaml", "node", "package.json"),
    ("yarn.lock", "node", "package.json"),
    ("Cargo.lock", "rust", "Cargo.toml"),
    ("uv.lock", "python", "pyproject.toml"),
    ("poetry.lock", "python", "pyproject.toml"),
];

/// Returns the manifest of what a lock file of a kind serves, if a reader of dependencies understands it.
pub(super) fn served_by(kind: &Kind, lock: &str) -> Option<&'static str> {
    // Packages of Nx have manifests of npm.
    let id = if kind.id == "nx" { "node" } else { kind.id };
    let known = UNDERSTOOD.iter().find(|(name, of, _)| *name == lock && *of == id);
    known.map(|(.., manifest)| *manifest)
}

/// Files at the root that concern every unit.
pub(super) const EVERYTHING: [&str; 7] = [
    ".gitlab-ci.yml",
    "nestling.gitlab-ci.yml",
    ".tool-versions",
    "mise.toml",
    ".mise.toml",
    "devbox.json",
    "flake.lock",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_by_its_own_markers() {
        for (index, kind) in KINDS.iter().enumerate() {
            assert!(!kind.markers.is_empty(), "{}", kind.id);
            for marker in kind.markers {
                let earlier = &KINDS[..index];
                let other = earlier.iter().find(|other| other.markers.contains(marker));
                assert!(other.is_none(), "{marker} is of {} and {other:?}", kind.id);
            }
        }
    }

    #[test]
    fn an_end_of_a_name_is_no_name() {
        assert!(fits("*.tf", "main.tf"));
        assert!(!fits("*.tf", ".tf"));
        assert!(!fits("go.mod", "go.mod.bak"));
    }
}
