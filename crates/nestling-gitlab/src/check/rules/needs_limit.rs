//! `needs-limit`: too many needs, and duplicate needs.

use super::Index;
use crate::check::Level;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Origin, Rule};
use crate::instance::InstanceLimits;
use crate::name::NAME_LIMIT;
use crate::pipeline::Job;
use crate::pipeline::need::{Need, needs as needs_of};
use crate::pipeline::rule::rules;
use std::borrow::Cow;
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    id: "needs-limit",
    severities: &[Error, Warning],
    summary: "a job has too many needs, or duplicate needs",
    documentation: "A job can need 50 jobs, or the instance's limit (`workspace: { gitlab: { needs: 50 } }`), each of them once. \
Add an empty job in between that needs them, or order the jobs by stages.",
    source: "https://docs.gitlab.com/ci/yaml/#needs",
    bad: Example::Pipeline(
        "a:
  script: make
b:
  script: make
  needs: [a, a]
",
    ),
    good: Example::Pipeline(
        "a:
  script: make
b:
  script: make
  needs: [a]
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let limit = index.settings.gitlab.limits.needs;
    for (position, job) in index.jobs() {
        let needs = index.needs[position].as_deref().unwrap_or_default();
        let names = all_names(index, position, needs);
        let count = names.len();
        if let Some(last) = needs.last().filter(|_| count > limit) {
            let message = format!("`{}` has {count} needs; GitLab allows {limit}", job.name);
            // The limit of the instance that reads a plain file is not known.
            let is_default = limit == InstanceLimits::default().needs;
            let is_known = index.settings.level == Level::Child || !is_default;
            let severity = if is_known { Error } else { Warning };
            let problem = Diagnostic::new(&RULE, severity, message).with_label(last.origin, "");
            problems.push(problem.with_help("need a single job that needs them, or order them by stages"));
        }
        problems.extend(duplicate(job, &names));
        problems.extend(long(job, &names));
        // GitLab looks at the needs of every rule, and takes the names there as they are.
        for rule in rules(&job.body).unwrap_or_default() {
            let needs = needs_of(rule.body).unwrap_or_default();
            let names: Vec<NeedName<'_>> =
                needs.iter().filter_map(|need| Some((need.job()?.into(), need.origin))).collect();
            problems.extend(duplicate(job, &names));
            problems.extend(long(job, &names));
        }
    }
}

/// A name that a need means, and the place of the need.
type NeedName<'a> = (Cow<'a, str>, Origin);

/// Returns the names that the needs of a job mean, those of its first copy where they differ between copies.
fn all_names<'s>(index: &'s Index<'_>, position: usize, needs: &[Need<'s>]) -> Vec<NeedName<'s>> {
    let mut names = Vec::with_capacity(needs.len());
    for need in needs {
        let expanded = index.copies.expand(position, need).unwrap_or_default();
        let Some(first) = expanded.into_iter().next() else { continue };
        names.extend(first.names.into_iter().map(|name| (name, need.origin)));
    }
    names
}

fn duplicate(job: &Job, names: &[NeedName<'_>]) -> Option<Diagnostic> {
    let mut seen = HashSet::with_capacity(names.len());
    let (name, origin) = names.iter().find(|(name, _)| !seen.insert(name))?;
    let message = format!("duplicate need `{name}` in `{}`", job.name);
    Some(Diagnostic::error(&RULE, *origin, message).with_help("remove one of them"))
}

fn long(job: &Job, names: &[NeedName<'_>]) -> Option<Diagnostic> {
    let (name, origin) = names.iter().find(|(name, _)| name.chars().count() > NAME_LIMIT)?;
    let length = name.chars().count();
    let message =
        format!("`{}` needs a job whose name has {length} characters; GitLab allows {NAME_LIMIT}", job.name);
    Some(Diagnostic::error(&RULE, *origin, message).with_help("shorten the values of its matrix"))
}
