//! Facts that are known when GitLab creates a pipeline.

use crate::pipeline::expression::Variable;
use crate::pipeline::known::KnownVariables;
use nestling_files::path::RepoPath;

/// Everything that decides about a job beside its own keywords.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// The pipeline's variables.
    pub variables: &'a KnownVariables,
    /// Reference of the pipeline, as `only` and `except` see it.
    pub reference: Reference<'a>,
    /// Source of the pipeline: `CI_PIPELINE_SOURCE`, which is `parent_pipeline` for every child; `None` where it is not
    /// known.
    pub source: Option<&'a str>,
    /// The files of the commit, for `exists`.
    pub tree: Tree<'a>,
    /// The changed paths, for `changes`.
    pub changed: Changed<'a>,
    /// The changed paths beside another revision, for `changes:compare_to`.
    pub compared: &'a dyn Fn(&str) -> Changed<'a>,
    /// Set if the configuration has `workflow:rules`: without, jobs are for branches and tags only, as if each had
    /// `only: [branches, tags]`.
    pub workflow_rules: bool,
}

/// A branch, a tag or a merge request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<'a> {
    /// A branch; `None` where its name is not known.
    Branch(Option<&'a str>),
    /// A tag; `None` where its name is not known.
    Tag(Option<&'a str>),
    /// A merge request: neither branch nor tag.
    MergeRequest,
    /// It is not known.
    Unknown,
}

impl Reference<'_> {
    /// Returns the reference that the variables of a pipeline tell of, with its name where that is known.
    pub fn of<'v>(branch: &'v Variable, tag: &'v Variable) -> Reference<'v> {
        match (branch, tag) {
            (_, Variable::Set(tag)) => Reference::Tag(Some(tag)),
            (Variable::Set(branch), _) => Reference::Branch(Some(branch)),
            (Variable::Unset, Variable::Unset) => Reference::MergeRequest,
            (Variable::Unknown | Variable::Bool(_), Variable::Unset) => Reference::Branch(None),
            (Variable::Unset, Variable::Unknown | Variable::Bool(_)) => Reference::Tag(None),
            (Variable::Unknown | Variable::Bool(_), Variable::Unknown | Variable::Bool(_)) => {
                Reference::Unknown
            }
        }
    }
}

/// The files of a commit.
#[derive(Debug, Clone, Copy)]
pub enum Tree<'a> {
    /// These, in byte order.
    Files(&'a [RepoPath]),
    /// They are not known.
    Unknown,
}

/// The comparison that `changes` uses.
#[derive(Debug, Clone, Copy)]
pub enum Changed<'a> {
    /// These paths changed.
    Paths(&'a [RepoPath]),
    /// There is nothing to compare with, so every `changes` holds: tags, schedules, the first push of a branch.
    Everything,
    /// It is not known.
    Unknown,
}

/// The creation of a pipeline: its variables, and files and changed paths where they are known.
#[derive(Debug, Clone)]
pub struct Creation<'a> {
    variables: &'a KnownVariables,
    branch: Variable,
    tag: Variable,
    source: Variable,
    tree: Tree<'a>,
    changed: Changed<'a>,
}

impl<'a> Creation<'a> {
    /// Returns the creation of a pipeline with these variables.
    pub fn of(variables: &'a KnownVariables) -> Self {
        Self {
            variables,
            branch: variables.get("CI_COMMIT_BRANCH"),
            tag: variables.get("CI_COMMIT_TAG"),
            source: variables.get("CI_PIPELINE_SOURCE"),
            tree: Tree::Unknown,
            changed: Changed::Unknown,
        }
    }

    /// Adds the files of the commit, for `exists`.
    #[must_use]
    pub fn with_tree(self, tree: Tree<'a>) -> Self {
        Self { tree, ..self }
    }

    /// Adds what changed, for `changes`.
    #[must_use]
    pub fn with_changes(self, changed: Changed<'a>) -> Self {
        Self { changed, ..self }
    }

    /// Returns what is known at that moment. `workflow_rules` says whether the configuration has `workflow:rules`.
    pub fn moment(&self, workflow_rules: bool) -> Moment<'_> {
        Moment {
            variables: self.variables,
            reference: Reference::of(&self.branch, &self.tag),
            source: match &self.source {
                Variable::Set(source) => Some(source),
                Variable::Bool(_) | Variable::Unset | Variable::Unknown => None,
            },
            tree: self.tree,
            changed: self.changed,
            compared: &|_| Changed::Unknown,
            workflow_rules,
        }
    }
}
