//! Facts about a pipeline, which templates see as `pipeline`.

use super::simulate::As;
use super::source::{Occasion, PipelineSource};
use super::variables::CiVariables;
use crate::name::slug;

/// The reference that a pipeline runs for.
///
/// [`PipelineFacts`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PipelineKind {
    /// A merge request.
    MergeRequest,
    /// A branch.
    Branch,
    /// A tag.
    Tag,
}

impl PipelineKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::MergeRequest, Self::Branch, Self::Tag];

    /// As templates and `environments: when` write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MergeRequest => "merge_request",
            Self::Branch => "branch",
            Self::Tag => "tag",
        }
    }
}

/// A merge request, as far as a pipeline knows it.
///
/// [`PipelineFacts`] has an example.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MergeRequest {
    /// Its number in the project; `None` where it is only simulated.
    pub iid: Option<String>,
    /// The branch to be merged.
    pub source_branch: Option<String>,
    /// The branch to merge into.
    pub target_branch: Option<String>,
}

/// Facts about a pipeline that are known before it runs.
///
/// ```
/// use nestling_gitlab::facts::{As, Occasion, PipelineFacts, PipelineKind, PipelineSource};
///
/// let branch = PipelineFacts::local(Some("feature".to_owned()), Some("main".to_owned()), None);
/// assert_eq!(branch.kind, PipelineKind::Branch);
///
/// let merge_request = branch.seen_as(&As::MergeRequest);
/// assert_eq!(merge_request.source, PipelineSource::MergeRequestEvent);
/// assert_eq!(merge_request.occasion(), Occasion::MergeRequest);
/// assert_eq!(merge_request.describe(), "merge request of feature");
/// let target = merge_request.merge_request.and_then(|request| request.target_branch);
/// assert_eq!(target.as_deref(), Some("main"));
///
/// assert_eq!(PipelineFacts::local(None, None, None).describe(), "a detached commit");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelineFacts {
    /// The kind of reference that it runs for.
    pub kind: PipelineKind,
    /// The source of the pipeline.
    pub source: PipelineSource,
    /// The branch; `None` for tags. In a merge request's pipeline its source branch.
    pub branch: Option<String>,
    /// The project's default branch.
    pub default_branch: Option<String>,
    /// The tag.
    pub tag: Option<String>,
    /// The merge request.
    pub merge_request: Option<MergeRequest>,
    /// The commit.
    pub sha: Option<String>,
    /// The branch or tag as GitLab shortens it for host names (`CI_COMMIT_REF_SLUG`).
    pub ref_slug: String,
    /// The one environment that is deployed to (`--environment`); `None` for all that the pipeline deploys to.
    pub only_environment: Option<String>,
}

impl PipelineFacts {
    /// The facts of the pipeline that these variables belong to.
    pub fn from_variables(variables: &CiVariables) -> Self {
        let text = |name: &str| variables.get(name).map(str::to_owned);
        let iid = text("CI_MERGE_REQUEST_IID");
        // Anyone who sets variables one by one may leave the number out.
        let is_merge_request =
            iid.is_some() || variables.get("CI_PIPELINE_SOURCE") == Some("merge_request_event");
        let merge_request = is_merge_request.then(|| MergeRequest {
            iid,
            source_branch: text("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"),
            target_branch: text("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
        });
        let external = variables.get("CI_EXTERNAL_PULL_REQUEST_IID").map(|iid| MergeRequest {
            iid: Some(iid.to_owned()),
            source_branch: text("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME"),
            target_branch: text("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME"),
        });
        let merge_request = merge_request.or(external);
        let tag = text("CI_COMMIT_TAG");
        let source_branch = merge_request.as_ref().and_then(|request| request.source_branch.clone());
        let ref_name = || text("CI_COMMIT_REF_NAME").filter(|_| tag.is_none());
        let branch = source_branch.or_else(|| text("CI_COMMIT_BRANCH")).or_else(ref_name);
        let named = tag.as_deref().or(branch.as_deref()).map(slug);
        Self {
            kind: kind_of(merge_request.as_ref(), tag.as_ref()),
            source: variables.get("CI_PIPELINE_SOURCE").map_or(PipelineSource::Local, PipelineSource::parse),
            default_branch: text("CI_DEFAULT_BRANCH"),
            sha: text("CI_COMMIT_SHA"),
            ref_slug: text("CI_COMMIT_REF_SLUG").or(named).unwrap_or_default(),
            only_environment: None,
            branch,
            tag,
            merge_request,
        }
    }

    /// The facts of a pipeline that would run for the branch that is checked out, as a push to it.
    pub fn local(branch: Option<String>, default_branch: Option<String>, sha: Option<String>) -> Self {
        Self {
            kind: PipelineKind::Branch,
            source: PipelineSource::Local,
            ref_slug: branch.as_deref().map(slug).unwrap_or_default(),
            branch,
            default_branch,
            tag: None,
            merge_request: None,
            sha,
            only_environment: None,
        }
    }

    /// The same commit in another kind of pipeline, for `--as`.
    #[must_use]
    pub fn seen_as(mut self, simulated: &As) -> Self {
        let branch = self.branch.clone();
        (self.kind, self.source) = (PipelineKind::Branch, simulated.source());
        (self.tag, self.merge_request) = (None, None);
        match simulated {
            As::MergeRequest => {
                self.kind = PipelineKind::MergeRequest;
                self.merge_request = Some(MergeRequest {
                    iid: None,
                    source_branch: branch,
                    target_branch: self.default_branch.clone(),
                });
            }
            As::Branch(name) => self.branch = Some(name.clone()),
            As::Tag(name) => {
                (self.kind, self.branch, self.tag) = (PipelineKind::Tag, None, Some(name.clone()));
            }
            // These run on a branch, the default one unless somebody picked another.
            As::Started(_) => self.branch = self.default_branch.clone().or(branch),
        }
        self.ref_slug = self.tag.as_deref().or(self.branch.as_deref()).map(slug).unwrap_or_default();
        self
    }

    /// Returns `true` unless another environment is the only one that is deployed to.
    pub fn may_deploy_to(&self, environment: &str) -> bool {
        self.only_environment.as_deref().is_none_or(|only| only == environment)
    }

    /// Returns the name of this pipeline in `workspace.pipelines`. A child pipeline counts as what its parent runs for.
    pub fn occasion(&self) -> Occasion {
        match (self.kind, &self.source) {
            (_, PipelineSource::Schedule) => Occasion::Schedule,
            (_, PipelineSource::Web) => Occasion::Web,
            (_, PipelineSource::Api) => Occasion::Api,
            (_, PipelineSource::Trigger) => Occasion::Trigger,
            (_, PipelineSource::Pipeline) => Occasion::Pipeline,
            (_, PipelineSource::Chat) => Occasion::Chat,
            (_, PipelineSource::Other(_)) => Occasion::Other,
            (PipelineKind::MergeRequest, _) => Occasion::MergeRequest,
            (PipelineKind::Tag, _) => Occasion::Tag,
            (PipelineKind::Branch, _) => Occasion::Branch,
        }
    }

    /// The pipeline in a few words: `merge request !7 of feature`, `schedule on main`.
    pub fn describe(&self) -> String {
        let branch = self.branch.as_deref().unwrap_or("a detached commit");
        match (&self.merge_request, &self.tag) {
            (Some(MergeRequest { iid: Some(iid), .. }), _) => format!("merge request !{iid} of {branch}"),
            (Some(_), _) => format!("merge request of {branch}"),
            (None, Some(tag)) => format!("tag {tag}"),
            (None, None) => match &self.source {
                PipelineSource::Push | PipelineSource::Local if self.branch.is_none() => branch.to_owned(),
                PipelineSource::Push | PipelineSource::Local => format!("branch {branch}"),
                source => format!("{source} on {branch}"),
            },
        }
    }

    /// Returns `true` if the pipeline runs for the default branch itself.
    pub fn is_default_branch(&self) -> bool {
        self.kind == PipelineKind::Branch && self.branch.is_some() && self.branch == self.default_branch
    }
}

fn kind_of(merge_request: Option<&MergeRequest>, tag: Option<&String>) -> PipelineKind {
    match (merge_request, tag) {
        (Some(_), _) => PipelineKind::MergeRequest,
        (None, Some(_)) => PipelineKind::Tag,
        (None, None) => PipelineKind::Branch,
    }
}
