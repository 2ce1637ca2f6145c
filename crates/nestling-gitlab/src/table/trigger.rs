//! `trigger` (`entry/trigger.rb`, `entry/trigger/forward.rb`).

use super::includes::TRIGGER_INCLUDE;
use super::shape::{
    CaseShape, Constraint, Keyword, MappingShape, NamesShape, Null, Shape, StringShape, Words,
};
use super::strings::{FILLED, ONE_BOOLEAN, ONE_STRING};

const STRATEGIES: Words = Words { all: &["depend"], newer: &[("mirror", (18, 2))], open: false };

const STRATEGY: Keyword = Keyword::new("strategy", &[Shape::String(StringShape::Words(STRATEGIES))])
    .page("ci/yaml/#triggerstrategy");
const FORWARD: Keyword =
    Keyword::new("forward", &[Shape::Mapping(&FORWARDED)]).page("ci/yaml/#triggerforward");

const FORWARDED: MappingShape = MappingShape {
    place: "trigger:forward",
    rule: "",
    keys: &[
        Keyword::new("yaml_variables", ONE_BOOLEAN).default("true"),
        Keyword::new("pipeline_variables", ONE_BOOLEAN).default("false"),
    ],
    constraints: &[],
};

const INPUT_VALUES: NamesShape =
    NamesShape { noun: "input", shapes: &[Shape::Anything], null: Null::Unset, least: 0, most: usize::MAX };

const OTHER_PROJECT: MappingShape = MappingShape {
    place: "trigger",
    rule: "",
    keys: &[
        Keyword::new("project", &[FILLED]).null(Null::Refused).page("ci/yaml/#triggerproject"),
        Keyword::new("branch", ONE_STRING).page("ci/yaml/#triggerproject"),
        STRATEGY,
        FORWARD,
        Keyword::new("inputs", &[Shape::Names(&INPUT_VALUES)]).since(17, 11).page("ci/yaml/#triggerinputs"),
    ],
    constraints: &[Constraint::ExactlyOne(&["project", "include"])],
};

const SAME_PROJECT: MappingShape = MappingShape {
    place: "trigger",
    rule: "",
    keys: &[Keyword::new("include", TRIGGER_INCLUDE).page("ci/yaml/#triggerinclude"), STRATEGY, FORWARD],
    constraints: &[Constraint::Never(&["project", "branch", "inputs"])],
};

/// `trigger`.
pub(super) const TRIGGER: &[Shape] = &[
    FILLED,
    Shape::Cases(&[
        CaseShape { with: "include", without: &[], mapping: &SAME_PROJECT },
        CaseShape { with: "", without: &[], mapping: &OTHER_PROJECT },
    ]),
];
