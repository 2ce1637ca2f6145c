//! The repository as the system's git reads it: for those that libgit2 cannot open, such as SHA-256 repositories and
//! reftables. Trees come raw here too, so all that is built on them says the same.

use super::back::Back;
use super::batch::Batch;
use super::command::{Answer, Git};
use super::id::ObjectId;
use super::{Change, CommitId, GitError, MergeBase, TreeId, system_changes};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;
use std::rc::Rc;

pub(super) struct System {
    git: Git,
    objects: RefCell<Option<Batch>>,
}

impl System {
    pub(super) fn new(git: Git) -> Self {
        Self { git, objects: RefCell::default() }
    }

    fn object(&self, what: &'static str, kind: &str, id: &ObjectId) -> Result<Vec<u8>, GitError> {
        let mut objects = self.objects.borrow_mut();
        let batch = match &mut *objects {
            Some(batch) => batch,
            none => none.insert(Batch::start(&self.git)?),
        };
        let read = batch.read(id);
        if matches!(&read, Err(error) if error.kind() != std::io::ErrorKind::NotFound) {
            // Its answers can no longer be told apart.
            *objects = None;
        }
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| GitError::Object {
            what,
            id: id.to_string(),
            source,
        };
        match read {
            Ok((found, bytes)) if found == kind => Ok(bytes),
            Ok(_) => Err(failed("it is an object of another type".into())),
            Err(error) => Err(failed(error.into())),
        }
    }

    fn shallow_file(&self) -> Option<PathBuf> {
        let file = self.git.line(&["rev-parse", "--path-format=absolute", "--git-path", "shallow"])?;
        Some(PathBuf::from(file))
    }

    /// The commits whose parents were cut off.
    fn boundary(&self) -> Result<HashSet<String>, GitError> {
        let Some(file) = self.shallow_file() else { return Ok(HashSet::new()) };
        match std::fs::read_to_string(file) {
            Ok(text) => Ok(text.lines().map(|line| line.trim().to_owned()).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(HashSet::new()),
            Err(error) => Err(GitError::Read { what: "list of cut-off commits", source: error.into() }),
        }
    }

    /// Visits the commits that `git rev-list` lists, until told to stop.
    fn commits(&self, arguments: &[&str], visit: &mut dyn FnMut(&str) -> Visit) -> Result<(), GitError> {
        let mut command = self.git.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(GitError::NoGit)?;
        let mut stopped = false;
        if let Some(printed) = child.stdout.take() {
            for line in BufReader::new(printed).lines() {
                let line = line.map_err(|error| GitError::Read { what: "history", source: error.into() })?;
                if visit(line.trim()) == Visit::Stop {
                    stopped = true;
                    break;
                }
            }
        }
        let _ = if stopped { child.kill() } else { Ok(()) };
        let status = child.wait().map_err(GitError::NoGit)?;
        if stopped || status.success() {
            return Ok(());
        }
        Err(GitError::Command { command: arguments.join(" "), message: "the history cannot be read".into() })
    }

    /// Whether all commits from the two down to `base` are here with their parents.
    fn is_certain(&self, tips: [&str; 2], base: &str) -> Result<bool, GitError> {
        let boundary = self.boundary()?;
        let mut certain = true;
        let hidden = format!("^{base}");
        self.commits(&["rev-list", tips[0], tips[1], &hidden], &mut |commit| {
            certain = !boundary.contains(commit);
            if certain { Visit::GoOn } else { Visit::Stop }
        })?;
        Ok(certain)
    }

    /// The tags that match, by commit; the first by name where a commit has several.
    fn tags(&self, matches: &dyn Fn(&str) -> bool) -> Result<HashMap<String, String>, GitError> {
        let Answer::Yes(listed) = self.git.ask(&["show-ref", "--tags", "--dereference"])? else {
            return Ok(HashMap::new());
        };
        let mut by_name: HashMap<String, String> = HashMap::new();
        for line in String::from_utf8_lossy(&listed).lines() {
            let Some((id, name)) = line.split_once(" refs/tags/") else { continue };
            // The commit that an annotated tag means comes after the tag itself.
            by_name.insert(name.trim_end_matches("^{}").to_owned(), id.to_owned());
        }
        let mut tags: HashMap<String, String> = HashMap::new();
        for (name, commit) in by_name.into_iter().filter(|(name, _)| matches(name)) {
            let known = tags.entry(commit).or_insert_with(|| name.clone());
            if name < *known {
                *known = name;
            }
        }
        Ok(tags)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visit {
    GoOn,
    Stop,
}

impl Back for System {
    fn references(&self, names: &[String]) -> Result<Vec<(String, ObjectId)>, GitError> {
        // No reference has these characters in its name, and here they would be a pattern.
        let names = names.iter().filter(|name| !name.contains(['*', '?', '[', '\\']));
        let mut arguments = vec!["for-each-ref", "--format=%(objectname) %(refname)", "--"];
        arguments.extend(names.clone().map(String::as_str));
        let listed = self.git.output(&arguments)?;
        let listed = String::from_utf8_lossy(&listed);
        // A name is a pattern for what is below it as well.
        let ids: HashMap<&str, ObjectId> = listed
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(id, name)| Some((name, ObjectId::from_hex(id)?)))
            .collect();
        Ok(names.filter_map(|name| Some((name.clone(), *ids.get(name.as_str())?))).collect())
    }

    fn resolve(&self, revision: &str) -> Result<Option<CommitId>, GitError> {
        let commit = format!("{revision}^{{commit}}");
        let found = self.git.line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]);
        Ok(found.as_deref().and_then(ObjectId::from_hex).map(CommitId))
    }

    fn tree_of(&self, commit: &CommitId) -> Result<TreeId, GitError> {
        let text = self.object("commit", "commit", &commit.0)?;
        let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let id = line.strip_prefix(b"tree ").and_then(|id| ObjectId::from_hex(std::str::from_utf8(id).ok()?));
        id.map(TreeId).ok_or_else(|| GitError::Object {
            what: "commit",
            id: commit.to_string(),
            source: "it names no tree".into(),
        })
    }

    fn tree(&self, id: &TreeId) -> Result<Rc<[u8]>, GitError> {
        self.object("tree", "tree", &id.0).map(Rc::from)
    }

    fn blob(&self, id: &ObjectId) -> Result<Vec<u8>, GitError> {
        self.object("blob", "blob", id)
    }

    fn has(&self, id: &ObjectId) -> bool {
        self.git.output(&["cat-file", "-e", &id.to_string()]).is_ok()
    }

    fn promisor(&self) -> Option<String> {
        let listed = self.git.line(&["config", "--get-regexp", r"^remote\..*\.promisor$", "true"])?;
        let name = listed.lines().next()?.strip_prefix("remote.")?;
        name.split_once(".promisor").map(|(remote, _)| remote.to_owned())
    }

    fn is_shallow(&self) -> bool {
        self.shallow_file().is_some_and(|file| file.exists())
    }

    fn depth(&self, from: &CommitId) -> Option<usize> {
        self.git.line(&["rev-list", "--count", "--first-parent", &from.to_string()])?.parse().ok()
    }

    fn current_branch(&self) -> Option<String> {
        let head = self.git.line(&["symbolic-ref", "--quiet", "HEAD"])?;
        head.strip_prefix("refs/heads/").map(str::to_owned)
    }

    fn default_branch(&self) -> Option<String> {
        let head = self.git.line(&["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"])?;
        head.strip_prefix("refs/remotes/origin/").map(str::to_owned)
    }

    fn merge_base(&self, one: &CommitId, other: &CommitId) -> Result<MergeBase, GitError> {
        let tips = [one.to_string(), other.to_string()];
        let shallow = self.is_shallow();
        let found = match self.git.ask(&["merge-base", &tips[0], &tips[1]]) {
            Ok(Answer::Yes(found)) => String::from_utf8_lossy(&found).trim().to_owned(),
            Ok(Answer::No) if !shallow => return Ok(MergeBase::Unrelated),
            Ok(Answer::No) => return Ok(MergeBase::HistoryTooShort),
            Err(_) if shallow => return Ok(MergeBase::HistoryTooShort),
            Err(error) => return Err(error),
        };
        if shallow && !self.is_certain([&tips[0], &tips[1]], &found)? {
            return Ok(MergeBase::HistoryTooShort);
        }
        Ok(ObjectId::from_hex(&found).map_or(MergeBase::Unrelated, |id| MergeBase::Found(CommitId(id))))
    }

    fn nearest_tag(
        &self,
        head: &CommitId,
        matches: &dyn Fn(&str) -> bool,
    ) -> Result<Option<(String, CommitId)>, GitError> {
        let (head, mut tags) = (head.to_string(), self.tags(matches)?);
        tags.remove(&head);
        let mut nearest = None;
        self.commits(&["rev-list", "--date-order", &head], &mut |commit| match tags.remove(commit) {
            Some(name) => {
                nearest = ObjectId::from_hex(commit).map(|id| (name, CommitId(id)));
                Visit::Stop
            }
            None => Visit::GoOn,
        })?;
        Ok(nearest)
    }

    fn work_changes(&self, base: Option<&TreeId>) -> Result<Vec<Change>, GitError> {
        system_changes::work_changes(&self.git, base)
    }

    fn tracked(&self) -> Result<Vec<Vec<u8>>, GitError> {
        let listed = self.git.output(&["ls-files", "-z", "--cached"])?;
        let mut paths: Vec<Vec<u8>> =
            listed.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(<[u8]>::to_vec).collect();
        paths.sort_unstable();
        paths.dedup();
        Ok(paths)
    }

    fn excludes_file(&self) -> Option<PathBuf> {
        self.git.line(&["config", "--type=path", "--get", "core.excludesFile"]).map(PathBuf::from)
    }
}
