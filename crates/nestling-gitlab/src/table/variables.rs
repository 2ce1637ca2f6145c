//! `variables` (`entry/variables.rb`, `entry/variable.rb`).

use super::shape::{Constraint, Keyword, MappingShape, NamesShape, Null, Shape};
use super::strings::{INTEGER, LIST_OF_STRINGS, ONE_BOOLEAN, STRING};

/// A value of a variable.
const VALUE: &[Shape] = &[Shape::Scalar];

const VALUE_KEY: Keyword = Keyword::new("value", VALUE).page("ci/yaml/#variablesvalue");
const EXPAND: Keyword =
    Keyword::new("expand", ONE_BOOLEAN).since(15, 6).default("true").page("ci/yaml/#variablesexpand");
const DESCRIPTION: Keyword =
    Keyword::new("description", &[STRING, INTEGER]).page("ci/yaml/#variablesdescription");
const OPTIONS: Keyword =
    Keyword::new("options", LIST_OF_STRINGS).since(15, 7).page("ci/yaml/#variablesoptions");

/// A variable of the whole pipeline.
const GLOBAL: MappingShape = MappingShape {
    place: "variables",
    rule: "",
    keys: &[VALUE_KEY, DESCRIPTION, OPTIONS, EXPAND],
    constraints: &[Constraint::Among("value", "options")],
};

/// A variable of a job.
const OF_JOB: MappingShape = MappingShape {
    place: "variables",
    rule: "",
    keys: &[VALUE_KEY, EXPAND],
    constraints: &[Constraint::Never(&["description", "options"])],
};

const fn variables(shapes: &'static [Shape], null: Null) -> NamesShape {
    NamesShape { noun: "variable", shapes, null, least: 0, most: usize::MAX }
}

/// `variables` of the whole pipeline.
pub(super) const GLOBAL_VARIABLES: &[Shape] = &[Shape::Names(&GLOBAL_NAMES)];
const GLOBAL_NAMES: NamesShape = variables(&[Shape::Scalar, Shape::Mapping(&GLOBAL)], Null::Unset);

/// `variables` of a job.
pub(super) const JOB_VARIABLES: &[Shape] = &[Shape::Names(&JOB_NAMES)];
const JOB_NAMES: NamesShape = variables(&[Shape::Scalar, Shape::Mapping(&OF_JOB)], Null::Unset);

/// `variables` of a rule or a service, whose values have no keys.
pub(super) const PLAIN_VARIABLES: &[Shape] = &[Shape::Names(&PLAIN_NAMES)];
const PLAIN_NAMES: NamesShape = variables(VALUE, Null::Refused);
