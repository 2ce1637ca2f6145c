//! The kinds of pipelines that a check walks: those that every project has, and those that its configuration names.

use super::pipeline_facts::PipelineFacts;
use super::simulate::As;
use super::source::PipelineSource;
use crate::diagnostic::KindName;

/// The default branch of a project of which nothing is known.
const DEFAULT_BRANCH: &str = "main";

/// Another branch, where the default one is checked out.
const OTHER_BRANCH: &str = "feature";

/// A kind of pipeline that is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkedKind {
    /// Its name in findings.
    pub name: KindName,
    /// The facts of such a pipeline.
    pub facts: PipelineFacts,
}

impl WalkedKind {
    /// Returns the kind that `--as` simulates, for a pipeline of these facts.
    pub fn simulated(simulate: &As, facts: PipelineFacts) -> Self {
        Self { name: KindName { id: simulate.to_string(), name: further_name(simulate) }, facts }
    }
}

/// Returns the five kinds of pipelines that every project has, then those of `further` that are not among them.
///
/// The branch that is not the default one is the branch of `facts`, so that the pipeline that would run now is checked.
pub fn walked_kinds(facts: &PipelineFacts, further: impl IntoIterator<Item = As>) -> Vec<WalkedKind> {
    let facts = assumed(facts);
    let default = facts.default_branch.clone().unwrap_or_default();
    let branch = facts.branch.clone().unwrap_or_default();
    let every_project = [
        (As::MergeRequest, "merge requests"),
        (As::Branch(default), "the default branch"),
        (As::Branch(branch), "other branches"),
        (As::Tag(facts.tag.clone().unwrap_or_else(|| "v1.0.0".to_owned())), "tags"),
        (As::Started(PipelineSource::Schedule), "schedules"),
    ];
    let named = every_project.into_iter().map(|(simulate, name)| (simulate, name.to_owned()));
    let further = further.into_iter().map(|simulate| (simulate.clone(), further_name(&simulate)));
    let mut kinds: Vec<WalkedKind> = Vec::new();
    for (simulate, name) in named.chain(further) {
        let id = simulate.to_string();
        if !kinds.iter().any(|known| known.name.id == id) {
            kinds.push(WalkedKind { name: KindName { id, name }, facts: facts.clone().seen_as(&simulate) });
        }
    }
    kinds
}

/// Returns the facts with two different branches. A checkout need not know the default one; without it, the pipeline of the
/// default branch would be like that of any other.
fn assumed(facts: &PipelineFacts) -> PipelineFacts {
    let mut facts = facts.clone();
    facts.default_branch.get_or_insert_with(|| DEFAULT_BRANCH.to_owned());
    if facts.branch.is_none() || facts.branch == facts.default_branch {
        facts.branch = Some(OTHER_BRANCH.to_owned());
    }
    facts
}

fn further_name(kind: &As) -> String {
    match kind {
        As::MergeRequest => "merge requests".to_owned(),
        As::Branch(name) => format!("branch `{name}`"),
        As::Tag(name) => format!("tag `{name}`"),
        As::Started(source) => format!("`{source}` pipelines"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(branch: &str, default: Option<&str>, further: &[As]) -> Vec<String> {
        let facts = PipelineFacts::local(Some(branch.to_owned()), default.map(str::to_owned), None);
        let kinds = walked_kinds(&facts, further.iter().cloned());
        kinds.iter().map(|kind| format!("{}: {}", kind.name.id, kind.facts.describe())).collect()
    }

    #[test]
    fn every_project_has_five_kinds_and_none_twice() {
        let five = [
            "merge_request: merge request of feature",
            "branch:main: branch main",
            "branch:feature: branch feature",
            "tag:v1.0.0: tag v1.0.0",
            "schedule: schedule on main",
        ];
        assert_eq!(walked("main", Some("main"), &[]), five);
        assert_eq!(walked("main", None, &[As::MergeRequest, As::Tag("v1.0.0".to_owned())]), five);
        let more = walked("fix", Some("trunk"), &[As::Started(PipelineSource::Web)]);
        assert_eq!(more[2], "branch:fix: branch fix");
        assert_eq!(more[5], "web: web on trunk");
    }
}
