//! `# nestling: allow(rule)`: a warning that an author has read and means to keep.

pub mod rules;

use self::rules::ALLOW_UNKNOWN;
use crate::diagnostic::{Diagnostic, FileId, Origin, Rule, Severity, Sources, did_you_mean};
use std::collections::{BTreeMap, BTreeSet};

/// What opens the comment.
const OPEN: &str = "nestling: allow(";

/// The diagnostics without those that a comment allows, on the line of the place that they are about or on the line
/// above. Errors cannot be allowed: GitLab would refuse the pipeline. An id that is not in `catalog` is reported.
pub fn without_allowed(
    problems: Vec<Diagnostic>,
    sources: &Sources,
    catalog: &[&'static Rule],
) -> Vec<Diagnostic> {
    let files = files(sources, catalog);
    let mut kept = Vec::new();
    for problem in problems {
        let origin = problem.origin();
        let allowed = origin.is_some_and(|origin| {
            files.get(&origin.file).is_some_and(|file| file.covers(problem.rule.id, origin.line))
        });
        match (allowed, problem.severity) {
            (false, _) => kept.push(problem),
            (true, Severity::Error) => {
                kept.push(problem.with_note("`nestling: allow` does not cover errors"));
            }
            (true, _) => {}
        }
    }
    // The same file is there twice where base and head were read.
    let mut told = BTreeSet::new();
    for problem in files.into_values().flat_map(|file| file.unknown) {
        let place = problem.origin().map(|origin| sources.place(origin));
        if told.insert((place, problem.message.clone())) {
            kept.push(problem);
        }
    }
    kept
}

/// The files that have such comments.
fn files(sources: &Sources, catalog: &[&'static Rule]) -> BTreeMap<FileId, Allowed> {
    let ids = (0..).map(FileId::from_index).take_while(|id| sources.get(*id).is_some());
    let read = ids.map(|id| (id, Allowed::read(id, sources, catalog)));
    read.filter(|(_, file)| !file.rules.is_empty()).collect()
}

/// The comments of one file.
#[derive(Default)]
struct Allowed {
    rules: BTreeMap<u32, Comment>,
    unknown: Vec<Diagnostic>,
}

/// One comment.
#[derive(Default)]
struct Comment {
    rules: BTreeSet<String>,
    /// Whether nothing else stands on its line.
    alone: bool,
}

impl Allowed {
    fn read(file: FileId, sources: &Sources, catalog: &[&'static Rule]) -> Self {
        let mut allowed = Self::default();
        let Some(source) = sources.get(file).filter(|source| source.text.contains(OPEN)) else {
            return allowed;
        };
        for (line, text) in (1..).zip(source.text.lines()) {
            let Some(at) = text.find(OPEN).filter(|at| text[..*at].contains('#')) else { continue };
            let comment = allowed.rules.entry(line).or_default();
            let start = text.trim_start();
            comment.alone = start.starts_with('#') || start.starts_with("{#");
            let inner = text[at + OPEN.len()..].split(')').next().unwrap_or_default();
            for rule in inner.split(',').map(str::trim).filter(|rule| !rule.is_empty()) {
                if catalog.iter().any(|known| known.id == rule) {
                    comment.rules.insert(rule.to_owned());
                } else {
                    allowed.unknown.push(unknown(Origin::line(file, line), rule, catalog));
                }
            }
        }
        allowed
    }

    fn covers(&self, rule: &str, line: u32) -> bool {
        let here = self.rules.get(&line).filter(|comment| comment.rules.contains(rule));
        // Above, it stands alone: at the end of a line it is about that line.
        let above = self.rules.get(&line.saturating_sub(1));
        here.is_some() || above.is_some_and(|comment| comment.alone && comment.rules.contains(rule))
    }
}

fn unknown(origin: Origin, rule: &str, catalog: &[&'static Rule]) -> Diagnostic {
    let problem = Diagnostic::warning(&ALLOW_UNKNOWN, origin, format!("there is no rule `{rule}` to allow"));
    match did_you_mean(rule, catalog.iter().map(|rule| rule.id)) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None => problem.with_help("the rule's id stands in brackets in the message that it gives"),
    }
}
