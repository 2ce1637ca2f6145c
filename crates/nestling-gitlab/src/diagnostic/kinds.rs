//! Findings in several kinds of pipelines, each of them once.

use super::{Diagnostic, Rule, Severity, Sources};
use std::collections::HashMap;

/// A kind of pipeline, as messages and reports name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KindName {
    /// Its value of `--as`: `merge_request`, `branch:main`.
    pub id: String,
    /// Its name in words: `merge requests`, `the default branch`.
    pub name: String,
}

/// Collects the findings of one kind of pipeline after the other.
#[derive(Debug, Default)]
pub struct FindingsByKind {
    kinds: Vec<KindName>,
    /// Findings in the order in which they were added first, with the positions of their kinds.
    findings: Vec<(Diagnostic, Vec<usize>)>,
    positions: HashMap<Finding, usize>,
}

/// Identity of a finding in all kinds of pipelines. Origins are compared by path, since a file that is rendered for each kind
/// is in [`Sources`] several times.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Finding {
    rule: &'static Rule,
    severity: Severity,
    message: String,
    labels: Vec<(String, String)>,
}

impl FindingsByKind {
    /// Adds the findings of a kind. Those that an earlier kind has as well get this one's units and items.
    pub fn add(&mut self, kind: KindName, problems: Vec<Diagnostic>, sources: &Sources) {
        let kind_position = self.kinds.len();
        self.kinds.push(kind);
        for problem in problems {
            let position =
                *self.positions.entry(Finding::of(&problem, sources)).or_insert(self.findings.len());
            match self.findings.get_mut(position) {
                Some((known, kinds)) => {
                    known.units.extend(problem.units);
                    for item in problem.items {
                        if !known.items.contains(&item) {
                            known.items.push(item);
                        }
                    }
                    // A kind may have the same finding twice.
                    if kinds.last() != Some(&kind_position) {
                        kinds.push(kind_position);
                    }
                }
                None => self.findings.push((problem, vec![kind_position])),
            }
        }
    }

    /// Returns `true` if a finding of this rule is known at the origins of another.
    pub fn has_rule_at_origins(&self, problem: &Diagnostic, sources: &Sources) -> bool {
        let places = |problem: &Diagnostic| -> Vec<String> {
            problem.labels.iter().map(|label| sources.place(label.origin)).collect()
        };
        let wanted = places(problem);
        self.findings.iter().any(|(known, _)| known.rule == problem.rule && places(known) == wanted)
    }

    /// Returns each finding once. One that is not in all kinds names those that it is in.
    pub fn finish(self) -> Vec<Diagnostic> {
        let all = self.kinds.len();
        let mut problems = Vec::with_capacity(self.findings.len());
        for (mut problem, kinds) in self.findings {
            problem.units.sort_unstable();
            problem.units.dedup();
            if kinds.len() < all {
                problem.kinds = kinds.into_iter().map(|kind| self.kinds[kind].clone()).collect();
            }
            problems.push(problem);
        }
        problems
    }
}

impl Finding {
    fn of(problem: &Diagnostic, sources: &Sources) -> Self {
        let labels = problem.labels.iter().map(|label| (sources.place(label.origin), label.text.clone()));
        Self {
            rule: problem.rule,
            severity: problem.severity,
            message: without_job(&problem.message),
            labels: labels.collect(),
        }
    }
}

/// Returns a message that begins with the name of a unit's job without the job: a mistake in a job of several environments is
/// reported for the first, which may be another one in each kind.
fn without_job(message: &str) -> String {
    let name = message.strip_prefix('`').and_then(|rest| rest.split_once('`'));
    match name.and_then(|(name, rest)| Some((name.split_once(':')?.0, rest))) {
        Some((unit, rest)) => format!("`{unit}:`{rest}"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Origin;
    use crate::diagnostic::rules::ENCODING;

    fn kind(id: &str) -> KindName {
        KindName { id: id.to_owned(), name: id.to_owned() }
    }

    #[test]
    fn a_finding_is_once_and_names_its_kinds_unless_they_are_all() {
        let sources = Sources::default();
        let (first, again) = (sources.add("a.yml", "x"), sources.add("a.yml", "x"));
        let problem = |file, message: &str| Diagnostic::error(&ENCODING, Origin::line(file, 1), message);
        let mut findings = FindingsByKind::default();
        findings.add(kind("tag"), vec![problem(first, "everywhere"), problem(first, "tags")], &sources);
        findings.add(
            kind("schedule"),
            vec![problem(again, "everywhere"), problem(again, "schedules")],
            &sources,
        );
        let found: Vec<(String, Vec<String>)> = findings
            .finish()
            .into_iter()
            .map(|problem| (problem.message, problem.kinds.into_iter().map(|kind| kind.id).collect()))
            .collect();
        let want = [("everywhere", vec![]), ("tags", vec!["tag"]), ("schedules", vec!["schedule"])];
        let want = want.map(|(message, kinds)| {
            (message.to_owned(), kinds.into_iter().map(str::to_owned).collect::<Vec<String>>())
        });
        assert_eq!(found, want);
    }
    #[test]
    fn a_mistake_of_jobs_of_one_unit_is_once() {
        for (first, second, count) in [
            ("`api:deploy:st` needs `x`", "`api:deploy:pr` needs `x`", 1),
            ("`api:deploy:st` needs `x`", "`api:deploy:pr` needs `y`", 2),
            ("`api:deploy:st` needs `x`", "`web:deploy:pr` needs `x`", 2),
            ("`lint` needs `x`", "`test` needs `x`", 2),
        ] {
            let sources = Sources::default();
            let file = sources.add("a.yml", "x");
            let mut findings = FindingsByKind::default();
            for message in [first, second] {
                let problem = Diagnostic::error(&ENCODING, Origin::line(file, 1), message);
                findings.add(kind("tag"), vec![problem], &sources);
            }
            assert_eq!(findings.finish().len(), count, "{first}; {second}");
        }
    }
}
