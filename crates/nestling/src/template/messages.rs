//! The engine's errors as diagnostics at the template's own line, with what helps to mend it.

pub(crate) mod undefined;
pub(crate) mod error_place;
pub(crate) mod unclosed;
pub(crate) mod context;
pub(crate) mod engine_error;
