//! `include` and the entries of `trigger:include` (`entry/include.rb`, `entry/concerns/base_include.rb`).

use super::conditions::INCLUDE_RULES;
use super::shape::{
    Constraint, DurationShape, Keyword, ListShape, MappingShape, NamesShape, Null, Shape, StringShape,
};
use super::strings::{BOOLEAN, FILLED, ONE_STRING, STRINGS};

const INPUT_VALUES: NamesShape =
    NamesShape { noun: "input", shapes: &[Shape::Anything], null: Null::Unset, least: 0, most: usize::MAX };

const INPUTS: Keyword =
    Keyword::new("inputs", &[Shape::Names(&INPUT_VALUES)]).since(15, 11).page("ci/yaml/#includeinputs");
const RULES: Keyword = Keyword::new("rules", INCLUDE_RULES).page("ci/yaml/#includerules");
const LOCAL: Keyword = Keyword::new("local", ONE_STRING).page("ci/yaml/#includelocal");
const PROJECT: Keyword = Keyword::new("project", ONE_STRING).page("ci/yaml/#includeproject");
const FILE: Keyword = Keyword::new("file", &[FILLED, STRINGS]).page("ci/yaml/#includeproject");
const REF: Keyword = Keyword::new("ref", ONE_STRING).page("ci/yaml/#includeproject");
const REMOTE: Keyword = Keyword::new("remote", ONE_STRING).page("ci/yaml/#includeremote");
const TEMPLATE: Keyword = Keyword::new("template", ONE_STRING).page("ci/yaml/#includetemplate");
const COMPONENT: Keyword =
    Keyword::new("component", ONE_STRING).since(16, 0).page("ci/yaml/#includecomponent");
const INTEGRITY: Keyword = Keyword::new("integrity", &[Shape::String(StringShape::Checksum)])
    .since(17, 9)
    .page("ci/yaml/#includeintegrity");
const CACHE: Keyword =
    Keyword::new("cache", &[BOOLEAN, Shape::String(StringShape::Duration(DurationShape::ANY))])
        .since(18, 9)
        .page("ci/yaml/#includecache");

const KEYS: MappingShape = MappingShape {
    place: "include",
    rule: "include-form",
    keys: &[LOCAL, PROJECT, FILE, REF, REMOTE, TEMPLATE, COMPONENT, INPUTS, RULES, INTEGRITY, CACHE],
    constraints: &[
        Constraint::ExactlyOne(&["local", "remote", "template", "component", "project"]),
        Constraint::Requires("project", "file"),
        Constraint::Requires("integrity", "remote"),
        Constraint::Requires("cache", "remote"),
    ],
};

/// An entry of `include`.
pub const INCLUDE: &[Shape] = &[FILLED, Shape::Mapping(&KEYS)];

/// GitLab's linter takes any of these keys; which go together it decides when it makes the downstream pipeline.
const DOWNSTREAM: MappingShape = MappingShape {
    place: "trigger:include",
    rule: "",
    keys: &[
        LOCAL,
        Keyword::new("artifact", ONE_STRING).page("ci/yaml/#triggerinclude"),
        Keyword::new("job", ONE_STRING).page("ci/yaml/#triggerinclude"),
        PROJECT,
        FILE,
        REF,
        REMOTE,
        TEMPLATE,
        COMPONENT,
        Keyword { page: "ci/yaml/#triggerincludeinputs", ..INPUTS.since(17, 11) },
        RULES,
        INTEGRITY,
        CACHE,
    ],
    constraints: &[
        Constraint::Requires("project", "file"),
        Constraint::Requires("artifact", "job"),
        Constraint::Requires("integrity", "remote"),
        Constraint::Requires("cache", "remote"),
    ],
};

const ENTRY: Shape = Shape::Mapping(&DOWNSTREAM);

/// `include` of a trigger: a file, or a list of at most three.
pub(super) const TRIGGER_INCLUDE: &[Shape] = &[
    super::strings::STRING,
    Shape::List(ListShape::of(&[super::strings::STRING, ENTRY]).composed().most(3)),
];
