//! Other repositories by their URLs, of which nothing is on disk: their branches and tags, and single commits.

use super::command::{self, Git};
use super::fetch::FETCH;
use super::id::ObjectId;
use super::{CommitId, GitError, GitRepository, Trust};
use std::path::Path;
use std::time::Duration;

/// A repository at a URL. The system's git reads it, with the user's credentials and the user's `url.<base>.insteadOf`, and never
/// prompts.
///
/// ```no_run
/// use nestling_git::{ReferenceKind, RemoteRepository};
/// use std::time::Duration;
///
/// let remote = RemoteRepository::new("https://gitlab.com/components/opentofu.git", Duration::from_secs(60));
/// let references = remote.references()?;
/// let tags = references.iter().filter(|reference| reference.kind == ReferenceKind::Tag);
/// println!("{} tags", tags.count());
/// # Ok::<(), nestling_git::GitError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteRepository {
    url: String,
    time_limit: Duration,
}

/// A branch or a tag of a [`RemoteRepository`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteReference {
    /// A branch or a tag.
    pub kind: ReferenceKind,
    /// Its name, without `refs/heads/` or `refs/tags/`.
    pub name: String,
    /// The commit; for an annotated tag the one that it names.
    pub commit: CommitId,
}

/// The kind of a [`RemoteReference`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceKind {
    /// A branch.
    Branch,
    /// A tag.
    Tag,
    /// The default branch, under the name `HEAD`.
    Head,
}

impl RemoteRepository {
    /// Makes a repository at a URL, with this much time for each use of the network.
    pub fn new(url: &str, time_limit: Duration) -> Self {
        Self { url: url.to_owned(), time_limit }
    }

    /// Returns the default branch, the branches and the tags.
    ///
    /// # Errors
    /// There is no git, or the repository cannot be read in time.
    pub fn references(&self) -> Result<Vec<RemoteReference>, GitError> {
        let arguments = ["ls-remote", "--quiet", "--", &self.url, "HEAD", "refs/heads/*", "refs/tags/*"];
        let listed = command::output_in_time(&arguments, self.time_limit)?;
        Ok(references(&String::from_utf8_lossy(&listed)))
    }

    /// Fetches one commit, without its history, into a new bare repository in this directory.
    ///
    /// # Errors
    /// There is no git, the repository does not have the commit, or it cannot be read in time.
    pub fn fetch(&self, commit: &CommitId, directory: &Path) -> Result<GitRepository, GitError> {
        let id = commit.to_string();
        let git = Git::new(directory, None);
        let hash = if id.len() == 64 { "--object-format=sha256" } else { "--object-format=sha1" };
        git.output(&["init", "--quiet", "--bare", "--template=", hash])?;
        let mut arguments = vec!["fetch", "--depth=1"];
        arguments.extend(FETCH);
        arguments.extend(["--", &self.url, &id]);
        git.run(&arguments, b"", self.time_limit)?;
        GitRepository::open(directory, &Trust::Owner)
    }
}

/// Reads the output of `git ls-remote`. After an annotated tag comes the commit that it names, as `refs/tags/NAME^{}`.
fn references(listed: &str) -> Vec<RemoteReference> {
    let mut references: Vec<RemoteReference> = Vec::new();
    for line in listed.lines() {
        let Some((id, name)) = line.split_once('\t') else { continue };
        let Some(commit) = ObjectId::from_hex(id).map(CommitId) else { continue };
        if name == "HEAD" {
            references.push(RemoteReference { kind: ReferenceKind::Head, name: name.to_owned(), commit });
        } else if let Some(name) = name.strip_prefix("refs/heads/") {
            references.push(RemoteReference { kind: ReferenceKind::Branch, name: name.to_owned(), commit });
        } else if let Some(name) = name.strip_prefix("refs/tags/") {
            match (name.strip_suffix("^{}"), references.last_mut()) {
                (Some(name), Some(tag)) if tag.name == name => tag.commit = commit,
                _ => {
                    let name = name.to_owned();
                    references.push(RemoteReference { kind: ReferenceKind::Tag, name, commit });
                }
            }
        }
    }
    references
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Fixture;
    use nestling_files::files::Files;
    use nestling_files::path::RepoPath;

    #[test]
    fn branches_and_tags_are_listed_and_a_commit_is_fetched() {
        let fixture = Fixture::new();
        fixture.write("a", "1");
        let first = fixture.commit("one");
        fixture.git(&["tag", "1.0.0"]);
        fixture.git(&["tag", "--annotate", "--message=two", "2.0.0"]);
        fixture.write("a", "2");
        let second = fixture.commit("two");
        let remote =
            RemoteRepository::new(&format!("file://{}", fixture.root.display()), Duration::from_secs(60));
        let listed: Vec<(String, CommitId)> =
            remote.references().unwrap().into_iter().map(|listed| (listed.name, listed.commit)).collect();
        let named = |name: &str, commit| (name.to_owned(), commit);
        assert_eq!(
            listed,
            [named("HEAD", second), named("main", second), named("1.0.0", first), named("2.0.0", first)]
        );
        let directory = tempfile::tempdir().unwrap();
        let fetched = remote.fetch(&first, directory.path()).unwrap();
        let file = fetched.files_at(&first).unwrap().read(&RepoPath::parse("a").unwrap()).unwrap();
        assert_eq!(file.as_deref(), Some(&b"1"[..]));
    }

    #[test]
    fn a_url_that_leads_nowhere_is_an_error_with_its_name() {
        let remote = RemoteRepository::new("file:///nowhere/at/all.git", Duration::from_secs(60));
        let message = remote.references().unwrap_err().to_string();
        assert!(message.contains("file:///nowhere/at/all.git"), "{message}");
    }
}
