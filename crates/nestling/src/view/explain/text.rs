//! An explanation for a terminal.

use super::Explanation;
use crate::view::paint::Paint;
use std::fmt::Write as _;

/// How many changed paths are listed.
const PATHS: usize = 20;

/// How long a line may be before jobs stand on lines of their own.
const COLUMNS: usize = 80;

/// Jobs behind a text of this length: on its line, or below it.
fn listed(jobs: &[String], before: usize) -> String {
    let line = format!(": {}", jobs.join(", "));
    if "  → ".chars().count() + before + line.chars().count() <= COLUMNS {
        return line;
    }
    let lines: Vec<String> = jobs.iter().map(|job| format!("\n      {job}")).collect();
    format!(":{}", lines.concat())
}

impl Explanation {
    /// The text.
    pub fn text(&self, paint: Paint) -> String {
        let mut text = format!("{} {}\n", paint.bold(&self.subject.name), self.answer);
        for chain in &self.because {
            for (at, step) in chain.iter().enumerate() {
                let lead = if at == 0 { "because" } else { "   since" };
                let place =
                    step.place.as_ref().map(|place| format!("  {}", paint.dim(place))).unwrap_or_default();
                let _ = writeln!(text, "  {lead} {}{place}", step.text);
            }
        }
        for line in &self.why_not {
            let _ = writeln!(text, "  {line}");
        }
        for effect in &self.effects {
            let jobs = match effect.jobs.as_slice() {
                // The text names it already.
                [job] if effect.text.starts_with(job.as_str()) => String::new(),
                [] => String::new(),
                jobs => listed(jobs, effect.text.chars().count()),
            };
            let _ = writeln!(text, "  → {}{jobs}", effect.text);
        }
        for note in &self.notes {
            let place = note.place.as_ref().map(|place| format!("  {}", paint.dim(place)));
            let _ = writeln!(text, "  note: {}{}", note.text, place.unwrap_or_default());
        }
        if !self.changed_paths.is_empty() {
            let _ = writeln!(text, "\nchanged paths that concern it:");
            for path in self.changed_paths.iter().take(PATHS) {
                let _ = writeln!(text, "  {path}");
            }
            if self.changed_paths.len() > PATHS {
                let _ = writeln!(text, "  and {} more", self.changed_paths.len() - PATHS);
            }
        }
        if let Some(place) = &self.declared_at {
            let _ = writeln!(text, "\n{}", paint.dim(format!("declared at {place}")));
        }
        text
    }
}
