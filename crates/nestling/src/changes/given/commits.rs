//! Lines that git writes around the paths of a commit: `git log --raw`, `git show --name-status`, `git diff-tree -r HEAD`.

use std::borrow::Cow;

/// A part of what `git log` writes of a commit. Each ends with an empty line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// `commit ID`, the author and the date.
    Headers,
    /// The message, which is indented, its empty lines as well.
    Message,
    Paths,
}

/// Returns a list with empty lines in place of what is not a path. A list that does not begin with a commit is as it is.
pub(super) fn without_commits(list: &[u8]) -> Cow<'_, [u8]> {
    let first = list.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if !is_commit_line(first) {
        return Cow::Borrowed(list);
    }
    let mut part = Part::Paths;
    let mut lines = Vec::new();
    for line in list.split(|byte| *byte == b'\n') {
        let is_empty = line.trim_ascii_end().is_empty() && !line.starts_with(b"    ");
        part = match part {
            _ if is_commit_line(line) => Part::Headers,
            Part::Headers if is_empty => Part::Message,
            Part::Message if is_empty => Part::Paths,
            part => part,
        };
        lines.push(if part == Part::Paths { line } else { b"" });
    }
    Cow::Owned(lines.join(&b'\n'))
}

/// Returns `true` for `commit ID`, with names in parentheses after it or without.
fn is_commit_line(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"commit ") else { return false };
    let id = rest.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    is_id(id)
}

/// Returns `true` for a whole id, which `git diff-tree` writes before the paths of a commit.
pub(crate) fn is_id(text: &[u8]) -> bool {
    matches!(text.len(), 40 | 64) && text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_commits_are_what_is_behind_their_messages() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let list = format!(
            "commit {id} (HEAD -> main)\nAuthor: A <a@b>\nDate:   now\n\n    subject\n    \n    more\n\nM\ta\n    b\n\n\
             commit {id}\nMerge: 1 2\nAuthor: A <a@b>\n\n    merge\n\ncommit {id}\nAuthor: A <a@b>\n\n    one\n\nc\n"
        );
        let paths = without_commits(list.as_bytes()).into_owned();
        let paths: Vec<&str> = std::str::from_utf8(&paths).unwrap().lines().collect();
        assert_eq!(
            paths.iter().filter(|line| !line.is_empty()).collect::<Vec<_>>(),
            [&"M\ta", &"    b", &"c"]
        );
        assert_eq!(paths.len(), list.lines().count(), "the numbers of lines are in messages");
        for list in ["a\ncommit it\n", "commit\n", &format!("commit {id}0\n")] {
            assert_eq!(&*without_commits(list.as_bytes()), list.as_bytes());
        }
    }
}
