//! The repository as the system's git reads it: for those that libgit2 cannot open, such as SHA-256 repositories and
//! reftables, and for an index that libgit2 cannot read.

mod work_changes;

use super::backend::{Backend, LeftOutFile, read_shallow_file};
use super::command::{Answer, Git};
use super::id::{ObjectId, ObjectIds};
use super::object::ObjectSource;
use super::{Change, GitError, TreeId};
use nestling_files::path::RepoPath;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub(super) struct GitCli {
    git: Git,
}

impl GitCli {
    pub(super) fn new(git: Git) -> Self {
        Self { git }
    }

    /// The object of a file such as `HEAD`, which is no reference to `git for-each-ref`.
    fn pseudo_reference(&self, name: &str) -> Option<ObjectId> {
        let id = self.git.line(&["rev-parse", "--verify", "--quiet", "--end-of-options", name])?;
        ObjectId::from_hex(&id)
    }
}

impl Backend for GitCli {
    fn references(&self, names: &[String]) -> Result<Vec<(String, ObjectId)>, GitError> {
        let mut ids: HashMap<String, ObjectId> = HashMap::new();
        let (whole, pseudo): (Vec<&String>, Vec<&String>) =
            names.iter().partition(|name| name.starts_with("refs/"));
        for name in pseudo {
            ids.extend(self.pseudo_reference(name).map(|id| (name.clone(), id)));
        }
        // No reference has these characters in its name, and here they would be a pattern.
        let whole: Vec<&str> = whole
            .into_iter()
            .map(String::as_str)
            .filter(|name| !name.contains(['*', '?', '[', '\\']))
            .collect();
        if !whole.is_empty() {
            let mut arguments = vec!["for-each-ref", "--format=%(objectname) %(refname)", "--"];
            arguments.extend(whole);
            let listed = self.git.output(&arguments)?;
            for line in String::from_utf8_lossy(&listed).lines() {
                // A name is a pattern for what is below it as well.
                let reference =
                    line.split_once(' ').and_then(|(id, name)| Some((name, ObjectId::from_hex(id)?)));
                ids.extend(reference.map(|(name, id)| (name.to_owned(), id)));
            }
        }
        Ok(names.iter().filter_map(|name| Some((name.clone(), *ids.get(name)?))).collect())
    }

    fn tags(&self) -> Result<Vec<(String, ObjectId)>, GitError> {
        let Answer::Yes(listed) = self.git.ask(&["show-ref", "--tags"])? else { return Ok(Vec::new()) };
        Ok(String::from_utf8_lossy(&listed).lines().filter_map(parse_tag).collect())
    }

    fn symbolic_target(&self, name: &str) -> Option<String> {
        self.git.line(&["symbolic-ref", "--quiet", name])
    }

    fn cut_off(&self) -> Result<ObjectIds, GitError> {
        match self.git.line(&["rev-parse", "--path-format=absolute", "--git-path", "shallow"]) {
            Some(file) => read_shallow_file(Path::new(&file)),
            None => Ok(ObjectIds::default()),
        }
    }

    fn promisor(&self) -> Option<String> {
        let listed = self.git.line(&["config", "--get-regexp", r"^remote\..*\.promisor$", "true"])?;
        let name = listed.lines().next()?.strip_prefix("remote.")?;
        name.split_once(".promisor").map(|(remote, _)| remote.to_owned())
    }

    fn setting(&self, key: &str) -> Option<String> {
        self.git.line(&["config", "--get", key])
    }

    fn work_changes(
        &self,
        objects: &dyn ObjectSource,
        base: Option<&TreeId>,
    ) -> Result<Vec<Change>, GitError> {
        if let Some(base) = base {
            // Git does not fetch here; a tree comes with all trees below it.
            objects.tree(base)?;
        }
        work_changes::work_changes(&self.git, base)
    }

    fn tracked(&self) -> Result<Vec<Vec<u8>>, GitError> {
        let listed = self.git.output(&["ls-files", "-z", "--cached"])?;
        let mut paths: Vec<Vec<u8>> =
            listed.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(<[u8]>::to_vec).collect();
        paths.sort_unstable();
        paths.dedup();
        Ok(paths)
    }

    fn left_out(&self) -> Result<Vec<LeftOutFile>, GitError> {
        let is_sparse = self.git.line(&["config", "--type=bool", "--get", "core.sparseCheckout"]);
        if is_sparse.as_deref() != Some("true") {
            return Ok(Vec::new());
        }
        let listed = self.git.output(&["ls-files", "-z", "-t", "--stage"])?;
        let mut files: Vec<LeftOutFile> = listed.split(|byte| *byte == 0).filter_map(left_out_file).collect();
        files.sort_unstable();
        Ok(files)
    }

    fn excludes_file(&self) -> Option<PathBuf> {
        self.git.line(&["config", "--type=path", "--get", "core.excludesFile"]).map(PathBuf::from)
    }
}

/// Reads `S MODE ID STAGE\tPATH`: `S` marks what is not checked out (<https://git-scm.com/docs/git-ls-files>).
fn left_out_file(line: &[u8]) -> Option<LeftOutFile> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let (facts, path) = (std::str::from_utf8(&line[..tab]).ok()?, &line[tab + 1..]);
    let mut words = facts.strip_prefix("S ")?.split(' ');
    let mode = words.next().filter(|mode| *mode != "160000")?;
    let blob = ObjectId::from_hex(words.next()?)?;
    Some(LeftOutFile { path: RepoPath::from_git(path), is_link: mode == "120000", blob })
}

/// Reads `ID refs/tags/NAME`.
fn parse_tag(line: &str) -> Option<(String, ObjectId)> {
    let (id, name) = line.split_once(" refs/tags/")?;
    Some((name.to_owned(), ObjectId::from_hex(id)?))
}
