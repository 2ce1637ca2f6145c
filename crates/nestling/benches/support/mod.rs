//! What the benchmarks share: planning files in memory as if every unit had changed.

use nestling::cdk::InRepository;
use nestling::changes::{As, ChangeSet, Everything, Extent, Head, PipelineFacts};
use nestling::diagnostic::Sources;
use nestling::files::{MemoryFiles, Nowhere, ReadError};
use nestling::git::History;
use nestling::plan::{Plan, Request, plan};
use nestling::select::Narrowing;
use nestling::workspace;

/// The plan of everything in these files, for this kind of pipeline.
pub(crate) fn everything(files: &MemoryFiles, act_as: &As, sources: &Sources) -> Result<Plan, ReadError> {
    let facts = PipelineFacts::local(Some("feature".into()), Some("main".into()), None);
    Ok(plan(Request {
        loaded: &workspace::load(files, sources)?,
        files,
        changes: ChangeSet {
            base: None,
            head: Head::WorkTree { commit: None },
            extent: Extent::Everything(Everything::Asked),
            history: History::Complete,
        },
        pipeline: facts.seen_as(act_as),
        narrowing: Narrowing::default(),
        base: None,
        elsewhere: &Nowhere,
        assemblies: &InRepository,
        sources,
    }))
}
