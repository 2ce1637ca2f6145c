//! Jobs that a pipeline does not get.

/// A job that was written and that this pipeline does not get.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// Its short name.
    pub job: String,
    /// Why.
    pub reason: String,
}
