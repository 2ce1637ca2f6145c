//! The report of an import from GitHub: what was rewritten, what was not carried over, and what is a matter of security.

use nestling::Origin;
use std::collections::BTreeSet;

/// A part of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Rewritten,
    Decided,
    Lost,
    Security,
}

/// The lines of the report.
#[derive(Debug, Default)]
pub(super) struct Notes(BTreeSet<(Part, u32, String)>);

impl Notes {
    /// Adds a line about what is written at a place.
    pub(super) fn add(&mut self, part: Part, origin: Origin, text: impl Into<String>) {
        let line = if origin.is_generated() { 0 } else { origin.line };
        self.0.insert((part, line, text.into()));
    }

    /// Returns the report of a file.
    pub(super) fn text(&self, file: &str) -> String {
        let mut text = String::new();
        for (part, title) in [
            (Part::Rewritten, "Rewritten"),
            (Part::Decided, "Decided by you"),
            (Part::Lost, "Not carried over"),
            (Part::Security, "Security"),
        ] {
            let lines: Vec<_> = self.0.iter().filter(|(known, ..)| *known == part).collect();
            if lines.is_empty() {
                continue;
            }
            text.push_str(&format!("\n{title}\n"));
            for (_, line, note) in lines {
                text.push_str(&format!("  {file}:{line}: {note}\n"));
            }
        }
        text
    }
}
