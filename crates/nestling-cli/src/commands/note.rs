//! `nestling note`.

use crate::exit::{Exit, Failure};
use crate::invocation::{Invocation, ended};
use crate::options::{ChangeOptions, DeployOptions, PassedOptions, RunOptions};
use crate::planned::report_plan;
use anyhow::Context;
use nestling::view;
use nestling_files::path::readable;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Print the plan as a note for the merge request
///
/// The note says which environments the pipeline changes, which units it selects and why, and lists the jobs by stage. `--script`
/// prints a script for a shell with curl that writes the note with NESTLING_NOTE_TOKEN, a token of the project with `api`, and replaces
/// the note of an earlier pipeline.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  nestling note\n  nestling note --report nestling-report > note.md\n  nestling note --script | sh -s note.md"
)]
pub struct Args {
    /// Link to the preview that `generate --report DIR` writes in the same job
    #[arg(long, value_name = "DIR", conflicts_with_all = ["script", "find"])]
    report: Option<PathBuf>,
    /// Print the script that writes the note
    #[arg(long, conflicts_with = "find")]
    script: bool,
    /// Print the ID of the note of an earlier pipeline, from responses of GitLab's `notes` API
    #[arg(long, value_name = "FILE", requires = "user")]
    find: Option<PathBuf>,
    /// Response of GitLab's `user` API: notes of other users are ignored
    #[arg(long, value_name = "FILE", requires = "find")]
    user: Option<PathBuf>,
    #[command(flatten)]
    changes: ChangeOptions,
    #[command(flatten)]
    deploys: DeployOptions,
    #[command(flatten)]
    passed: PassedOptions,
}

/// The first line of the note, which Markdown does not show: by it a later pipeline finds the note.
const MARK: &str = "<!-- nestling note -->";

/// GitLab accepts a million characters.
const LONGEST: usize = 900_000;

const SCRIPT: &str = include_str!("note.sh");

pub(crate) fn run(args: &Args, invocation: &mut Invocation<'_>) -> Result<Exit, Failure> {
    if args.script {
        invocation.io.data(SCRIPT)?;
        return Ok(Exit::Done);
    }
    if let (Some(notes), Some(user)) = (&args.find, &args.user) {
        let start = invocation.directory();
        if let Some(id) = find(&read(start, notes)?, &read(start, user)?)? {
            invocation.io.data(format_args!("{id}\n"))?;
        }
        return Ok(Exit::Done);
    }
    let options = RunOptions::from(&args.changes).with_deploys(&args.deploys).with_passed(&args.passed);
    let session = invocation.open(options)?;
    let plan = session.plan()?;
    let ok = report_plan(&plan, invocation.io);
    let mut note = format!("{MARK}\n{}", readable(&view::markdown(&plan)));
    if note.len() > LONGEST {
        let end = note[..note.floor_char_boundary(LONGEST)].rfind('\n').unwrap_or(0);
        note.truncate(end);
        note.push_str("\n\nThe plan is too long for a comment.\n");
    }
    let url = args.report.as_deref().and_then(|report| crate::artifacts::preview_url(report, invocation));
    if let Some(url) = url {
        note.push_str(&format!("\n[The pipeline as a page]({url})\n"));
    }
    invocation.io.data(note)?;
    Ok(ended(ok))
}

/// A note of GitLab's API (<https://docs.gitlab.com/api/notes/>).
#[derive(Debug, Deserialize)]
struct ApiNote {
    id: u64,
    body: String,
    #[serde(default)]
    system: bool,
    author: ApiUser,
}

/// A user of GitLab's API.
#[derive(Debug, Deserialize)]
struct ApiUser {
    id: u64,
}

fn read(start: &Path, file: &Path) -> Result<Vec<u8>, Failure> {
    let read = std::fs::read(start.join(file)).with_context(|| format!("cannot read `{}`", file.display()));
    read.map_err(Failure::repository)
}

/// Returns the id of the oldest note of this user that begins with the mark. The file has one page of the API or several.
fn find(notes: &[u8], user: &[u8]) -> Result<Option<u64>, Failure> {
    let user: ApiUser = serde_json::from_slice(user)
        .context("this is not a response of GitLab's `user` API")
        .map_err(Failure::repository)?;
    let pages = serde_json::Deserializer::from_slice(notes).into_iter::<Vec<ApiNote>>();
    let pages: Vec<Vec<ApiNote>> = pages
        .collect::<Result<_, _>>()
        .context("these are not responses of GitLab's `notes` API")
        .map_err(Failure::repository)?;
    let own = pages.into_iter().flatten().filter(|note| {
        // Anyone may write the mark into a note, and only its author may change it.
        !note.system && note.author.id == user.id && note.body.starts_with(MARK)
    });
    Ok(own.map(|note| note.id).min())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_note_of_the_same_user_is_replaced() {
        let notes = format!(
            r#"[{{"id":9,"body":"{MARK}\nb","author":{{"id":2}}}},{{"id":5,"body":"{MARK}\na","author":{{"id":1}}}}]
               [{{"id":4,"body":"a {MARK}","author":{{"id":1}}}},{{"id":3,"body":"{MARK}","system":true,"author":{{"id":1}}}}]"#
        );
        assert_eq!(find(notes.as_bytes(), br#"{"id":1}"#).unwrap(), Some(5));
        assert_eq!(find(notes.as_bytes(), br#"{"id":3}"#).unwrap(), None);
        assert_eq!(find(b"[]", br#"{"id":1}"#).unwrap(), None);
        assert!(find(br#"{"message":"401 Unauthorized"}"#, br#"{"id":1}"#).is_err());
    }
}
