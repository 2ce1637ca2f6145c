//! `nestling check FILE…`: plain GitLab files, units and templates, wherever they are.

mod input;
mod findings;

use crate::exit::Failure;
use crate::invocation::Invocation;
use crate::options::{CdkOptions, PlanOptions, RunOptions};
pub(crate) use findings::Findings;
use findings::Rendered;
use input::{Input, Kind};
use nestling::{As, ChangeRequest, CheckedKinds, FILE_NAME, PipelineFacts, Repository, Unit};
use nestling_files::files::{DirectoryFiles, Files};
use nestling_files::path::RepoPath;
use nestling_gitlab::facts::WalkedKind;
use nestling_gitlab::instance::Gitlab;
use nestling_gitlab::lint::{KindsLinted, LintedKind, Options, lint_file, lint_kinds};
use std::path::{Path, PathBuf};

/// Options for plain files and for units.
pub(crate) struct Settings<'a> {
    pub gitlab_version: Option<(u32, u32)>,
    pub plan: &'a PlanOptions,
    pub cdk: &'a CdkOptions,
}

/// Checks each file as what it is: a plain file as a pipeline of its own, a unit or a template in its workspace.
///
/// # Errors
/// A file cannot be read, or a unit's file is in no workspace.
pub(crate) fn check(
    files: &[PathBuf],
    settings: &Settings<'_>,
    invocation: &mut Invocation<'_>,
) -> Result<Findings, Failure> {
    let act_as = settings.plan.act_as.as_deref().map(As::parse).transpose();
    let act_as = act_as.map_err(|error| Failure::usage(error.to_string()))?;
    let mut findings = Findings::default();
    let mut workspaces = Workspaces { checked: Vec::new(), settings };
    for file in files {
        let input = match input::read(file, &findings.sources, invocation)? {
            Ok(input) => input,
            Err(problem) => {
                findings.add_unreadable(problem);
                continue;
            }
        };
        let workspace = match input.kind() {
            Kind::Plain => None,
            Kind::Unit => Some(input.workspace()?),
            Kind::Template => workspaces.of_template(&input, invocation)?,
        };
        match workspace {
            None => plain(&input, settings, act_as.as_ref(), &mut findings)?,
            Some(root) => {
                let checked = workspaces.checked(root, &input, invocation)?;
                if findings.add_checked(checked, &input) == Rendered::No {
                    let name = &input.name;
                    invocation.io.message(format_args!(
                        "note: `{name}` defines no jobs: only its header is checked\n"
                    ));
                }
            }
        }
    }
    Ok(findings.finished())
}

/// The workspaces that files are in, each checked once.
struct Workspaces<'a> {
    checked: Vec<(PathBuf, CheckedKinds)>,
    settings: &'a Settings<'a>,
}

impl Workspaces<'_> {
    /// Checks all units of the workspace that a file is in.
    fn checked(
        &mut self,
        root: &Path,
        input: &Input,
        invocation: &mut Invocation<'_>,
    ) -> Result<&CheckedKinds, Failure> {
        if self.settings.gitlab_version.is_some() {
            let message =
                format!("`--gitlab-version` conflicts with `{}`, a file of a workspace", input.name);
            let help = "write `gitlab: { version: … }` into the workspace's header";
            return Err(Failure::usage(message).with_help(help));
        }
        let is_of = |(known, checked): &(PathBuf, CheckedKinds)| known == root && has_file(checked, input);
        let position = match self.checked.iter().position(is_of) {
            Some(position) => position,
            None => {
                // A repository can have several workspaces: the file's is that of its directory.
                let options = RunOptions::from(self.settings.plan).with_cdk(self.settings.cdk);
                let session = invocation.open_in(&input.directory, options)?;
                self.checked.push((root.to_owned(), session.check()?));
                self.checked.len() - 1
            }
        };
        Ok(&self.checked[position].1)
    }

    /// Returns the root of the workspace among whose templates a file with a header `spec:` is.
    fn of_template<'i>(
        &mut self,
        input: &'i Input,
        invocation: &mut Invocation<'_>,
    ) -> Result<Option<&'i Path>, Failure> {
        let (Some(root), Some(path)) = (input.root(), &input.path) else { return Ok(None) };
        if !has_workspace_above(root, path) || self.settings.gitlab_version.is_some() {
            return Ok(None);
        }
        let workspace = &self.checked(root, input, invocation)?.workspace;
        Ok(workspace.is_template_path(path).then_some(root))
    }
}

/// Returns `true` if a directory above a file has the file of a unit or a workspace.
fn has_workspace_above(root: &Path, path: &RepoPath) -> bool {
    let Some(path) = path.as_str() else { return false };
    let above = Path::new(path).ancestors().skip(1);
    above.into_iter().any(|directory| root.join(directory).join(FILE_NAME).is_file())
}

/// Returns `true` if a file is a unit's or a template of a workspace.
fn has_file(checked: &CheckedKinds, input: &Input) -> bool {
    let Some(path) = &input.path else { return false };
    let is_of_unit = |unit: &Unit| unit.dir.child(FILE_NAME.as_bytes()) == *path;
    checked.workspace.units().any(is_of_unit) || checked.workspace.is_template_path(path)
}

/// Checks a plain file as the pipeline of its repository.
fn plain(
    input: &Input,
    settings: &Settings<'_>,
    act_as: Option<&As>,
    findings: &mut Findings,
) -> Result<(), Failure> {
    let gitlab = Gitlab { version: settings.gitlab_version, ..Gitlab::default() };
    let facts = facts_of(input.repository.as_ref(), act_as)?;
    let work_tree;
    let directory;
    let files: &dyn Files = match &input.repository {
        Some(repository) => {
            work_tree = repository.git().work_tree().map_err(Failure::git)?;
            &work_tree
        }
        None => {
            directory = DirectoryFiles::new(&input.directory);
            &directory
        }
    };
    let options = Options { gitlab: &gitlab, files: Some(files), pipeline: act_as.map(|_| &facts) };
    findings.add_plain(|sources| match act_as {
        None => lint_kinds(&input.name, &input.text, &options, &facts, sources),
        Some(act_as) => {
            let linted = lint_file(&input.name, &input.text, &options, sources);
            let name = WalkedKind::simulated(act_as, facts.clone()).name;
            let kinds = vec![LintedKind { name, jobs: linted.jobs, certain_jobs: linted.certain_jobs }];
            KindsLinted { kinds, diagnostics: linted.diagnostics }
        }
    });
    Ok(())
}

/// The pipeline that `--as` simulates, or that would run now, as far as the repository shows; elsewhere the branches are not
/// known.
fn facts_of(repository: Option<&Repository>, act_as: Option<&As>) -> Result<PipelineFacts, Failure> {
    let Some(repository) = repository else {
        let facts = PipelineFacts::local(None, None, None);
        return Ok(match act_as {
            Some(act_as) => facts.seen_as(act_as),
            None => facts,
        });
    };
    let request = ChangeRequest::local();
    let request = match act_as {
        Some(act_as) => request.simulate(act_as.clone()),
        None => request,
    };
    Ok(repository.pipeline_facts(&request)?)
}
