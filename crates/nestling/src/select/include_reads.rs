//! Files that the `rules:exists` of includes ask about. Where such a file comes or goes, so do the jobs of an included file.

use crate::template_syntax::FileRead;
use crate::workspace::{Body, Templates};
use nestling_files::path::RepoPath;
use nestling_gitlab::configuration::exists_of;
use nestling_gitlab::diagnostic::FileId;
use nestling_gitlab::yaml::{self, Node};
use std::collections::{BTreeMap, BTreeSet};

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
        let Includes { reads, mut paths } = includes(&body.text, body.file);
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

    /// Returns the includes of a file. One that cannot be read is reported where it is included.
    fn of_file(&mut self, path: &RepoPath, file: FileId) -> &Includes {
        self.by_path.entry(path.clone()).or_insert_with(|| {
            let bytes = self.templates.files().read(path).ok().flatten();
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
            if text.contains("include") { includes(&text, file) } else { Includes::default() }
        })
    }
}

/// Lists the includes of a file, before it is rendered. Control lines are comments of YAML, and a file that is no YAML before it is
/// rendered has no includes here.
fn includes(text: &str, file: FileId) -> Includes {
    let mut includes = Includes::default();
    let documents = yaml::parse_file(text, file).unwrap_or_default();
    let nodes = documents.iter().filter_map(|document| document.get("include"));
    for include in nodes.flat_map(Node::items_or_self) {
        includes.reads.extend(exists_of(include).into_iter().map(file_read));
        let path = include.get("local").unwrap_or(include).as_str();
        includes.paths.extend(path.and_then(|path| RepoPath::parse(path).ok()));
    }
    includes
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
