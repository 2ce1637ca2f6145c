//! CDK assemblies in the work tree, synthesized first if a unit's header says how.

use crate::secrets::Secrets;
use nestling::{Assemblies, Diagnostic, Files, Head, RepoPath, Unit};
use nestling_cdk::rules::CDK_SYNTH;
use nestling_cdk::settings::CdkSettings;
use nestling_files::files::DirectoryFiles;
use nestling_git::{CommitId, GitRepository, Trust};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Policy for `synth:` commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Synth {
    /// Run them, for a command that writes a pipeline.
    Run,
    /// Do not run them, for a command that only shows something.
    Leave,
    /// Do not run them, and report where there is no assembly: `--no-run`.
    Refuse,
}

/// Assemblies below the root of the work tree.
#[derive(Debug)]
pub(crate) struct WorkTreeAssemblies {
    root: PathBuf,
    synth: Synth,
    /// The commit that had the removed units.
    base: Option<String>,
    /// The reason why the files on disk are not those of head; `None` if they are.
    mismatch: Option<String>,
    /// Secrets that commands may print and no report may hold.
    secrets: Secrets,
}

impl WorkTreeAssemblies {
    pub(crate) fn new(root: &Path, synth: Synth, base: Option<String>) -> Self {
        Self { root: root.to_owned(), synth, base, mismatch: None, secrets: Secrets::default() }
    }

    /// Masks these values in what commands print.
    pub(crate) fn masking(self, secrets: &Secrets) -> Self {
        Self { secrets: secrets.clone(), ..self }
    }

    /// Checks if head is checked out. With `GIT_CHECKOUT: "false"`, the files on disk are those of an earlier job, and
    /// `synth:` would synthesize the wrong assembly.
    pub(crate) fn checked_out(mut self, head: &Head, repository: &GitRepository) -> Self {
        if let (Head::Commit { commit, .. }, Synth::Run) = (head, self.synth) {
            let checked_out = repository.head().ok().flatten();
            self.mismatch = match checked_out {
                Some(checked_out) if checked_out == *commit => None,
                Some(checked_out) => Some(format!("the files on disk are those of {}", checked_out.short())),
                None => Some("no commit is checked out".to_owned()),
            };
        }
        self
    }

    /// Refuses to run commands on files of another commit.
    fn on_disk(&self, settings: &CdkSettings) -> Result<(), Diagnostic> {
        let (Some(first), Some(mismatch)) = (settings.synth.first(), &self.mismatch) else { return Ok(()) };
        let message = "`synth:` runs on the files on disk, which are not those of the planned commit";
        Err(Diagnostic::error(&CDK_SYNTH, first.origin, message).with_note(mismatch).with_help(
            "check out the commit first; a GitLab job does so unless it sets `GIT_CHECKOUT: \"false\"`",
        ))
    }

    /// Runs the `synth:` commands of a header.
    fn synthesize(&self, settings: &CdkSettings, directory: &Path) -> Result<(), Diagnostic> {
        for command in &settings.synth {
            run(&command.value, directory).map_err(|reason| {
                Diagnostic::error(&CDK_SYNTH, command.origin, format!("`{}` failed", command.value))
                    .with_note(self.secrets.masked(&reason))
            })?;
        }
        Ok(())
    }

    fn path_of(&self, path: &RepoPath) -> PathBuf {
        self.root.join(path.as_str().unwrap_or_default())
    }
}

impl Assemblies for WorkTreeAssemblies {
    fn open(
        &self,
        unit: &Unit,
        settings: &CdkSettings,
        directory: &RepoPath,
    ) -> Result<Box<dyn Files + '_>, Diagnostic> {
        if self.synth == Synth::Run {
            self.on_disk(settings)?;
            self.synthesize(settings, &self.path_of(&unit.dir))?;
        }
        if self.synth == Synth::Refuse {
            refuse(settings, &self.path_of(directory))?;
        }
        Ok(Box::new(DirectoryFiles::new(self.path_of(directory))))
    }

    /// Opens the assembly that a job of the parent left, or synthesizes it at base, without assets: destroying a stack needs
    /// none.
    fn open_gone(
        &self,
        unit: &Unit,
        settings: &CdkSettings,
        directory: &RepoPath,
    ) -> Result<Box<dyn Files + '_>, Diagnostic> {
        let assembly = self.path_of(directory);
        if !assembly.join("manifest.json").is_file() {
            let base = self.base.as_ref().filter(|_| self.synth == Synth::Run && !settings.synth.is_empty());
            let base = base.ok_or_else(|| settings.missing_assembly(directory))?;
            let failed = |reason: Box<dyn Error>| {
                settings
                    .missing_assembly(directory)
                    .with_note(format!("it cannot be synthesized again: {reason}"))
            };
            let checkout = Checkout::new(&self.root, base).map_err(failed)?;
            self.synthesize(settings, &checkout.path_of(&unit.dir))?;
            copy(&checkout.path_of(directory), &assembly).map_err(|error| failed(error.into()))?;
        }
        Ok(Box::new(DirectoryFiles::new(assembly)))
    }

    fn open_base(&self, directory: &RepoPath) -> Option<Box<dyn Files + '_>> {
        Some(Box::new(DirectoryFiles::new(self.path_of(directory))))
    }
}

/// Refuses to continue without the assembly that `synth:` would make.
fn refuse(settings: &CdkSettings, assembly: &Path) -> Result<(), Diagnostic> {
    let Some(first) = settings.synth.first() else { return Ok(()) };
    if assembly.join("manifest.json").is_file() {
        return Ok(());
    }
    let message = "`--no-run` prevents `synth:`, and there is no assembly";
    let help = "synthesize it in a job without secrets, and pass the assembly to this job as an artifact";
    Err(Diagnostic::error(&CDK_SYNTH, first.origin, message).with_help(help))
}

/// A temporary work tree of a commit, removed on drop.
struct Checkout {
    repository: GitRepository,
    directory: tempfile::TempDir,
}

impl Checkout {
    fn new(root: &Path, commit: &str) -> Result<Self, Box<dyn Error>> {
        // The run has opened it before, regardless of its owner.
        let repository = GitRepository::open(root, &Trust::Directory(root.to_owned()))?;
        let commit = CommitId::parse(commit).ok_or("it is not a commit")?;
        let checkout = Self { repository, directory: tempfile::tempdir()? };
        checkout.repository.check_out(&commit, &checkout.tree())?;
        Ok(checkout)
    }

    fn path_of(&self, path: &RepoPath) -> PathBuf {
        self.tree().join(path.as_str().unwrap_or_default())
    }

    fn tree(&self) -> PathBuf {
        self.directory.path().join("tree")
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        // The directory is removed in any case, and git prunes work trees that do not exist.
        drop(self.repository.remove_check_out(&self.tree()));
    }
}

/// Copies an assembly without its assets.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let kind = entry.file_type()?;
        if name.to_string_lossy().starts_with("asset.") {
            continue;
        }
        if kind.is_dir() {
            copy(&entry.path(), &to.join(name))?;
        } else if kind.is_file() {
            std::fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

/// Runs a shell command. The error has the last lines of its output.
fn run(command: &str, directory: &Path) -> Result<(), String> {
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`sh` cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = stdout.lines().chain(stderr.lines()).collect();
    let last_lines = lines[lines.len().saturating_sub(20)..].join("\n");
    Err(format!("{}\n{last_lines}", output.status))
}
