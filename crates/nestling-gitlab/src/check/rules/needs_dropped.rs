//! `needs-dropped`: a job needs a job that rules exclude from the pipeline.

use super::Index;
use crate::check::Level;
use crate::check::needed::{CopyId, Expanded};
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Rule};
use crate::pipeline::Job;
use crate::pipeline::guard::Guard;
use crate::pipeline::need::Need;
use crate::pipeline::presence::{Implication, State, implies};
use crate::pipeline::rule::has_when;
use crate::yaml::Map;

pub(super) static RULE: Rule = Rule {
    id: "needs-dropped",
    severities: &[Error, Warning],
    summary: "a job needs a job that rules exclude from the pipeline",
    documentation: "When rules exclude a needed job, GitLab does not create the pipeline at all: \"needs job, but it was \
not added to the pipeline\". Give both jobs the same rules, or make the need `optional: true`. \
In a plain `.gitlab-ci.yml`, a need is reported only if it certainly fails in some kind of pipeline.",
    source: "https://docs.gitlab.com/ci/yaml/#needsoptional",
    bad: Example::Pipeline(
        "\
a:
  script: make
  rules:
    - when: never
b:
  script: make
  needs: [a]
",
    ),
    good: Example::Pipeline(
        "\
a:
  script: make
  rules:
    - if: $X
b:
  script: make
  needs:
    - job: a
      optional: true
",
    ),
};

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    for (needer, job) in index.jobs().filter(|(position, _)| index.state(*position) != State::Out) {
        for need in index.needs[needer].iter().flatten().filter(|need| !need.optional) {
            // What the matrix does not have is undefined, which another rule says.
            let expanded = index.copies.expand(needer, need).unwrap_or_default();
            problems.extend(expanded.iter().find_map(|expanded| unmet(index, (needer, job), need, expanded)));
        }
    }
}

/// Returns a finding if the needed job can be out of a pipeline that the needing job is in.
fn unmet(
    index: &Index<'_>,
    (needer, job): (usize, &Job),
    need: &Need<'_>,
    expanded: &Expanded<'_>,
) -> Option<Diagnostic> {
    let needed: Option<Vec<CopyId>> = expanded.names.iter().map(|name| index.copies.find(name)).collect();
    let needed = needed?;
    let other = &index.pipeline.jobs[needed.first()?.job];
    let met = met(index, &needed);
    let own = &index.presence[needer];
    let guard = match expanded.copy {
        Some(copy) => &own.copies()[copy].1.guard(),
        None => own.guard(),
    };
    let implication = implies(guard, &met);
    // Of a plain file nothing says which values its variables ever have.
    let is_guess = index.settings.level == Level::Root && !is_certain(&implication);
    if implication == Implication::Follows || (is_guess && State::of(&met) != State::Out) {
        return None;
    }
    let problem = if State::of(&met) == State::Out {
        let message = format!("`{}` needs `{}`, {}", job.name, other.name, exclusion(&other.body, true));
        Diagnostic::error(&RULE, need.origin, message)
    } else {
        let message = format!("`{}` needs `{}`, {}", job.name, other.name, exclusion(&other.body, false));
        let severity = if is_certain(&implication) { Error } else { Warning };
        let problem = Diagnostic::new(&RULE, severity, message).with_label(need.origin, "");
        match example(&implication) {
            Some(note) => problem.with_note(note),
            None => problem,
        }
    };
    let problem = problem.with_label(other.origin, "the needed job");
    let help = match excluding(&other.body) {
        [] => format!("give `{}` rules, such as `rules: [{{ when: on_success }}]`", other.name),
        ["rules"] => "give both the same rules".to_owned(),
        ["when"] => "remove its `when: never`".to_owned(),
        _ => "give both the same conditions".to_owned(),
    };
    Some(problem.with_help(format!("{help}, or use `{{ job: …, optional: true }}`")))
}

/// Returns the keywords of a job that decide in which pipelines it is.
fn excluding(body: &Map) -> &'static [&'static str] {
    let has = |key: &str| body.get(key).is_some_and(|node| !node.is_null());
    if !has("rules") && has_when(body, "never") {
        return &["when"];
    }
    match (has("rules"), has("only"), has("except")) {
        (true, ..) => &["rules"],
        (_, true, true) => &["only", "except"],
        (_, true, false) => &["only"],
        (_, false, true) => &["except"],
        (_, false, false) => &[],
    }
}

/// Says what keeps a job out of the pipeline. A job without conditions is one for branches and tags.
fn exclusion(body: &Map, is_out: bool) -> String {
    let verb = if is_out { "exclude" } else { "can exclude" };
    match excluding(body) {
        [] => "which has no `rules`, and is in pipelines of branches and tags only".to_owned(),
        ["rules"] => format!("which rules {verb} from the pipeline"),
        ["when"] => "which `when: never` excludes from the pipeline".to_owned(),
        [key] if is_out => format!("which its `{key}` excludes from the pipeline"),
        [key] => format!("which its `{key}` can exclude from the pipeline"),
        _ => format!("which its `only` and `except` {verb} from the pipeline"),
    }
}

/// Returns the condition under which all of these jobs are in the pipeline.
fn met(index: &Index<'_>, needed: &[CopyId]) -> Guard {
    if let [first, ..] = needed
        && needed.len() == index.presence[first.job].copies().len()
        && needed.iter().all(|id| id.job == first.job)
    {
        return index.presence[first.job].all().clone();
    }
    Guard::all(needed.iter().map(|id| index.presence[id.job].copies()[id.copy].1.guard()))
}

/// Returns `true` if GitLab is sure to refuse some pipeline.
fn is_certain(implication: &Implication) -> bool {
    matches!(implication, Implication::Fails(counterexample) if counterexample.is_certain())
}

/// Says for which values the needed job is out, if that is known.
fn example(implication: &Implication) -> Option<String> {
    match implication {
        Implication::Follows => None,
        Implication::Undecided => {
            Some("the rules of the two use too many variables to be compared".to_owned())
        }
        Implication::Fails(counterexample) => {
            let values = counterexample.to_string();
            let beginning =
                if counterexample.is_certain() { "GitLab rejects a pipeline" } else { "for example," };
            (!values.is_empty()).then(|| format!("{beginning} where {values}"))
        }
    }
}
