//! Does one guard follow from another? A need can be met exactly if the needed job's guard follows from the needer's.
//!
//! All combinations of values that make a difference are tried. Where they are too many, it is proven by cases.

use super::combinations::Space;
use super::counterexample::Counterexample;
use super::refutation::{Refutation, refute};
use crate::pipeline::guard::Guard;

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

/// Decides if `conclusion` holds wherever `premise` does.
pub fn implies(premise: &Guard, conclusion: &Guard) -> Implication {
    let question = premise_alone(premise, conclusion);
    let space = Space::of(&question);
    let Some(combinations) = space.combinations() else {
        return match refute(&question) {
            Refutation::Refuted => Implication::Follows,
            Refutation::Open | Refutation::GivenUp => Implication::Undecided,
        };
    };
    let mut uncertain = None;
    for combination in combinations.filter(|combination| combination.holds(&question)) {
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
/// let (both, one) = (guard("$A && $B")?, guard("$B")?);
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

/// Decides if one guard follows from another: [`implies`] without the counterexample, which takes longer to find.
pub fn decide(premise: &Guard, conclusion: &Guard) -> Consequence {
    let question = premise_alone(premise, conclusion);
    let space = Space::of(&question);
    let Some(mut combinations) = space.combinations() else {
        return match refute(&question) {
            Refutation::Refuted => Consequence::Follows,
            Refutation::Open => Consequence::Fails,
            Refutation::GivenUp => Consequence::Unknown,
        };
    };
    let fails = combinations.any(|combination| combination.holds(&question));
    if fails { Consequence::Fails } else { Consequence::Follows }
}

/// Returns the guard that holds where the premise holds, and the conclusion does not.
fn premise_alone(premise: &Guard, conclusion: &Guard) -> Guard {
    if premise == conclusion || adds_conjuncts(premise, conclusion) {
        return Guard::Never;
    }
    Guard::all([premise.clone(), conclusion.clone().negated()])
}

/// Returns `true` if the premise is the conclusion with further conditions.
fn adds_conjuncts(premise: &Guard, conclusion: &Guard) -> bool {
    let Guard::All(parts) = premise else { return false };
    match conclusion {
        Guard::All(wanted) => wanted.iter().all(|part| parts.contains(part)),
        single => parts.contains(single),
    }
}
