//! Many units' jobs to one pipeline in which no unit can change another's: names are scoped, jobs of different units are
//! tied together, and the stages get one order.

pub(crate) mod rules;
mod naming;
mod printing_job;
mod job_reference;
mod left_out;
mod scopes;
mod stage_order;
mod staged;
mod known_units;
mod stages;
mod unit_order;
mod conditional_needs;
mod stop_artifacts;
mod ordered_needs;
mod pipeline;

pub(crate) use job_reference::{JobReference, resolve};
pub(crate) use known_units::{KnownUnit, KnownUnits, PipelineTotals};
pub(crate) use left_out::drop_dependents;
pub(crate) use naming::scoped;
pub(crate) use ordered_needs::is_waiting_job;
pub(crate) use pipeline::assemble;
pub(crate) use printing_job::{printing_job, run_as_others};
pub(crate) use unit_order::ordered as unit_order;
