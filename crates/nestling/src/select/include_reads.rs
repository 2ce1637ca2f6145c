//! Files that the `rules:exists` of includes ask about. Where such a file comes or goes, so do the jobs of an included file.

use crate::template_syntax::FileRead;
use crate::workspace::{Body, Templates};
use nestling_files::path::{Glob, RepoPath};
use nestling_gitlab::configuration::exists_of;
use nestling_gitlab::diagnostic::FileId;
use nestling_gitlab::yaml::{self, Map, Node};
use regex::Regex;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// An expression of a template.
static EXPRESSION: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\$\{\{.*?\}\}").ok());

/// Included files with what their own includes ask about, each read once for all units.
pub(super) struct IncludeReads<'a> {
    templates: &'a Templates<'a>,
    by_path: BTreeMap<RepoPath, Includes>,
}

/// The includes of one file.
#[derive(Debug, Clone, Default)]
struct Includes {
    reads: Vec<FileRead>,
    paths: Vec<RepoPath>,
    /// Files that jobs ask about.
    asked: Vec<FileRead>,
    /// Files of child pipelines that jobs trigger, as written.
    triggered: Vec<String>,
}

/// Files that jobs name, as far as their text is known before it is rendered.
#[derive(Debug, Clone, Default)]
pub(super) struct NamedByJobs {
    /// Files that `rules:exists` asks about.
    pub asked: BTreeSet<FileRead>,
    /// Files of child pipelines, as written.
    pub triggered: BTreeSet<String>,
}

impl<'a> IncludeReads<'a> {
    pub(super) fn new(templates: &'a Templates<'a>) -> Self {
        Self { templates, by_path: BTreeMap::new() }
    }

    /// Returns the files that the includes of a body ask about, and those of the files that it includes.
    pub(super) fn of_body(&mut self, body: &Body) -> BTreeSet<FileRead> {
        if !body.includes() {
            return BTreeSet::new();
        }
        let Includes { reads, mut paths, .. } = includes(&body.text, body.file);
        let mut reads: BTreeSet<FileRead> = reads.into_iter().collect();
        let mut visited = BTreeSet::new();
        while let Some(path) = paths.pop() {
            if visited.insert(path.clone()) {
                let included = self.of_file(&path, body.file);
                reads.extend(included.reads.iter().cloned());
                paths.extend(included.paths.iter().cloned());
            }
        }
        reads
    }

    /// Returns the files that jobs name in a body and in the files that it includes.
    pub(super) fn named_by_jobs(&mut self, body: &Body) -> NamedByJobs {
        if !body.includes() && !names_files(&body.text) {
            return NamedByJobs::default();
        }
        let Includes { asked, triggered, mut paths, .. } = includes(&body.text, body.file);
        let mut named =
            NamedByJobs { asked: asked.into_iter().collect(), triggered: triggered.into_iter().collect() };
        let mut visited = BTreeSet::new();
        while let Some(path) = paths.pop() {
            if visited.insert(path.clone()) {
                let included = self.of_file(&path, body.file);
                named.asked.extend(included.asked.iter().cloned());
                named.triggered.extend(included.triggered.iter().cloned());
                paths.extend(included.paths.iter().cloned());
            }
        }
        named
    }

    /// Returns the changed files that a child pipeline is made from: its file, those that it includes, and those of the child
    /// pipelines that its jobs trigger.
    pub(super) fn changed_in_child(
        &mut self,
        written: &str,
        file: FileId,
        changed: &BTreeSet<RepoPath>,
    ) -> BTreeSet<RepoPath> {
        let mut found = BTreeSet::new();
        let mut visited = BTreeSet::new();
        let mut pending = vec![written.to_owned()];
        while let Some(written) = pending.pop() {
            if !visited.insert(written.clone()) {
                continue;
            }
            let text = loosened(written.trim_start_matches('/'));
            let Ok(glob) = Glob::parse(&text) else { continue };
            found.extend(changed.iter().filter(|path| glob.matches(path)).cloned());
            if let Ok(path) = RepoPath::parse(&*text) {
                let Includes { paths, triggered, .. } = self.of_file(&path, file);
                pending.extend(paths.iter().map(ToString::to_string));
                pending.extend(triggered.iter().cloned());
            }
        }
        found
    }

    /// Returns the includes of a file. One that cannot be read is reported where it is included.
    fn of_file(&mut self, path: &RepoPath, file: FileId) -> &Includes {
        self.by_path.entry(path.clone()).or_insert_with(|| {
            let bytes = self.templates.files().read(path).ok().flatten();
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
            let is_naming = text.contains("include") || names_files(&text);
            if is_naming { includes(&text, file) } else { Includes::default() }
        })
    }
}

/// Lists the includes of a file, before it is rendered. Control lines are comments of YAML, and a file that is no YAML before it is
/// rendered has no includes here.
fn includes(text: &str, file: FileId) -> Includes {
    let mut includes = Includes::default();
    let Ok(documents) = yaml::parse_file(text, file) else {
        includes.asked.extend(text.contains("exists").then_some(FileRead::Computed));
        includes.triggered.extend(text.contains("trigger").then(|| "**/*".to_owned()));
        return includes;
    };
    includes.asked.extend(documents.iter().flat_map(asked_by_jobs));
    includes
        .triggered
        .extend(documents.iter().flat_map(jobs).flat_map(child_files_of_job).map(str::to_owned));
    let nodes = documents.iter().filter_map(|document| document.get("include"));
    for include in nodes.flat_map(Node::items_or_self) {
        includes.reads.extend(exists_of(include).into_iter().map(file_read));
        let path = include.get("local").unwrap_or(include).as_str();
        includes.paths.extend(path.and_then(|path| RepoPath::parse(path).ok()));
    }
    includes
}

fn names_files(text: &str) -> bool {
    text.contains("exists") || text.contains("trigger")
}

fn jobs(document: &Node) -> impl Iterator<Item = &Node> {
    document.as_map().into_iter().flat_map(Map::iter).map(|(_, job)| job)
}

/// Returns the files that the jobs of a document ask about.
fn asked_by_jobs(document: &Node) -> impl Iterator<Item = FileRead> {
    jobs(document).flat_map(exists_of_job).map(|text| file_read(&loosened(text)))
}

/// Returns the files of this repository that the child pipeline of a job is made from, as written.
pub(crate) fn child_files_of_job(job: &Node) -> Vec<&str> {
    let include = job.get("trigger").and_then(|trigger| trigger.get("include"));
    let entries = include.into_iter().flat_map(Node::items_or_self);
    // A string is a local file, unless it is a URL.
    entries
        .filter_map(|entry| entry.get("local").unwrap_or(entry).as_str())
        .filter(|path| !path.contains("://"))
        .collect()
}

/// Returns the paths and globs in the `rules:exists` of a job, without those of other projects.
pub(crate) fn exists_of_job(job: &Node) -> Vec<&str> {
    let mut texts = Vec::new();
    let mut open: Vec<&Node> = job.get("rules").into_iter().collect();
    while let Some(rule) = open.pop() {
        if let Some(rules) = rule.as_seq() {
            // A list of rules in the list is flattened.
            open.extend(rules);
        } else if let Some(exists) = rule.get("exists").filter(|exists| exists.get("project").is_none()) {
            let paths = exists.get("paths").unwrap_or(exists).items_or_self();
            texts.extend(paths.iter().filter_map(Node::as_str));
        }
    }
    texts
}

/// Returns a glob that matches all that a string can match: a component with an expression or a variable stands for any.
pub(crate) fn loosened(text: &str) -> Cow<'_, str> {
    if !text.contains('$') {
        return Cow::Borrowed(text);
    }
    let text =
        EXPRESSION.as_ref().map_or(Cow::Borrowed(text), |expression| expression.replace_all(text, "$$"));
    let mut components: Vec<&str> =
        text.split('/').map(|component| if component.contains('$') { "**" } else { component }).collect();
    if components.last() == Some(&"**") {
        components.push("*");
    }
    Cow::Owned(components.join("/"))
}

/// GitLab matches `rules:exists` from the root of the repository.
fn file_read(glob: &str) -> FileRead {
    let glob = glob.trim_start_matches('/');
    match glob {
        _ if glob.contains('$') => FileRead::Computed,
        _ if glob.contains(['*', '?', '[', '{']) => FileRead::Glob(glob.to_owned()),
        _ => FileRead::Path(glob.trim_end_matches('/').to_owned()),
    }
}
