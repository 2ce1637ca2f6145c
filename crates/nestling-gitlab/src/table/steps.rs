//! `run` and `inputs` of a job (`run_steps.json`, `entry/job_input.rb`, `entry/base_input.rb`).

use super::shape::{
    CaseShape, Constraint, Keyword, ListShape, MappingShape, NamesShape, Null, Shape, StringShape, Words,
};
use super::strings::{FILLED, INTEGER, ONE_STRING, STRING};

const NAME: Keyword = Keyword::new("name", &[FILLED]).required();

const fn values(noun: &'static str, shapes: &'static [Shape]) -> NamesShape {
    NamesShape { noun, shapes, null: Null::Unset, least: 0, most: usize::MAX }
}

const VALUES: NamesShape = values("input", &[Shape::Anything]);
const STRINGS: NamesShape = values("variable", ONE_STRING);

const ENV: Keyword = Keyword::new("env", &[Shape::Names(&STRINGS)]);
const INPUTS_OF_STEP: Keyword = Keyword::new("inputs", &[Shape::Names(&VALUES)]);

const REPOSITORY: MappingShape = MappingShape {
    place: "run:git",
    rule: "",
    keys: &[
        Keyword::new("url", ONE_STRING).required(),
        Keyword::new("rev", ONE_STRING).required(),
        Keyword::new("dir", ONE_STRING),
        Keyword::new("file", ONE_STRING),
    ],
    constraints: &[],
};

const REGISTRY: MappingShape = MappingShape {
    place: "run:oci",
    rule: "",
    keys: &[
        Keyword::new("registry", ONE_STRING).required(),
        Keyword::new("repository", ONE_STRING).required(),
        Keyword::new("tag", ONE_STRING).required(),
        Keyword::new("dir", ONE_STRING),
        Keyword::new("file", ONE_STRING),
    ],
    constraints: &[],
};

const LOCATION: MappingShape = MappingShape {
    place: "run:func",
    rule: "",
    keys: &[
        Keyword::new("git", &[Shape::Mapping(&REPOSITORY)]),
        Keyword::new("oci", &[Shape::Mapping(&REGISTRY)]),
    ],
    constraints: &[Constraint::ExactlyOne(&["git", "oci"])],
};

/// A function: a string, or where it lies in a repository or a registry.
const FUNCTION: &[Shape] = &[STRING, Shape::Mapping(&LOCATION)];

const SCRIPT_STEP: MappingShape = MappingShape {
    place: "run",
    rule: "",
    keys: &[NAME, Keyword::new("script", &[FILLED]).required(), ENV],
    constraints: &[],
};

const STEP: MappingShape = MappingShape {
    place: "run",
    rule: "",
    keys: &[NAME, Keyword::new("step", FUNCTION).required(), ENV, INPUTS_OF_STEP],
    constraints: &[],
};

const FUNCTION_STEP: MappingShape = MappingShape {
    place: "run",
    rule: "",
    keys: &[NAME, Keyword::new("func", FUNCTION).null(Null::Refused), ENV, INPUTS_OF_STEP],
    constraints: &[Constraint::ExactlyOne(&["func", "script", "step"])],
};

const ANY_STEP: Shape = Shape::Cases(&[
    CaseShape { with: "script", without: &[], mapping: &SCRIPT_STEP },
    CaseShape { with: "step", without: &[], mapping: &STEP },
    CaseShape { with: "", without: &[], mapping: &FUNCTION_STEP },
]);

/// `run`.
pub(super) const RUN: &[Shape] = &[Shape::List(ListShape::of(&[ANY_STEP]))];

/// Options of an input.
pub(super) const OPTIONS: Keyword =
    Keyword::new("options", &[Shape::List(ListShape::of(&[STRING, Shape::Number, Shape::Boolean]).most(50))])
        .page("ci/inputs/");

/// Keywords that inputs of jobs and of files have in common.
pub(super) const DESCRIPTION: Keyword = Keyword::new("description", &[STRING, INTEGER]).page("ci/inputs/");
pub(super) const REGEX: Keyword = Keyword::new("regex", ONE_STRING).null(Null::Refused).page("ci/inputs/");
const TYPES: Words =
    Words { all: &["string", "number", "boolean"], newer: &[("array", (16, 11))], open: false };
pub(super) const TYPE: Keyword =
    Keyword::new("type", &[Shape::String(StringShape::Words(TYPES))]).default("string").page("ci/inputs/");

const INPUT: MappingShape = MappingShape {
    place: "inputs",
    rule: "",
    keys: &[Keyword::new("default", &[Shape::Anything]).required(), TYPE, DESCRIPTION, OPTIONS, REGEX],
    constraints: &[],
};

const INPUT_NAMES: NamesShape =
    NamesShape { noun: "input", shapes: &[Shape::Mapping(&INPUT)], null: Null::Refused, least: 0, most: 50 };

/// `inputs` of a job.
pub(super) const INPUTS: &[Shape] = &[Shape::Names(&INPUT_NAMES)];
