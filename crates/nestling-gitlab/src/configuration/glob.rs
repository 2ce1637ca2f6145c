//! Wildcards of `include: local`, which differ from those of `rules:changes`: `*` matches anything but a slash, `**`
//! matches anything, and no other character is special
//! (<https://docs.gitlab.com/ci/yaml/includes/#use-includelocal-with-wildcard-file-paths>).

use nestling_files::files::{EntryKind, Files, ReadError, Walk};
use nestling_files::path::RepoPath;

/// Returns the files whose paths match, in byte order.
///
/// # Errors
/// A directory cannot be listed.
pub fn files(pattern: &str, files: &dyn Files) -> Result<Vec<RepoPath>, ReadError> {
    let pattern = pattern.trim_start_matches('/').as_bytes();
    let mut paths = Vec::new();
    files.walk_to(&named_directory(pattern), &mut |directory, entries| {
        for entry in entries.iter().filter(|entry| entry.kind == EntryKind::File) {
            let path = directory.child(&entry.name);
            if matches(pattern, path.as_bytes()) {
                paths.push(path);
            }
        }
        if leads_on(pattern, directory.as_bytes()) { Walk::Descend } else { Walk::Skip }
    })?;
    paths.sort_unstable();
    Ok(paths)
}

/// Returns the directory that every match is in, as far as the part before the first wildcard names it.
fn named_directory(pattern: &[u8]) -> RepoPath {
    let literal = literal(pattern);
    let end = literal.iter().rposition(|byte| *byte == b'/').unwrap_or_default();
    RepoPath::parse(&literal[..end]).unwrap_or_default()
}

/// Returns the part before the first wildcard.
fn literal(pattern: &[u8]) -> &[u8] {
    pattern.split(|byte| *byte == b'*').next().unwrap_or_default()
}

/// Returns `true` if a directory can contain a match: the part before the first wildcard decides.
fn leads_on(pattern: &[u8], directory: &[u8]) -> bool {
    let literal = literal(pattern);
    let common = literal.len().min(directory.len());
    literal[..common] == directory[..common]
}

/// Matches by dynamic programming: `open[n]` is true if the first `n` pieces match the part of the path that was read. The
/// time is at most the product of the two lengths, whatever the pattern.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    let pieces = pieces(pattern);
    let mut open = vec![false; pieces.len() + 1];
    open[0] = true;
    pass_wildcards(&pieces, &mut open);
    for byte in path {
        let mut next = vec![false; pieces.len() + 1];
        for (position, piece) in pieces.iter().enumerate() {
            if !open[position] {
                continue;
            }
            match piece {
                Piece::Byte(expected) => next[position + 1] |= expected == byte,
                Piece::Name => next[position] |= *byte != b'/',
                Piece::Anything => next[position] = true,
            }
        }
        pass_wildcards(&pieces, &mut next);
        open = next;
    }
    open[pieces.len()]
}

/// Opens the position after each wildcard that is reached, since it can match nothing.
fn pass_wildcards(pieces: &[Piece], open: &mut [bool]) {
    for (position, piece) in pieces.iter().enumerate() {
        if open[position] && !matches!(piece, Piece::Byte(_)) {
            open[position + 1] = true;
        }
    }
}

enum Piece {
    Byte(u8),
    Name,
    Anything,
}

fn pieces(pattern: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    loop {
        rest = match rest {
            [] => return pieces,
            [b'*', b'*', rest @ ..] => {
                pieces.push(Piece::Anything);
                rest
            }
            [b'*', rest @ ..] => {
                pieces.push(Piece::Name);
                rest
            }
            [byte, rest @ ..] => {
                pieces.push(Piece::Byte(*byte));
                rest
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling_files::files::MemoryFiles;

    const FILES: [&str; 9] = [
        "a.yml",
        "ci/a.yml",
        "ci/b.yaml",
        "ci/b.yml",
        "ci/deep/c.yml",
        "ci/deep/er/d.yml",
        "ci2/e.yml",
        "cix/.f.yml",
        "x[1].yml",
    ];

    /// Each row: a pattern, and what GitLab's expression for it finds.
    #[test]
    fn files_are_found_as_gitlab_finds_them() {
        for (pattern, want) in [
            ("*.yml", &["a.yml", "x[1].yml"][..]),
            ("/*.yml", &["a.yml", "x[1].yml"]),
            ("ci/*.yml", &["ci/a.yml", "ci/b.yml"]),
            ("ci/*", &["ci/a.yml", "ci/b.yaml", "ci/b.yml"]),
            ("ci/**.yml", &["ci/a.yml", "ci/b.yml", "ci/deep/c.yml", "ci/deep/er/d.yml"]),
            // Two stars do not swallow the slash after them.
            ("ci/**/*.yml", &["ci/deep/c.yml", "ci/deep/er/d.yml"]),
            ("ci/*/*.yml", &["ci/deep/c.yml"]),
            ("**/d.yml", &["ci/deep/er/d.yml"]),
            ("**d.yml", &["ci/deep/er/d.yml"]),
            ("ci*/*.yml", &["ci/a.yml", "ci/b.yml", "ci2/e.yml", "cix/.f.yml"]),
            ("x[1]*", &["x[1].yml"]),
            ("ci/?.y*", &[]),
            ("ci/{a,b}.*", &[]),
            ("nowhere/*", &[]),
            ("**", &FILES),
        ] {
            let matching = files(pattern, &MemoryFiles::new(FILES.map(|path| (path, "")))).unwrap();
            let matching: Vec<String> = matching.iter().map(ToString::to_string).collect();
            assert_eq!(matching, want, "{pattern}");
        }
    }

    #[test]
    fn no_pattern_takes_long() {
        let pattern = "*a".repeat(2000);
        assert!(!matches(pattern.as_bytes(), "a".repeat(1999).as_bytes()));
    }
}
