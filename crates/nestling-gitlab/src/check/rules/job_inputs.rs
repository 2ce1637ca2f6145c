//! `job-inputs`: what an expression reads that GitLab's runner evaluates.

use super::Index;
use crate::diagnostic::Severity::{Error, Warning};
use crate::diagnostic::{Diagnostic, Example, Origin, Rule, Sources, Suggestion};
use crate::instance::Gitlab;
use crate::pipeline::moa::{ExpressionName, OPEN, STEP_NAMES, expressions, names};
use crate::yaml::{Kind, Map, Node};

pub(super) static RULE: Rule = Rule {
    id: "job-inputs",
    severities: &[Error, Warning],
    summary: "an expression for GitLab's runner reads something undefined, or is in a place where the runner does not evaluate it",
    documentation: "`${{ job.inputs.NAME }}` is replaced when the job starts by an input of the job, which `inputs` declares \
with a default. The runner does that in `script`, `before_script`, `after_script`, `artifacts`, `cache`, `image`, `services` and \
`run`, from GitLab 18.10 on. The stage, the rules, the environment and the tags of a job are evaluated earlier. `env`, `steps`, \
`output_file`, `export_file`, `work_dir` and `func_dir` are names of the steps of `run`.",
    source: "https://docs.gitlab.com/ci/jobs/job_inputs/",
    bad: Example::Pipeline(
        "\
a:
  inputs:
    suite:
      default: smoke
  script: make test SUITE=${{ job.inputs.suit }}
",
    ),
    good: Example::Pipeline(
        "\
a:
  inputs:
    suite:
      default: smoke
  script: make test SUITE=${{ job.inputs.suite }}
",
    ),
};

/// The keywords whose strings the runner evaluates
/// (<https://docs.gitlab.com/ci/jobs/job_inputs/#where-you-can-use-job-inputs>).
const EVALUATED: [&str; 8] =
    ["script", "before_script", "after_script", "artifacts", "cache", "image", "services", "run"];

/// The first GitLab with job inputs.
const SINCE: (u32, u32) = (18, 10);

pub(super) fn check(index: &Index<'_>, problems: &mut Vec<Diagnostic>) {
    let gitlab = &index.settings.gitlab;
    for entry in &index.pipeline.workflow.entries {
        walk(&entry.value, &mut |text, origin| problems.extend(unevaluated(text, "`workflow`", origin)));
    }
    for (_, job) in index.jobs() {
        if job.name.as_str().contains(OPEN) {
            problems.extend(unevaluated(job.name.as_str(), "the name of a job", job.origin));
        }
        let declared = job.body.get("inputs").and_then(Node::as_map);
        for entry in &job.body.entries {
            let keyword = entry.key.text();
            let place = Place { keyword, declared, gitlab };
            walk(&entry.value, &mut |text, origin| place.judge(text, origin, problems));
        }
    }
}

/// Moves a finding of this rule from the start of the string to the expression in it.
pub(crate) fn at_expression(problem: &mut Diagnostic, sources: &Sources) {
    // What is wrong with another key of `job` names none.
    if problem.rule != &RULE || problem.message.starts_with("GitLab's runner") {
        return;
    }
    let Some(name) = problem.message.split('`').nth(1) else { return };
    let is_input = problem.message.starts_with(UNDECLARED);
    let word = if is_input { format!("job.inputs.{name}") } else { name.to_owned() };
    let Some(label) = problem.labels.first_mut() else { return };
    if let Some(origin) = sources.in_expression(label.origin, OPEN, &word) {
        label.origin = origin;
    }
}

/// The beginning of the message about an input that the job does not declare.
const UNDECLARED: &str = "undeclared job input";

/// Calls `found` with each string that contains an expression.
fn walk(node: &Node, visit: &mut dyn FnMut(&str, Origin)) {
    match &node.kind {
        Kind::Scalar(scalar) if scalar.text.contains(OPEN) => visit(&scalar.text, node.origin),
        Kind::Scalar(_) => {}
        Kind::Seq(items) => items.iter().for_each(|item| walk(item, visit)),
        Kind::Map(map) => {
            for entry in &map.entries {
                if entry.key.text().contains(OPEN) {
                    visit(entry.key.text(), entry.key.origin);
                }
                walk(&entry.value, visit);
            }
        }
    }
}

/// A keyword of a job.
struct Place<'a> {
    keyword: &'a str,
    /// The inputs of the job.
    declared: Option<&'a Map>,
    gitlab: &'a Gitlab,
}

impl Place<'_> {
    fn judge(&self, text: &str, origin: Origin, problems: &mut Vec<Diagnostic>) {
        if !EVALUATED.contains(&self.keyword) {
            problems.extend(unevaluated(text, &format!("`{}`", self.keyword), origin));
            return;
        }
        for range in expressions(text) {
            let fields = names(&text[range]).into_iter().filter(|name| !name.is_call);
            problems.extend(fields.filter_map(|name| self.name(&name, origin)));
        }
    }

    /// Judges a name where the runner evaluates it.
    fn name(&self, name: &ExpressionName<'_>, origin: Origin) -> Option<Diagnostic> {
        if STEP_NAMES.contains(&name.root) && self.keyword != "run" {
            let message = format!("`{}` is defined in the steps of `run` only", name.root);
            return Some(Diagnostic::warning(&RULE, origin, message));
        }
        if name.root != "job" {
            return None;
        }
        match name.keys.as_slice() {
            ["inputs", input, ..] => self.input(input, origin),
            ["inputs"] => None,
            _ => {
                let message = "GitLab's runner knows `job.inputs`, and no other key of `job`";
                Some(Diagnostic::warning(&RULE, origin, message))
            }
        }
    }

    fn input(&self, input: &str, origin: Origin) -> Option<Diagnostic> {
        if !self.gitlab.is_at_least(SINCE.0, SINCE.1) {
            let message = format!("job inputs require GitLab {}.{}", SINCE.0, SINCE.1);
            return Some(Diagnostic::error(&RULE, origin, message));
        }
        if self.declared.is_some_and(|inputs| inputs.contains(input)) {
            return None;
        }
        let message = format!("{UNDECLARED} `{input}`");
        let declared = self.declared.into_iter().flat_map(Map::iter).map(|(declared, _)| declared);
        let help = format!("add it to the job: `inputs: {{ {input}: {{ default: … }} }}`");
        let suggestion = Suggestion::among(input, declared);
        Some(Diagnostic::error(&RULE, origin, message).with_help(suggestion.help_or(help)))
    }
}

/// Reports expressions that the runner never sees.
fn unevaluated(text: &str, place: &str, origin: Origin) -> Option<Diagnostic> {
    let ranges = expressions(text);
    let mut all_names = ranges.iter().flat_map(|range| names(&text[range.clone()]));
    let name = all_names.find(|name| name.root == "job" && name.keys.first() == Some(&"inputs"))?;
    let path: Vec<&str> = [name.root].into_iter().chain(name.keys).collect();
    let message = format!("`{}` is not evaluated in {place}", path.join("."));
    let help =
        format!("the runner evaluates it in {}", EVALUATED.map(|keyword| format!("`{keyword}`")).join(", "));
    Some(Diagnostic::error(&RULE, origin, message).with_help(help))
}
