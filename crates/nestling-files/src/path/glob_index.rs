//! Many globs asked at once: which of them match this path?

use super::RepoPath;
use super::glob::{Glob, matches_pattern};
use std::collections::HashMap;

/// Globs with a value each, arranged so that a path meets few of them: a glob without wildcards is looked up by its
/// text, any other in the directory that its text starts with. Asking costs the depth of the path, not the number of
/// globs, as long as the globs name directories.
#[derive(Debug, Clone)]
pub struct GlobIndex<T> {
    values: Vec<T>,
    exact: HashMap<Box<[u8]>, Vec<usize>>,
    below: HashMap<Box<[u8]>, Vec<Below>>,
}

/// A pattern below a directory: which value it belongs to, and the pattern as seen from that directory.
type Below = (usize, Box<[u8]>);

impl<T> Default for GlobIndex<T> {
    fn default() -> Self {
        Self { values: Vec::new(), exact: HashMap::new(), below: HashMap::new() }
    }
}

impl<T> GlobIndex<T> {
    /// Adds a glob with what it stands for.
    pub fn insert(&mut self, glob: &Glob, value: T) {
        let id = self.values.len();
        self.values.push(value);
        for pattern in glob.alternatives() {
            let (folder, rest) = literal_folder(pattern);
            if is_literal(rest) {
                self.exact.entry(pattern.clone()).or_default().push(id);
            } else {
                self.below.entry(folder.into()).or_default().push((id, rest.into()));
            }
        }
    }

    /// The values of the globs that match, in the order in which they were added.
    pub fn matches(&self, path: &RepoPath) -> impl Iterator<Item = &T> + use<'_, T> {
        let bytes = path.as_bytes();
        let mut ids = self.exact.get(bytes).cloned().unwrap_or_default();
        let folders =
            bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(position, _)| position + 1);
        for start in std::iter::once(0).chain(folders) {
            let Some(patterns) = self.below.get(&bytes[..start]) else { continue };
            let rest = &bytes[start..];
            ids.extend(patterns.iter().filter(|(_, p)| matches_pattern(p, rest)).map(|(id, _)| *id));
        }
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|id| &self.values[id])
    }

    /// Returns `true` if the index contains no glob.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl<T> FromIterator<(Glob, T)> for GlobIndex<T> {
    fn from_iter<I: IntoIterator<Item = (Glob, T)>>(globs: I) -> Self {
        let mut index = Self::default();
        for (glob, value) in globs {
            index.insert(&glob, value);
        }
        index
    }
}

/// Splits a pattern after the last `/` before its first wildcard.
fn literal_folder(pattern: &[u8]) -> (&[u8], &[u8]) {
    let wild = pattern.iter().position(|b| is_wild(*b)).unwrap_or(pattern.len());
    let cut = pattern[..wild].iter().rposition(|b| *b == b'/').map_or(0, |slash| slash + 1);
    pattern.split_at(cut)
}

fn is_literal(pattern: &[u8]) -> bool {
    !pattern.iter().any(|b| is_wild(*b))
}

fn is_wild(byte: u8) -> bool {
    matches!(byte, b'*' | b'?' | b'[' | b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_values_come_in_the_order_of_the_globs_and_once_each() {
        let globs = ["b/*", "a/{x,x}", "**/*.md", "a/x", "**/x"];
        let index: GlobIndex<&str> =
            globs.into_iter().map(|text| (Glob::parse(text).unwrap(), text)).collect();
        let matching =
            |path: &str| index.matches(&RepoPath::parse(path).unwrap()).copied().collect::<Vec<_>>();
        assert_eq!(matching("a/x"), ["a/{x,x}", "a/x", "**/x"]);
        assert_eq!(matching("b/c.md"), ["b/*", "**/*.md"]);
        assert!(matching("c").is_empty());
    }

    proptest! {
        #[test]
        fn the_index_agrees_with_asking_each_glob(
            globs in prop::collection::vec("[ab*?{},/\\[\\]\\\\-]{1,7}", 1..8),
            path in "[ab]{1,2}(/[ab]{1,2}){0,3}",
        ) {
            let path = RepoPath::parse(path).unwrap();
            let globs: Vec<Glob> = globs.iter().map(|text| Glob::parse(text).unwrap()).collect();
            let index: GlobIndex<usize> = globs.iter().cloned().zip(0..).collect();
            let asked: Vec<usize> = (0..globs.len()).filter(|i| globs[*i].matches(&path)).collect();
            prop_assert_eq!(index.matches(&path).copied().collect::<Vec<_>>(), asked);
        }
    }
}
