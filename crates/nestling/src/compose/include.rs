//! `include:` inside a fragment: local files are read and folded in, so that the output needs nothing but itself.
//!
//! A file that the plan job made is not visible to an `include: local` of a child pipeline, and variables in its
//! `include:` are empty (<https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#dynamic-child-pipelines>).

use crate::diagnostic::{Diagnostic, Severity, Sources, utf8};
use crate::files::Files;
use crate::path::RepoPath;
use crate::pipeline::fragment::Fragment;
use crate::yaml::{self, Node};

/// What becomes of an include that only GitLab can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remote {
    /// It stays in the output.
    Keep,
    /// It is an error: its jobs could not be scoped.
    Refuse,
}

/// GitLab follows 150 includes and fails; a chain this deep is a circle.
const DEPTH: usize = 20;

/// The fragments that a fragment includes, each before the one that includes it, as GitLab merges them.
pub(crate) fn read(
    fragment: Fragment,
    files: &dyn Files,
    sources: &Sources,
    remote: Remote,
) -> (Vec<Fragment>, Vec<Diagnostic>) {
    let mut reading = Reading { files, sources, remote, fragments: Vec::new(), problems: Vec::new() };
    reading.fragment(fragment, 0);
    (reading.fragments, reading.problems)
}

/// Takes the includes out that were kept for GitLab.
pub(crate) fn kept(fragment: &mut Fragment) -> Vec<Node> {
    let Some(node) = fragment.globals.remove("include") else { return Vec::new() };
    match node.as_seq() {
        Some(items) => items.to_vec(),
        None => vec![node],
    }
}

struct Reading<'a> {
    files: &'a dyn Files,
    sources: &'a Sources,
    remote: Remote,
    fragments: Vec<Fragment>,
    problems: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn fragment(&mut self, mut fragment: Fragment, depth: usize) {
        let mut rest = Vec::new();
        for include in kept(&mut fragment) {
            match local_path(&include) {
                Some(path) => self.local(&include, path, depth),
                None if self.remote == Remote::Keep => rest.push(include),
                None => self.problems.push(refused(&include)),
            }
        }
        if let Some(origin) = rest.first().map(|node| node.origin) {
            fragment.globals.set("include", Node::seq(origin, rest));
        }
        self.fragments.push(fragment);
    }

    fn local(&mut self, include: &Node, path: &str, depth: usize) {
        let origin = include.origin;
        if depth >= DEPTH {
            self.problems.push(Diagnostic::error(
                "include",
                origin,
                format!("includes nest over {DEPTH} levels deep"),
            ));
            return;
        }
        let read = RepoPath::parse(path)
            .map_err(|error| Diagnostic::error("include", origin, error.to_string()))
            .and_then(|path| {
                Ok((self.files.read(&path).map_err(|error| unreadable(&error.to_string()))?, path))
            });
        match read {
            Err(problem) => self.problems.push(problem),
            Ok((None, path)) => self.problems.push(
                Diagnostic::error("include", origin, format!("there is no file `{path}` to include"))
                    .with_help("`include: local` starts at the repository's root"),
            ),
            Ok((Some(bytes), path)) => match self.parse(&path, bytes) {
                Ok(fragment) => self.fragment(fragment, depth + 1),
                Err(found) => self.problems.extend(found),
            },
        }
    }

    fn parse(&mut self, path: &RepoPath, bytes: Vec<u8>) -> Result<Fragment, Vec<Diagnostic>> {
        let text = utf8(self.sources, path, bytes).map_err(|error| vec![error])?;
        let file = self.sources.add(path, text.as_str());
        let mut documents = yaml::parse_file(&text, file)?;
        let Some(mut node) = documents.pop() else { return Ok(Fragment::default()) };
        yaml::merge_keys(&mut node)?;
        let (fragment, problems) = Fragment::from_node(node);
        self.problems.extend(problems);
        Ok(fragment)
    }
}

fn unreadable(message: &str) -> Diagnostic {
    Diagnostic::new("unreadable", Severity::Error, message)
}

/// The path of `include: path`, `include: { local: path }`; `None` for every other form.
fn local_path(include: &Node) -> Option<&str> {
    let text = match include.as_map() {
        Some(map) if map.len() == 1 => map.get("local")?.as_str()?,
        Some(_) => return None,
        None => include.as_str()?,
    };
    let remote = text.contains("://") || text.contains('$') || text.contains('*');
    (!remote).then_some(text)
}

fn refused(include: &Node) -> Diagnostic {
    Diagnostic::error("include", include.origin, "a unit can only include plain local files")
        .with_help("write `include: { local: path/from/the/root.yml }`, or include it below the `---` of the root's `nestling.yml`")
}
