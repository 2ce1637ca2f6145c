//! Plans for several kinds of pipelines, of the same files.

use super::{Plan, Request, finished, make};
use crate::changes::PipelineFacts;
use crate::unit::SharedRenderings;
use crate::workspace::Templates;
use nestling_files::files::ReadError;

/// Makes a plan of the same files and changes for each kind of pipeline, one after the other, and hands each of them over.
///
/// A unit whose templates ask nothing of the pipeline is rendered once for all kinds.
///
/// # Errors
/// As [`plan`](super::plan).
pub(crate) fn plan_kinds(
    mut request: Request<'_>,
    kinds: impl IntoIterator<Item = PipelineFacts>,
    mut act: impl FnMut(Plan),
) -> Result<(), ReadError> {
    let (files, revisions, loaded, sources) =
        (request.files, request.revisions, request.loaded, request.sources);
    let templates = Templates::new(files, revisions, &loaded.workspace.template_folders, sources);
    let shared = SharedRenderings::default();
    for facts in kinds {
        request.pipeline = facts;
        let made = make(&request, &templates, Some(&shared))?;
        act(finished(made, &request));
    }
    Ok(())
}
