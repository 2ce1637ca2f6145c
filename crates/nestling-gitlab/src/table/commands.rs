//! `script` and its kin, and `hooks` (`entry/commands.rb`, `entry/hooks.rb`).

use super::shape::{Keyword, ListShape, MappingShape, Shape, StringShape};

const LINE: Shape = Shape::String(StringShape::Line);

/// Commands: a line, or a list of them.
pub(super) const COMMANDS: &[Shape] = &[LINE, Shape::List(ListShape::of(&[LINE]).flattened())];

/// Commands of which there is at least one.
pub(super) const SOME_COMMANDS: &[Shape] =
    &[Shape::String(StringShape::Filled), Shape::List(ListShape::of(&[LINE]).flattened().least(1))];

/// `hooks`.
pub(super) const HOOKS: &[Shape] = &[Shape::Mapping(&MappingShape {
    place: "hooks",
    rule: "",
    keys: &[Keyword::new("pre_get_sources_script", COMMANDS).page("ci/yaml/#hookspre_get_sources_script")],
    constraints: &[],
})];
