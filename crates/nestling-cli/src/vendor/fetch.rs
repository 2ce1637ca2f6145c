//! Fetches components, each project once.

use super::component_files::{NoFiles, component_files};
use super::resolve::{Resolved, resolve};
use super::written::Written;
use crate::exit::Failure;
use anyhow::Context as _;
use nestling::vendor::{ComponentAddress, LockedComponent, LockedFile, checksum};
use nestling::{CommitId, Origin};
use nestling_git::{GitRepository, RemoteReference, RemoteRepository};
use nestling_gitlab::diagnostic::Suggestion;
use std::collections::BTreeMap;
use std::time::Duration;
use tempfile::TempDir;

/// Time limit of each use of the network.
const TIMEOUT: Duration = Duration::from_secs(120);

/// What was fetched so far, by URL.
#[derive(Default)]
pub(super) struct Fetching {
    references: BTreeMap<String, Vec<RemoteReference>>,
    repositories: BTreeMap<(String, CommitId), (TempDir, GitRepository)>,
}

impl Fetching {
    /// Resolves the version of a component, and fetches it.
    pub(super) fn newest(
        &mut self,
        address: &ComponentAddress,
        name: &str,
        written: &mut Written<'_>,
    ) -> Result<LockedComponent, Failure> {
        let references = self.references(address)?;
        let resolved = resolve(address.version(), references);
        let resolved = resolved.ok_or_else(|| unknown_version(address, references))?;
        self.component(address, resolved, name, written)
    }

    /// Fetches a component once more, at the commit that it is locked to.
    pub(super) fn again(
        &mut self,
        address: &ComponentAddress,
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
        self.component(address, Resolved { commit, reference, version }, name, written)
    }

    fn references(&mut self, address: &ComponentAddress) -> Result<&[RemoteReference], Failure> {
        let url = address.url();
        if !self.references.contains_key(&url) {
            let references = RemoteRepository::new(&url, TIMEOUT).references();
            let references = references.map_err(|error| unreachable(address, error))?;
            self.references.insert(url.clone(), references);
        }
        Ok(self.references.get(&url).map(Vec::as_slice).unwrap_or_default())
    }

    fn component(
        &mut self,
        address: &ComponentAddress,
        resolved: Resolved,
        name: &str,
        written: &mut Written<'_>,
    ) -> Result<LockedComponent, Failure> {
        let Resolved { commit, reference, version } = resolved;
        let repository = self.repository(address, commit)?;
        let files = repository.files_at(&commit).map_err(Failure::git)?;
        let found = component_files(address, &files).map_err(|problem| no_files(address, problem))?;
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
        address: &ComponentAddress,
        commit: CommitId,
    ) -> Result<&GitRepository, Failure> {
        let key = (address.url(), commit);
        if !self.repositories.contains_key(&key) {
            let directory = tempfile::tempdir().context("cannot create a temporary directory");
            let directory = directory.map_err(Failure::output)?;
            let fetched = RemoteRepository::new(&key.0, TIMEOUT).fetch(&commit, directory.path());
            let fetched = fetched.map_err(|error| unreachable(address, error))?;
            self.repositories.insert(key.clone(), (directory, fetched));
        }
        let repository = self.repositories.get(&key).map(|(_, repository)| repository);
        repository.ok_or_else(|| Failure::repository(anyhow::Error::msg("nothing was fetched")))
    }
}

fn unreachable(address: &ComponentAddress, error: nestling_git::GitError) -> Failure {
    let url = address.url();
    let error = anyhow::Error::new(error).context(format!("cannot fetch `{address}`"));
    let help = format!(
        "`git ls-remote {url}` must succeed: git needs access to the project, and `url.<base>.insteadOf` leads it to SSH or a mirror"
    );
    Failure::repository(error).with_help(help)
}

fn unknown_version(address: &ComponentAddress, references: &[RemoteReference]) -> Failure {
    let version = address.version();
    let message = format!("`{}` has no version `{version}` (component `{address}`)", address.url());
    let names = references.iter().map(|reference| reference.name.as_str());
    let help = Suggestion::among(version, names).help_or(
        "name a tag, the first numbers of one (`1`, `1.2`), `~latest`, a branch, or the whole ID of a commit; pre-releases only count by their whole name",
    );
    Failure::repository(anyhow::Error::msg(message)).with_help(help)
}

fn no_files(address: &ComponentAddress, problem: NoFiles) -> Failure {
    match problem {
        NoFiles::Read(error) => Failure::repository(error),
        NoFiles::Include(message) => {
            let error = anyhow::Error::msg(format!("cannot vendor `{address}`: {message}"));
            Failure::repository(error).with_help(
                "copy the jobs to a template of the workspace, or include the component in `.gitlab-ci.yml`",
            )
        }
        NoFiles::Unknown(names) => {
            let error = anyhow::Error::msg(format!(
                "the project of `{address}` has no component `{}`",
                address.name()
            ));
            let names_help = match names.is_empty() {
                true => "it has no components".to_owned(),
                false => format!("it has `{}`", names.join("`, `")),
            };
            let help =
                Suggestion::among(address.name(), names.iter().map(String::as_str)).help_or(names_help);
            Failure::repository(error).with_help(help)
        }
    }
}
