//! Replayed merges: a table for a terminal, and data.

mod totals;
mod json;
mod text;

pub use json::{
    ReplayTotalsV1, ReplayV1, ReplayedMergeV1, ReplayedReasonV1, ReplayedUnitV1, UnclaimedPathsV1, replay_v1,
    schema,
};
pub use text::text;
