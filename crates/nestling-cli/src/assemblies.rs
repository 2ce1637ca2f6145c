//! CDK assemblies in the work tree, made first where a unit's header says how.

use nestling::{Assemblies, Diagnostic, Files, Head, RepoPath, Unit};
use nestling_cdk::rules::CDK_SYNTH;
use nestling_cdk::settings::CdkSettings;
use nestling_files::files::DirectoryFiles;
use nestling_git::GitRepository;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Whether `synth:` commands are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Synth {
    /// They are: the command writes a pipeline.
    Run,
    /// They are not: the command only looks.
    Leave,
}

/// Assemblies below the root of the work tree.
#[derive(Debug)]
pub(crate) struct WorkTreeAssemblies {
    root: PathBuf,
    synth: Synth,
    /// The commit that units which are gone were in.
    base: Option<String>,
    /// How the files on disk are not those that are planned; `None` where they are.
    astray: Option<String>,
}

impl WorkTreeAssemblies {
    pub(crate) fn new(root: &Path, synth: Synth, base: Option<String>) -> Self {
        Self { root: root.to_owned(), synth, base, astray: None }
    }

    /// Looks whether head is checked out. With `GIT_CHECKOUT: "false"` the files on disk are an older job's, of which
    /// `synth:` would make the wrong assembly.
    pub(crate) fn checked_out(mut self, head: &Head, repository: &GitRepository) -> Self {
        if let (Head::Commit { commit, .. }, Synth::Run) = (head, self.synth) {
            let there = repository.head().ok().flatten();
            self.astray = match there {
                Some(there) if there == *commit => None,
                Some(there) => Some(format!("the files on disk are those of {}", there.short())),
                None => Some("no commit is checked out".to_owned()),
            };
        }
        self
    }

    /// Refuses to run commands on files that are not those that are planned.
    fn on_disk(&self, settings: &CdkSettings) -> Result<(), Diagnostic> {
        let (Some(first), Some(astray)) = (settings.synth.first(), &self.astray) else { return Ok(()) };
        let message = "`synth:` runs on the files on disk, and they are not those that are planned";
        Err(Diagnostic::error(&CDK_SYNTH, first.origin, message).with_note(astray).with_help(
            "check the commit out first; a job of GitLab does, unless it has `GIT_CHECKOUT: \"false\"`",
        ))
    }

    fn place(&self, path: &RepoPath) -> PathBuf {
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
            synthesize(settings, &self.place(&unit.dir))?;
        }
        Ok(Box::new(DirectoryFiles::new(self.place(directory))))
    }

    /// What a job of the parent has left there, or what the unit's commands make of it at base. Without the assets: nobody
    /// needs them to destroy.
    fn open_gone(
        &self,
        unit: &Unit,
        settings: &CdkSettings,
        directory: &RepoPath,
    ) -> Result<Box<dyn Files + '_>, Diagnostic> {
        let place = self.place(directory);
        if !place.join("manifest.json").is_file() {
            let base = self.base.as_ref().filter(|_| self.synth == Synth::Run && !settings.synth.is_empty());
            let base = base.ok_or_else(|| settings.missing_assembly(directory))?;
            let failed = |reason: std::io::Error| {
                settings.missing_assembly(directory).with_note(format!("it cannot be made again: {reason}"))
            };
            let before = Checkout::new(&self.root, base).map_err(failed)?;
            synthesize(settings, &before.place(&unit.dir))?;
            copy(&before.place(directory), &place).map_err(failed)?;
        }
        Ok(Box::new(DirectoryFiles::new(place)))
    }
}

/// Runs the commands of a header.
fn synthesize(settings: &CdkSettings, directory: &Path) -> Result<(), Diagnostic> {
    for command in &settings.synth {
        run(&command.value, directory).map_err(|reason| {
            Diagnostic::error(&CDK_SYNTH, command.origin, format!("`{}` failed", command.value))
                .with_note(reason)
        })?;
    }
    Ok(())
}

/// A commit's files in a folder of their own, for as long as this lives.
struct Checkout {
    root: PathBuf,
    folder: tempfile::TempDir,
}

impl Checkout {
    fn new(root: &Path, commit: &str) -> std::io::Result<Self> {
        let checkout = Self { root: root.to_owned(), folder: tempfile::tempdir()? };
        checkout.git(&["worktree", "add", "--quiet", "--detach"], &[commit])?;
        Ok(checkout)
    }

    fn place(&self, path: &RepoPath) -> PathBuf {
        self.tree().join(path.as_str().unwrap_or_default())
    }

    fn tree(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    /// Runs git on the work tree, without hooks.
    fn git(&self, before: &[&str], after: &[&str]) -> std::io::Result<()> {
        let mut git = Command::new("git");
        git.current_dir(&self.root).args(["-c", "core.hooksPath=/dev/null"]);
        let output = git.args(before).arg(self.tree()).args(after).stdin(Stdio::null()).output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(std::io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        // The folder goes either way; git forgets a work tree that is not there.
        drop(self.git(&["worktree", "remove", "--force"], &[]));
    }
}

/// Copies an assembly without its assets.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type()?);
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

/// Runs a command of a shell; what it said where it failed.
fn run(command: &str, directory: &Path) -> Result<(), String> {
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let lines: Vec<&str> = said.lines().collect();
    let last = lines[lines.len().saturating_sub(20)..].join("\n");
    Err(format!("it ended with {}\n{last}", output.status))
}
