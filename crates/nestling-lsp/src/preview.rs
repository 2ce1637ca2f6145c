//! The preview page of a workspace, for the command of a lens.

use crate::lens::PREVIEW;
use crate::model::{Model, OpenFile};
use lsp_types::{ExecuteCommandParams, Uri};
use nestling::{ChangeRequest, Project, Repository, view};
use serde_json::Value;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

/// The page that a command asks for.
#[derive(Debug)]
pub(crate) struct Page {
    /// The file.
    pub path: PathBuf,
    /// The job that it opens at.
    pub job: Option<String>,
}

/// Runs a command: writes the page into the directory for temporary files, under a name that is the same for a workspace.
///
/// # Errors
/// There is no page, with the reason.
pub(crate) fn run(model: &Model<'_>, params: &ExecuteCommandParams) -> Result<Page, String> {
    if params.command != PREVIEW {
        return Err(format!("`{}` is no command of the server", params.command));
    }
    let uri = params.arguments.first().and_then(Value::as_str).and_then(|uri| Uri::from_str(uri).ok());
    let file = uri.and_then(|uri| model.file(&uri)).ok_or("the file is not open")?;
    let html = page(model, &file)?;
    let name = format!("nestling-preview-{}.html", std::process::id());
    let path = std::env::temp_dir().join(name);
    write(&path, &html).map_err(|error| format!("cannot write `{}`: {error}", path.display()))?;
    let subject = params.arguments.get(1).and_then(Value::as_str);
    // A unit has no place in the page of its own.
    let job = subject.filter(|subject| file.facts.unit(subject).is_none()).map(str::to_owned);
    Ok(Page { path, job })
}

/// Writes a file that nobody else can read. The directory is everybody's: a link by this name is not followed.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

fn page(model: &Model<'_>, file: &OpenFile<'_>) -> Result<String, String> {
    let workspace = file.workspace.as_ref().ok_or("the file is in no workspace")?;
    let plan = || -> Result<String, Box<dyn std::error::Error>> {
        let repository = Repository::discover(workspace)?;
        let request = ChangeRequest::local().everything().unsaved(model.unsaved(&file.root));
        let project = Project::open(&repository, request)?;
        let changes = project.changes()?;
        let assemblies = (model.assemblies)(&repository, &changes);
        let mut planning = project.plan(changes);
        if let Some(assemblies) = &assemblies {
            planning = planning.assemblies(&**assemblies);
        }
        Ok(view::html(&planning.run()?)?)
    };
    plan().map_err(|error| error.to_string())
}
