//! The records of the page's data. Values that most jobs share are left out.

use serde::Serialize;
use std::collections::BTreeMap;

/// The pipeline of one kind.
#[derive(Debug, Serialize)]
pub(super) struct PageKind {
    pub description: String,
    pub extent: String,
    pub provenance: Vec<String>,
    /// Number of units of the workspace.
    pub all: usize,
    /// Stages in the order in which they run.
    pub stages: Vec<usize>,
    pub units: Vec<PageUnit>,
    /// Numbers of certain and of possible jobs.
    pub count: [usize; 2],
    /// The difference to the first kind, which has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<PageDifference>,
    /// Indices into the table of jobs.
    pub jobs: Vec<usize>,
}

/// A unit that is not skipped, or one that is, with the nearest reason.
#[derive(Debug, Serialize)]
pub(super) struct PageUnit {
    pub unit: usize,
    pub verdict: &'static str,
    /// Kind and index of the text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<(&'static str, usize)>,
    /// Job and index of the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<(String, usize)>,
    /// Pages of the jobs that passed with the same content, by the job that is left out for it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct PageJob {
    /// Index of its name.
    pub name: usize,
    pub stage: usize,
    /// `manual`, `delayed`, `on_failure`, or `varies` if that depends on a condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<&'static str>,
    /// The possible starts of a job whose start varies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub starts: Vec<&'static str>,
    /// Numbers of certain and of possible copies that start in each of these ways.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub start_copies: Vec<[usize; 2]>,
    /// The starts and their conditions in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_words: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_in: Option<String>,
    /// Reason why the rules leave the job out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out: Option<String>,
    /// Condition of a job that is not certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Numbers of certain and of possible copies, unless both are 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copies: Option<[usize; 2]>,
    /// Names of the copies that GitLab makes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub copy_names: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<PageTrigger>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<Vec<PageNeed>>,
    /// The jobs whose artifacts it downloads, if it names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<Vec<usize>>,
    /// `artifacts`, or `dotenv` for a report of variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifacts: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<PageEnvironment>,
    /// Index into the table of rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<usize>,
    /// Indices into the table of lines.
    pub lines: Vec<usize>,
}

/// A need: the index of a name, or more than that.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum PageNeed {
    Job(usize),
    Detailed {
        #[serde(skip_serializing_if = "Option::is_none")]
        job: Option<usize>,
        /// The job or pipeline elsewhere.
        #[serde(skip_serializing_if = "Option::is_none")]
        elsewhere: Option<String>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        optional: bool,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        without_artifacts: bool,
    },
}

#[derive(Debug, Serialize)]
pub(super) struct PageTrigger {
    pub target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// The files of a child pipeline.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// The paths of those files that are in this repository.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub local: Vec<String>,
    /// The job whose artifact is the child pipeline.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from_jobs: Vec<usize>,
}

/// The jobs of a child pipeline's file.
#[derive(Debug, Serialize)]
pub(super) struct PageChild {
    /// Stage and names of the jobs that GitLab makes, or may make: each copy of `parallel`.
    pub stages: Vec<(String, Vec<String>)>,
    /// The number of those that no rule can leave out.
    pub certain: usize,
    /// Set if it includes files that only GitLab reads.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_partial: bool,
}

/// A part of a pipeline that is too large for one, and the router's job that starts it.
#[derive(Debug, Serialize)]
pub(super) struct PagePart {
    pub trigger: String,
    pub path: String,
    /// Indices of the names of its jobs.
    pub jobs: Vec<usize>,
}

#[derive(Debug, Serialize)]
pub(super) struct PageEnvironment {
    pub name: String,
    pub action: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_stop_in: Option<String>,
}

/// A rule of a job with its verdict.
#[derive(Debug, Serialize)]
pub(super) struct PageRule {
    pub text: String,
    pub file: usize,
    pub line: u32,
    pub verdict: &'static str,
    pub sentence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(String, String)>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct PageChange {
    /// Path, status and indices of the units that it selects.
    pub paths: Vec<(String, String, Vec<usize>)>,
    pub ignored: Vec<String>,
    pub unclaimed: Vec<String>,
    /// Number of paths that are not listed.
    #[serde(skip_serializing_if = "is_zero")]
    pub more: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct PageProblem {
    pub severity: String,
    pub rule: &'static str,
    /// URL of the rule's page.
    pub url: String,
    pub message: String,
    /// Index of the file, line, and text of each place.
    pub places: Vec<(usize, u32, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Indices of the names of the jobs that it is found in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<usize>,
}

#[derive(Debug, Serialize)]
pub(super) struct PageCdkLine {
    pub unit: usize,
    pub id: String,
    pub kind: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    pub subject: String,
    pub text: String,
    pub file: usize,
    pub line: u32,
}

/// A changed key: its name, removed lines, added lines.
pub(super) type PageKeyChange = (String, Vec<String>, Vec<String>);

/// The difference of a kind to the first one. The jobs of a base are marked in the graph, those of a kind only listed: the first of
/// them are enough.
#[derive(Debug, Serialize)]
pub(super) struct PageDifference {
    /// Numbers of jobs that GitLab creates in addition, no more, and differently.
    pub counts: [usize; 3],
    /// Numbers of jobs of each sort that are not listed.
    pub more: [usize; 3],
    /// Name and number of additional jobs.
    pub added: Vec<(usize, usize)>,
    /// Name and number of missing jobs.
    pub removed: Vec<(usize, usize)>,
    /// Name, index of the changes, and number of jobs.
    pub changed: Vec<(usize, usize, usize)>,
}

/// The difference to base.
#[derive(Debug, Default, Serialize)]
pub(super) struct PageBase {
    pub title: String,
    /// The units that are compared, in words.
    pub units: String,
    /// Sentences about what the lists of jobs do not show.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Numbers of jobs that are added, removed and changed.
    pub counts: [usize; 3],
    /// Name and number of additional jobs.
    pub added: Vec<(usize, usize)>,
    /// Name, number of missing jobs, stage, and lines.
    pub removed: Vec<(usize, usize, usize, Vec<usize>)>,
    /// Name, index of the changes, and number of jobs.
    pub changed: Vec<(usize, usize, usize)>,
}

/// Returns true for a URL that may become a link.
pub(super) fn is_web_address(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
