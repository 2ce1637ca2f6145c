//! CDK assemblies in the work tree, made first where a unit's header says how.

use nestling::cdk::Assemblies;
use nestling::cdk::settings::Settings;
use nestling::diagnostic::Diagnostic;
use nestling::files::{DirectoryFiles, Files};
use nestling::path::RepoPath;
use nestling::workspace::Unit;
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
}

impl WorkTreeAssemblies {
    pub(crate) fn new(root: &Path, synth: Synth) -> Self {
        Self { root: root.to_owned(), synth }
    }

    fn place(&self, path: &RepoPath) -> PathBuf {
        self.root.join(path.as_str().unwrap_or_default())
    }
}

impl Assemblies for WorkTreeAssemblies {
    fn open(
        &self,
        unit: &Unit,
        settings: &Settings,
        directory: &RepoPath,
    ) -> Result<Box<dyn Files + '_>, Diagnostic> {
        if self.synth == Synth::Run {
            for command in &settings.synth {
                let ran = run(&command.value, &self.place(&unit.dir));
                ran.map_err(|reason| {
                    Diagnostic::error("cdk-synth", command.origin, format!("`{}` failed", command.value))
                        .with_note(reason)
                })?;
            }
        }
        Ok(Box::new(DirectoryFiles::new(self.place(directory))))
    }
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
