//! Fetches projects, each commit once.

use super::resolve::{Resolved, resolve};
use crate::exit::Failure;
use anyhow::Context as _;
use nestling::CommitId;
use nestling::vendor::{ComponentPath, VendorSource};
use nestling_files::files::Files;
use nestling_git::{GitRepository, RemoteReference, RemoteRepository};
use nestling_gitlab::diagnostic::Suggestion;
use std::collections::BTreeMap;
use std::time::Duration;
use tempfile::TempDir;

/// Time limit of each use of the network.
const TIMEOUT: Duration = Duration::from_secs(120);

/// References and commits that were fetched so far, by URL.
#[derive(Default)]
pub(super) struct Fetching {
    references: BTreeMap<String, Vec<RemoteReference>>,
    repositories: BTreeMap<(String, CommitId), (TempDir, GitRepository)>,
}

impl Fetching {
    /// Resolves the version of a component, or the reference of a project.
    pub(super) fn resolve(&mut self, source: &VendorSource) -> Result<Resolved, Failure> {
        let url = source.url();
        if !self.references.contains_key(&url) {
            let references = RemoteRepository::new(&url, TIMEOUT).references();
            let references = references.map_err(|error| unreachable(source, error))?;
            self.references.insert(url.clone(), references);
        }
        let references = self.references.get(&url).map(Vec::as_slice).unwrap_or_default();
        resolve(source, references).ok_or_else(|| unknown_version(source, references))
    }

    /// Returns the files of a commit.
    pub(super) fn files(
        &mut self,
        source: &VendorSource,
        commit: CommitId,
    ) -> Result<impl Files + '_, Failure> {
        let key = (source.url(), commit);
        if !self.repositories.contains_key(&key) {
            let directory = tempfile::tempdir().context("cannot create a temporary directory");
            let directory = directory.map_err(Failure::output)?;
            let fetched = RemoteRepository::new(&key.0, TIMEOUT).fetch(&commit, directory.path());
            let fetched = fetched.map_err(|error| unreachable(source, error))?;
            self.repositories.insert(key.clone(), (directory, fetched));
        }
        let repository = self.repositories.get(&key).map(|(_, repository)| repository);
        let repository =
            repository.ok_or_else(|| Failure::repository(anyhow::Error::msg("nothing was fetched")))?;
        repository.files_at(&commit).map_err(Failure::git)
    }
}

fn unreachable(source: &VendorSource, error: nestling_git::GitError) -> Failure {
    let url = source.url();
    let error = anyhow::Error::new(error).context(format!("cannot fetch `{source}`"));
    let help = format!(
        "`git ls-remote {url}` must succeed: git needs access to the project, and `url.<base>.insteadOf` leads it to SSH or a mirror"
    );
    Failure::repository(error).with_help(help)
}

fn unknown_version(source: &VendorSource, references: &[RemoteReference]) -> Failure {
    let (noun, version, help) = match source {
        VendorSource::Component(component) => (
            "version",
            component.version(),
            "name a tag, the first numbers of one (`1`, `1.2`), `~latest`, a branch, or the whole ID of a commit; pre-releases only count by their whole name",
        ),
        VendorSource::Project(project) => (
            "reference",
            project.reference(),
            "a component includes files of the project at this reference: use another version of the component",
        ),
    };
    let message = format!("`{}` has no {noun} `{version}` (`{source}`)", source.url());
    let names = references.iter().map(|reference| reference.name.as_str());
    let help = Suggestion::among(version, names).help_or(help);
    Failure::repository(anyhow::Error::msg(message)).with_help(help)
}

/// Reports a component or a project that cannot be copied.
pub(super) fn cannot_vendor(source: &VendorSource, message: &str) -> Failure {
    let error = anyhow::Error::msg(format!("cannot vendor `{source}`: {message}"));
    Failure::repository(error).with_help(
        "copy the jobs to a template of the workspace, or include the component in `.gitlab-ci.yml`",
    )
}

/// Reports a component that its project does not have, with the names of those that it has.
pub(super) fn unknown_component(component: &ComponentPath, names: &[String]) -> Failure {
    let message = format!("the project of `{component}` has no component `{}`", component.name());
    let names_help = match names.is_empty() {
        true => "it has no components".to_owned(),
        false => format!("it has `{}`", names.join("`, `")),
    };
    let help = Suggestion::among(component.name(), names.iter().map(String::as_str)).help_or(names_help);
    Failure::repository(anyhow::Error::msg(message)).with_help(help)
}
