//! The templates that a unit uses.

use super::catalogue::{Catalogue, Environment};
use super::format::UseFile;
use super::mapping::{each_item, expect_mapping};
use super::template_name::template_stem;
use super::unit::{EnvironmentInputs, ReplacedUse, Unit, Use};
use crate::vendor::ComponentPath;
use crate::vendor::rules::COMPONENT_PATH;
use crate::workspace::environment_rules::ENVIRONMENT_UNDEFINED;
use crate::workspace::rules::{INPUTS, USE_CLASH};
use indexmap::IndexMap;
use nestling_gitlab::diagnostic::{Diagnostic, Suggestion};
use nestling_gitlab::instance::rules::HEADER;
use nestling_gitlab::yaml::{self, Located, Map, Node};

/// Reads `use:`: a name, a use, or a list of either.
pub(crate) fn read_uses(node: Option<&Node>) -> Result<Vec<Use>, Vec<Diagnostic>> {
    each_item(node, |item| {
        if let Some(name) = item.as_str() {
            let (inputs, environments) = (Map::default(), IndexMap::new());
            let template = name.to_owned();
            return Ok(Use { template, component: None, inputs, environments, origin: item.origin });
        }
        let written: UseFile = yaml::from_node(item, &HEADER)?;
        let inputs = expect_mapping(written.inputs.as_ref(), "inputs", &INPUTS)?;
        let mut environments = IndexMap::new();
        for (name, node) in &written.environments {
            let inputs = expect_mapping(Some(node), "inputs", &INPUTS)?;
            let given = EnvironmentInputs { inputs, origin: node.origin };
            environments.insert(name.clone(), given);
        }
        let (name, component) = named(written.template, written.component, item)?;
        let Located { origin, value: template } = name;
        Ok(Use { template, component, inputs, environments, origin })
    })
}

/// Reads the name of a use: that of a template, or the path of a component.
fn named(
    template: Option<Located<String>>,
    component: Option<Located<String>>,
    item: &Node,
) -> Result<(Located<String>, Option<ComponentPath>), Vec<Diagnostic>> {
    let (origin, message) = match (template, component) {
        (Some(name), None) => return Ok((name, None)),
        (None, Some(component_path)) => {
            let parsed = ComponentPath::parse(&component_path.value).map_err(|error| {
                let problem = Diagnostic::error(&COMPONENT_PATH, component_path.origin, error.to_string());
                vec![problem.with_help(error.help())]
            })?;
            return Ok((component_path, Some(parsed)));
        }
        (None, None) => (item.origin, "a use must have `template` or `component`"),
        (Some(_), Some(component_path)) => {
            (component_path.origin, "a use cannot have both `template` and `component`")
        }
    };
    let problem = Diagnostic::error(&HEADER, origin, message);
    Err(vec![problem.with_help(
        "write `template: NAME` for a template of the workspace, or `component: host/group/project/name@version`",
    )])
}

/// Inputs for environments that the catalogue does not have.
pub(crate) fn unknown_environments(units: &[Unit], catalogue: &Catalogue) -> Vec<Diagnostic> {
    let uses = units.iter().flat_map(|unit| unit.uses.iter().map(move |used| (unit, used)));
    let named = uses.flat_map(|(unit, used)| used.environments.iter().map(move |given| (unit, given)));
    let unknown = named.filter(|(_, (name, _))| catalogue.get(name).is_none());
    let problem = |(unit, (name, given)): (&Unit, (&String, &EnvironmentInputs))| {
        let message = format!("`{name}` is not in the environment catalogue");
        let problem = Diagnostic::error(&ENVIRONMENT_UNDEFINED, given.origin, message).for_unit(&unit.name);
        problem.with_suggestion(Suggestion::among(name, catalogue.names()))
    };
    unknown.map(problem).collect()
}

impl Use {
    /// Returns the word for it in messages.
    pub(crate) fn noun(&self) -> &'static str {
        if self.component.is_some() { "component" } else { "template" }
    }

    /// Returns the template's name without the ending of its file.
    pub(crate) fn stem(&self) -> &str {
        template_stem(&self.template)
    }

    /// Returns the inputs for an environment: its own, over them those of the entry, whether the template has them or not, and over all
    /// those that the use gives for it.
    pub(crate) fn given_for(&self, environment: &Environment) -> Map {
        let own = self.environments.get(environment.name.as_str()).map(|own| &own.inputs);
        let mut given = self.inputs.clone();
        for (name, value) in environment.inputs.iter().chain(own.into_iter().flat_map(Map::iter)) {
            given.set(name, value.clone());
        }
        given
    }

    /// Returns `true` if both use one template, or one component in whatever versions.
    pub(crate) fn is_of_same_template(&self, other: &Self) -> bool {
        match (&self.component, &other.component) {
            (Some(component), Some(other)) => component.is_same_in_other_version(other),
            (None, None) => self.stem() == other.stem(),
            _ => false,
        }
    }

    /// Returns `true` if both use one template with the same inputs, in whatever order.
    fn is_equal(&self, other: &Self) -> bool {
        let has_equal_inputs = |(name, given): (&String, &EnvironmentInputs)| {
            other.environments.get(name).is_some_and(|other| are_equal(&given.inputs, &other.inputs))
        };
        self.is_of_same_template(other)
            && self.stem() == other.stem()
            && are_equal(&self.inputs, &other.inputs)
            && self.environments.len() == other.environments.len()
            && self.environments.iter().all(has_equal_inputs)
    }
}

fn are_equal(inputs: &Map, others: &Map) -> bool {
    let has_equal = |(name, value): (&str, &Node)| others.get(name).is_some_and(|other| other.same_as(value));
    inputs.entries.len() == others.entries.len() && inputs.iter().all(has_equal)
}

/// Adds the uses of the unit's own file to those of the rules that match the unit. They replace the rules' uses of the same
/// template, in place of the first: a rule gives what most of its units want, and a unit says what it wants instead.
pub(crate) fn add_own(unit: &mut Unit, own: &[Use]) {
    let mut pending = own.to_vec();
    let mut uses = Vec::new();
    for of_rule in std::mem::take(&mut unit.uses) {
        if !own.iter().any(|used| used.is_of_same_template(&of_rule)) {
            uses.push(of_rule);
            continue;
        }
        let replacing = pending.extract_if(.., |used| used.is_of_same_template(&of_rule));
        uses.extend(replacing);
        unit.replaced_uses.push(ReplacedUse { template: of_rule.template, origin: of_rule.origin });
    }
    uses.extend(pending);
    unit.uses = uses;
}

/// Takes out each use that is equal to an earlier one, and reports it: the second would add nothing.
pub(crate) fn remove_equal(unit: &mut Unit) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut uses: Vec<Use> = Vec::with_capacity(unit.uses.len());
    for used in std::mem::take(&mut unit.uses) {
        let Some(first) = uses.iter().find(|earlier| earlier.is_equal(&used)) else {
            uses.push(used);
            continue;
        };
        let message = format!("{} `{}` is used twice with the same inputs", used.noun(), used.template);
        let problem =
            Diagnostic::error(&USE_CLASH, used.origin, message).with_label(first.origin, "the first use");
        problems.push(problem.with_help("remove one of them, or give it other inputs").for_unit(&unit.name));
    }
    unit.uses = uses;
    problems
}
