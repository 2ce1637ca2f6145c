//! Fetches components, each project once.

use super::component_files::{NoFiles, component_files};
use super::resolve::{Resolved, resolve};
use super::written::Written;
use crate::exit::Failure;
use anyhow::Context as _;
use nestling::vendor::{ComponentPath, LockedComponent, LockedFile, checksum};
use nestling::{CommitId, Origin};
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
    /// Resolves the version of a component, and fetches it.
    pub(super) fn newest(
        &mut self,
        component_path: &ComponentPath,
        name: &str,
        written: &mut Written<'_>,
    ) -> Result<LockedComponent, Failure> {
        let references = self.references(component_path)?;
        let resolved = resolve(component_path.version(), references);
        let resolved = resolved.ok_or_else(|| unknown_version(component_path, references))?;
        self.component(component_path, resolved, name, written)
    }

    /// Fetches a component once more, at the commit that it is locked to.
    pub(super) fn again(
        &mut self,
        component_path: &ComponentPath,
        locked: &LockedComponent,
        name: &str,
        written: &mut Written<'_>,
    ) -> Result<LockedComponent, Failure> {
        let commit = CommitId::parse(&locked.commit).ok_or_else(|| {
            let message = format!("`{}` in the lock file is not the ID of a commit", locked.commit);
            Failure::repository(anyhow::Error::msg(message))
                .with_help("remove the lock file, and run `nestling vendor`")
        })?;
        let (reference, version) = (locked.reference.clone(), locked.version.clone());
        self.component(component_path, Resolved { commit, reference, version }, name, written)
    }

    fn references(&mut self, component_path: &ComponentPath) -> Result<&[RemoteReference], Failure> {
        let url = component_path.url();
        if !self.references.contains_key(&url) {
            let references = RemoteRepository::new(&url, TIMEOUT).references();
            let references = references.map_err(|error| unreachable(component_path, error))?;
            self.references.insert(url.clone(), references);
        }
        Ok(self.references.get(&url).map(Vec::as_slice).unwrap_or_default())
    }

    fn component(
        &mut self,
        component_path: &ComponentPath,
        resolved: Resolved,
        name: &str,
        written: &mut Written<'_>,
    ) -> Result<LockedComponent, Failure> {
        let Resolved { commit, reference, version } = resolved;
        let repository = self.repository(component_path, commit)?;
        let files = repository.files_at(&commit).map_err(Failure::git)?;
        let found =
            component_files(component_path, &files).map_err(|problem| no_files(component_path, problem))?;
        let mut locked = BTreeMap::new();
        for (path, bytes) in found.files {
            let file = LockedFile { sha256: checksum(&bytes), origin: Origin::generated() };
            written.add(name, &path, bytes);
            locked.insert(path, file);
        }
        let (commit, origin) = (commit.to_string(), Origin::generated());
        Ok(LockedComponent { file: found.file, version, reference, commit, files: locked, origin })
    }

    fn repository(
        &mut self,
        component_path: &ComponentPath,
        commit: CommitId,
    ) -> Result<&GitRepository, Failure> {
        let key = (component_path.url(), commit);
        if !self.repositories.contains_key(&key) {
            let directory = tempfile::tempdir().context("cannot create a temporary directory");
            let directory = directory.map_err(Failure::output)?;
            let fetched = RemoteRepository::new(&key.0, TIMEOUT).fetch(&commit, directory.path());
            let fetched = fetched.map_err(|error| unreachable(component_path, error))?;
            self.repositories.insert(key.clone(), (directory, fetched));
        }
        let repository = self.repositories.get(&key).map(|(_, repository)| repository);
        repository.ok_or_else(|| Failure::repository(anyhow::Error::msg("nothing was fetched")))
    }
}

fn unreachable(component_path: &ComponentPath, error: nestling_git::GitError) -> Failure {
    let url = component_path.url();
    let error = anyhow::Error::new(error).context(format!("cannot fetch `{component_path}`"));
    let help = format!(
        "`git ls-remote {url}` must succeed: git needs access to the project, and `url.<base>.insteadOf` leads it to SSH or a mirror"
    );
    Failure::repository(error).with_help(help)
}

fn unknown_version(component_path: &ComponentPath, references: &[RemoteReference]) -> Failure {
    let version = component_path.version();
    let message =
        format!("`{}` has no version `{version}` (component `{component_path}`)", component_path.url());
    let names = references.iter().map(|reference| reference.name.as_str());
    let help = Suggestion::among(version, names).help_or(
        "name a tag, the first numbers of one (`1`, `1.2`), `~latest`, a branch, or the whole ID of a commit; pre-releases only count by their whole name",
    );
    Failure::repository(anyhow::Error::msg(message)).with_help(help)
}

fn no_files(component_path: &ComponentPath, problem: NoFiles) -> Failure {
    match problem {
        NoFiles::Read(error) => Failure::repository(error),
        NoFiles::Include(message) => {
            let error = anyhow::Error::msg(format!("cannot vendor `{component_path}`: {message}"));
            Failure::repository(error).with_help(
                "copy the jobs to a template of the workspace, or include the component in `.gitlab-ci.yml`",
            )
        }
        NoFiles::Unknown(names) => {
            let error = anyhow::Error::msg(format!(
                "the project of `{component_path}` has no component `{}`",
                component_path.name()
            ));
            let names_help = match names.is_empty() {
                true => "it has no components".to_owned(),
                false => format!("it has `{}`", names.join("`, `")),
            };
            let help = Suggestion::among(component_path.name(), names.iter().map(String::as_str))
                .help_or(names_help);
            Failure::repository(error).with_help(help)
        }
    }
}
