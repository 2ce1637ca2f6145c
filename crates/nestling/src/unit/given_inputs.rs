//! Inputs that units give, and that no rendering reads: such as the version of a tool that nothing installs.

use crate::template::InputsRead;
use crate::workspace::idle_rules::KEY_UNUSED;
use crate::workspace::{Template, Use};
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::yaml::{Entry, Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// The given inputs by the place where they are given, which may be a rule for many units.
#[derive(Debug, Default)]
pub(super) struct GivenInputs(BTreeMap<Origin, GivenInput>);

#[derive(Debug)]
struct GivenInput {
    name: String,
    template: String,
    is_read: bool,
}

impl GivenInputs {
    /// Notes the inputs of a rendering with those that it read; `None` if that is not known, since it failed.
    pub(super) fn note(&mut self, template: &Template, used: &Use, given: &Map, read: Option<&InputsRead>) {
        let read = read.filter(|_| is_noted(template)).map(InputsRead::names);
        for entry in &given.entries {
            let input = self.0.entry(entry.key.origin).or_insert_with(|| GivenInput {
                name: entry.key.text().to_owned(),
                template: used.template.clone(),
                is_read: false,
            });
            input.is_read |= is_read(template, entry, read.as_ref());
        }
    }

    /// Warns of the inputs that nothing has read.
    pub(super) fn unread(&self) -> Vec<Diagnostic> {
        let unread = self.0.iter().filter(|(_, input)| !input.is_read);
        let problem = |(origin, input): (&Origin, &GivenInput)| {
            let message = format!(
                "the input `{}` has no effect: `{}` does not read it here",
                input.name, input.template
            );
            let problem = Diagnostic::warning(&KEY_UNUSED, *origin, message);
            problem.with_help(
                "remove it: the other inputs and the files of the repository decide that it is not needed",
            )
        };
        unread.map(problem).collect()
    }
}

/// Returns `true` if the template reads an input, or is given its default.
fn is_read(template: &Template, entry: &Entry, read: Option<&BTreeSet<String>>) -> bool {
    let Some(read) = read else { return true };
    let definition = template.inputs.as_ref().and_then(|inputs| inputs.get(entry.key.text()));
    let default = definition.and_then(|definition| definition.get("default"));
    read.contains(entry.key.text()) || default.is_some_and(|default| default.same_as(&entry.value))
}

/// Returns `false` for a template whose inputs are read by other means than the engine: by GitLab's `$[[ ]]`, or by conditions of
/// other inputs.
fn is_noted(template: &Template) -> bool {
    let definitions = template.inputs.as_ref().and_then(Node::as_map);
    let has_rules = |definitions: &Map| definitions.iter().any(|(_, input)| input.get("rules").is_some());
    !template.body.text.contains("$[[") && !definitions.is_some_and(has_rules)
}
