//! `# nestling: allow(rule)`: a warning that an author has read and means to keep.

use super::rules::RULES;
use crate::diagnostic::{Diagnostic, FileId, Origin, Severity, Sources, did_you_mean};
use std::collections::{BTreeMap, BTreeSet};

/// What opens the comment.
const OPEN: &str = "nestling: allow(";

/// The diagnostics without those that a comment allows, on the line of the place that they are about or on the line
/// above. Errors cannot be allowed: GitLab would refuse the pipeline. A rule that does not exist is told.
pub fn without_allowed(problems: Vec<Diagnostic>, sources: &Sources) -> Vec<Diagnostic> {
    let mut files: BTreeMap<FileId, Allowed> = BTreeMap::new();
    let mut kept = Vec::new();
    for problem in problems {
        let Some(origin) = problem.origin() else {
            kept.push(problem);
            continue;
        };
        let allowed = files.entry(origin.file).or_insert_with(|| Allowed::read(origin.file, sources));
        if problem.severity == Severity::Error || !allowed.covers(problem.rule, origin.line) {
            kept.push(problem);
        }
    }
    kept.extend(files.into_values().flat_map(|allowed| allowed.unknown));
    kept
}

/// The comments of one file.
#[derive(Default)]
struct Allowed {
    rules: BTreeMap<u32, BTreeSet<String>>,
    unknown: Vec<Diagnostic>,
}

impl Allowed {
    fn read(file: FileId, sources: &Sources) -> Self {
        let mut allowed = Self::default();
        let Some(source) = sources.get(file).filter(|source| source.text.contains(OPEN)) else {
            return allowed;
        };
        for (line, text) in (1..).zip(source.text.lines()) {
            let Some(at) = text.find(OPEN).filter(|at| text[..*at].contains('#')) else { continue };
            let inner = text[at + OPEN.len()..].split(')').next().unwrap_or_default();
            for rule in inner.split(',').map(str::trim).filter(|rule| !rule.is_empty()) {
                if RULES.iter().any(|known| known.id == rule) {
                    allowed.rules.entry(line).or_default().insert(rule.to_owned());
                } else {
                    allowed.unknown.push(unknown(Origin::line(file, line), rule));
                }
            }
        }
        allowed
    }

    fn covers(&self, rule: &str, line: u32) -> bool {
        [line, line.saturating_sub(1)]
            .iter()
            .any(|line| self.rules.get(line).is_some_and(|rules| rules.contains(rule)))
    }
}

fn unknown(origin: Origin, rule: &str) -> Diagnostic {
    let problem = Diagnostic::warning("allow-unknown", origin, format!("there is no rule `{rule}` to allow"));
    match did_you_mean(rule, RULES.iter().map(|rule| rule.id)) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None => problem.with_help("the rule's id stands in brackets in the message that it gives"),
    }
}
