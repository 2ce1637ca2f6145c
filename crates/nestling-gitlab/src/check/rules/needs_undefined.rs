//! `needs-undefined`: a job needs one that is not in the pipeline.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};

pub(super) static RULE: Rule = Rule {
    id: "needs-undefined",
    severities: &[Error],
    summary: "a job needs one that is not in the pipeline",
    documentation: "GitLab refuses the whole pipeline when a job in `needs` or `dependencies` does not exist, unless the need is \
`optional: true`. In a unit, names are the unit's own: `build` means its own `build`; another unit's job is named in \
full, as in `libs/core:build`.",
    source: "https://docs.gitlab.com/ci/yaml/#needs",
    bad: Example::Pipeline("build: { script: make }\ntest: { script: make test, needs: [biuld] }\n"),
    good: Example::Pipeline("build: { script: make }\ntest: { script: make test, needs: [build] }\n"),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (at, job) in index.jobs() {
        let needed = index.needs[at].iter().flatten().filter(|need| !need.optional);
        let needed = needed.filter_map(|need| Some((need.job()?, need.origin, "needs")));
        let depended = crate::pipeline::need::dependencies(&job.body).unwrap_or_default();
        let depended = depended.into_iter().map(|(name, origin)| (name, origin, "depends on"));
        for (name, origin, verb) in needed.chain(depended) {
            if index.is_open() || index.find(name).is_some() {
                continue;
            }
            let message = format!("`{}` {verb} `{name}`, which is not in the pipeline", job.name);
            let problem = Diagnostic::error(&RULE, origin, message);
            problems.push(match index.near_to(job, name) {
                Some(near) => problem.with_help(format!("did you mean `{near}`?")),
                None => {
                    problem.with_help("name a job of this pipeline, or write `{ job: …, optional: true }`")
                }
            });
        }
    }
}
