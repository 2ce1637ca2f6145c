//! A comparison with an old configuration as data: the output of `replay --against OLD --format json`.

use super::proof::{Outcome, Proof, Row};
use nestling_git::MergesEnd;
use schemars::JsonSchema;
use serde::Serialize;

/// The pipelines of an old configuration compared with those of a workspace, over the merges of a branch.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Nestling's comparison with an old configuration, version 1")]
pub(crate) struct AgainstV1 {
    /// The version of this format: 1.
    version: u32,
    /// The revision or the file with the old configuration.
    old: String,
    /// The revision with the new one, or `the work tree`.
    new: String,
    /// The kinds of pipelines.
    kinds: Vec<String>,
    /// The reason why there are no more merges: `limit`, `root` (the branch has no others) or `cut off` (the clone is shallow); null
    /// if no merge is compared.
    end: Option<String>,
    /// Assumptions of the comparison.
    notes: Vec<String>,
    /// Numbers of pipelines by verdict.
    totals: AgainstTotalsV1,
    /// A change of every path, then the merges, the newest first.
    rows: Vec<ComparedChangeV1>,
}

/// Numbers of pipelines by verdict.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AgainstTotalsV1 {
    /// Number of pipelines that are equal.
    equal: usize,
    /// Number of pipelines that have more.
    more: usize,
    /// Number of pipelines that lack something.
    less: usize,
}

/// A change with its pipelines.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ComparedChangeV1 {
    /// The commit of the merge; null for a change of every path.
    commit: Option<String>,
    /// The first line of its message, or `every path`.
    subject: String,
    /// Number of paths that changed.
    changed_paths: usize,
    /// A pipeline of each kind, in the order of `kinds`.
    pipelines: Vec<ComparedPipelineV1>,
}

/// The pipelines of both configurations for one change and one kind.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ComparedPipelineV1 {
    /// The kind.
    kind: String,
    /// The verdict: `equal`, `more` or `less`.
    verdict: String,
    /// Number of jobs if they are equal; null otherwise.
    jobs: Option<usize>,
    /// The jobs that the new configuration has in addition, or lacks, with the reason.
    reasons: Vec<String>,
}

impl AgainstV1 {
    /// Returns a comparison in this format.
    pub(super) fn of(proof: &Proof, old: &str, new: &str) -> Self {
        let [equal, more, less] = proof.counts();
        let end = proof.end.map(|end| match end {
            MergesEnd::Limit => "limit",
            MergesEnd::Root => "root",
            MergesEnd::CutOff => "cut off",
        });
        Self {
            version: 1,
            old: old.to_owned(),
            new: new.to_owned(),
            kinds: proof.kinds.iter().map(|kind| (*kind).to_owned()).collect(),
            end: end.map(str::to_owned),
            notes: proof.notes.iter().cloned().collect(),
            totals: AgainstTotalsV1 { equal, more, less },
            rows: proof.rows.iter().map(|row| change(row, &proof.kinds)).collect(),
        }
    }
}

fn change(row: &Row, kinds: &[&str]) -> ComparedChangeV1 {
    let pipelines = kinds.iter().zip(&row.outcomes).map(|(kind, outcome)| {
        let (verdict, jobs, reasons) = match outcome {
            Outcome::Equal(jobs) => ("equal", Some(*jobs), Vec::new()),
            Outcome::More(reasons) => ("more", None, reasons.clone()),
            Outcome::Less(reasons) => ("less", None, reasons.clone()),
        };
        ComparedPipelineV1 { kind: (*kind).to_owned(), verdict: verdict.to_owned(), jobs, reasons }
    });
    ComparedChangeV1 {
        commit: row.commit.map(|commit| commit.to_string()),
        subject: row.subject.clone(),
        changed_paths: row.paths,
        pipelines: pipelines.collect(),
    }
}

/// Returns the JSON schema of the format (draft 2020-12).
pub(crate) fn schema() -> serde_json::Value {
    schemars::schema_for!(AgainstV1).to_value()
}
