//! Facts about a pipeline: what started it, what it runs for, and the variables that GitLab predefines.

mod variables;
mod source;
mod simulate;
mod pipeline_facts;
mod kinds;

pub use kinds::{WalkedKind, walked_kinds};
pub use pipeline_facts::{MergeRequest, PipelineFacts, PipelineKind};
pub use simulate::{As, AsError};
pub use source::{Occasion, PipelineSource, Policies, Policy};
pub use variables::CiVariables;
