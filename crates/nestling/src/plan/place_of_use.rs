//! Findings in built-in templates, at the place where a unit uses the template: nobody can change the template, and the inputs
//! are there.

use super::Plan;
use crate::workspace::{Unit, Use};
use nestling_gitlab::diagnostic::{Diagnostic, Label, Origin, Sources};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::pipeline::Pipeline;
use nestling_gitlab::yaml::{Kind, Map, Node};
use std::collections::BTreeSet;

/// The text of the label at the line of the template.
const TEMPLATE_LABEL: &str = "in the built-in template";

/// The rule of jobs that are needed and not defined.
const NEEDS_UNDEFINED: &str = "needs-undefined";

/// Advice for a built-in template that needs a job which the unit does not have.
const NEEDS_HELP: &str =
    "use a template that has this job, or name the job that takes its place in the input `needs`";

/// Moves each finding in a built-in template to the use of the template by the first unit that it was found for.
pub(crate) fn move_to_uses(plan: &Plan, diagnostics: &mut [Diagnostic]) {
    for diagnostic in diagnostics {
        let Some(origin) = diagnostic.origin() else { continue };
        let Some(template) = plan.built_in.get(&origin.file) else { continue };
        if diagnostic.units.is_empty() {
            diagnostic.units = units_at(&plan.pipeline, origin).into_iter().collect();
        }
        let names = named_inputs(&plan.sources, origin, &diagnostic.message);
        let units = diagnostic.units.iter().filter_map(|name| plan.workspace.unit(name.as_str()));
        let Some(origin) = units.filter_map(|unit| place_of_use(unit, template, &names)).next() else {
            continue;
        };
        for label in diagnostic.labels.iter_mut().filter(|label| label.text.is_empty()) {
            TEMPLATE_LABEL.clone_into(&mut label.text);
        }
        diagnostic.labels.insert(0, Label { origin, text: String::new() });
        if diagnostic.rule.id == NEEDS_UNDEFINED {
            diagnostic.help = Some(NEEDS_HELP.to_owned());
        }
    }
}

/// Returns the place at which a unit gives one of these inputs, or else names the template.
fn place_of_use(unit: &Unit, template: &str, names: &[String]) -> Option<Origin> {
    let mut uses = unit.uses.iter().filter(|used| used.stem() == template);
    let first = uses.clone().next()?;
    Some(uses.find_map(|used| given_input(used, names)).unwrap_or(first.origin))
}

/// Returns the place of the first of these inputs that is given.
fn given_input(used: &Use, names: &[String]) -> Option<Origin> {
    let of_environments = used.environments.values().map(|given| &given.inputs);
    let given: Vec<_> =
        [&used.inputs].into_iter().chain(of_environments).flat_map(|inputs| &inputs.entries).collect();
    let key = |name: &String| given.iter().find(|entry| entry.key.text() == name);
    names.iter().find_map(key).map(|entry| entry.key.origin)
}

/// Returns the names that a finding may be about: those in back-ticks, and the inputs that the template's line reads.
fn named_inputs(sources: &Sources, origin: Origin, message: &str) -> Vec<String> {
    let mut names: Vec<String> = message.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let Some(source) = sources.get(origin.file) else { return names };
    let line = source.text.lines().nth(origin.line.saturating_sub(1) as usize).unwrap_or_default();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let read =
        line.split("inputs.").skip(1).map(|rest| rest.split(|c| !is_part(c)).next().unwrap_or_default());
    names.extend(read.map(str::to_owned));
    names
}

/// Returns the units with a job that has something of this place.
fn units_at(pipeline: &Pipeline, origin: Origin) -> BTreeSet<UnitName> {
    let jobs = pipeline.jobs.iter().filter(|job| job.origin == origin || is_in_map(&job.body, origin));
    jobs.filter_map(|job| job.unit.clone()).collect()
}

fn is_in_map(map: &Map, origin: Origin) -> bool {
    map.entries.iter().any(|entry| entry.key.origin == origin || is_in(&entry.value, origin))
}

fn is_in(node: &Node, origin: Origin) -> bool {
    node.origin == origin
        || match &node.kind {
            Kind::Scalar(_) => false,
            Kind::Seq(items) => items.iter().any(|item| is_in(item, origin)),
            Kind::Map(map) => is_in_map(map, origin),
        }
}
