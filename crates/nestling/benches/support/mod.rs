//! Helpers that benchmarks share: planning files in memory as if every unit had changed.

use nestling::{As, ChangeSet, Error, MemoryFiles, PipelineFacts, Plan, Project};

/// The plan of everything in these files, for this kind of pipeline.
pub(crate) fn everything(files: &MemoryFiles, act_as: &As) -> Result<Plan, Error> {
    let facts = PipelineFacts::local(Some("feature".into()), Some("main".into()), None);
    Project::of_files(files, facts.seen_as(act_as))?.plan(ChangeSet::everything()).run()
}
