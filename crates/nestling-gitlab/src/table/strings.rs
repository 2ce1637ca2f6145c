//! Shapes that many keywords share.

use super::shape::{ListShape, Shape, StringShape, Words};

/// Any string.
pub(super) const STRING: Shape = Shape::String(StringShape::Any);

/// A string that is more than white space.
pub(super) const FILLED: Shape = Shape::String(StringShape::Filled);

/// A list of strings.
pub(super) const STRINGS: Shape = Shape::List(ListShape::of(&[STRING]));

/// A whole number.
pub(super) const INTEGER: Shape = Shape::Integer(i64::MIN, i64::MAX);

/// `true` or `false`.
pub(super) const BOOLEAN: Shape = Shape::Boolean;

/// Keywords with a string.
pub(super) const ONE_STRING: &[Shape] = &[STRING];

/// Keywords with a string, or a list of them.
pub(super) const STRING_OR_STRINGS: &[Shape] = &[STRING, STRINGS];

/// Keywords with a list of strings.
pub(super) const LIST_OF_STRINGS: &[Shape] = &[STRINGS];

/// Keywords with `true` or `false`.
pub(super) const ONE_BOOLEAN: &[Shape] = &[BOOLEAN];

/// One of a few words.
pub(super) const fn word(all: &'static [&'static str]) -> Shape {
    Shape::String(StringShape::Words(Words::all(all)))
}

/// The results of a job after which its files are saved.
pub(super) const SAVE_WHEN: Shape = word(&["on_success", "on_failure", "always"]);

/// An empty list, which GitLab takes for no value in places.
pub(super) const EMPTY_LIST: Shape = Shape::List(ListShape::of(&[]).most(0));
