//! Deploys: each job that names catalogue environments becomes one job for each that this pipeline deploys to, and
//! each deploy that says how it is undone gains its stop job.
//!
//! GitLab's rules for the pair are in <https://docs.gitlab.com/ci/environments/#stopping-an-environment>: both in one
//! pipeline, the same name written the same way, the same rules, the stop manual and not blocking, and able to run.

pub mod rules;
mod deploy;
mod fan;
mod overview;
mod pair;
mod gate;
mod stop;
mod target;

pub(crate) use deploy::{Evaluate, default_title, environment};
pub use fan::{Deploying, RenderFor, fan_out};
pub(crate) use gate::{Gate, apply as apply_gate};
pub use overview::{Starts, Touched, touched};
