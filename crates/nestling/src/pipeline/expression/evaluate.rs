//! What a condition comes to. The values follow Ruby, in which an empty string is as true as any other inside `&&` and
//! `||`; only the condition as a whole counts an empty string as no.

use super::Term;
use super::lexer::{Comparison, looks_like_pattern, pattern};
use regex::Regex;

/// What is known of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// It has this value.
    Set(String),
    /// It is not there: `null`.
    Unset,
    /// It may be there or not.
    Unknown,
}

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// Never.
    No,
    /// It depends on what is not known.
    Maybe,
    /// Always.
    Yes,
}

#[derive(Clone)]
pub(super) enum Value {
    Text(String),
    Pattern(Regex),
    Null,
    Bool(bool),
    Unknown,
}

impl Value {
    /// As the answer of a whole condition.
    pub(super) fn truth(&self) -> Truth {
        match self {
            Self::Text(text) => Truth::from(!text.trim().is_empty()),
            Self::Bool(bool) => Truth::from(*bool),
            Self::Pattern(_) => Truth::Yes,
            Self::Null => Truth::No,
            Self::Unknown => Truth::Maybe,
        }
    }

    /// As an operand of `&&` and `||`.
    fn operand(&self) -> Truth {
        match self {
            Self::Text(_) | Self::Pattern(_) => Truth::Yes,
            Self::Bool(bool) => Truth::from(*bool),
            Self::Null => Truth::No,
            Self::Unknown => Truth::Maybe,
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
            Self::Variable(name) => match variables(name) {
                Variable::Set(text) => Value::Text(text),
                Variable::Unset => Value::Null,
                Variable::Unknown => Value::Unknown,
            },
            Self::Compare(how, left, right) => {
                compare(*how, &left.evaluate(variables), &right.evaluate(variables))
            }
            Self::And(left, right) => {
                let left = left.evaluate(variables);
                match left.operand() {
                    Truth::No => left,
                    Truth::Yes => right.evaluate(variables),
                    Truth::Maybe => match right.evaluate(variables).truth() {
                        Truth::No => Value::Bool(false),
                        _ => Value::Unknown,
                    },
                }
            }
            Self::Or(left, right) => {
                let left = left.evaluate(variables);
                match left.operand() {
                    Truth::Yes => left,
                    Truth::No => right.evaluate(variables),
                    // An unknown that is an empty string would be the answer, and that counts as no.
                    Truth::Maybe => Value::Unknown,
                }
            }
        }
    }
}

fn compare(how: Comparison, left: &Value, right: &Value) -> Value {
    match how {
        Comparison::Equals => equal(left, right).map_or(Value::Unknown, Value::Bool),
        Comparison::Differs => equal(left, right).map_or(Value::Unknown, |equal| Value::Bool(!equal)),
        Comparison::Matches => matches(left, right),
        Comparison::MatchesNot => match matches(left, right) {
            Value::Bool(found) => Value::Bool(!found),
            other => other,
        },
    }
}

fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Unknown, _) | (_, Value::Unknown) => None,
        (Value::Text(a), Value::Text(b)) => Some(a == b),
        (Value::Null, Value::Null) => Some(true),
        (Value::Bool(a), Value::Bool(b)) => Some(a == b),
        (Value::Pattern(a), Value::Pattern(b)) => Some(a.as_str() == b.as_str()),
        _ => Some(false),
    }
}

/// A text on the right that is no pattern is searched for the left one, the wrong way round: that is what GitLab's
/// code does, and why `$X =~ "text"` surprises.
fn matches(left: &Value, right: &Value) -> Value {
    let text = match left {
        Value::Text(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(bool) => bool.to_string(),
        Value::Pattern(_) | Value::Unknown => return Value::Unknown,
    };
    match right {
        Value::Pattern(pattern) => Value::Bool(pattern.is_match(&text)),
        Value::Text(right) if looks_like_pattern(right) => {
            Value::Bool(pattern(right).is_some_and(|pattern| pattern.is_match(&text)))
        }
        Value::Text(right) => Value::Bool(right.contains(&text)),
        Value::Null | Value::Bool(false) => Value::Bool(false),
        Value::Bool(true) | Value::Unknown => Value::Unknown,
    }
}
