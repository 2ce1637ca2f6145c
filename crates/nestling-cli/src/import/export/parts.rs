//! GitLab's limits of files: the size of each, and their number in a pipeline.

use super::loss::Losses;
use nestling::{Origin, parsed_size};
use nestling_gitlab::yaml::{Key, Map, Node, emit_entry};
use std::collections::BTreeSet;

/// GitLab's limit of includes (<https://docs.gitlab.com/ci/yaml/#include>).
const MOST_INCLUDES: usize = 150;

/// A file of jobs.
#[derive(Debug)]
pub(super) struct JobsFile {
    /// Its path, if it is one file.
    pub path: String,
    /// The content of its parts, none of which is larger than GitLab reads.
    pub parts: Vec<String>,
    /// The conditions of which one includes it; none if it always is.
    pub conditions: Vec<&'static str>,
    /// The names of the kinds that it is for.
    pub kinds: Vec<&'static str>,
    /// The names of its jobs.
    pub jobs: BTreeSet<String>,
}

impl JobsFile {
    /// Returns `true` for the path of one of its parts.
    pub(super) fn has_path(&self, path: &str) -> bool {
        self.paths().iter().any(|(known, _)| known == path)
    }

    /// Returns its parts with their paths.
    pub(super) fn paths(&self) -> Vec<(String, &str)> {
        let stem = self.path.trim_end_matches(".yml");
        let path = |index: usize| match self.parts.len() {
            1 => self.path.clone(),
            _ => format!("{stem}-{}.yml", index + 1),
        };
        self.parts.iter().enumerate().map(|(index, text)| (path(index), text.as_str())).collect()
    }
}

/// Jobs as YAML, in as few parts as GitLab reads.
#[derive(Debug)]
pub(super) struct Parts {
    texts: Vec<String>,
    /// Size of the last part, and the limit of each.
    size: usize,
    limit: usize,
}

impl Parts {
    pub(super) fn new(limit: usize) -> Self {
        Self { texts: vec![String::new()], size: 0, limit }
    }

    /// Adds a job, to a new part where the last one would be too large.
    pub(super) fn add(&mut self, name: &str, body: Map) {
        let own = parsed_size(name, &body);
        if self.size > 0 && self.size + own > self.limit {
            self.texts.push(String::new());
            self.size = 0;
        }
        self.size += own;
        let origin = Origin::generated();
        if let Some(text) = self.texts.last_mut() {
            text.push('\n');
            emit_entry(text, &Key::new(origin, name), &Node::map(origin, body), 0);
        }
    }

    pub(super) fn into_texts(self) -> Vec<String> {
        self.texts
    }
}

/// Adds the kinds of pipelines in which more files are included than GitLab allows: those of jobs, and all others.
pub(super) fn add_losses_of_includes(files: &[JobsFile], others: usize, losses: &mut Losses) {
    let kinds: BTreeSet<&str> = files.iter().flat_map(|file| file.kinds.iter().copied()).collect();
    for kind in kinds {
        let of_kind = files.iter().filter(|file| file.conditions.is_empty() || file.kinds.contains(&kind));
        let count = others + of_kind.map(|file| file.parts.len()).sum::<usize>();
        if count > MOST_INCLUDES {
            let text = format!("{count} files are included, of which GitLab allows {MOST_INCLUDES}");
            losses.less(kind, &text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> Map {
        let mut body = Map::default();
        body.set("script", Node::string(Origin::generated(), "make"));
        body
    }

    #[test]
    fn no_part_is_larger_than_the_limit() {
        let own = parsed_size("a", &body());
        for (limit, expected) in
            [(own * 9, 1), (own * 4, 1), (own * 4 - 1, 2), (own * 2, 2), (own, 4), (1, 4)]
        {
            let mut parts = Parts::new(limit);
            ["a", "b", "c", "d"].into_iter().for_each(|name| parts.add(name, body()));
            let texts = parts.into_texts();
            assert_eq!(texts.len(), expected, "limit {limit}: {texts:?}");
            let text = texts.concat();
            assert_eq!(
                text,
                "\na:\n  script: make\n\nb:\n  script: make\n\nc:\n  script: make\n\nd:\n  script: make\n"
            );
        }
        assert_eq!(Parts::new(1).into_texts(), [""]);
    }

    #[test]
    fn all_files_of_a_kind_count() {
        let file = |parts: usize, kinds: &[&'static str]| JobsFile {
            path: "jobs.yml".to_owned(),
            parts: vec![String::new(); parts],
            conditions: vec!["$A"; kinds.len()],
            kinds: kinds.to_vec(),
            jobs: BTreeSet::new(),
        };
        let files = [file(100, &["merge request"]), file(100, &["tag", "schedule"])];
        for (others, expected) in [
            (0, vec![]),
            (50, vec![]),
            (
                51,
                vec![
                    "less: merge request, schedule, tag: 151 files are included, of which GitLab allows 150",
                ],
            ),
        ] {
            let mut losses = Losses::default();
            add_losses_of_includes(&files, others, &mut losses);
            assert_eq!(losses.lines(), expected, "{others} others");
        }
    }
}
