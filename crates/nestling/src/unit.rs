//! One unit to its jobs: what it renders, folded into complete jobs under their short names, each deploy fanned out over the
//! environments that this pipeline deploys to.
//!
//! GitLab's rules for a deploy and its stop job are in
//! <https://docs.gitlab.com/ci/environments/#stopping-an-environment>: both in one pipeline, the same name written the
//! same way, the same rules, the stop manual and not blocking, and able to run.

pub(crate) mod rules;
mod declared_target;
mod jobs;
mod given_inputs;
mod shared;
mod values;
mod for_environment;
mod root_body;
mod renderer;
mod use_conflicts;
mod needs;
mod never;
mod source_rules;
mod fold;
mod template_reuse;
mod scope;
mod deploying;
mod target;
mod deploy;
mod stop_block;
mod stop_needs;
mod stop_rules;
mod stop_job;
mod stop_artifacts;
mod pair;
mod promotion;
mod targets;
mod fan_out;
mod make;
mod entry_deploy;

pub(crate) use declared_target::DeclaredTarget;
pub(crate) use entry_deploy::deploy_to_entry;
pub(crate) use jobs::{Promoted, RoleNeed, UnitJob, UnitJobs};
pub(crate) use make::{Made, definition, unit_jobs, workspace_jobs};
pub(crate) use needs::{is_optional, needed_job, optional, renamed};
pub(crate) use renderer::UnitRenderer;
pub use shared::SharedRenderings;
pub(crate) use stop_artifacts::{Kept, Lifetime};
pub use stop_job::INHERITED_BY_STOP_JOBS;
pub(crate) use template_reuse::OF_HEADER;
pub(crate) use values::UnitChange;
