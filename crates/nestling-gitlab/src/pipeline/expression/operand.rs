//! Conditions as operands of others. As a whole condition, a variable that is set and empty is false. Left of `&&` and `||`,
//! GitLab takes it for true: `$EMPTY && $SET` is true, and `$EMPTY || $SET` is false (lib/gitlab/ci/pipeline/expression/lexeme).

use super::lexer::Comparison;
use super::{Expression, Term};

impl Expression {
    /// Returns a condition that has the same answer as an operand as this one has by itself, without parentheses around it.
    ///
    /// ```
    /// use nestling_gitlab::pipeline::expression::Expression;
    ///
    /// assert_eq!(Expression::as_operand("$NIGHTLY"), "$NIGHTLY && $NIGHTLY != \"\"");
    /// assert_eq!(Expression::as_operand("$NIGHTLY == 'yes'"), "$NIGHTLY == 'yes'");
    /// ```
    pub fn as_operand(text: &str) -> String {
        let Ok(Self { root }) = Self::parse(text) else { return text.to_owned() };
        match root.is_boolean() || !root.is_readable_again() {
            true => text.to_owned(),
            false => root.boolean().map_or_else(|| text.to_owned(), |term| without_parentheses(&term)),
        }
    }
}

fn without_parentheses(term: &Term) -> String {
    match term {
        Term::And(left, right) => format!("{left} && {right}"),
        Term::Or(left, right) => format!("{left} || {right}"),
        other => other.to_string(),
    }
}

impl Term {
    /// Returns `true` if its value is never a string.
    fn is_boolean(&self) -> bool {
        match self {
            Self::Bool(_) | Self::Null | Self::Not(_) | Self::Compare(..) => true,
            Self::Variable(_) | Self::Text(_) | Self::Pattern(_) => false,
            Self::And(left, right) | Self::Or(left, right) => left.is_boolean() && right.is_boolean(),
        }
    }

    /// Returns `true` if it is read again as it is written.
    fn is_readable_again(&self) -> bool {
        match self {
            Self::Not(_) => false,
            Self::Text(text) => !text.contains('"'),
            Self::Compare(_, left, right) | Self::And(left, right) | Self::Or(left, right) => {
                left.is_readable_again() && right.is_readable_again()
            }
            Self::Variable(_) | Self::Pattern(_) | Self::Null | Self::Bool(_) => true,
        }
    }

    /// Returns a term that is true where this one, as a whole condition, is; `None` where none is known.
    fn boolean(&self) -> Option<Self> {
        let both = |left: Self, right: Self| Self::And(Box::new(left), Box::new(right));
        match self {
            term if term.is_boolean() => Some(term.clone()),
            Self::Variable(_) => {
                let empty = Box::new(Self::Text(String::new()));
                Some(both(self.clone(), Self::Compare(Comparison::Differs, Box::new(self.clone()), empty)))
            }
            Self::And(left, right) => Some(both((**left).clone(), right.boolean()?)),
            Self::Or(left, right) => {
                let right = match &**left {
                    // What is set, empty or not, is the answer.
                    Self::Variable(_) => {
                        let is_unset = Self::Compare(Comparison::Equals, left.clone(), Box::new(Self::Null));
                        both(is_unset, right.boolean()?)
                    }
                    left if left.is_boolean() => right.boolean()?,
                    _ => return None,
                };
                Some(Self::Or(Box::new(left.boolean()?), Box::new(right)))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Expression;
    use crate::pipeline::expression::{Truth, Variable};

    /// All values that an operand can have on one side, with a variable that is empty or set on the other.
    #[test]
    fn an_operand_has_the_answer_of_the_whole_condition() {
        let values = [None, Some(""), Some("yes")];
        for text in [
            "$A",
            "$A == \"yes\"",
            "$A && $B",
            "$A || $B",
            "$A && ($B || $A == null)",
            "($A == \"yes\" || $B) && $A",
            "$A || $B && $A",
            "!$A",
            "$A =~ /ye/ || $B",
        ] {
            let operand = Expression::as_operand(text);
            for a in values {
                for b in values {
                    let holds = |text: &str| {
                        let value = |name: &str| match if name == "A" { a } else { b } {
                            None => Variable::Unset,
                            Some(value) => Variable::Set(value.to_owned()),
                        };
                        Expression::parse(text).unwrap().evaluate(&value) == Truth::Yes
                    };
                    let alone = holds(text);
                    for (other, is_true) in
                        [("$ALWAYS == null || $ALWAYS != null", true), ("$ALWAYS != $ALWAYS", false)]
                    {
                        assert_eq!(
                            holds(&format!("({operand}) && ({other})")),
                            alone && is_true,
                            "{operand}: {a:?} {b:?}"
                        );
                        assert_eq!(
                            holds(&format!("({operand}) || ({other})")),
                            alone || is_true,
                            "{operand}: {a:?} {b:?}"
                        );
                    }
                }
            }
        }
    }
}
