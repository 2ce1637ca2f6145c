//! Tests that measure: wall-clock time, and instructions of one toolchain. A busy machine or another compiler can fail them
//! without a mistake in the code, so they are ignored by a plain `cargo test` and have a job of their own.
//!
//! `cargo test --package nestling-cli --test tests -- --ignored perf::` runs them.

mod growth;
mod instructions;
mod watch;
