//! The file of a template where it was found: in a template directory, the built-in library, or among vendored components.

use super::template_directory::TemplateDirectory;
use crate::vendor::{self, VendorSource, Vendored};
use crate::workspace::component::Published;
use crate::workspace::rules::TEMPLATE_HEADER;
use nestling_files::files::{Files, ReadError};
use nestling_files::path::RepoPath;
use nestling_gitlab::configuration::CopiedFrom;
use nestling_gitlab::configuration::rules::UNREADABLE;
use nestling_gitlab::diagnostic::{Diagnostic, Severity};
use nestling_gitlab::yaml::Node;

/// A template's file as it was found.
pub(super) struct Located {
    /// Its path among the planned files.
    pub path: Option<RepoPath>,
    /// Index of its directory; `None` for the built-in library.
    pub directory_index: Option<usize>,
    /// Links that it is behind, and the file that they lead to; for a vendored component the lock file.
    pub links: Vec<RepoPath>,
    /// Name in messages.
    pub shown: String,
    pub bytes: Vec<u8>,
    /// The component that was fetched from another project.
    pub published: Option<Published>,
    /// The project of that component, with its values.
    pub copied_from: Option<CopiedFrom>,
}

impl Located {
    /// Makes a file of the built-in library.
    pub(super) fn of_library(shown: String, bytes: Vec<u8>) -> Self {
        let (path, directory_index, links) = (None, None, Vec::new());
        Self { path, directory_index, links, shown, bytes, published: None, copied_from: None }
    }
}

/// Finds a vendored component by its path.
pub(super) fn vendored_component(
    vendored: &Vendored,
    dir: &TemplateDirectory,
    files: &dyn Files,
    component_path: &str,
) -> Result<Option<Located>, Vec<Diagnostic>> {
    if !vendored.problems.is_empty() {
        return Err(vendored.problems.clone());
    }
    let Some(source) = VendorSource::parse(component_path) else { return Ok(None) };
    let Some((component, file)) = vendored.component(component_path) else { return Ok(None) };
    let path = vendored.path_of(&source, file);
    let bytes = files.read(&path).map_err(|error| vec![unreadable(&error)])?;
    let locked = component.files.get(file);
    let origin = locked.map_or(component.origin, |file| file.origin);
    let Some(bytes) = bytes else { return Err(vec![vendor::does_not_exist(&path, origin)]) };
    if locked.is_none_or(|file| vendor::checksum(&bytes) != file.sha256) {
        return Err(vec![vendor::differs(&path, origin)]);
    }
    let (path_in_host, reference) = component_path.split_once('@').unwrap_or((component_path, ""));
    let name = path_in_host.rsplit('/').next().unwrap_or_default().to_owned();
    let reference = reference.to_owned();
    let (version, sha) = (component.version.clone(), component.commit.clone());
    let is_planned = dir.revision.is_none();
    let located = Located::of_library(dir.shown(&path), bytes);
    Ok(Some(Located {
        path: is_planned.then_some(path),
        // The lock file has values that the component can read.
        links: if is_planned { vec![vendored.lock_path()] } else { Vec::new() },
        published: Some(Published { name, reference, version, sha }),
        copied_from: vendored.copied_from(&source),
        ..located
    }))
}

/// Reports a file of `spec: include:` that only GitLab can read.
pub(super) fn not_local(include: &Node) -> Diagnostic {
    let message = "`spec: include:` of a template can only name local files";
    let problem = Diagnostic::error(&TEMPLATE_HEADER, include.origin, message);
    problem.with_help("write the inputs under `spec: inputs:` of the template, or copy the file")
}

/// Reports a `spec: include:` that GitLab refuses.
pub(super) fn include_of_component(include: &Node) -> Diagnostic {
    let message = "a component cannot have `spec: include:`";
    let problem = Diagnostic::error(&TEMPLATE_HEADER, include.origin, message);
    problem.with_help("use another version of the component, or copy it to a template directory")
}

pub(super) fn unreadable(error: &ReadError) -> Diagnostic {
    Diagnostic::new(&UNREADABLE, Severity::Error, format!("{error}: {}", error.source))
}
