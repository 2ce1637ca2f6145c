//! `nestling lsp`.

use crate::assemblies::{Synth, WorkTreeAssemblies};
use crate::exit::{Exit, Failure};
use nestling::{Assemblies, ChangeSet, Repository};
use std::io::IsTerminal as _;

/// Start the language server for an editor
///
/// An editor starts it, and talks to it over standard input and output. In `nestling.yml`, templates and GitLab CI files it shows the
/// findings of `nestling check` while you type, with corrections; the effect of the branch above units and jobs; hover, definitions and
/// references. It completes by place, and renames across files.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling lsp    # as the command of a language server in the editor's settings"
)]
pub struct Args {}

pub(crate) fn run(_: &Args) -> Result<Exit, Failure> {
    if std::io::stdin().is_terminal() {
        let failure = Failure::usage("`nestling lsp` is started by an editor, not in a terminal");
        return Err(failure.with_help("`nestling check` shows the same here"));
    }
    match nestling_lsp::serve_stdio(&assemblies) {
        Ok(()) => Ok(Exit::Done),
        // The protocol's code for an editor that did not end as it should.
        Err(error) => Err(Failure { exit: Exit::Errors, error: error.into(), help: None }),
    }
}

/// Returns the assemblies in the work tree as they are: an editor runs no command of the repository.
fn assemblies(repository: &Repository, changes: &ChangeSet) -> Option<Box<dyn Assemblies>> {
    let base = changes.base.as_ref().map(|base| base.commit.to_string());
    let assemblies = WorkTreeAssemblies::new(repository.root()?, Synth::Leave, base);
    Some(Box::new(assemblies.checked_out(&changes.head, repository.git())))
}
