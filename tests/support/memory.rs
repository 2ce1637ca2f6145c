//! Plans of workspaces that exist in memory only.

use nestling::changes::{As, Change, ChangeSet, Extent, Head, PipelineFacts, Status};
use nestling::diagnostic::Sources;
use nestling::files::MemoryFiles;
use nestling::git::History;
use nestling::path::RepoPath;
use nestling::plan::{Plan, Request, plan};
use nestling::select::Narrowing;
use nestling::workspace;

/// A change set of these paths.
pub(crate) fn changed(paths: &[&str]) -> Extent {
    let change = |path: &&str| Change { path: RepoPath::parse(path).unwrap(), status: Status::Modified };
    Extent::Paths(paths.iter().map(change).collect())
}

/// The plan for files and what changed in them; `simulate` as in `--as`.
pub(crate) fn planned(files: &MemoryFiles, extent: Extent, simulate: &str, sources: &Sources) -> Plan {
    let facts = PipelineFacts::local(Some("feature".into()), Some("main".into()), None);
    plan(Request {
        elsewhere: &nestling::files::Nowhere,
        files,
        loaded: &workspace::load(files, sources).unwrap(),
        base: None,
        changes: ChangeSet {
            base: None,
            head: Head::WorkTree { commit: None },
            extent,
            history: History::Complete,
        },
        pipeline: facts.seen_as(&As::parse(simulate).unwrap()),
        narrowing: Narrowing::default(),
        assemblies: &nestling::cdk::InRepository,
        sources,
    })
}
