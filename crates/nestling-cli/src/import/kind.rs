//! The kinds of pipelines in which the old and the new configuration are compared.

use nestling_gitlab::check::KnownVariables;
use nestling_gitlab::facts::{As, PipelineFacts, PipelineSource};
use nestling_gitlab::pipeline::expression::{Expression, Variable};
use nestling_gitlab::pipeline::guard::{Atom, Guard, Operand};
use nestling_gitlab::pipeline::matrix::{copies, parallel};
use nestling_gitlab::pipeline::presence::{
    Changed, Creation, Moment, Presence, presence_of, source_of_reference,
};
use nestling_gitlab::yaml::Map;

/// A kind of pipeline.
#[derive(Debug, Clone)]
pub(super) struct Kind {
    /// Its name in the report.
    pub name: &'static str,
    /// The facts of such a pipeline.
    pub facts: PipelineFacts,
    /// The way in which it compares paths.
    pub comparison: Comparison,
}

/// The paths that count as changed in a kind of pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    /// Paths that differ from the commit before.
    Paths,
    /// All of them: GitLab has nothing to compare with.
    Everything,
}

/// Sources that a proof looks at where a configuration asks for them.
const OTHER_SOURCES: [(&str, PipelineSource); 5] = [
    ("web", PipelineSource::Web),
    ("API", PipelineSource::Api),
    ("trigger token", PipelineSource::Trigger),
    ("other project", PipelineSource::Pipeline),
    ("chat", PipelineSource::Chat),
];

impl Kind {
    /// Returns the kinds of the proof: those that decide where a job goes, and each other source that is asked for.
    pub(super) fn of_proof(default_branch: &str, asks_for: &dyn Fn(&str) -> bool) -> Vec<Self> {
        let mut kinds = Vec::from(Self::of_import(default_branch));
        for (name, source) in OTHER_SOURCES {
            if asks_for(source.as_str()) {
                kinds.push(Self::of(name, &As::Started(source), Comparison::Everything, default_branch));
            }
        }
        kinds
    }

    /// Returns the kinds that decide where a job goes: those of the proof, another branch and a schedule.
    pub(super) fn of_import(default_branch: &str) -> [Self; 5] {
        let kind = |name, simulate: As, comparison| Self::of(name, &simulate, comparison, default_branch);
        [
            kind("merge request", As::MergeRequest, Comparison::Paths),
            kind("push to the default branch", As::Branch(default_branch.to_owned()), Comparison::Paths),
            kind("push to a branch", As::Branch(String::new()), Comparison::Paths),
            kind("tag", As::Tag(String::new()), Comparison::Everything),
            kind("schedule", As::Started(PipelineSource::Schedule), Comparison::Everything),
        ]
    }

    fn of(name: &'static str, simulate: &As, comparison: Comparison, default_branch: &str) -> Self {
        let local = PipelineFacts::local(None, Some(default_branch.to_owned()), None);
        Self { name, facts: unnamed(local.seen_as(simulate), default_branch), comparison }
    }

    /// Returns the variables of the parent pipeline.
    pub(super) fn root_variables(&self) -> KnownVariables {
        KnownVariables::of_root(&self.facts)
    }

    /// Returns the variables of a child pipeline.
    pub(super) fn child_variables(&self) -> KnownVariables {
        KnownVariables::of_child(&self.facts)
    }

    /// Returns `CI_PIPELINE_SOURCE` of the parent pipeline.
    pub(super) fn source(&self) -> &str {
        self.facts.source.as_str()
    }

    /// Returns the variable that has the name of the branch or the tag.
    pub(super) fn reference(&self) -> &'static str {
        if self.comparison == Comparison::Everything && self.facts.branch.is_none() {
            "CI_COMMIT_TAG"
        } else {
            "CI_COMMIT_BRANCH"
        }
    }

    /// Returns what holds in every pipeline of this kind, beside the variables that are known: a branch has a name, which is not that of
    /// the default branch, and a tag has one.
    pub(super) fn assumption(&self) -> Guard {
        let is_present = |name: &str| Guard::Atom(Atom::IsPresent(name.to_owned()));
        if self.facts.merge_request.is_some() || self.facts.branch.is_some() {
            return Guard::Always;
        }
        if self.reference() == "CI_COMMIT_TAG" {
            return is_present("CI_COMMIT_TAG");
        }
        let branch = Operand::Variable("CI_COMMIT_BRANCH".to_owned());
        let default = self.facts.default_branch.iter().cloned().map(Operand::Text);
        let is_default = default.map(|name| Guard::Atom(Atom::Equals(branch.clone(), name)));
        Guard::all(is_default.map(Guard::negated).chain([is_present("CI_COMMIT_BRANCH")]))
    }

    /// Returns what `changes` compares, where it is not known which paths changed.
    pub(super) fn unknown_changes(&self) -> Changed<'static> {
        match self.comparison {
            Comparison::Paths => Changed::Unknown,
            Comparison::Everything => Changed::Everything,
        }
    }

    /// Returns the creation of such a pipeline.
    pub(super) fn creation<'a>(variables: &'a KnownVariables, changed: Changed<'a>) -> Creation<'a> {
        Creation::of(variables).with_changes(changed)
    }
}

/// GitLab multiplies a job by no more than this.
const MOST_COPIES: u64 = 200;

/// Returns the presence of each job that `parallel` makes of one.
pub(super) fn presences(name: &str, body: &Map, moment: &Moment<'_>) -> Vec<Presence> {
    let count = parallel(body).map_or(1, |parallel| parallel.count());
    if count > MOST_COPIES {
        return vec![presence_of(name, body, &[], moment)];
    }
    let copies = copies(name, body);
    copies.iter().map(|copy| presence_of(&copy.name, body, &copy.variables, moment)).collect()
}

/// Returns the condition under which GitLab makes a job, or any of the jobs that `parallel` makes of it.
pub(super) fn guard(name: &str, body: &Map, moment: &Moment<'_>) -> Guard {
    Guard::any(presences(name, body, moment).iter().map(Presence::guard))
}

/// Returns a condition with the names that `only` and `except` ask for as comparisons of variables.
pub(super) fn with_variables(guard: &Guard, variable: &str) -> Guard {
    match guard {
        Guard::Atom(Atom::Reference(name)) => comparison(name, variable).unwrap_or_else(|| guard.clone()),
        Guard::Not(inner) => with_variables(inner, variable).negated(),
        Guard::All(parts) => Guard::all(parts.iter().map(|part| with_variables(part, variable))),
        Guard::Any(parts) => Guard::any(parts.iter().map(|part| with_variables(part, variable))),
        other => other.clone(),
    }
}

/// Returns the condition that a branch or a tag has this name. That one may be called as a source is, or `branches`, is not taken
/// into account.
fn comparison(name: &str, variable: &str) -> Option<Guard> {
    if ["branches", "tags"].contains(&name) || source_of_reference(name).is_some() {
        return Some(Guard::Never);
    }
    let text = match name.starts_with('/') {
        true => format!("${variable} =~ {name}"),
        false => format!("${variable} == \"{name}\""),
    };
    let expression = Expression::parse(&text).ok()?;
    Some(expression.guard(&|_| Variable::Unknown))
}

/// Leaves names open that a pipeline of this kind can have any of: rules that ask for them are conditions.
fn unnamed(mut facts: PipelineFacts, default_branch: &str) -> PipelineFacts {
    facts.tag = None;
    if let Some(request) = &mut facts.merge_request {
        (request.source_branch, request.target_branch) = (None, None);
    }
    facts.branch = facts.branch.filter(|branch| branch == default_branch);
    facts
}
