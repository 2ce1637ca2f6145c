//! Proof that a guard never holds, by cases: where there are too many combinations of values to try them all.
//!
//! Each single fact is taken to hold or not, one after the other. A fact that the rest asks for is taken at once, so that most cases
//! end early. A case is closed where the guard does not hold, or where no values of the variables make its facts true together.

use super::combinations::try_all;
use crate::pipeline::guard::{Atom, Guard, Operand};
use std::collections::BTreeSet;

/// More steps than this are not made.
const MOST_STEPS: usize = 1_000_000;

/// The outcome of an attempt to prove that a guard never holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refutation {
    /// It never holds.
    Refuted,
    /// There is a case in which it may hold.
    Open,
    /// It takes too many steps to tell.
    GivenUp,
}

/// Proves that a guard never holds, in a limited number of steps.
pub(super) fn refute(guard: &Guard) -> Refutation {
    let mut atoms: Vec<&Atom> = Vec::new();
    let formula = Formula::of(guard, true, &mut atoms);
    let mut cases = Cases { truth: vec![None; atoms.len()], atoms, steps: 0 };
    match cases.closes(&formula) {
        true => Refutation::Refuted,
        false if cases.steps > MOST_STEPS => Refutation::GivenUp,
        false => Refutation::Open,
    }
}

/// A guard in which only single facts are negated, each by its position.
enum Formula {
    Constant(bool),
    Fact(usize, bool),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

impl Formula {
    /// Returns a guard, or its opposite.
    fn of<'g>(guard: &'g Guard, is_positive: bool, atoms: &mut Vec<&'g Atom>) -> Self {
        match guard {
            Guard::Always => Self::Constant(is_positive),
            Guard::Never => Self::Constant(!is_positive),
            Guard::Not(inner) => Self::of(inner, !is_positive, atoms),
            Guard::Atom(atom) => {
                let known = atoms.iter().position(|other| *other == atom);
                let index = known.unwrap_or_else(|| {
                    atoms.push(atom);
                    atoms.len() - 1
                });
                Self::Fact(index, is_positive)
            }
            Guard::All(parts) | Guard::Any(parts) => {
                let parts = parts.iter().map(|part| Self::of(part, is_positive, atoms)).collect();
                if matches!(guard, Guard::All(_)) == is_positive {
                    Self::All(parts)
                } else {
                    Self::Any(parts)
                }
            }
        }
    }
}

/// The case that is looked at: what is taken to hold, and what not.
struct Cases<'g> {
    atoms: Vec<&'g Atom>,
    truth: Vec<Option<bool>>,
    steps: usize,
}

impl Cases<'_> {
    /// Returns `true` if the formula cannot hold in this case. What is taken in addition is given up again.
    fn closes(&mut self, formula: &Formula) -> bool {
        let before = self.truth.clone();
        let closes = self.closes_with_more(formula);
        self.truth = before;
        closes
    }

    fn closes_with_more(&mut self, formula: &Formula) -> bool {
        loop {
            let known = self.truth.iter().flatten().count();
            self.require(formula);
            if self.value(formula) == Some(false) {
                return true;
            }
            if self.steps > MOST_STEPS {
                return false;
            }
            if self.truth.iter().flatten().count() == known {
                break;
            }
        }
        let Some(open) = self.open_fact(formula) else { return self.contradict() };
        [true, false].into_iter().all(|holds| {
            self.truth[open] = Some(holds);
            self.closes(formula)
        })
    }

    /// Returns the value of a formula as far as it is known.
    fn value(&mut self, formula: &Formula) -> Option<bool> {
        self.steps += 1;
        match formula {
            Formula::Constant(value) => Some(*value),
            Formula::Fact(index, is_positive) => self.truth[*index].map(|holds| holds == *is_positive),
            Formula::All(parts) => self.joined(parts, false),
            Formula::Any(parts) => self.joined(parts, true),
        }
    }

    /// Returns the value of parts of which one decides if it has this value.
    fn joined(&mut self, parts: &[Formula], deciding: bool) -> Option<bool> {
        let mut is_known = true;
        for part in parts {
            match self.value(part) {
                Some(value) if value == deciding => return Some(deciding),
                Some(_) => {}
                None => is_known = false,
            }
        }
        is_known.then_some(!deciding)
    }

    /// Takes the facts without which a formula cannot hold.
    fn require(&mut self, formula: &Formula) {
        if self.steps > MOST_STEPS {
            return;
        }
        match formula {
            Formula::Constant(_) => {}
            Formula::Fact(index, is_positive) => {
                self.truth[*index].get_or_insert(*is_positive);
            }
            Formula::All(parts) => parts.iter().for_each(|part| self.require(part)),
            Formula::Any(parts) => {
                let mut possible = parts.iter().filter(|part| self.value(part) != Some(false));
                let (first, second) = (possible.next(), possible.next());
                if let (Some(only), None) = (first, second) {
                    self.require(only);
                }
            }
        }
    }

    /// Returns a fact of which it is not known whether it holds, and on which the formula depends.
    fn open_fact(&mut self, formula: &Formula) -> Option<usize> {
        if self.value(formula).is_some() {
            return None;
        }
        match formula {
            Formula::Constant(_) => None,
            Formula::Fact(index, _) => Some(*index),
            Formula::All(parts) | Formula::Any(parts) => parts.iter().find_map(|part| self.open_fact(part)),
        }
    }

    /// Returns `true` if no values make all facts true that are taken, as far as those are few that are connected by variables.
    fn contradict(&mut self) -> bool {
        let facts = self.atoms.iter().zip(&self.truth).filter_map(|(atom, holds)| {
            let fact = Guard::Atom((*atom).clone());
            holds.map(|holds| if holds { fact } else { fact.negated() })
        });
        for group in connected(facts) {
            let tried = try_all(&Guard::all(group));
            self.steps = self.steps.saturating_add(tried.combinations);
            if tried.is_impossible {
                return true;
            }
        }
        false
    }
}

/// Groups facts that name a variable in common.
fn connected(facts: impl Iterator<Item = Guard>) -> Vec<Vec<Guard>> {
    let mut groups: Vec<(BTreeSet<String>, Vec<Guard>)> = Vec::new();
    for fact in facts {
        let mut names: BTreeSet<String> = fact.atoms().into_iter().flat_map(variables).collect();
        let mut members = vec![fact];
        groups.retain_mut(|(known, group)| {
            let is_apart = known.is_disjoint(&names);
            if !is_apart {
                names.append(known);
                members.append(group);
            }
            is_apart
        });
        groups.push((names, members));
    }
    groups.into_iter().map(|(_, members)| members).collect()
}

fn variables(atom: &Atom) -> Vec<String> {
    let name =
        |operand: &Operand| if let Operand::Variable(name) = operand { Some(name.clone()) } else { None };
    match atom {
        Atom::IsSet(name) | Atom::IsPresent(name) => vec![name.clone()],
        Atom::Equals(left, right) | Atom::Matches(left, right) => {
            [left, right].into_iter().filter_map(name).collect()
        }
        Atom::Expression(_) | Atom::Changes(_) | Atom::Exists(_) | Atom::Reference(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Consequence, decide, follows};
    use super::*;
    use crate::pipeline::expression::{Expression, Variable};

    fn guard(condition: &str) -> Guard {
        Expression::parse(condition).unwrap().guard(&|_| Variable::Unknown)
    }

    fn list(name: &str) -> Vec<Guard> {
        (0..12).map(|number| guard(&format!("${name}{number} == \"x\""))).collect()
    }

    #[test]
    fn many_variables_are_decided_by_cases() {
        let (a, b) = (list("A"), list("B"));
        let neither = Guard::all(a.iter().chain(&b).cloned().map(Guard::negated));
        let not_any = Guard::any(a.iter().chain(&b).cloned()).negated();
        let both = Guard::all([Guard::any(a.clone()), Guard::any(b.clone())]);
        let pairs = a.iter().flat_map(|a| b.iter().map(move |b| Guard::all([a.clone(), b.clone()])));
        let pairs = Guard::any(pairs);
        for (premise, conclusion, expected) in [
            (&neither, &not_any, true),
            (&not_any, &neither, true),
            (&both, &pairs, true),
            (&pairs, &both, true),
            (&both, &neither, false),
            (&Guard::any(a.clone()), &pairs, false),
            (&Guard::all([guard("$A0 == \"y\""), both.clone()]), &Guard::any(a[1..].to_vec()), true),
        ] {
            assert_eq!(follows(premise, conclusion), expected, "{premise} => {conclusion}");
        }
    }

    /// Without an answer within the limit of steps, nothing is taken to follow.
    #[test]
    fn a_gate_of_many_alternatives_is_given_up() {
        let list = |name: &str| -> Vec<Guard> {
            (0..30).map(|number| guard(&format!("${name}{number} == \"x\""))).collect()
        };
        let (a, b) = (list("A"), list("B"));
        let both = Guard::all([Guard::any(a.clone()), Guard::any(b.clone())]);
        let pairs = a.iter().flat_map(|a| b.iter().map(move |b| Guard::all([a.clone(), b.clone()])));
        let pairs = Guard::any(pairs);
        for (premise, conclusion) in [(&both, &pairs), (&pairs, &both)] {
            assert_ne!(decide(premise, conclusion), Consequence::Fails, "one follows from the other");
        }
        let fewer = Guard::all([Guard::any(a[1..].to_vec()), Guard::any(b)]);
        assert_ne!(decide(&pairs, &fewer), Consequence::Follows);
    }

    /// A simple generator of numbers, the same in each run.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, limit: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % limit
        }

        fn guard(&mut self, depth: usize) -> Guard {
            let atoms = [
                "$A",
                "$A == \"x\"",
                "$A =~ /^x/",
                "$B == \"x\"",
                "$B == \"y\"",
                "$B == null",
                "$A == $B",
                "$C",
            ];
            match self.below(if depth == 0 { 1 } else { 4 }) {
                0 => guard(atoms[self.below(atoms.len() as u64) as usize]),
                1 => self.guard(depth - 1).negated(),
                2 => Guard::all([self.guard(depth - 1), self.guard(depth - 1), self.guard(depth - 1)]),
                _ => Guard::any([self.guard(depth - 1), self.guard(depth - 1), self.guard(depth - 1)]),
            }
        }
    }

    #[test]
    fn cases_say_what_all_combinations_say() {
        let mut numbers = Numbers(22);
        let mut refuted = 0;
        for _ in 0..2_000 {
            let guard = Guard::all([numbers.guard(3), numbers.guard(3), numbers.guard(2)]);
            let expected = try_all(&guard).is_impossible;
            refuted += usize::from(expected);
            let is_refuted = refute(&guard) == Refutation::Refuted;
            assert_eq!(is_refuted, expected, "{guard}");
        }
        assert!(refuted > 100, "{refuted}");
    }
}
