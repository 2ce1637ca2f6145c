//! The rest of a condition after substitution of the known variables, as a guard.
//!
//! Ruby's `&&` and `||` ask whether a side is there, and an empty string is; only the condition as a whole counts an
//! empty string as no. So each term has two guards: whether it counts as an operand, and whether it holds.

use super::evaluate::{Truth, Value, Variable};
use super::lexer::Comparison;
use super::{Expression, Term};
use crate::pipeline::guard::{Atom, Guard, Operand};
use std::fmt;

impl Expression {
    /// Returns the guard that holds exactly where the condition does.
    pub fn guard(&self, variables: &dyn Fn(&str) -> Variable) -> Guard {
        self.root.holds(variables)
    }
}

impl Term {
    /// Returns the guard that holds where the term does, as a whole condition.
    fn holds(&self, variables: &dyn Fn(&str) -> Variable) -> Guard {
        match self.evaluate(variables).truth() {
            Truth::Yes => return Guard::Always,
            Truth::No => return Guard::Never,
            Truth::Maybe => {}
        }
        match self {
            Self::Variable(name) => Guard::Atom(Atom::IsPresent(name.clone())),
            Self::Not(inner) => inner.holds(variables).negated(),
            Self::And(left, right) => Guard::all([left.counts(variables), right.holds(variables)]),
            Self::Or(left, right) => {
                // A left side that counts is the answer, even where it is empty and so does not hold.
                let (counts, holds) = (left.counts(variables), left.holds(variables));
                let right = right.holds(variables);
                if counts == holds {
                    return Guard::any([holds, right]);
                }
                Guard::any([holds, Guard::all([counts.negated(), right])])
            }
            Self::Compare(comparison, left, right) => compare(*comparison, left, right, variables, self),
            // These are always known.
            Self::Text(_) | Self::Pattern(_) | Self::Null | Self::Bool(_) => Guard::Never,
        }
    }

    /// Returns the guard that holds where the term counts as true for `&&` and `||`.
    fn counts(&self, variables: &dyn Fn(&str) -> Variable) -> Guard {
        match self {
            Self::Variable(name) => match variables(name) {
                Variable::Set(_) | Variable::Bool(true) => Guard::Always,
                Variable::Unset | Variable::Bool(false) => Guard::Never,
                Variable::Unknown => Guard::Atom(Atom::IsSet(name.clone())),
            },
            Self::Text(_) => Guard::Always,
            Self::And(left, right) => Guard::all([left.counts(variables), right.counts(variables)]),
            Self::Or(left, right) => Guard::any([left.counts(variables), right.counts(variables)]),
            Self::Not(_) | Self::Compare(..) | Self::Pattern(_) | Self::Null | Self::Bool(_) => {
                self.holds(variables)
            }
        }
    }
}

fn compare(
    comparison: Comparison,
    left: &Term,
    right: &Term,
    variables: &dyn Fn(&str) -> Variable,
    whole: &Term,
) -> Guard {
    let operands = operand(left, variables).zip(operand(right, variables));
    let Some((left, right)) = operands else {
        return Guard::Atom(Atom::Expression(whole.to_string()));
    };
    match comparison {
        Comparison::Equals => equals(left, right),
        Comparison::Differs => equals(left, right).negated(),
        Comparison::Matches => Guard::Atom(Atom::Matches(left, right)),
        Comparison::MatchesNot => Guard::Atom(Atom::Matches(left, right)).negated(),
    }
}

fn equals(left: Operand, right: Operand) -> Guard {
    match (left, right) {
        (Operand::Variable(name), Operand::Null) | (Operand::Null, Operand::Variable(name)) => {
            Guard::Atom(Atom::IsSet(name)).negated()
        }
        // One order for both, so that equal guards look equal.
        (left, Operand::Variable(name)) if !matches!(left, Operand::Variable(_)) => {
            Guard::Atom(Atom::Equals(Operand::Variable(name), left))
        }
        (Operand::Variable(left), Operand::Variable(right)) if right < left => {
            Guard::Atom(Atom::Equals(Operand::Variable(right), Operand::Variable(left)))
        }
        (left, right) => Guard::Atom(Atom::Equals(left, right)),
    }
}

/// Returns a side of a comparison, unless it is itself a condition over what is not known.
fn operand(term: &Term, variables: &dyn Fn(&str) -> Variable) -> Option<Operand> {
    match term.evaluate(variables) {
        Value::Text(text) => Some(Operand::Text(text)),
        Value::Pattern(pattern) => Some(Operand::Pattern(pattern)),
        Value::Null => Some(Operand::Null),
        Value::Bool(value) => Some(Operand::Bool(value)),
        Value::SomeBool | Value::SomethingTrue => None,
        Value::Unknown => match term {
            Term::Variable(name) => Some(Operand::Variable(name.clone())),
            _ => None,
        },
    }
}

/// As GitLab would read it again.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "${name}"),
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::Pattern(pattern) => f.write_str(&pattern.written),
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Not(inner) => write!(f, "!{inner}"),
            Self::And(left, right) => write!(f, "({left} && {right})"),
            Self::Or(left, right) => write!(f, "({left} || {right})"),
            Self::Compare(comparison, left, right) => write!(f, "{left} {comparison} {right}"),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equals => "==",
            Self::Differs => "!=",
            Self::Matches => "=~",
            Self::MatchesNot => "!~",
        })
    }
}
