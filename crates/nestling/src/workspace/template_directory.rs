//! Template directories.

use super::format::TemplatesFile;
use crate::vendor::Vendored;
use crate::workspace::rules::{PATH, TEMPLATE_SOURCE};
use nestling_files::files::{Revision, RevisionError};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::instance::rules::HEADER;
use nestling_gitlab::yaml::{self, Node};
use std::sync::Arc;

/// A directory where `use:` looks.
#[derive(Debug, Clone)]
pub(crate) struct TemplateDirectory {
    /// The directory, from the root of its repository.
    pub path: RepoPath,
    /// The revision that it is read from; `None` for the planned files.
    pub revision: Option<Revision>,
    /// Place of its entry.
    pub origin: Origin,
    /// The components in it, if it is the directory of vendored components: no name of a template is looked for there.
    pub vendored: Option<Arc<Vendored>>,
}

impl TemplateDirectory {
    /// Reads an entry of `templates:`: a path, or `{ git, repository, path }`.
    pub(crate) fn read(node: &Node, root: &RepoPath) -> Result<Self, Vec<Diagnostic>> {
        if let Some(text) = node.as_str() {
            let path = path(root, text, node.origin)?;
            return Ok(Self { path, revision: None, origin: node.origin, vendored: None });
        }
        let written: TemplatesFile = yaml::from_node(node, &HEADER)?;
        let origin = written.git.as_ref().map_or(node.origin, |git| git.origin);
        let revision = written.git.map(|git| git.value);
        if let Some(repository) = &written.repository
            && repository.value.starts_with('/')
        {
            let message =
                "`repository` must be a path from the root of this repository, such as `../ci-templates`";
            return Err(vec![Diagnostic::error(&PATH, repository.origin, message)]);
        }
        let repository = written.repository.map(|repository| repository.value);
        let revision = match (repository, revision) {
            (None, None) => None,
            (repository, revision) => {
                Some(Revision { repository, revision: revision.unwrap_or_else(|| "HEAD".to_owned()) })
            }
        };
        // A path of another revision is from the root of its repository.
        let at_root = RepoPath::root();
        let from = if revision.is_some() { &at_root } else { root };
        let path = path(from, &written.path.value, written.path.origin)?;
        Ok(Self { path, revision, origin, vendored: None })
    }

    /// Makes the directory of vendored components.
    pub(super) fn of_components(vendored: Vendored) -> Self {
        let (path, origin) = (vendored.directory.clone(), vendored.origin);
        Self { path, revision: None, origin, vendored: Some(Arc::new(vendored)) }
    }

    /// Returns `true` for a directory of the planned files that templates are looked for in.
    pub(crate) fn is_of_templates(&self) -> bool {
        self.revision.is_none() && self.vendored.is_none()
    }

    /// Returns the name of a file in messages.
    pub(crate) fn shown(&self, path: &RepoPath) -> String {
        match &self.revision {
            Some(revision) => format!("{revision}:{path}"),
            None => path.to_string(),
        }
    }

    /// Returns `true` if a path of the planned files is in it.
    pub(crate) fn holds(&self, path: &RepoPath) -> bool {
        self.revision.is_none() && path.is_in(&self.path)
    }
}

/// Returns the error for a directory whose revision cannot be read.
pub(super) fn not_there(directory: &TemplateDirectory, error: &RevisionError) -> Diagnostic {
    let Some(revision) = &directory.revision else {
        return Diagnostic::error(&TEMPLATE_SOURCE, directory.origin, error.to_string());
    };
    let message = format!("templates cannot be read from `{revision}`: {error}");
    Diagnostic::error(&TEMPLATE_SOURCE, directory.origin, message).with_help(revision_help(revision, error))
}

/// Returns the help for a revision whose templates cannot be read.
pub(crate) fn revision_help(revision: &Revision, error: &RevisionError) -> String {
    let name = &revision.revision;
    match (error, &revision.repository) {
        (RevisionError::Ambiguous { references, .. }, _) => {
            let branch = references.iter().find(|reference| !reference.starts_with("refs/tags/"));
            let reference = branch.or(references.first()).unwrap_or(name);
            format!("write the full name, such as `git: {reference}`")
        }
        (_, Some(_)) => "clone it before, beside this repository".to_owned(),
        (_, None) => match name.strip_prefix("refs/remotes/").unwrap_or(name).strip_prefix("origin/") {
            Some(branch) => format!(
                "fetch it before: `git fetch origin +refs/heads/{branch}:refs/remotes/origin/{branch}`"
            ),
            None => format!(
                "fetch it before: `git fetch origin refs/tags/{name}:refs/tags/{name}`; for a branch write `origin/{name}`"
            ),
        },
    }
}

fn path(root: &RepoPath, text: &str, origin: Origin) -> Result<RepoPath, Vec<Diagnostic>> {
    root.join(text).map_err(|error| vec![Diagnostic::error(&PATH, origin, error.to_string())])
}
