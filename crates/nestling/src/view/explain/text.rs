//! An explanation as text for a terminal.

use super::{Effect, Explanation};
use crate::view::paint::Paint;
use std::fmt::Write as _;

/// The maximal number of changed paths that are listed.
const PATHS: usize = 20;

/// The width of a line. Jobs that do not fit get lines of their own.
const COLUMNS: usize = 80;

impl Explanation {
    /// Returns the explanation as text.
    pub fn text(&self, paint: Paint) -> String {
        let mut text = format!("{} {}\n", paint.bold(&self.subject.name), self.answer);
        for chain in &self.because {
            for (index, step) in chain.iter().enumerate() {
                let conjunction = if index == 0 { "because" } else { "   since" };
                let _ = write!(text, "  {conjunction} {}", step.text);
                if let Some(place) = &step.place {
                    let _ = write!(text, "  {}", paint.dim(place));
                }
                text.push('\n');
            }
        }
        for line in &self.why_not {
            let _ = writeln!(text, "  {line}");
        }
        for effect in &self.effects {
            let _ = writeln!(text, "  → {}{}", effect.text, listed_jobs(effect));
        }
        for note in &self.notes {
            let _ = write!(text, "  note: {}", note.text);
            if let Some(place) = &note.place {
                let _ = write!(text, "  {}", paint.dim(place));
            }
            text.push('\n');
        }
        self.write_paths(&mut text);
        if let Some(place) = &self.declared_at {
            let _ = writeln!(text, "\n{}", paint.dim(format!("declared at {place}")));
        }
        text
    }

    fn write_paths(&self, text: &mut String) {
        if self.changed_paths.is_empty() {
            return;
        }
        text.push_str("\nchanged paths that affect it:\n");
        for path in self.changed_paths.iter().take(PATHS) {
            let _ = writeln!(text, "  {path}");
        }
        if self.changed_paths.len() > PATHS {
            let _ = writeln!(text, "  and {} more", self.changed_paths.len() - PATHS);
        }
    }
}

/// Returns the jobs of an effect: on its line if they fit, else one per line below it.
fn listed_jobs(effect: &Effect) -> String {
    let jobs = &effect.jobs;
    // A text such as `api:test needs it` names its only job already.
    let is_named = jobs.len() == 1 && effect.text.starts_with(jobs[0].as_str());
    if jobs.is_empty() || is_named {
        return String::new();
    }
    let line = format!(": {}", jobs.join(", "));
    if "  → ".chars().count() + effect.text.chars().count() + line.chars().count() <= COLUMNS {
        return line;
    }
    let mut lines = String::from(":");
    for job in jobs {
        let _ = write!(lines, "\n      {job}");
    }
    lines
}
