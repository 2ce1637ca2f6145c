//! The conditions of `rules:if`, read and evaluated as GitLab does, with a third answer for what is not known yet
//! (<https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions>).

mod re2;
mod lexer;
mod mistake;
mod parser;
mod evaluate;
mod residual;
mod operand;

pub use evaluate::{Truth, Variable};

use crate::pipeline::guard::Pattern;
use lexer::Comparison;
pub(crate) use lexer::pattern;
use regex::Regex;
use std::cell::RefCell;
use std::collections::HashMap;

/// Reads a regular expression as RE2 does; `None` where it refuses it.
///
/// ```
/// use nestling_gitlab::pipeline::expression::re2;
///
/// assert!(re2("^v[0-9]+$").is_some_and(|regex| regex.is_match("v12")));
/// assert!(re2("a++").is_none());
/// ```
pub fn re2(source: &str) -> Option<Regex> {
    compiled(&re2::translated(source)?)
}

/// Regular expressions that are kept compiled, on each thread.
const KEPT_PATTERNS: usize = 1000;

/// Compiles a regular expression. A configuration asks for the same few over and over, and to compile one takes longer than to
/// match it.
fn compiled(source: &str) -> Option<Regex> {
    thread_local! {
        static COMPILED: RefCell<HashMap<String, Option<Regex>>> = RefCell::default();
    }
    COMPILED.with_borrow_mut(|kept| {
        if let Some(regex) = kept.get(source) {
            return regex.clone();
        }
        if kept.len() >= KEPT_PATTERNS {
            kept.clear();
        }
        let regex = Regex::new(source).ok();
        kept.insert(source.to_owned(), regex.clone());
        regex
    })
}

/// A condition that GitLab can read.
#[derive(Debug, Clone)]
pub struct Expression {
    root: Term,
}

/// A syntax error in a condition. The message is a fragment; `offset` counts characters from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// The message.
    pub message: String,
    /// The position in the condition.
    pub offset: usize,
}

#[derive(Debug, Clone)]
enum Term {
    Variable(String),
    Text(String),
    Pattern(Pattern),
    Null,
    Bool(bool),
    Not(Box<Term>),
    Compare(Comparison, Box<Term>, Box<Term>),
    And(Box<Term>, Box<Term>),
    Or(Box<Term>, Box<Term>),
}

impl Expression {
    /// Reads a condition.
    ///
    /// # Errors
    /// Text that GitLab's reader refuses: an unknown sign, `${X}`, an operator without an operand, an unclosed
    /// parenthesis, a regular expression that RE2 does not know, more than a hundred signs.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        parser::parse(text).map(|root| Self { root })
    }

    /// Returns the truth of the condition, as far as the variables tell.
    pub fn evaluate(&self, variables: &dyn Fn(&str) -> Variable) -> Truth {
        self.root.evaluate(variables).truth()
    }

    /// The names of the variables that it reads, in order of appearance.
    pub fn variables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.root.variables(&mut names);
        names
    }

    /// Returns `true` if the condition uses tokens that only recent versions of GitLab read: `!`, `true` or `false`.
    pub fn is_recent(&self) -> bool {
        self.root.is_recent()
    }

    /// Returns the comparisons of a variable with a string by `==`, such as `$CI_PIPELINE_SOURCE == "push"`.
    pub fn equalities(&self) -> Vec<(&str, &str)> {
        let mut equalities = Vec::new();
        self.root.equalities(&mut equalities);
        equalities
    }
}

impl Term {
    fn variables<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            Self::Variable(name) => names.push(name),
            Self::Text(_) | Self::Pattern(_) | Self::Null | Self::Bool(_) => {}
            Self::Compare(_, left, right) | Self::And(left, right) | Self::Or(left, right) => {
                left.variables(names);
                right.variables(names);
            }
            Self::Not(inner) => inner.variables(names),
        }
    }

    fn is_recent(&self) -> bool {
        match self {
            Self::Not(_) | Self::Bool(_) => true,
            Self::Compare(_, left, right) | Self::And(left, right) | Self::Or(left, right) => {
                left.is_recent() || right.is_recent()
            }
            Self::Variable(_) | Self::Text(_) | Self::Pattern(_) | Self::Null => false,
        }
    }

    fn equalities<'a>(&'a self, equalities: &mut Vec<(&'a str, &'a str)>) {
        match self {
            Self::Compare(Comparison::Equals, left, right) => {
                if let (Self::Variable(name), Self::Text(text)) | (Self::Text(text), Self::Variable(name)) =
                    (&**left, &**right)
                {
                    equalities.push((name, text));
                }
            }
            Self::And(left, right) | Self::Or(left, right) => {
                left.equalities(equalities);
                right.equalities(equalities);
            }
            Self::Not(inner) => inner.equalities(equalities),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
