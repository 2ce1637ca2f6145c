//! Plans of workspaces that exist in memory only.

use nestling::{As, ChangeSet, MemoryFiles, PipelineFacts, Plan, Project, RepoPath};

/// A change set of these paths.
pub(crate) fn changed(paths: &[&str]) -> ChangeSet {
    ChangeSet::of_paths(paths.iter().map(|path| RepoPath::parse(path).unwrap()))
}

/// The facts of the pipeline that `--as` describes, for the branch `feature`.
pub(crate) fn facts(simulate: &str) -> PipelineFacts {
    let facts = PipelineFacts::local(Some("feature".into()), Some("main".into()), None);
    facts.seen_as(&As::parse(simulate).unwrap())
}

/// The plan for files and what changed in them, for a pipeline of these facts.
pub(crate) fn planned(files: &MemoryFiles, changes: ChangeSet, facts: PipelineFacts) -> Plan {
    Project::of_files(files, facts).unwrap().plan(changes).run().unwrap()
}
