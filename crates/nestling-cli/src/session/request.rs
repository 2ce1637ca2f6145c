//! What the options and the environment ask of the change set.

use crate::ci_env::Environment;
use crate::exit::Failure;
use crate::io::Io;
use crate::options::RunOptions;
use nestling::changes::{As, FetchPolicy, OnUnknownBase, Request, Scope};
use std::path::Path;
use std::time::Duration;

/// How long a fetch of one commit may take before the run goes on without it.
const FETCH_TIMEOUT: Duration = Duration::from_secs(60);

/// Reads the options, and the list of changed paths where one is given.
pub(super) fn read(options: &RunOptions, environment: &Environment, io: &mut Io) -> Result<Request, Failure> {
    let simulate = options.act_as.as_deref().map(As::parse).transpose();
    let simulate = simulate.map_err(|error| Failure::usage(error.to_string()))?;
    let given = options.changes_from.as_deref().map(|from| given(from, options.nul, io)).transpose()?;
    let fetch =
        if options.no_fetch { FetchPolicy::Forbid } else { FetchPolicy::Allow { timeout: FETCH_TIMEOUT } };
    Ok(Request {
        variables: environment.ci_variables(),
        simulate,
        base: options.base.clone(),
        head: options.head.clone(),
        given,
        scope: if options.all { Scope::All } else { Scope::Policy },
        fetch,
        unknown_base: if options.strict_base { OnUnknownBase::Fail } else { OnUnknownBase::RunEverything },
        ..Request::default()
    })
}

/// The list of changed paths. With `-z` its last entry is ended too, so that a list of one is one with NUL bytes.
fn given(from: &Path, nul: bool, io: &mut Io) -> Result<Vec<u8>, Failure> {
    let read = if from.as_os_str() == "-" { io.read_stdin() } else { std::fs::read(from) };
    let mut list =
        read.map_err(|error| Failure::usage(format!("cannot read `{}`: {error}", from.display())))?;
    if nul && !list.is_empty() && !list.ends_with(b"\0") {
        list.push(0);
    }
    Ok(list)
}
