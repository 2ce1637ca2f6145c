//! The `nestling` command. Everything is in the library beside it, where tests can reach it.

use nestling_cli::{Environment, Io, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run(std::env::args_os(), &Environment::of_process(), &mut Io::of_process()).into()
}
