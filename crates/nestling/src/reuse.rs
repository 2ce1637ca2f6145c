//! Leaves out the jobs that have passed with the same content. In doubt a job stays, and the plan has the reason.

mod eligible;
mod taken;
mod needs;
mod reused_job;
mod leave_out;

pub(crate) use eligible::Candidate;
pub(crate) use eligible::{candidates, has_to_pass};
pub(crate) use leave_out::leave_out;
pub use reused_job::REUSED_JOB;
pub(crate) use taken::Takers;
