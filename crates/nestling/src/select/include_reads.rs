//! Files that the `rules:exists` of includes ask about. Where such a file comes or goes, so do the jobs of an included file.

use crate::template_syntax::FileRead;
use crate::workspace::{Body, Templates};
use nestling_files::path::RepoPath;
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

    /// Returns the files that the `rules:exists` of jobs ask about, in a body and in the files that it includes.
    pub(super) fn asked_by(&mut self, body: &Body) -> BTreeSet<FileRead> {
        if !body.includes() && !body.text.contains("exists") {
            return BTreeSet::new();
        }
        let Includes { asked, mut paths, .. } = includes(&body.text, body.file);
        let mut asked: BTreeSet<FileRead> = asked.into_iter().collect();
        let mut visited = BTreeSet::new();
        while let Some(path) = paths.pop() {
            if visited.insert(path.clone()) {
                let included = self.of_file(&path, body.file);
                asked.extend(included.asked.iter().cloned());
                paths.extend(included.paths.iter().cloned());
            }
        }
        asked
    }

    /// Returns the includes of a file. One that cannot be read is reported where it is included.
    fn of_file(&mut self, path: &RepoPath, file: FileId) -> &Includes {
        self.by_path.entry(path.clone()).or_insert_with(|| {
            let bytes = self.templates.files().read(path).ok().flatten();
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
            let is_asking = text.contains("include") || text.contains("exists");
            if is_asking { includes(&text, file) } else { Includes::default() }
        })
    }
}

/// Lists the includes of a file, before it is rendered. Control lines are comments of YAML, and a file that is no YAML before it is
/// rendered has no includes here.
fn includes(text: &str, file: FileId) -> Includes {
    let mut includes = Includes::default();
    let Ok(documents) = yaml::parse_file(text, file) else {
        includes.asked.extend(text.contains("exists").then_some(FileRead::Computed));
        return includes;
    };
    includes.asked.extend(documents.iter().flat_map(asked_by_jobs));
    let nodes = documents.iter().filter_map(|document| document.get("include"));
    for include in nodes.flat_map(Node::items_or_self) {
        includes.reads.extend(exists_of(include).into_iter().map(file_read));
        let path = include.get("local").unwrap_or(include).as_str();
        includes.paths.extend(path.and_then(|path| RepoPath::parse(path).ok()));
    }
    includes
}

/// Returns the files that the jobs of a document ask about.
fn asked_by_jobs(document: &Node) -> impl Iterator<Item = FileRead> {
    let jobs = document.as_map().into_iter().flat_map(Map::iter);
    jobs.flat_map(|(_, job)| exists_of_job(job)).map(|text| file_read(&loosened(text)))
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
