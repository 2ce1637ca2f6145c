//! The combinations of values that make a difference to a guard.
//!
//! Each variable gets the few values that make a difference: not set, empty, each string that it is compared with, and
//! any other. Whatever is unknown from values (a regular expression on another value, changed paths, files) is a fact
//! of its own that may be so or not.

use super::counterexample::{Counterexample, Value};
use super::witness::witnesses;
use crate::pipeline::guard::{Atom, Guard, Operand};
use std::collections::BTreeMap;

/// More combinations than this are not tried.
const MOST_COMBINATIONS: usize = 1 << 14;

/// The result of trying the combinations of a guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tried {
    /// True if no combination makes it hold, and all were tried.
    pub is_impossible: bool,
    /// Number of combinations.
    pub combinations: usize,
}

/// Tries all combinations of values of a guard, unless there are too many.
pub(super) fn try_all(guard: &Guard) -> Tried {
    let space = Space::of(guard);
    let Some(mut all) = space.combinations() else { return Tried { is_impossible: false, combinations: 1 } };
    let combinations = all.len();
    Tried { is_impossible: !all.any(|combination| combination.holds(guard)), combinations }
}

/// All that makes a difference to a guard.
pub(super) struct Space<'g> {
    values: BTreeMap<&'g str, Vec<Value>>,
    /// The facts that values do not always decide.
    facts: Vec<&'g Atom>,
}

impl<'g> Space<'g> {
    pub(super) fn of(guard: &'g Guard) -> Self {
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

    /// Returns all combinations; `None` if they are too many to be tried.
    pub(super) fn combinations(&self) -> Option<impl ExactSizeIterator<Item = Combination<'_>>> {
        let of_facts = 1_usize.checked_shl(u32::try_from(self.facts.len()).ok()?)?;
        let count =
            self.values.values().try_fold(of_facts, |count, values| count.checked_mul(values.len()))?;
        (count <= MOST_COMBINATIONS).then(|| (0..count).map(|number| self.combination(number)))
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

/// A value for each variable, and a truth for each fact.
pub(super) struct Combination<'s> {
    space: &'s Space<'s>,
    values: Vec<(&'s str, &'s Value)>,
    facts: Vec<(&'s Atom, bool)>,
}

impl Combination<'_> {
    fn value(&self, name: &str) -> &Value {
        self.values.iter().find(|(other, _)| *other == name).map_or(&Value::Unset, |(_, value)| value)
    }

    /// Returns `true` if the guard holds.
    pub(super) fn holds(&self, guard: &Guard) -> bool {
        guard.holds(&|atom| self.truth(atom))
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
            Operand::Pattern(pattern) => Some(pattern.regex.is_match(&text)),
            _ => None,
        }
    }

    pub(super) fn counterexample(&self) -> Counterexample {
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
