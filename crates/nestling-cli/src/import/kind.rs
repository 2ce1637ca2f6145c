//! The kinds of pipelines in which the old and the new configuration are compared.

use nestling_gitlab::check::KnownVariables;
use nestling_gitlab::facts::{As, PipelineFacts, PipelineSource};
use nestling_gitlab::pipeline::presence::{Changed, Creation};

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
    /// Those that differ from the commit before.
    Paths,
    /// All of them: GitLab has nothing to compare with.
    Everything,
}

impl Kind {
    /// Returns the three kinds of the proof: merge request, push to the default branch, tag.
    pub(super) fn of_proof(default_branch: &str) -> [Self; 3] {
        let [merge_request, default, _, tag, _] = Self::of_import(default_branch);
        [merge_request, default, tag]
    }

    /// Returns the kinds that decide where a job goes: those of the proof, another branch and a schedule.
    pub(super) fn of_import(default_branch: &str) -> [Self; 5] {
        let default = default_branch.to_owned();
        let local = PipelineFacts::local(Some("feature".to_owned()), Some(default.clone()), None);
        let kind = |name, simulate: As, comparison| Self {
            name,
            facts: local.clone().seen_as(&simulate),
            comparison,
        };
        [
            kind("merge request", As::MergeRequest, Comparison::Paths),
            kind("push to the default branch", As::Branch(default), Comparison::Paths),
            kind("push to a branch", As::Branch("feature".to_owned()), Comparison::Paths),
            kind("tag", As::Tag("v1.0.0".to_owned()), Comparison::Everything),
            kind("schedule", As::Started(PipelineSource::Schedule), Comparison::Everything),
        ]
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
