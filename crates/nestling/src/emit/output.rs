//! What is asked of the emitter, and what it gives.

use super::Comments;
use super::split::PipelineLimits;
use nestling_gitlab::diagnostic::Diagnostic;
use std::num::NonZeroUsize;

/// How a plan is written.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether the output explains itself.
    pub comments: Comments,
    /// The path of the child pipeline among the plan job's artifacts; parts stand beside it.
    pub file: String,
    /// The parent's job that publishes the files: the relay of a split plan fetches the parts from it.
    pub plan_job: String,
    /// In how many files.
    pub parts: Parts,
    /// What one pipeline may hold.
    pub limits: PipelineLimits,
}

/// In how many parts a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// In one file if GitLab takes it, else in as few parts as it does.
    Fewest,
    /// Always behind a router, in this many.
    Exactly(NonZeroUsize),
}

/// What was written.
#[derive(Debug, Clone, Default)]
pub struct Emitted {
    /// The files; the first is the child pipeline that the parent triggers.
    pub files: Vec<File>,
    /// What GitLab would refuse all the same: units that are too large and cannot be separated, artifacts that are too
    /// large.
    pub problems: Vec<Diagnostic>,
}

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path, as in [`Settings::file`].
    pub path: String,
    /// Its text.
    pub text: String,
}
