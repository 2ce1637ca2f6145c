//! `nestling init`.

use crate::exit::{Exit, Failure};
use crate::init::{Proposal, look, propose};
use crate::invocation::Invocation;
use crate::options::RunOptions;
use anyhow::Context;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// Write a workspace, a parent pipeline and a first unit
///
/// Inspects the repository's manifests and directories and asks no questions. Existing files are kept and listed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  nestling init\n  nestling init -C ~/src/shop")]
pub struct Args {}

pub(crate) fn run(_: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let session = invocation.open(RunOptions::default())?;
    let (root, files) = session.work_tree()?;
    let repository = look(&files).map_err(Failure::repository)?;
    let Proposal { files, include } = propose(&repository);
    let width = files.iter().map(|(path, ..)| path.chars().count()).max().unwrap_or(0);
    for (path, text, about) in &files {
        let word = if create(&root.join(path), text)? { "wrote" } else { "kept " };
        invocation.io.data(format_args!("{word} {path:width$}  {about}\n"))?;
    }
    invocation.io.data(format_args!("\n{}", next_steps(include)))?;
    Ok(Exit::Done)
}

/// Writes a file unless it exists, and returns `true` if it did not.
fn create(path: &Path, text: &str) -> Result<bool, Failure> {
    let write = || -> anyhow::Result<bool> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        match fs::OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(mut file) => file.write_all(text.as_bytes()).map(|()| true).map_err(Into::into),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error.into()),
        }
    };
    write().with_context(|| format!("cannot write `{}`", path.display())).map_err(Failure::output)
}

fn next_steps(include: Option<&str>) -> String {
    let include = include.map_or_else(String::new, |file| {
        format!("  add to .gitlab-ci.yml              include: [{{ local: {file} }}]\n")
    });
    format!(
        "Next:\n  nestling check                     check all units for errors\n  \
         nestling preview --all             show the jobs of all units\n  \
         nestling preview --all --open      show them in a browser\n{include}"
    )
}
