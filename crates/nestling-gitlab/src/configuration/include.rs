//! `include:` inside a fragment: local files are read and folded in, so that the output needs nothing but itself.
//!
//! A file that the plan job made is not visible to an `include: local` of a child pipeline, and variables in its
//! `include:` are empty (<https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#dynamic-child-pipelines>).

use super::{dropped_document, glob};
use crate::configuration::rules::{INCLUDE, UNREADABLE};
use crate::diagnostic::{Diagnostic, FileId, Origin, Severity, Sources, utf8};
use crate::pipeline::defaults::Defaults;
use crate::pipeline::expression::Truth;
use crate::pipeline::fragment::Fragment;
use crate::pipeline::known::KnownVariables;
use crate::pipeline::presence::Changed;
use crate::yaml::{self, Map, Node};
use header::{Interpolated, RULE as HEADER, given_problems, interpolate};
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use not_included::{refused, too_deep, uncertain};

mod copied;
mod condition;
mod not_included;
mod spec_rule;
mod spec;
pub(crate) mod header;
mod listed;

pub use condition::file_exists;
pub use copied::{CopiedFile, CopiedFrom, FilesByFile};
pub use listed::{exists_of, includes_of};
pub(super) use spec::of_spec;
pub use spec::{SpecInputs, spec_inputs};

/// The files and variables that folding a file depends on.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The files that `include: local` reads.
    pub files: &'a dyn Files,
    /// A file whose own includes, and those of what it includes, are read from other files.
    pub elsewhere: Option<(FileId, &'a dyn Files)>,
    /// Files that come from other revisions, and include from there.
    pub revisions: Option<&'a dyn FilesByFile>,
    /// The sources that included files are added to.
    pub sources: &'a Sources,
    /// Variables that are known when GitLab creates the pipeline, for `include:rules`.
    pub variables: &'a KnownVariables,
    /// The changed paths, for `include:rules:changes`.
    pub changed: Changed<'a>,
    /// Defaults that are weaker than the file's own.
    pub defaults: Option<&'a Defaults>,
}

impl Surroundings<'_> {
    /// Returns the surroundings of an include that a file has.
    fn of(&self, file: FileId) -> Self {
        let files = match self.elsewhere {
            Some((other, files)) if file == other => Some(files),
            _ => self.revisions.and_then(|revisions| revisions.files_of(file)),
        };
        match files {
            Some(files) => Self { files, elsewhere: None, ..*self },
            None => *self,
        }
    }
}

/// The way to handle an include that only GitLab can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteIncludes {
    /// It is returned beside the jobs, which are written for GitLab together with it.
    Keep,
    /// It is returned beside the jobs, which are only looked at.
    Unread,
    /// As [`Self::Unread`], but a local file is read where it is not known whether its rules hold: all jobs that there can be.
    Possible,
    /// As [`Self::Unread`], and so is every local one: there are no files to read.
    AllUnread,
    /// It is an error.
    Refuse,
}

/// Levels of nested includes: a chain this deep is a circle. GitLab has no limit but that of files.
const DEPTH_LIMIT: usize = 100;

/// Files that GitLab includes in one pipeline (<https://docs.gitlab.com/ci/yaml/#include>).
const FILE_LIMIT: usize = 150;

/// A fragment with those that it includes.
#[derive(Default)]
pub(super) struct Included {
    /// Each before the one that includes it, as GitLab merges them.
    pub fragments: Vec<Fragment>,
    /// The includes that only GitLab can read, of all of them.
    pub unread: Vec<Node>,
    /// The places of values that are not known.
    pub open: Vec<Origin>,
    /// A file could not be read: nothing that it may define is reported as undefined.
    pub is_incomplete: bool,
    pub problems: Vec<Diagnostic>,
}

/// Reads what a fragment includes.
pub(super) fn read(fragment: Fragment, surroundings: &Surroundings<'_>, remote: RemoteIncludes) -> Included {
    let included = Included::default();
    let chain = Vec::new();
    let mut reading =
        Reading { surroundings: *surroundings, project: None, remote, chain, count: 0, included };
    reading.fragment(fragment, 0);
    reading.included
}

/// Takes the includes out.
fn kept(fragment: &mut Fragment) -> Vec<Node> {
    let Some(node) = fragment.globals.remove("include").filter(|node| !node.is_null()) else {
        return Vec::new();
    };
    match node.as_seq() {
        Some(items) => items.to_vec(),
        None => vec![node],
    }
}

struct Reading<'a> {
    /// The surroundings of the file that is being read.
    surroundings: Surroundings<'a>,
    /// The project that it is a copy from; `None` for a file of this repository.
    project: Option<CopiedFrom>,
    remote: RemoteIncludes,
    /// The files on the way to this one.
    chain: Vec<RepoPath>,
    /// Number of files so far.
    count: usize,
    included: Included,
}

impl Reading<'_> {
    fn fragment(&mut self, mut fragment: Fragment, depth: usize) {
        let (outer, project) = (self.surroundings, self.project.clone());
        for include in kept(&mut fragment) {
            self.surroundings = outer.of(include.origin.file);
            let own = outer.revisions.and_then(|files| files.copied_from(include.origin.file));
            self.project = own.or_else(|| project.clone());
            let is_copied = self.project.is_some();
            let included = include.as_map().map_or(Truth::Yes, |map| {
                condition::included(map, &self.surroundings, self.project.as_ref())
            });
            match (local_path(&include), included) {
                (_, Truth::No) => {}
                _ if self.remote == RemoteIncludes::AllUnread => self.included.unread.push(include),
                (_, Truth::Yes) if is_copied => self.copied(&include, depth),
                (Some(path), Truth::Yes) => self.local(&include, path, depth),
                (Some(path), Truth::Maybe) if self.remote == RemoteIncludes::Possible => {
                    self.local(&include, path, depth);
                }
                _ if self.remote != RemoteIncludes::Refuse => self.included.unread.push(include),
                (path, Truth::Maybe) => self.included.problems.push(uncertain(include.origin, path)),
                (None, _) => self.included.problems.push(refused(&include)),
            }
        }
        (self.surroundings, self.project) = (outer, project);
        self.included.fragments.push(fragment);
    }

    fn local(&mut self, include: &Node, path: &str, depth: usize) {
        if self.is_too_deep(include.origin, depth) {
            return;
        }
        match self.paths(path, include.origin) {
            Err(problem) => self.included.problems.push(problem),
            Ok(paths) => paths.into_iter().for_each(|path| self.file(&path, include, depth)),
        }
    }

    /// Reads the copies that an include of a component means.
    fn copied(&mut self, include: &Node, depth: usize) {
        if self.is_too_deep(include.origin, depth) {
            return;
        }
        let (Some(files), Some(from)) = (self.surroundings.revisions, self.project.clone()) else { return };
        match files.copies(include, &from) {
            Err(problem) => self.included.problems.push(*problem),
            Ok(copies) if copies.is_empty() => {
                let path = local_path(include).unwrap_or_default();
                self.included.problems.push(no_match(path, include.origin));
            }
            Ok(copies) => {
                for CopiedFile { path, from } in copies {
                    self.project = Some(from);
                    self.file(&path, include, depth);
                }
            }
        }
        self.project = Some(from);
    }

    /// Reports a chain of includes that is longer than any that ends.
    fn is_too_deep(&mut self, origin: Origin, depth: usize) -> bool {
        let is_too_deep = depth >= DEPTH_LIMIT;
        if is_too_deep {
            self.included.problems.push(too_deep(&self.chain, DEPTH_LIMIT, origin));
        }
        is_too_deep
    }

    /// The files that a path names, or that its wildcards match.
    fn paths(&mut self, path: &str, origin: Origin) -> Result<Vec<RepoPath>, Diagnostic> {
        if !path.contains('*') {
            let path = RepoPath::parse(path).map_err(|problem| error(origin, problem.to_string()))?;
            return Ok(vec![path]);
        }
        let pattern = format!("/{}", path.trim_start_matches('/'));
        let paths = glob::files(&pattern, self.surroundings.files);
        let paths = paths.map_err(|problem| unreadable(&problem.to_string()))?;
        if paths.is_empty() {
            self.included.problems.push(no_match(path, origin));
        }
        Ok(paths)
    }

    fn file(&mut self, path: &RepoPath, include: &Node, depth: usize) {
        let origin = include.origin;
        self.count += 1;
        if self.count > FILE_LIMIT {
            if self.count == FILE_LIMIT + 1 {
                let message =
                    format!("more than {FILE_LIMIT} files are included; GitLab allows {FILE_LIMIT}");
                self.included.problems.push(error(origin, message));
            }
            return;
        }
        let read = match self.surroundings.files.read(path) {
            Err(problem) => Err(vec![unreadable(&problem.to_string())]),
            Ok(None) => {
                let problem = error(origin, format!("included file `{path}` does not exist"));
                Err(vec![problem.with_help("paths of `include: local` start at the repository's root")])
            }
            Ok(Some(bytes)) => self.parse(path, bytes, include),
        };
        match read {
            Ok(fragment) => {
                self.chain.push(path.clone());
                self.fragment(fragment, depth + 1);
                self.chain.pop();
            }
            Err(problems) => {
                self.included.is_incomplete = true;
                self.included.problems.extend(problems);
            }
        }
    }

    fn parse(
        &mut self,
        path: &RepoPath,
        bytes: Vec<u8>,
        include: &Node,
    ) -> Result<Fragment, Vec<Diagnostic>> {
        let sources = self.surroundings.sources;
        let text = utf8(sources, path, bytes).map_err(|error| vec![error])?;
        let file = sources.add(path, text.as_str());
        let (documents, warnings) = match self.remote {
            RemoteIncludes::Unread | RemoteIncludes::Possible | RemoteIncludes::AllUnread => {
                yaml::parse_leniently(&text, file)?
            }
            RemoteIncludes::Keep | RemoteIncludes::Refuse => (yaml::parse_file(&text, file)?, Vec::new()),
        };
        self.included.problems.extend(warnings);
        let mut documents = documents.into_iter();
        let Some(mut node) = documents.next() else { return Ok(Fragment::default()) };
        let header = node.as_map().filter(|map| map.contains("spec")).cloned();
        let header = header.filter(|_| documents.len() > 0);
        if header.is_some() {
            node = documents.next().unwrap_or(node);
        }
        self.included.problems.extend(dropped_document(documents, node.origin));
        yaml::merge_keys(&mut node)?;
        self.inputs(header.as_ref(), &mut node, include);
        let (fragment, problems) = Fragment::from_node(node);
        self.included.problems.extend(problems);
        Ok(fragment)
    }

    /// Puts the inputs that an include gives into the document of the file.
    fn inputs(&mut self, header: Option<&Map>, node: &mut Node, include: &Node) {
        let no_inputs = Map::default();
        let given = include.get("inputs").and_then(Node::as_map).unwrap_or(&no_inputs);
        let Some(header) = header else {
            if let Some(first) = given.entries.first() {
                let message = "the include sets inputs, but the included file has no `spec: inputs:`";
                let problem = Diagnostic::error(&HEADER, first.key.origin, message);
                let help = "begin the file with `spec: { inputs: … }` and a line `---`, or remove them";
                self.included.problems.push(problem.with_help(help));
            }
            return;
        };
        let (from, surroundings) = (self.project.as_ref(), &self.surroundings);
        let Interpolated { problems, open, inputs } =
            interpolate(header, node, Some(given), from, surroundings, self.remote);
        self.included.problems.extend(problems);
        self.included.problems.extend(given_problems(given, &inputs, include.origin));
        self.included.open.extend(open);
    }
}

fn error(origin: Origin, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(&INCLUDE, origin, message)
}

fn no_match(path: &str, origin: Origin) -> Diagnostic {
    let problem = Diagnostic::warning(&INCLUDE, origin, format!("no file matches `{path}`"));
    problem.with_help("`*` matches within a directory, `**` across directories")
}

fn unreadable(message: &str) -> Diagnostic {
    Diagnostic::new(&UNREADABLE, Severity::Error, message)
}

/// The path of `include: path`, `include: { local: path }`, with `rules` and `inputs` or without; `None` for every other form.
fn local_path(include: &Node) -> Option<&str> {
    let text = match include.as_map() {
        Some(map) if map.iter().all(|(key, _)| matches!(key, "local" | "rules" | "inputs")) => {
            map.get("local")?.as_str()?
        }
        Some(_) => return None,
        None => include.as_str()?,
    };
    // Only GitLab knows the values of variables.
    let is_remote = text.contains("://") || text.contains('$');
    (!is_remote).then_some(text)
}

/// Reports a `$[[ ]]` of an included file whose value only GitLab knows.
pub(super) fn unresolved(origin: Origin) -> Diagnostic {
    error(origin, "the value of this `$[[ ]]` is not known before the pipeline runs").with_help(
        "only `$[[ inputs.NAME ]]` is possible in a file that is included; pass other values as inputs",
    )
}
