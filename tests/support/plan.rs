//! Plans of workspaces that a test writes out.

use nestling::changes::{ChangeSet, Everything, Extent, Head, PipelineFacts};
use nestling::diagnostic::Sources;
use nestling::files::MemoryFiles;
use nestling::git::History;
use nestling::plan::{Plan, Request, plan};
use nestling::select::Narrowing;
use nestling::workspace;

/// The plan of these files, each a path with its bytes, where every unit changed.
pub(crate) fn of_files(files: Vec<(String, Vec<u8>)>, pipeline: PipelineFacts, sources: &Sources) -> Plan {
    of_changed(files, Extent::Everything(Everything::Asked), pipeline, sources)
}

/// As [`of_files`], where this changed.
pub(crate) fn of_changed(
    files: Vec<(String, Vec<u8>)>,
    extent: Extent,
    pipeline: PipelineFacts,
    sources: &Sources,
) -> Plan {
    let files = MemoryFiles::new(files);
    let loaded = workspace::load(&files, sources).unwrap();
    plan(Request {
        files: &files,
        loaded: &loaded,
        changes: ChangeSet {
            base: None,
            head: Head::WorkTree { commit: None },
            extent,
            history: History::Complete,
        },
        pipeline,
        narrowing: Narrowing::default(),
        base: None,
        elsewhere: &nestling::files::Nowhere,
        assemblies: &nestling::cdk::InRepository,
        sources,
    })
}
