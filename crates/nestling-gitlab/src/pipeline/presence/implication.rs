//! Does one guard follow from another? A need can be met exactly if the needed job's guard follows from the needer's.
//!
//! Each variable gets the few values that make a difference: not set, empty, each string that it is compared with, and
//! any other. Whatever is unknown from values (a regular expression on another value, changed paths, files) is a fact
//! of its own that may be so or not. All combinations are tried.

use super::refutation::{Refutation, Tried, refute};
use super::witness::witnesses;
use crate::pipeline::guard::{Atom, Guard, Operand};
use std::collections::BTreeMap;
use std::fmt;

/// More combinations than this are not tried.
const MOST_COMBINATIONS: usize = 1 << 14;

/// Result of the question whether a guard follows from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Implication {
    /// Wherever the first holds, the second does.
    Follows,
    /// The first holds here, and the second does not.
    Fails(Counterexample),
    /// There are too many combinations to tell.
    Undecided,
}

/// Values for which one guard holds and another does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counterexample {
    values: Vec<(String, Value)>,
    /// The strings that the variables are compared with.
    named: BTreeMap<String, Vec<String>>,
    facts: Vec<(Atom, bool)>,
}

/// A value of a variable that makes a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Unset,
    Text(String),
    /// Not empty, and none of the strings that the variable is compared with.
    Other,
}

/// Returns `true` if `conclusion` holds wherever `premise` does.
pub fn implies(premise: &Guard, conclusion: &Guard) -> Implication {
    if premise == conclusion || adds_conjuncts(premise, conclusion) {
        return Implication::Follows;
    }
    let question = Guard::all([premise.clone(), conclusion.clone().negated()]);
    match &question {
        Guard::Never => return Implication::Follows,
        Guard::Always => return Implication::Fails(Counterexample::default()),
        _ => {}
    }
    let space = Space::of(&question);
    let Some(count) = space.combinations() else {
        return match refute(&question, &try_all) {
            Refutation::Refuted => Implication::Follows,
            Refutation::Open | Refutation::GivenUp => Implication::Undecided,
        };
    };
    let mut uncertain = None;
    for combination in (0..count).map(|number| space.combination(number)) {
        if !question.holds(&|atom| combination.truth(atom)) {
            continue;
        }
        let counterexample = combination.counterexample();
        if counterexample.is_certain() {
            return Implication::Fails(counterexample);
        }
        uncertain.get_or_insert(counterexample);
    }
    uncertain.map_or(Implication::Follows, Implication::Fails)
}

/// The answer to the question whether a guard follows from another, in a limited number of steps.
///
/// ```
/// use nestling_gitlab::pipeline::expression::{Expression, Variable};
/// use nestling_gitlab::pipeline::presence::{Consequence, decide};
///
/// let guard = |text: &str| Expression::parse(text).map(|expression| expression.guard(&|_| Variable::Unknown));
/// let (both, one) = (guard("$A && $B")?, guard("$A")?);
/// assert_eq!((decide(&both, &one), decide(&one, &both)), (Consequence::Follows, Consequence::Fails));
/// # Ok::<(), nestling_gitlab::pipeline::expression::ExpressionError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// Wherever the first holds, the second does.
    Follows,
    /// There may be a case in which the first holds, and the second does not.
    Fails,
    /// It takes too many steps to tell.
    Unknown,
}

/// Returns `true` if one guard is known to follow from another.
pub fn follows(premise: &Guard, conclusion: &Guard) -> bool {
    decide(premise, conclusion) == Consequence::Follows
}

/// Returns whether one guard follows from another: [`implies`] without the counterexample, which takes longer to find.
pub fn decide(premise: &Guard, conclusion: &Guard) -> Consequence {
    if premise == conclusion || adds_conjuncts(premise, conclusion) {
        return Consequence::Follows;
    }
    let question = Guard::all([premise.clone(), conclusion.clone().negated()]);
    match &question {
        Guard::Never => return Consequence::Follows,
        Guard::Always => return Consequence::Fails,
        _ => {}
    }
    let space = Space::of(&question);
    let Some(count) = space.combinations() else {
        return match refute(&question, &try_all) {
            Refutation::Refuted => Consequence::Follows,
            Refutation::Open => Consequence::Fails,
            Refutation::GivenUp => Consequence::Unknown,
        };
    };
    let mut combinations = (0..count).map(|number| space.combination(number));
    let fails = combinations.any(|combination| question.holds(&|atom| combination.truth(atom)));
    if fails { Consequence::Fails } else { Consequence::Follows }
}

/// Tries all combinations of values of a guard, unless there are too many.
pub(super) fn try_all(guard: &Guard) -> Tried {
    let space = Space::of(guard);
    let Some(count) = space.combinations() else { return Tried { is_impossible: false, combinations: 1 } };
    let mut combinations = (0..count).map(|number| space.combination(number));
    let holds = combinations.any(|combination| guard.holds(&|atom| combination.truth(atom)));
    Tried { is_impossible: !holds, combinations: count }
}

/// Returns `true` if the premise is the conclusion with further conditions.
fn adds_conjuncts(premise: &Guard, conclusion: &Guard) -> bool {
    let Guard::All(parts) = premise else { return false };
    match conclusion {
        Guard::All(wanted) => wanted.iter().all(|part| parts.contains(part)),
        single => parts.contains(single),
    }
}

/// All that makes a difference to a guard.
struct Space<'g> {
    values: BTreeMap<&'g str, Vec<Value>>,
    /// The facts that values do not always decide.
    facts: Vec<&'g Atom>,
}

impl<'g> Space<'g> {
    fn of(guard: &'g Guard) -> Self {
        let mut space = Self { values: BTreeMap::new(), facts: Vec::new() };
        for atom in guard.atoms() {
            match atom {
                Atom::IsSet(name) | Atom::IsPresent(name) => space.add_variable(name),
                Atom::Equals(left, right) | Atom::Matches(left, right) => {
                    space.add_compared(left, right);
                    space.add_compared(right, left);
                    if !is_decided_by_values(atom) {
                        space.facts.push(atom);
                    }
                }
                Atom::Expression(_) | Atom::Changes(_) | Atom::Exists(_) | Atom::Reference(_) => {
                    space.facts.push(atom);
                }
            }
        }
        space
    }

    fn add_variable(&mut self, name: &'g str) {
        let plain = || vec![Value::Unset, Value::Text(String::new()), Value::Other];
        self.values.entry(name).or_insert_with(plain);
    }

    fn add_compared(&mut self, operand: &'g Operand, other: &'g Operand) {
        let Operand::Variable(name) = operand else { return };
        self.add_variable(name);
        let texts: Vec<String> = match other {
            Operand::Text(text) => vec![text.clone()],
            Operand::Bool(value) => vec![value.to_string()],
            Operand::Pattern(pattern) => witnesses(pattern).collect(),
            Operand::Variable(_) | Operand::Null => return,
        };
        let values = self.values.entry(name).or_default();
        for literal in texts.into_iter().map(Value::Text) {
            if !values.contains(&literal) {
                values.push(literal);
            }
        }
    }

    /// Returns the strings that a variable is compared with.
    fn texts(&self, name: &str) -> Vec<String> {
        let values = self.values.get(name).map(Vec::as_slice).unwrap_or_default();
        let text = |value: &Value| match value {
            Value::Text(text) if !text.is_empty() => Some(text.clone()),
            Value::Text(_) | Value::Unset | Value::Other => None,
        };
        values.iter().filter_map(text).collect()
    }

    /// Returns how many combinations there are, if they can all be tried.
    fn combinations(&self) -> Option<usize> {
        let of_facts = 1_usize.checked_shl(u32::try_from(self.facts.len()).ok()?)?;
        let count =
            self.values.values().try_fold(of_facts, |count, values| count.checked_mul(values.len()))?;
        (count <= MOST_COMBINATIONS).then_some(count)
    }

    /// Returns the combination with this number: a number in a mixed base, a digit for each variable and fact.
    fn combination(&self, mut number: usize) -> Combination<'_> {
        let mut combination = Combination { space: self, values: Vec::new(), facts: Vec::new() };
        for (name, values) in &self.values {
            combination.values.push((*name, &values[number % values.len()]));
            number /= values.len();
        }
        for fact in &self.facts {
            combination.facts.push((*fact, number % 2 == 1));
            number /= 2;
        }
        combination
    }
}

/// Returns `true` if values alone always say whether the fact holds.
fn is_decided_by_values(atom: &Atom) -> bool {
    let Atom::Equals(left, right) = atom else { return false };
    !matches!((left, right), (Operand::Variable(_), Operand::Variable(_)))
}

struct Combination<'s> {
    space: &'s Space<'s>,
    values: Vec<(&'s str, &'s Value)>,
    facts: Vec<(&'s Atom, bool)>,
}

impl Combination<'_> {
    fn value(&self, name: &str) -> &Value {
        self.values.iter().find(|(other, _)| *other == name).map_or(&Value::Unset, |(_, value)| value)
    }

    fn truth(&self, atom: &Atom) -> bool {
        match atom {
            Atom::IsSet(name) => *self.value(name) != Value::Unset,
            Atom::IsPresent(name) => match self.value(name) {
                Value::Unset => false,
                Value::Text(text) => !text.trim().is_empty(),
                Value::Other => true,
            },
            Atom::Equals(left, right) => self.equal(left, right).unwrap_or_else(|| self.stated(atom)),
            Atom::Matches(left, right) => self.matching(left, right).unwrap_or_else(|| self.stated(atom)),
            Atom::Expression(_) | Atom::Changes(_) | Atom::Exists(_) | Atom::Reference(_) => {
                self.stated(atom)
            }
        }
    }

    fn stated(&self, atom: &Atom) -> bool {
        self.facts.iter().find(|(other, _)| *other == atom).is_some_and(|(_, holds)| *holds)
    }

    /// Returns the string that an operand is: `Some(None)` where it is nothing, `None` where it is any other value.
    fn text(&self, operand: &Operand) -> Option<Option<String>> {
        match operand {
            Operand::Variable(name) => match self.value(name) {
                Value::Unset => Some(None),
                Value::Text(text) => Some(Some(text.clone())),
                Value::Other => None,
            },
            Operand::Text(text) => Some(Some(text.clone())),
            Operand::Bool(value) => Some(Some(value.to_string())),
            Operand::Null => Some(None),
            Operand::Pattern(_) => None,
        }
    }

    fn equal(&self, left: &Operand, right: &Operand) -> Option<bool> {
        if let (Operand::Variable(_), Operand::Pattern(_)) | (Operand::Pattern(_), Operand::Variable(_)) =
            (left, right)
        {
            return Some(false);
        }
        match (self.text(left), self.text(right)) {
            (Some(left), Some(right)) => Some(left == right),
            (None, None) => None,
            // Another value is none of the strings that it is compared with; beside another variable's value it may be.
            _ if matches!((left, right), (Operand::Variable(_), Operand::Variable(_))) => {
                let other = self.text(left).or_else(|| self.text(right)).flatten();
                if other.is_none_or(|text| text.is_empty()) { Some(false) } else { None }
            }
            _ => Some(false),
        }
    }

    fn matching(&self, left: &Operand, right: &Operand) -> Option<bool> {
        let text = self.text(left)?.unwrap_or_default();
        match right {
            Operand::Pattern(pattern) => Some(pattern.0.is_match(&text)),
            _ => None,
        }
    }

    fn counterexample(&self) -> Counterexample {
        let values = self.values.iter().map(|(name, value)| ((*name).to_owned(), (*value).clone()));
        // A fact about values that decide it themselves says nothing more.
        let facts = self.facts.iter().filter(|(atom, _)| match atom {
            Atom::Equals(left, right) => self.equal(left, right).is_none(),
            Atom::Matches(left, right) => self.matching(left, right).is_none(),
            _ => true,
        });
        let others = self.values.iter().filter(|(_, value)| **value == Value::Other);
        Counterexample {
            values: values.collect(),
            named: others.map(|(name, _)| ((*name).to_owned(), self.space.texts(name))).collect(),
            facts: facts.map(|(atom, holds)| ((*atom).clone(), *holds)).collect(),
        }
    }
}

/// The one variable among those that GitLab predefines which a pipeline may or may not have, whatever else is known of it.
const FREEZE: &str = "CI_DEPLOY_FREEZE";

impl Counterexample {
    /// Returns `true` if a pipeline with these values is sure to be possible.
    ///
    /// Predefined variables depend on each other, and so may two lists of globs, or a regular expression and a value that is not
    /// named: such a combination may be impossible.
    pub fn is_certain(&self) -> bool {
        let is_predefined = |name: &str| name.starts_with("CI_") || name.starts_with("GITLAB_");
        let mut predefined = self
            .values
            .iter()
            .filter(|(name, _)| is_predefined(name) && name != FREEZE)
            .map(|(_, value)| value);
        let is_plain = match (predefined.next(), predefined.next()) {
            (None, _) => true,
            // Most of them are always set.
            (Some(value), None) => *value != Value::Unset && *value != Value::Text(String::new()),
            _ => false,
        };
        let is_free = |atom: &Atom| matches!(atom, Atom::Changes(_) | Atom::Exists(_));
        is_plain && self.facts.len() <= 1 && self.facts.iter().all(|(atom, _)| is_free(atom))
    }
}

/// In words: `` `$PUBLISH` is not set and nothing changed in `src/**/*` ``.
impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.values.iter().map(|(name, value)| match value {
            Value::Unset => format!("`${name}` is not set"),
            Value::Text(text) if text.is_empty() => format!("`${name}` is empty"),
            Value::Text(text) => format!("`${name}` is `{text}`"),
            Value::Other => match self.named.get(name).map(Vec::as_slice).unwrap_or_default() {
                [] => format!("`${name}` has a value"),
                texts => format!("`${name}` is set to something other than `{}`", texts.join("` or `")),
            },
        });
        let facts = self.facts.iter().map(|(atom, holds)| {
            let guard = Guard::Atom(atom.clone());
            if *holds { guard.to_string() } else { guard.negated().to_string() }
        });
        f.write_str(&values.chain(facts).collect::<Vec<_>>().join(" and "))
    }
}
