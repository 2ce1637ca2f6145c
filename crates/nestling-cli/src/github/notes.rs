//! The report of an import from GitHub: what was rewritten, what was not carried over, and what is a matter of security.

use nestling::{Origin, Sources};
use nestling_gitlab::yaml::Map;
use std::collections::{BTreeMap, BTreeSet};

/// A part of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Rewritten,
    Decided,
    Lost,
    Security,
}

/// The lines of the report, with the places that each of them is about.
#[derive(Debug, Default)]
pub(super) struct Notes(BTreeMap<(Part, String), BTreeSet<Place>>);

/// The file and the line; `None` for what nobody wrote.
type Place = Option<(nestling_gitlab::diagnostic::FileId, u32)>;

impl Notes {
    /// Adds a line about what is written at a place.
    pub(super) fn add(&mut self, part: Part, origin: Origin, text: impl Into<String>) {
        let place = (!origin.is_generated()).then_some((origin.file, origin.line));
        self.0.entry((part, text.into())).or_default().insert(place);
    }

    /// Adds a line about each key that is not read.
    pub(super) fn others(&mut self, map: &Map, known: &[&str], of: &str) {
        for entry in map.entries.iter().filter(|entry| !known.contains(&entry.key.text())) {
            self.add(Part::Lost, entry.key.origin, format!("`{}` {of}", entry.key.text()));
        }
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the report. Lines of one text are one, with all their places.
    pub(super) fn text(&self, sources: &Sources) -> String {
        let mut text = String::new();
        for (part, title) in [
            (Part::Rewritten, "Rewritten"),
            (Part::Decided, "Decided by you"),
            (Part::Lost, "Not carried over"),
            (Part::Security, "Security"),
        ] {
            let mut lines: Vec<(&BTreeSet<Place>, &String)> = self
                .0
                .iter()
                .filter(|((known, _), _)| *known == part)
                .map(|((_, note), places)| (places, note))
                .collect();
            if lines.is_empty() {
                continue;
            }
            lines.sort();
            text.push_str(&format!("\n{title}\n"));
            for (places, note) in lines {
                text.push_str(&format!("  {}{note}{}\n", first(places, sources), others(places, sources)));
            }
        }
        text
    }
}

fn first(places: &BTreeSet<Place>, sources: &Sources) -> String {
    match places.first() {
        Some(Some((file, line))) => format!("{}: ", sources.place(Origin::line(*file, *line))),
        _ => String::new(),
    }
}

/// Returns the further places: their lines, with the file where it is another one.
fn others(places: &BTreeSet<Place>, sources: &Sources) -> String {
    let mut places = places.iter().flatten();
    let Some(&(mut file, _)) = places.next() else { return String::new() };
    let mut listed = Vec::new();
    for (other, line) in places {
        if *other == file {
            listed.push(line.to_string());
        } else {
            listed.push(sources.place(Origin::line(*other, *line)));
            file = *other;
        }
    }
    if listed.is_empty() { String::new() } else { format!(" (also {})", listed.join(", ")) }
}
