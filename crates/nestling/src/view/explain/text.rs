//! An explanation as text for a terminal.

use super::{Decision, Effect, Explanation, OtherPipeline};
use crate::view::paint::Paint;
use indexmap::IndexMap;
use nestling_files::path::escaped;
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
        for (index, decision) in self.decisions.iter().enumerate() {
            let is_first = index == 0 || self.decisions[index - 1].copies != decision.copies;
            let _ = writeln!(text, "  {}", decision_line(decision, is_first, paint));
        }
        self.write_rules(&mut text, paint);
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
        self.write_other_pipelines(&mut text);
        if let Some(place) = &self.declared_at {
            let _ = writeln!(text, "\n{}", paint.dim(format!("declared at {place}")));
        }
        if let Some(fingerprint) = &self.fingerprint {
            let _ = writeln!(text, "{}", paint.dim(format!("fingerprint {fingerprint}")));
        }
        if let Some(why) = &self.no_fingerprint {
            let _ = writeln!(text, "{}", paint.dim(format!("no fingerprint: {why}")));
        }
        text
    }

    /// Lists the rules of a job in order, each with the values that it sees.
    fn write_rules(&self, text: &mut String, paint: Paint) {
        for (index, rule) in self.rules.iter().enumerate() {
            let outcome = rule.outcome.as_ref().map(|outcome| format!(" → {outcome}")).unwrap_or_default();
            let place = paint.dim(&rule.place);
            let _ = writeln!(text, "  rule {} `{}`{outcome}  {place}", index + 1, rule.text);
            let _ = writeln!(text, "         {}", rule.sentence);
            for value in &rule.values {
                let _ = writeln!(text, "         ${} is {}", value.name, value.value);
            }
        }
    }

    /// Lists the other kinds of pipelines, those of one presence on a line.
    fn write_other_pipelines(&self, text: &mut String) {
        let mut groups: IndexMap<String, Vec<String>> = IndexMap::new();
        for other in &self.other_pipelines {
            let job = other.job.as_ref().map(|job| format!(" ({job})")).unwrap_or_default();
            // A misspelled name is in no pipeline, and no job that rules leave out.
            let words =
                if self.is_known { presence_in_words(other) } else { "no job of this name".to_owned() };
            groups.entry(words).or_default().push(format!("{}{job}", other.pipeline));
        }
        if groups.is_empty() {
            return;
        }
        text.push_str("\nother pipelines, with all units:\n");
        for (presence, pipelines) in groups {
            let _ = writeln!(text, "  {presence}: {}", pipelines.join(", "));
        }
    }

    fn write_paths(&self, text: &mut String) {
        if self.changed_paths.is_empty() {
            return;
        }
        text.push_str("\nchanged paths that affect it:\n");
        for path in self.changed_paths.iter().take(PATHS) {
            let _ = writeln!(text, "  {}", escaped(path.as_bytes()));
        }
        if self.changed_paths.len() > PATHS {
            let _ = writeln!(text, "  and {} more", self.changed_paths.len() - PATHS);
        }
    }
}

/// Returns a case of a job: ``if `$DEPLOY` is `yes`: manual``.
fn decision_line(decision: &Decision, is_first: bool, paint: Paint) -> String {
    let Decision { copies, condition, outcome, place } = decision;
    let mut line = String::new();
    if !copies.is_empty() {
        let _ = write!(line, "{}: ", copies.join(", "));
    }
    match condition {
        Some(condition) => {
            let _ = write!(line, "if {condition}: {outcome}");
        }
        None => {
            let _ = write!(line, "{}: {outcome}", if is_first { "always" } else { "otherwise" });
        }
    }
    if let Some(place) = place {
        let _ = write!(line, "  {}", paint.dim(place));
    }
    line
}

fn presence_in_words(other: &OtherPipeline) -> String {
    let start = other.start.as_ref().map(|start| format!(", {start}")).unwrap_or_default();
    match (other.state, &other.condition, &other.reason) {
        ("in", ..) => format!("in{start}"),
        (_, Some(condition), _) => format!("in if {condition}{start}"),
        (_, None, Some(reason)) => format!("not in, {reason}"),
        (_, None, None) => "not in".to_owned(),
    }
}

/// Returns the jobs of an effect: on its line if they fit, else one per line below it.
fn listed_jobs(effect: &Effect) -> String {
    let jobs = &effect.jobs;
    // A sentence such as `api:test needs it` names its only job already.
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
