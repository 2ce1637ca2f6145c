//! The templates that a unit uses.

use super::catalogue::Catalogue;
use super::format::UseFile;
use super::mapping::{each_item, expect_mapping};
use super::unit::{EnvironmentInputs, Unit, Use};
use crate::workspace::rules::{ENVIRONMENT_UNDEFINED, INPUTS};
use indexmap::IndexMap;
use nestling_gitlab::diagnostic::{Diagnostic, Suggestion};
use nestling_gitlab::instance::rules::HEADER;
use nestling_gitlab::yaml::{self, Map, Node};

/// Reads `use:`: a name, a use, or a list of either.
pub(crate) fn read_uses(node: Option<&Node>) -> Result<Vec<Use>, Vec<Diagnostic>> {
    each_item(node, |item| {
        if let Some(name) = item.as_str() {
            let (inputs, environments) = (Map::default(), IndexMap::new());
            return Ok(Use { template: name.to_owned(), inputs, environments, origin: item.origin });
        }
        let written: UseFile = yaml::from_node(item, &HEADER)?;
        let inputs = expect_mapping(written.inputs.as_ref(), "inputs", &INPUTS)?;
        let mut environments = IndexMap::new();
        for (name, node) in &written.environments {
            let inputs = expect_mapping(Some(node), "inputs", &INPUTS)?;
            let given = EnvironmentInputs { inputs, origin: node.origin };
            environments.insert(name.clone(), given);
        }
        Ok(Use { template: written.template.value, inputs, environments, origin: written.template.origin })
    })
}

/// Inputs for environments that the catalogue does not have.
pub(crate) fn unknown_environments(units: &[Unit], catalogue: &Catalogue) -> Vec<Diagnostic> {
    let uses = units.iter().flat_map(|unit| unit.uses.iter().map(move |used| (unit, used)));
    let named = uses.flat_map(|(unit, used)| used.environments.iter().map(move |given| (unit, given)));
    let unknown = named.filter(|(_, (name, _))| catalogue.get(name).is_none());
    let problem = |(unit, (name, given)): (&Unit, (&String, &EnvironmentInputs))| {
        let message = format!("there is no environment `{name}` in the catalogue");
        let problem = Diagnostic::error(&ENVIRONMENT_UNDEFINED, given.origin, message).for_unit(&unit.name);
        problem.with_suggestion(Suggestion::among(name, catalogue.names()))
    };
    unknown.map(problem).collect()
}
