//! `spec`, the header of a file (`header/spec.rb`, `header/input.rb`, `header/include.rb`).

use super::shape::{Constraint, Keyword, ListShape, MappingShape, NamesShape, Null, Shape, StringShape};
use super::steps::{DESCRIPTION, OPTIONS, REGEX, TYPE};
use super::strings::{FILLED, ONE_STRING, STRING, STRINGS, word};

const RULE: MappingShape = MappingShape {
    place: "spec:inputs:rules",
    rule: "",
    keys: &[
        Keyword::new("if", &[Shape::String(StringShape::Any)]),
        OPTIONS,
        Keyword::new("default", &[Shape::Anything]).null(Null::RequiredKey),
    ],
    constraints: &[Constraint::Filled],
};

const INPUT: MappingShape = MappingShape {
    place: "spec:inputs",
    rule: "",
    keys: &[
        Keyword::new("default", &[Shape::Anything]),
        Keyword { null: Null::Refused, ..TYPE },
        DESCRIPTION,
        OPTIONS,
        REGEX,
        Keyword::new("rules", &[Shape::List(ListShape::of(&[Shape::Mapping(&RULE)]))])
            .since(18, 7)
            .page("ci/yaml/#specinputsrules"),
    ],
    constraints: &[
        Constraint::AtMostOne(&["rules", "options"]),
        Constraint::AtMostOne(&["rules", "default"]),
    ],
};

const INPUTS: NamesShape = NamesShape {
    noun: "input",
    shapes: &[Shape::Mapping(&INPUT)],
    null: Null::Unset,
    least: 0,
    most: usize::MAX,
};

const INCLUDED: MappingShape = MappingShape {
    place: "spec:include",
    rule: "",
    keys: &[
        Keyword::new("local", ONE_STRING),
        Keyword::new("remote", ONE_STRING),
        Keyword::new("project", ONE_STRING),
        Keyword::new("file", &[FILLED, STRINGS]),
        Keyword::new("ref", ONE_STRING),
        Keyword::new("integrity", ONE_STRING),
        Keyword::new("cache", &[Shape::Anything]),
    ],
    constraints: &[Constraint::ExactlyOne(&["local", "remote", "project"])],
};

const KEYS: MappingShape = MappingShape {
    place: "spec",
    rule: "spec-form",
    keys: &[
        Keyword::new("inputs", &[Shape::Names(&INPUTS)]).page("ci/yaml/#specinputs"),
        Keyword::new(
            "include",
            &[STRING, Shape::List(ListShape::of(&[STRING, Shape::Mapping(&INCLUDED)]).composed())],
        )
        .since(18, 9)
        .page("ci/yaml/#specinclude"),
        Keyword::new(
            "component",
            &[Shape::List(ListShape::of(&[word(&["name", "sha", "version", "reference"])]))],
        )
        .since(18, 6)
        .page("ci/yaml/#speccomponent"),
        Keyword::new("description", &[Shape::String(StringShape::Length(0, 256))])
            .since(18, 10)
            .page("ci/yaml/#specdescription"),
    ],
    constraints: &[],
};

/// `spec`.
pub(super) const SPEC: &[Shape] = &[Shape::Mapping(&KEYS)];

/// The header of a file, which is in a document of its own.
pub static HEADER: MappingShape = MappingShape {
    place: "header",
    rule: "spec-form",
    keys: &[Keyword::new("spec", SPEC).page("ci/yaml/#spec")],
    constraints: &[],
};
