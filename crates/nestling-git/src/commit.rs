//! A commit object: its tree, its parents, and when it was made.

use super::id::ObjectId;
use super::{CommitId, TreeId};

/// Fields of a commit that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Commit {
    pub(super) tree: TreeId,
    pub(super) parents: Vec<CommitId>,
    /// Seconds since 1970 by the committer's clock; zero where the line cannot be read, as git has it.
    pub(super) time: i64,
}

impl Commit {
    /// Reads the head of a commit; `None` where it names no tree.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let tree = TreeId(id_after(b"tree ", lines.next()?)?);
        let mut commit = Self { tree, parents: Vec::new(), time: 0 };
        for line in lines {
            if let Some(parent) = id_after(b"parent ", line) {
                commit.parents.push(CommitId(parent));
            } else if let Some(committer) = line.strip_prefix(b"committer ") {
                commit.time = time(committer).unwrap_or(0);
                break;
            } else if line.is_empty() {
                break;
            }
        }
        Some(commit)
    }
}

/// Returns the first line of a commit's message, after the blank lines before it. Headers end with the first empty line: those
/// of several lines, such as signatures, continue with a space.
pub(super) fn subject(bytes: &[u8]) -> String {
    let mut lines = bytes.split(|byte| *byte == b'\n').skip_while(|line| !line.is_empty());
    let first = lines.find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    String::from_utf8_lossy(first.trim_ascii()).into_owned()
}

fn id_after(keyword: &[u8], line: &[u8]) -> Option<ObjectId> {
    ObjectId::from_hex(std::str::from_utf8(line.strip_prefix(keyword)?).ok()?)
}

/// The seconds after a name and an email: `A <a@example.com> 1704164645 +0000`.
fn time(committer: &[u8]) -> Option<i64> {
    let address_end = committer.iter().rposition(|byte| *byte == b'>')?;
    let after = std::str::from_utf8(committer.get(address_end + 1..)?).ok()?;
    after.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_has_a_tree_parents_and_a_time() {
        let (a, b, c) = ("a".repeat(40), "b".repeat(40), "c".repeat(40));
        let text = format!(
            "tree {a}\nparent {b}\nparent {c}\nauthor A <a> 1 +0000\ncommitter B > <b> 1704164645 +0200\n\ntree {b}\n"
        );
        let commit = Commit::parse(text.as_bytes()).unwrap();
        assert_eq!(commit.tree.to_string(), a);
        assert_eq!(commit.parents.iter().map(ToString::to_string).collect::<Vec<_>>(), [b, c]);
        assert_eq!(commit.time, 1_704_164_645);
    }

    #[test]
    fn the_subject_is_the_first_line_of_the_message() {
        let headers = "tree a\ngpgsig -----BEGIN\n \n abc\n -----END\n";
        for (message, expected) in
            [("\nfix: it\n\nbody\n", "fix: it"), ("\n\n  \n later \nbody", "later"), ("\n", ""), ("", "")]
        {
            assert_eq!(subject(format!("{headers}{message}").as_bytes()), expected, "{message:?}");
        }
        assert_eq!(subject(b"tree a\n\n\xff!\n"), "\u{FFFD}!");
    }

    #[test]
    fn a_commit_without_a_time_is_of_1970_and_one_without_a_tree_is_none() {
        let root = format!("tree {}\nauthor A\ncommitter B\n\nparent {}\n", "a".repeat(40), "b".repeat(40));
        let commit = Commit::parse(root.as_bytes()).unwrap();
        assert_eq!((commit.parents.len(), commit.time), (0, 0));
        for text in ["", "tree", "tree abc\n", "parent x\ntree y\n"] {
            assert!(Commit::parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
