//! The differences between a static pipeline and Nestling's.

use std::collections::BTreeMap;

/// The kind of a loss, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Less,
    More,
    Other,
}

/// Lines of the report: each with the jobs or units that it is about.
#[derive(Debug, Default)]
pub(super) struct Losses(BTreeMap<(Rank, String), Vec<String>>);

/// Subjects that are named in one line.
const MOST_NAMES: usize = 5;

impl Losses {
    /// Adds something that may be lost.
    pub(super) fn less(&mut self, subject: &str, text: &str) {
        self.add(Rank::Less, subject, text);
    }

    /// Adds something that runs more often.
    pub(super) fn more(&mut self, subject: &str, text: &str) {
        self.add(Rank::More, subject, text);
    }

    /// Adds another difference.
    pub(super) fn other(&mut self, subject: &str, text: &str) {
        self.add(Rank::Other, subject, text);
    }

    fn add(&mut self, rank: Rank, subject: &str, text: &str) {
        let subjects = self.0.entry((rank, text.to_owned())).or_default();
        if !subjects.iter().any(|known| known == subject) {
            subjects.push(subject.to_owned());
        }
    }

    /// Returns `true` if something may be lost that the comparison of jobs does not see.
    pub(super) fn has_less(&self) -> bool {
        self.0.keys().any(|(rank, _)| *rank == Rank::Less)
    }

    /// Returns the lines.
    pub(super) fn lines(&self) -> Vec<String> {
        let line = |((rank, text), subjects): (&(Rank, String), &Vec<String>)| {
            let word = match rank {
                Rank::Less => "less",
                Rank::More => "more",
                Rank::Other => "other",
            };
            let mut named = subjects.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
            if subjects.len() > MOST_NAMES {
                named.push_str(&format!(" and {} more", subjects.len() - MOST_NAMES));
            }
            format!("{word}: {named}: {text}")
        };
        self.0.iter().map(line).collect()
    }
}
