//! `needs-late`: needs and dependencies on jobs of later stages.

use super::Index;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::need::{Need, dependencies};

pub(super) static RULE: Rule = Rule {
    id: "needs-late",
    severities: &[Error],
    summary: "a job needs a job of a later stage",
    documentation: "A job can need jobs of its own stage and of earlier stages. Otherwise GitLab rejects the pipeline. Move the job to \
a later stage, or the needed job to an earlier one.",
    source: "https://docs.gitlab.com/ci/yaml/#needs",
    bad: Example::Pipeline(
        "stages: [build, test]
a:
  stage: build
  script: make
  needs: [b]
b:
  stage: test
  script: make
",
    ),
    good: Example::Pipeline(
        "stages: [build, test]
a:
  stage: build
  script: make
b:
  stage: test
  script: make
  needs: [a]
",
    ),
};

fn is_there(index: &Index<'_>, position: usize, need: &Need<'_>) -> bool {
    let expanded = index.copies.expand(position, need).unwrap_or_default();
    expanded.iter().flat_map(|expanded| &expanded.names).any(|name| index.copies.find(name).is_some())
}

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (position, job) in index.jobs() {
        let Some(own_stage) = index.stage(job.stage()) else { continue };
        let needs = index.needs[position].iter().flatten();
        // GitLab passes over optional needs on copies that it does not make.
        let needs = needs.filter(|need| !need.optional || is_there(index, position, need));
        let needed = needs.filter_map(|need| Some((need.job()?, need.origin)));
        for (name, origin) in needed.chain(dependencies(&job.body).unwrap_or_default()) {
            let Some(needed_position) = index.find(name) else { continue };
            let other = &index.pipeline.jobs[needed_position];
            // An undefined stage is reported by `stage-undefined`.
            if index.stage(other.stage()).is_none_or(|stage| stage <= own_stage) {
                continue;
            }
            let stage = job.stage();
            let later = other.stage();
            let message =
                format!("`{}` in stage `{stage}` needs `{name}` in the later stage `{later}`", job.name);
            problems.push(
                Diagnostic::error(&RULE, origin, message)
                    .with_label(other.origin, "the needed job")
                    .with_help(format!("move `{}` to stage `{later}` or a later one", job.name)),
            );
        }
    }
}
