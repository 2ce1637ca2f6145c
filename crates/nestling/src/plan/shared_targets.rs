//! Jobs that deploy or publish to one target, in different units or different environments: each would replace the other's work.

use crate::assemble::scoped;
use crate::plan::rules::TARGET_SHARED;
use crate::unit::{DeclaredTarget, UnitJobs};
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};

/// Advice where a job gives none.
const HELP: &str =
    "give each a target of its own; inputs that differ between environments are set in the catalogue";

/// Advice where all merge requests have one target.
const HELP_FIXED: &str = "write a variable into it, such as `$CI_COMMIT_REF_SLUG`, or give the environments one name in the catalogue";

/// Advice where all merge requests have one environment.
const HELP_ONE_ENVIRONMENT: &str = "give each an environment of its own, such as `name: review/$CI_COMMIT_REF_SLUG/${{ unit.slug }}` in the catalogue";

/// A target with the unit of its job.
#[derive(Clone, Copy)]
struct Claim<'a> {
    unit: Option<&'a UnitName>,
    target: &'a DeclaredTarget,
}

/// Reports targets that several jobs share.
pub(super) fn find<'a>(units: impl Iterator<Item = &'a UnitJobs>) -> Vec<Diagnostic> {
    let mut by_identity: BTreeMap<&str, Vec<Claim<'a>>> = BTreeMap::new();
    let mut problems = Vec::new();
    for jobs in units {
        for target in &jobs.targets {
            let claim = Claim { unit: jobs.unit.as_ref(), target };
            problems.extend(fixed(claim));
            problems.extend(one_environment(claim));
            let claims = by_identity.entry(&target.identity).or_default();
            // A unit that deploys to one environment by several jobs does so to one target.
            if !claims.iter().any(|other| claim.is_alike(*other)) {
                claims.push(claim);
            }
        }
    }
    for claims in by_identity.values() {
        problems.extend(shared(claims));
    }
    for (outer, claims) in by_identity.iter().filter(|(identity, _)| identity.ends_with('/')) {
        let inner =
            by_identity.range(*outer..).skip(1).take_while(|(identity, _)| identity.starts_with(outer));
        let inner: Vec<Claim<'_>> = inner.flat_map(|(_, claims)| claims.iter().copied()).collect();
        problems.extend(claims.iter().filter_map(|claim| including(*claim, &inner)));
    }
    problems
}

impl Claim<'_> {
    /// Returns `true` if both are of one unit and one environment.
    fn is_alike(self, other: Self) -> bool {
        self.unit == other.unit && self.target.title == other.target.title
    }

    fn job(self) -> String {
        scoped(self.unit, &self.target.job).map(|name| name.to_string()).unwrap_or_default()
    }

    fn problem(self, message: String) -> Diagnostic {
        let problem = Diagnostic::error(&TARGET_SHARED, self.target.origin, message);
        self.of_unit(problem.with_help(self.target.help.as_deref().unwrap_or(HELP)))
    }

    fn of_unit(self, problem: Diagnostic) -> Diagnostic {
        match self.unit {
            Some(unit) => problem.for_unit(unit),
            None => problem,
        }
    }
}

/// Reports a target that the environments of all merge requests have.
fn fixed(claim: Claim<'_>) -> Option<Diagnostic> {
    let title = claim.target.title.as_deref().filter(|_| claim.target.is_fixed)?;
    let message = format!(
        "`{}` deploys each of the environments `{title}` to the same target, `{}`",
        claim.job(),
        claim.target.text
    );
    let help = match &claim.target.help {
        Some(help) => format!("{help}, with a variable such as `$CI_COMMIT_REF_SLUG` in it"),
        None => HELP_FIXED.to_owned(),
    };
    Some(claim.problem(message).with_help(help))
}

/// Reports an environment that all merge requests have, each with another target: GitLab stops the one that was deployed last.
fn one_environment(claim: Claim<'_>) -> Option<Diagnostic> {
    let title = claim.target.title.as_deref().filter(|_| claim.target.shares_environment)?;
    let message = format!(
        "`{}` deploys to another target in each merge request or branch, `{}`, but all of them have the environment `{title}`: \
         what is deployed before the newest is never stopped",
        claim.job(),
        claim.target.text
    );
    let problem = Diagnostic::warning(&TARGET_SHARED, claim.target.origin, message);
    Some(claim.of_unit(problem.with_help(HELP_ONE_ENVIRONMENT)))
}

fn shared(claims: &[Claim<'_>]) -> Option<Diagnostic> {
    let [first, second, others @ ..] = claims else { return None };
    let further = match others.len() {
        0 => String::new(),
        count => format!(", like {count} more"),
    };
    let message = format!(
        "`{}` and `{}` have the same target{further}: `{}`",
        first.job(),
        second.job(),
        second.target.text
    );
    Some(with_other(second.problem(message), *second, *first))
}

/// Reports targets within another.
fn including(outer: Claim<'_>, inner: &[Claim<'_>]) -> Option<Diagnostic> {
    let mut inner = inner.iter().copied().filter(|claim| !claim.is_alike(outer));
    let first = inner.next()?;
    let further: BTreeSet<String> = inner.map(Claim::job).collect();
    let further = match further.len() {
        0 => String::new(),
        count => format!(", and those of {count} more"),
    };
    let message = format!(
        "the target of `{}`, `{}`, includes that of `{}`, `{}`{further}",
        outer.job(),
        outer.target.text,
        first.job(),
        first.target.text
    );
    Some(with_other(outer.problem(message), outer, first))
}

/// Names the place of the other job, if it is another.
fn with_other(problem: Diagnostic, claim: Claim<'_>, other: Claim<'_>) -> Diagnostic {
    if other.target.origin == claim.target.origin {
        return problem;
    }
    problem.with_label(other.target.origin, "the other job")
}
