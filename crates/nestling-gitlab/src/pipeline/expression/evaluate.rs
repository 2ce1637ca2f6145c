//! Evaluates a condition. The values follow Ruby, in which an empty string is as true as any other inside `&&` and
//! `||`; only the condition as a whole counts an empty string as no.

use super::Term;
use super::lexer::{Comparison, pattern};
use crate::pipeline::guard;

/// The value of a variable, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// It has this value.
    Set(String),
    /// It is `true` or `false`, as an input can be.
    Bool(bool),
    /// It does not exist: `null`.
    Unset,
    /// It may be there or not.
    Unknown,
}

/// The truth of a condition, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// Never.
    No,
    /// It depends on what is not known.
    Maybe,
    /// Always.
    Yes,
}

/// The value of a part of a condition.
#[derive(Clone)]
pub(super) enum Value {
    Text(String),
    Pattern(guard::Pattern),
    Null,
    Bool(bool),
    /// True or false.
    SomeBool,
    /// Anything but nothing and false, and as a whole condition yes.
    SomethingTrue,
    /// Anything at all.
    Unknown,
}

impl Value {
    /// As the answer of a whole condition.
    pub(super) fn truth(&self) -> Truth {
        match self {
            Self::Text(text) => Truth::from(!text.trim().is_empty()),
            Self::Bool(bool) => Truth::from(*bool),
            Self::Pattern(_) | Self::SomethingTrue => Truth::Yes,
            Self::Null => Truth::No,
            Self::SomeBool | Self::Unknown => Truth::Maybe,
        }
    }

    /// As an operand of `&&` and `||`.
    fn operand(&self) -> Truth {
        match self {
            Self::Text(_) => Truth::Yes,
            other => other.truth(),
        }
    }
}

impl From<bool> for Truth {
    fn from(bool: bool) -> Self {
        if bool { Self::Yes } else { Self::No }
    }
}

impl Term {
    pub(super) fn evaluate(&self, variables: &dyn Fn(&str) -> Variable) -> Value {
        match self {
            Self::Text(text) => Value::Text(text.clone()),
            Self::Pattern(pattern) => Value::Pattern(pattern.clone()),
            Self::Null => Value::Null,
            Self::Bool(bool) => Value::Bool(*bool),
            Self::Variable(name) => match variables(name) {
                Variable::Set(text) => Value::Text(text),
                Variable::Bool(value) => Value::Bool(value),
                Variable::Unset => Value::Null,
                Variable::Unknown => Value::Unknown,
            },
            Self::Not(inner) => match inner.evaluate(variables).truth() {
                Truth::Yes => Value::Bool(false),
                Truth::Maybe => Value::SomeBool,
                Truth::No => Value::Bool(true),
            },
            Self::Compare(how, left, right) => {
                compare(*how, &left.evaluate(variables), &right.evaluate(variables))
            }
            Self::And(left, right) => {
                let left = left.evaluate(variables);
                match left.operand() {
                    Truth::No => left,
                    Truth::Yes => right.evaluate(variables),
                    Truth::Maybe => and(&left, &right.evaluate(variables)),
                }
            }
            Self::Or(left, right) => {
                let left = left.evaluate(variables);
                match left.operand() {
                    Truth::Yes => left,
                    Truth::No => right.evaluate(variables),
                    Truth::Maybe => or(&left, &right.evaluate(variables)),
                }
            }
        }
    }
}

/// The left side may be true: then the right one is the answer, else the left one is, which is false or nothing.
fn and(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (_, Value::Null | Value::Bool(false)) => Value::Bool(false),
        (Value::SomeBool, Value::Bool(_) | Value::SomeBool) => Value::SomeBool,
        _ => Value::Unknown,
    }
}

/// The left side may be true: then it is the answer, else the right one is. A variable that may be there may be empty,
/// and as a whole condition that is no.
fn or(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::SomeBool, Value::Bool(true)) => Value::Bool(true),
        (Value::SomeBool, Value::Bool(false) | Value::SomeBool) => Value::SomeBool,
        (Value::SomeBool, right) if right.truth() == Truth::Yes => Value::SomethingTrue,
        _ => Value::Unknown,
    }
}

fn compare(how: Comparison, left: &Value, right: &Value) -> Value {
    let equal = || equal(left, right).map_or(Value::SomeBool, Value::Bool);
    let matches = || matches(left, right).map_or(Value::SomeBool, Value::Bool);
    match how {
        Comparison::Equals => equal(),
        Comparison::Differs => not(equal()),
        Comparison::Matches => matches(),
        Comparison::MatchesNot => not(matches()),
    }
}

fn not(value: Value) -> Value {
    if let Value::Bool(bool) = value { Value::Bool(!bool) } else { value }
}

/// A boolean equals the text that it is written as.
fn equal(left: &Value, right: &Value) -> Option<bool> {
    use Value::{Bool, Null, Pattern, SomeBool, SomethingTrue, Text, Unknown};
    match (left, right) {
        (Unknown | SomethingTrue, _) | (_, Unknown | SomethingTrue) => None,
        (SomeBool, Bool(_) | SomeBool) | (Bool(_), SomeBool) => None,
        (SomeBool, Text(text)) | (Text(text), SomeBool) if text == "true" || text == "false" => None,
        (Bool(bool), Text(text)) | (Text(text), Bool(bool)) => Some(*text == bool.to_string()),
        (Text(a), Text(b)) => Some(a == b),
        (Null, Null) => Some(true),
        (Bool(a), Bool(b)) => Some(a == b),
        (Pattern(a), Pattern(b)) => Some(a == b),
        _ => Some(false),
    }
}

/// Returns `true` if the left side matches the right one; `None` if that is not known.
///
/// A string on the right that is no pattern is searched for the left one, the wrong way round: that is what GitLab's
/// code does, and why `$X =~ "text"` surprises.
fn matches(left: &Value, right: &Value) -> Option<bool> {
    if let Value::Null | Value::Bool(false) = right {
        return Some(false);
    }
    let text = match left {
        Value::Text(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(bool) => bool.to_string(),
        Value::Pattern(_) | Value::SomeBool | Value::SomethingTrue | Value::Unknown => return None,
    };
    match right {
        Value::Pattern(pattern) => Some(pattern.regex.is_match(&text)),
        Value::Text(right) => {
            Some(pattern(right).map_or_else(|| right.contains(&text), |pattern| pattern.is_match(&text)))
        }
        _ => None,
    }
}
