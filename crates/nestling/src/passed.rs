//! Records of jobs that have passed, as files: written after a pipeline, verified with what GitLab's API answers, and read by
//! the next one. Nothing here uses the network.

mod time;
mod format;
mod answers;
mod record;
mod failures;
mod verify;
mod outcome;

pub use answers::{ApiAnswers, ApiBridge, ApiJob};
pub use format::{
    FailedJobV1, PassedJobV1, PassedV1, RefusedV1, UnpassedJobV1, VerifiedJobV1, VerifiedPipelineV1,
    VerifiedV1, passed_schema, verified_schema,
};
pub use outcome::{JobReuse, Passed};
pub use record::{RecordError, Recording, record};
pub use verify::verify;
