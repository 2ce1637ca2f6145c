//! The request for a change set, from the options and the environment.

use crate::ci_env::ProcessEnvironment;
use crate::exit::Failure;
use crate::io::Io;
use crate::options::RunOptions;
use nestling::ChangeRequest;
use std::path::Path;

/// Reads the options, and the list of changed paths if one is given.
pub(super) fn read(
    options: &RunOptions,
    environment: &ProcessEnvironment,
    io: &mut Io,
) -> Result<ChangeRequest, Failure> {
    let mut request = ChangeRequest::from_ci(&environment.ci_variables());
    if let Some(base) = &options.base {
        request = request.base(base);
    }
    if let Some(head) = &options.head {
        request = request.head(head);
    }
    if let Some(revision) = &options.workspace_from {
        request = request.workspace_from(revision);
    }
    if let Some(name) = options.environment.as_ref().filter(|name| !name.is_empty()) {
        request = request.environment(name);
    }
    for (name, value) in &options.vars {
        request = request.var(name, value);
    }
    if options.strict_base {
        request = request.require_base();
    }
    if options.all {
        request = request.everything();
    }
    if let Some(file) = &options.changes_from {
        request = request.changed_paths(read_list(file, options.nul, io)?);
    }
    Ok(request)
}

/// Reads the list of changed paths. With `-z`, a missing last NUL is added: a list without any NUL would be read as lines.
fn read_list(from: &Path, nul: bool, io: &mut Io) -> Result<Vec<u8>, Failure> {
    let read = if from.as_os_str() == "-" { io.read_stdin() } else { std::fs::read(from) };
    let mut list =
        read.map_err(|error| Failure::usage(format!("cannot read `{}`: {error}", from.display())))?;
    if nul && !list.is_empty() && !list.ends_with(b"\0") {
        list.push(0);
    }
    Ok(list)
}
