//! The `nestling` command. Everything is in the library beside it, where tests can reach it.

use nestling_cli::{Io, ProcessEnvironment, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run(std::env::args_os(), &ProcessEnvironment::of_process(), &mut Io::of_process()).into()
}

/// Trees of ten thousand units are many small pieces: the system's allocator takes a fifth of a run for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
