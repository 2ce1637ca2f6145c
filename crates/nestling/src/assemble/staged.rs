//! Stages by their positions.

use nestling_gitlab::name::StageName;

/// The index of a stage; `.pre` before all others, `.post` and what is not listed after them.
pub(super) fn stage_index(stages: &[StageName], stage: &str) -> usize {
    if stage == StageName::PRE {
        return 0;
    }
    let listed = stages.iter().position(|name| name.as_str() == stage);
    listed.map_or(stages.len() + 1, |index| index + 1)
}
