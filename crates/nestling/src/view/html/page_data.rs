//! The data of the page's script, as it is embedded.

use super::data::{PageBase, PageCdkLine, PageChange, PageChild, PageKind, PagePart, PageProblem};
use super::tables::Tables;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default, Serialize)]
pub(super) struct PageData {
    pub nestling: &'static str,
    /// URL of the project with the commit, for links to source lines: `https://host/group/project/-/blob/SHA/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Indices of files whose lines get no link.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub unlinked: BTreeSet<usize>,
    /// Version of a page that is served: it loads again when its server has another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<u64>,
    #[serde(flatten)]
    pub tables: Tables,
    /// The units that each unit depends on, as far as the first kind has it.
    pub dependencies: Vec<Vec<usize>>,
    pub kinds: Vec<PageKind>,
    pub change: PageChange,
    pub problems: Vec<PageProblem>,
    pub cdk: Vec<PageCdkLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<PageBase>,
    /// Parts of the first kind's pipeline; none where one file holds it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PagePart>,
    /// Child pipelines of trigger jobs, by the path of the file.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub children: BTreeMap<String, PageChild>,
    /// Durations in seconds, by the name of the job.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub durations: BTreeMap<String, f64>,
}
