//! Walks the values of keywords along the [table](crate::table), and reports what GitLab refuses of them.

mod constraints;
mod expected;
mod list;
mod mapping;
mod text;

use crate::diagnostic::{Diagnostic, Origin, Rule, Severity, Suggestion};
use crate::instance::Gitlab;
use crate::pipeline::keywords::PASSED_ON;
use crate::table::{Keyword, NEWEST, Null, Release, Shape, expected};
use crate::yaml::{Map, Meaning, Node, Scalar};
use std::fmt;

/// Returns the value of a keyword, if it can be judged. To GitLab a keyword with null is absent.
pub(crate) fn value<'a>(map: &'a Map, key: &str) -> Option<&'a Node> {
    map.get(key).filter(|node| !node.is_null() && !is_judged_elsewhere(node))
}

/// As [`value`], for a node that may be something other than a mapping.
pub(crate) fn value_in<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    value(node.as_map()?, key)
}

/// Returns `true` for a reference, whose value is not known here, and for dates and symbols, which `yaml-type` reports.
fn is_judged_elsewhere(node: &Node) -> bool {
    let meaning = node.as_scalar().map(Scalar::meaning);
    node.is_reference() || matches!(meaning, Some(Meaning::Date | Meaning::Symbol))
}

/// A value with the name that messages give it, and the rule that reports it.
#[derive(Clone, Copy)]
pub(super) struct Named<'n> {
    /// The name.
    pub label: Label<'n>,
    /// The id of the rule.
    pub rule: &'static str,
}

/// The name of a value in messages. Most values are right, and none of theirs is ever written.
#[derive(Clone, Copy)]
pub(super) enum Label<'n> {
    /// A keyword: `` `image` ``.
    Keyword(&'n str),
    /// A name that a person chose: `` variable `A` ``.
    Name(&'static str, &'n str),
    /// An entry of a list: `` an entry of `needs` ``.
    Entry(&'n Label<'n>),
}

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keyword(name) => write!(f, "`{name}`"),
            Self::Name(noun, name) => write!(f, "{noun} `{}`", name.escape_debug()),
            Self::Entry(list) => write!(f, "an entry of {list}"),
        }
    }
}

/// The most mistakes that are collected: a list of a million wrong entries has no reader, and each costs memory.
const MOST_PROBLEMS: usize = 10_000;

/// A walk along the table.
pub(super) struct Walk<'a> {
    gitlab: &'a Gitlab,
    resolve: fn(&str) -> Option<&'static Rule>,
    /// The rules whose keywords are left out.
    left_out: &'static [&'static str],
    /// Findings so far.
    pub problems: Vec<Diagnostic>,
}

impl<'a> Walk<'a> {
    /// Starts a walk for a GitLab. `resolve` returns the rule of an id; keywords of the rules `left_out` are not judged.
    pub(super) fn new(
        gitlab: &'a Gitlab,
        resolve: fn(&str) -> Option<&'static Rule>,
        left_out: &'static [&'static str],
    ) -> Self {
        Self { gitlab, resolve, left_out, problems: Vec::new() }
    }

    /// Judges the value of a keyword. `rule` is that of the mapping around it.
    pub(super) fn keyword(&mut self, keyword: &Keyword, node: &Node, rule: &'static str) {
        if node.is_null() && matches!(keyword.null, Null::Unset | Null::RequiredKey) {
            return;
        }
        let rule = if keyword.rule.is_empty() { rule } else { keyword.rule };
        if self.left_out.contains(&rule) {
            return;
        }
        let label = Label::Keyword(keyword.name);
        if node.is_null() && matches!(keyword.shapes, [Shape::Anything]) {
            return self.error(Named { label, rule }, node.origin, format!("{label} cannot be null"));
        }
        self.value(Named { label, rule }, keyword.shapes, node);
    }

    /// Judges a value: it must have one of the shapes.
    pub(super) fn value(&mut self, named: Named<'_>, shapes: &'static [Shape], node: &Node) {
        if is_judged_elsewhere(node) {
            return;
        }
        let mut first = None;
        for shape in shapes.iter().filter(|shape| has_kind(shape, node)) {
            let before = self.problems.len();
            self.inside(named, shape, node);
            if self.problems.len() == before {
                return;
            }
            let own_problems = self.problems.split_off(before);
            first.get_or_insert(own_problems);
        }
        match first {
            Some(own_problems) => self.problems.extend(own_problems),
            None => self.wrong(named, shapes, node),
        }
    }

    /// Judges a value of the right type.
    fn inside(&mut self, named: Named<'_>, shape: &'static Shape, node: &Node) {
        match shape {
            Shape::Anything
            | Shape::Scalar
            | Shape::Boolean
            | Shape::False
            | Shape::Empty
            | Shape::Number => {}
            Shape::Integer(least, most) => self.range(named, *least, *most, node),
            Shape::String(shape) => self.text(named, shape, node),
            Shape::List(shape) => self.list(named, shape, node),
            Shape::Mapping(shape) => self.mapping(named, shape, node),
            Shape::Cases(cases) => self.cases(named, cases, node),
            Shape::Names(shape) => self.names(named, shape, node),
        }
    }

    fn range(&mut self, named: Named<'_>, least: i64, most: i64, node: &Node) {
        let Some(number) = node.as_int() else { return };
        if (i128::from(least)..=i128::from(most)).contains(&number) {
            return;
        }
        let wanted = match most - least {
            2 => format!("{least}, {} or {most}", least + 1),
            _ => format!("between {least} and {most}"),
        };
        self.error(named, node.origin, format!("{} must be {wanted}, found {number}", named.label));
    }

    /// Reports a value of another type.
    fn wrong(&mut self, named: Named<'_>, shapes: &'static [Shape], node: &Node) {
        let message = format!("{} must be {}, found {}", named.label, expected(shapes), node.type_name());
        self.error_with_help(named, node.origin, message, expected::help(named.label, shapes, node));
    }

    fn error(&mut self, named: Named<'_>, origin: Origin, message: impl Into<String>) {
        self.error_with_help(named, origin, message, None::<String>);
    }

    fn error_with_help(
        &mut self,
        named: Named<'_>,
        origin: Origin,
        message: impl Into<String>,
        help: Option<impl Into<String>>,
    ) {
        let Some(rule) = (self.resolve)(named.rule) else { return };
        let problem = Diagnostic::error(rule, origin, message);
        self.report(match help {
            Some(help) => problem.with_help(help),
            None => problem,
        });
    }

    fn report(&mut self, problem: Diagnostic) {
        match self.problems.len() {
            ..MOST_PROBLEMS => self.problems.push(problem),
            MOST_PROBLEMS => {
                let message =
                    format!("there are more than {MOST_PROBLEMS} mistakes; the others are not listed");
                self.problems.push(match problem.origin() {
                    Some(origin) => Diagnostic::error(problem.rule, origin, message),
                    None => Diagnostic::new(problem.rule, Severity::Error, message),
                });
            }
            _ => {}
        }
    }

    /// Reports a word that is not in the table. The instance may know it if it is newer than the table.
    fn unknown_word(
        &mut self,
        named: Named<'_>,
        origin: Origin,
        message: String,
        suggestion: Suggestion<'_>,
        help: String,
    ) {
        let Some(rule) = (self.resolve)(named.rule) else { return };
        let problem = if self.is_covered() {
            Diagnostic::error(rule, origin, message).with_help(suggestion.help_or(help))
        } else {
            Diagnostic::misspelt(rule, origin, message, suggestion, PASSED_ON)
        };
        self.report(problem);
    }

    /// Returns `true` if the version is known, and the table covers it: then a word that is not in the table is wrong.
    fn is_covered(&self) -> bool {
        self.gitlab.version.is_some_and(|version| version <= NEWEST)
    }

    /// Returns the version that a keyword or a word requires, where the instance has an older one.
    fn too_new(&self, since: Option<Release>) -> Option<Release> {
        since.filter(|(major, minor)| !self.gitlab.is_at_least(*major, *minor))
    }
}

/// Returns `true` if a value has the type of a shape.
fn has_kind(shape: &Shape, node: &Node) -> bool {
    match shape {
        Shape::Anything => true,
        Shape::Scalar => node.as_scalar().is_some() && !node.is_null(),
        Shape::Boolean => node.as_bool().is_some(),
        Shape::False => node.as_bool() == Some(false),
        Shape::Empty => node.as_map().is_some_and(Map::is_empty),
        Shape::Integer(..) => node.as_int().is_some(),
        Shape::Number => {
            matches!(node.as_scalar().map(Scalar::meaning), Some(Meaning::Int(_) | Meaning::Float(_)))
        }
        Shape::String(_) => node.as_str().is_some(),
        Shape::List(_) => node.as_seq().is_some(),
        Shape::Mapping(_) | Shape::Cases(_) | Shape::Names(_) => node.as_map().is_some(),
    }
}

#[cfg(test)]
mod tests;
