//! Merges of the past, planned with the configuration of today.

use super::{Request, definition};
use crate::cdk::InRepository;
use crate::select::BaseComparison;
use crate::workspace::Workspace;
use std::sync::Arc;

/// Both sides of a merge that is replayed.
pub(crate) struct ReplayedSides<'a> {
    /// The workspace at base, which has been read already.
    pub(crate) base: Arc<Workspace>,
    /// The units that the merge redefined in the configuration of its time.
    pub(crate) own: &'a BaseComparison,
}

/// Compares the definitions of units at base and at head, and nothing else.
pub(crate) fn compare_definitions(request: &Request<'_>) -> BaseComparison {
    let templates = request.templates();
    let renderer = request.renderer(&templates, &InRepository);
    definition::compare(&renderer, &mut request.before(), &request.changes)
}
