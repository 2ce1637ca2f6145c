//! Replayed merges: a table for a terminal, data, and a page.

mod totals;
mod json;
mod text;
mod html;

pub use html::html;
pub use json::{
    KeptJobsV1, ReplayTotalsV1, ReplayV1, ReplayedMergeV1, ReplayedPassedV1, ReplayedReasonV1,
    ReplayedUnitV1, UnclaimedPathsV1, replay_v1, schema,
};
pub use text::text;
