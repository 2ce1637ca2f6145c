//! The meaning of a key or a value by its place: the path of keys above it.

use crate::outline::{ITEM, Outline};
use nestling::ide::WorkspaceFacts;
use nestling_files::path::RepoPath;
use nestling_gitlab::table::ROOT;

/// A kind of file, by its name and directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// `nestling.yml` of a unit or of the workspace.
    Nestling,
    /// A template of this name.
    Template(String),
    /// Test cases beside templates; the template that they are for by default.
    Cases(Option<String>),
    /// The stored pipeline of a test case.
    Snapshot,
    /// Any other file of jobs.
    Jobs,
}

impl FileKind {
    /// Returns the kind of a file of a workspace.
    pub(crate) fn of(path: &RepoPath, facts: Option<&WorkspaceFacts>) -> Self {
        let is_nestling =
            path.as_bytes().rsplit(|byte| *byte == b'/').next() == Some(nestling::FILE_NAME.as_bytes());
        if is_nestling {
            return Self::Nestling;
        }
        let case_files = facts.map(|facts| facts.case_files.as_slice()).unwrap_or_default();
        if let Some(cases) = case_files.iter().find(|cases| cases.path == *path) {
            return Self::Cases(cases.template.clone());
        }
        let directory = path.parent().filter(|directory| directory.file_name() == b"snapshots");
        let of_cases = directory.and_then(|directory| directory.parent());
        if of_cases.is_some() && case_files.iter().any(|cases| cases.path.parent() == of_cases) {
            return Self::Snapshot;
        }
        let template = facts
            .and_then(|facts| facts.templates.iter().find(|template| template.path.as_ref() == Some(path)));
        template.map_or(Self::Jobs, |template| Self::Template(template.name.clone()))
    }

    /// Returns `true` for a file whose jobs may hold template syntax.
    pub(crate) fn is_rendered(&self) -> bool {
        matches!(self, Self::Nestling | Self::Template(_))
    }
}

/// A document of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// Plain data: `workspace`, `unit` or `spec`.
    Header,
    /// Jobs, which may hold template syntax.
    Jobs,
    /// Test cases.
    Cases,
}

/// The keys that open a header.
const HEADER_KEYS: [&str; 4] = ["workspace", "unit", "spec", "reuse"];

impl Section {
    /// Returns the section that a document of a file is, as the file is at the moment.
    pub(crate) fn of(outline: &Outline<'_>, document: usize, kind: &FileKind) -> Self {
        if matches!(kind, FileKind::Cases(_)) {
            return Self::Cases;
        }
        if document > 0 {
            return Self::Jobs;
        }
        let first = outline.entries.iter().position(|entry| entry.document == 0);
        let opens = first.is_some_and(|first| HEADER_KEYS.contains(&outline.step(first)));
        let is_first_of_two = outline.documents.len() > 1 && kind.is_rendered();
        if opens || is_first_of_two { Self::Header } else { Self::Jobs }
    }
}

/// A kind of name that a value can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Template,
    /// The path of a component.
    Component,
    TemplateFolder,
    Unit,
    UnitDefinition,
    Environment,
    Stage,
    StageDefinition,
    Job,
    /// A file of the repository that is included.
    Include,
    /// A glob of directories that are units.
    DirectoryGlob,
    /// A glob of paths.
    Glob,
    Rule,
}

/// A kind of name that a key can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Job,
    Environment,
    EnvironmentUse,
    /// An input in a template's header.
    InputDefinition,
    /// An input where it is given a value.
    Input,
    Var,
}

/// Returns the kind of name that a value is, by the keys down to it.
pub(crate) fn value_kind(section: Section, path: &[&str]) -> Option<ValueKind> {
    match section {
        Section::Header => header_value(path),
        Section::Jobs => job_value(path),
        Section::Cases => case_value(path),
    }
}

/// Returns the path in a case as a path of the header that has the same keys: of a unit's uses, and of the workspace.
pub(crate) fn in_header<'p>(path: &[&'p str]) -> Option<Vec<&'p str>> {
    match in_case(path) {
        rest @ ["workspace", ..] => Some(rest.to_vec()),
        rest @ ["use", ..] => Some([&["unit"], rest].concat()),
        rest @ ["inputs", ..] => Some([&["unit", "use"], rest].concat()),
        _ => None,
    }
}

/// Returns the path in a case as a path of a file of jobs.
pub(crate) fn in_jobs<'p>(path: &[&'p str]) -> Option<Vec<&'p str>> {
    match in_case(path) {
        ["expect", "jobs", rest @ ..] if !rest.is_empty() => Some(rest.to_vec()),
        _ => None,
    }
}

/// Returns the steps within a case, of which a file can have a list.
pub(crate) fn in_case<'a, 'p>(path: &'a [&'p str]) -> &'a [&'p str] {
    match path {
        [first, rest @ ..] if *first == ITEM => rest,
        path => path,
    }
}

fn case_value(path: &[&str]) -> Option<ValueKind> {
    match in_case(path) {
        ["template"] => Some(ValueKind::Template),
        ["expect", "absent", ITEM] => Some(ValueKind::Job),
        ["expect", "errors" | "warnings", ITEM, "rule"] => Some(ValueKind::Rule),
        _ => match (in_header(path), in_jobs(path)) {
            (Some(path), _) => header_value(&path),
            (_, Some(path)) => job_value(&path),
            _ => None,
        },
    }
}

fn case_key(path: &[&str]) -> Option<KeyKind> {
    if let ["expect", "jobs", _] = in_case(path) {
        return Some(KeyKind::Job);
    }
    in_header(path).and_then(|path| key_kind(Section::Header, &path))
}

fn header_value(path: &[&str]) -> Option<ValueKind> {
    let kind = match path {
        ["unit", "name"] => ValueKind::UnitDefinition,
        ["workspace", "templates", ITEM] | ["workspace", "templates", ITEM, "path"] => {
            ValueKind::TemplateFolder
        }
        ["workspace", "stages", ITEM] => ValueKind::StageDefinition,
        ["workspace", "environments", _, "after"]
        | ["workspace", "environments", _, "after", "environment"] => ValueKind::Environment,
        ["unit", "cdk", "stages", _] | ["unit", "cdk", "stages", _, ITEM] => ValueKind::Environment,
        ["workspace", "units", ITEM, "match"] | ["workspace", "units", ITEM, "match", ITEM] => {
            ValueKind::DirectoryGlob
        }
        ["workspace", "ignore" | "everything", ITEM] | ["unit", "changes", ITEM] => ValueKind::Glob,
        ["workspace", "units", ITEM, "changes", ITEM] => ValueKind::Glob,
        ["unit" | "workspace", "allow", ITEM, "rule"] => ValueKind::Rule,
        ["unit", rest @ ..] | ["workspace", "units", ITEM, rest @ ..] => match rest {
            ["use"] | ["use", ITEM] | ["use", "template"] | ["use", ITEM, "template"] => ValueKind::Template,
            ["use", "component"] | ["use", ITEM, "component"] => ValueKind::Component,
            ["depends_on"] | ["depends_on", ITEM] | ["depends_on", "unit"] | ["depends_on", ITEM, "unit"] => {
                ValueKind::Unit
            }
            _ => return None,
        },
        _ => return None,
    };
    Some(kind)
}

fn job_value(path: &[&str]) -> Option<ValueKind> {
    if let ["include", rest @ ..] = path {
        let is_file = matches!(rest, [] | [ITEM] | ["local"] | [ITEM, "local"]);
        return is_file.then_some(ValueKind::Include);
    }
    if path == ["stages", ITEM] {
        return Some(ValueKind::StageDefinition);
    }
    let (name, keys) = path.split_first()?;
    if is_global(name) {
        return None;
    }
    let kind = match keys {
        ["extends"] | ["extends", ITEM] => ValueKind::Job,
        ["stage"] => ValueKind::Stage,
        ["needs", rest @ ..] | ["rules", ITEM, "needs", rest @ ..] => match rest {
            [] | [ITEM] | ["job"] | [ITEM, "job"] => ValueKind::Job,
            _ => return None,
        },
        ["dependencies", ITEM] | ["environment", "on_stop"] => ValueKind::Job,
        ["trigger", "include", "job"] | ["trigger", "include", ITEM, "job"] => ValueKind::Job,
        ["environment"] | ["environment", ITEM] | ["environment", "name"] | ["environment", "name", ITEM] => {
            ValueKind::Environment
        }
        ["trigger", "include"]
        | ["trigger", "include", ITEM | "local"]
        | ["trigger", "include", ITEM, "local"] => ValueKind::Include,
        _ => return None,
    };
    Some(kind)
}

/// Returns the kind of name that a key is, by the keys down to it with its own.
pub(crate) fn key_kind(section: Section, path: &[&str]) -> Option<KeyKind> {
    if section == Section::Cases {
        return case_key(path);
    }
    if section == Section::Jobs {
        return match path {
            [name] if *name != ITEM && !is_global(name) => Some(KeyKind::Job),
            _ => None,
        };
    }
    match path {
        ["workspace", "environments", _] => Some(KeyKind::Environment),
        ["workspace", "vars", _] => Some(KeyKind::Var),
        ["spec", "inputs", _] => Some(KeyKind::InputDefinition),
        ["unit", rest @ ..] | ["workspace", "units", ITEM, rest @ ..] => match rest {
            ["use", "inputs", _] | ["use", ITEM, "inputs", _] => Some(KeyKind::Input),
            ["use", "environments", _] | ["use", ITEM, "environments", _] => Some(KeyKind::EnvironmentUse),
            ["use", "environments", _, _] | ["use", ITEM, "environments", _, _] => Some(KeyKind::Input),
            _ => None,
        },
        _ => None,
    }
}

/// Returns `true` for a key of a file that is not a job.
pub(crate) fn is_global(name: &str) -> bool {
    ROOT.keyword(name).is_some()
}
