//! `nestling init`.

use crate::exit::{Exit, Failure};
use crate::init::{Proposal, Written, propose, write};
use crate::invocation::Invocation;
use crate::options::RunOptions;
use nestling::RepoPath;
use nestling_files::files::{Files as _, Walk};

/// Write a workspace and a parent pipeline that fit the repository
///
/// Reads the manifests of the repository, plans what it would propose, and reports four parts: found, proposed, not understood, no
/// unit. It asks no questions. Existing files are kept and listed. The exit code is 1 if files of Nestling that are there have errors, or if
/// something else has the name of a file to write.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling init\n  nestling init --explain\n  nestling init -C ~/src/shop"
)]
pub struct Args {
    /// Show the file behind each line of the report
    #[arg(long, short = 'v')]
    explain: bool,
}

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    let mut session = invocation.open(RunOptions::default())?;
    // The templates of many units read the same files.
    session.remember();
    let work_tree =
        session.work_tree().map_err(|failure| failure.with_help("run it in a clone with a work tree"));
    let (root, files) = work_tree?;
    let Proposal { files, include, has_errors, report } = propose(&files, args.explain)?;
    invocation.io.show(format_args!("{report}\n"))?;
    let written = write(root, &files)?;
    let ignored = ignored(invocation, &written)?;
    let width = written.iter().map(|(_, path, _)| path.chars().count()).max().unwrap_or(0);
    for (outcome, path, about) in &written {
        let note = if *outcome == Written::NoFile {
            ": not written, a link or a directory has this name"
        } else if ignored.contains(path) {
            ": git ignores it, remove its pattern from .gitignore"
        } else {
            ""
        };
        invocation.io.data(format_args!("{} {path:width$}  {about}{note}\n", outcome.word()))?;
    }
    let is_new = written.iter().any(|(outcome, ..)| matches!(outcome, Written::Wrote | Written::Added));
    invocation.io.data(format_args!("\n{}", next_steps(include, is_new)))?;
    // Without one of these, what is written does not work.
    let is_needed = |path: &str| ![".gitignore", ".nestling/schema.json"].contains(&path);
    let is_blocked = written.iter().any(|(outcome, path, _)| *outcome == Written::NoFile && is_needed(path));
    let is_blocked = is_blocked || ignored.iter().any(|path| is_needed(path));
    Ok(if has_errors || is_blocked { Exit::Errors } else { Exit::Done })
}

/// Returns the paths of the files that git ignores: they are on disk, and no commit would contain them.
fn ignored(
    invocation: &mut Invocation<'_>,
    written: &[(Written, &'static str, &'static str)],
) -> Result<Vec<&'static str>, Failure> {
    // What was read before is not as it is now.
    let session = invocation.open(RunOptions::default())?;
    let (_, work_tree) = session.work_tree()?;
    let mut ignored = Vec::new();
    for (outcome, path, _) in written {
        let Ok(parsed) = RepoPath::parse(path) else { continue };
        let directory = parsed.parent().unwrap_or_default();
        let mut is_listed = *outcome == Written::NoFile;
        let visited = work_tree.walk_to(&directory, &mut |listed, entries| {
            is_listed |= *listed == directory && entries.iter().any(|entry| entry.name == parsed.file_name());
            Walk::Descend
        });
        visited.map_err(Failure::repository)?;
        ignored.extend((!is_listed).then_some(*path));
    }
    Ok(ignored)
}

fn next_steps(include: Option<&str>, is_new: bool) -> String {
    let include = include.map_or_else(String::new, |file| {
        format!("  add to .gitlab-ci.yml              include: [{{ local: {file} }}]\n")
    });
    let commit = if is_new {
        "  git add --all && git commit        the files are part of the repository\n"
    } else {
        ""
    };
    format!(
        "Next:\n  nestling check                     check all units for errors\n  \
         nestling preview --all             show the jobs of all units\n  \
         nestling preview --all --open      show them in a browser\n{include}{commit}"
    )
}
