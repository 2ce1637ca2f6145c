//! Assemblies that are not in the repository.

use crate::workspace::Unit;
use nestling_cdk::rules::CDK_HEADER;
use nestling_cdk::settings::CdkSettings;
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Diagnostic;

/// Opens assemblies that are not in the repository.
///
/// ```
/// use nestling::{Assemblies, Diagnostic, Files, MemoryFiles, RepoPath, Unit};
/// use nestling_cdk::settings::CdkSettings;
///
/// /// Assemblies that a program has synthesized itself.
/// struct Synthesized(MemoryFiles);
///
/// impl Assemblies for Synthesized {
///     fn open(&self, _: &Unit, _: &CdkSettings, _: &RepoPath) -> Result<Box<dyn Files + '_>, Diagnostic> {
///         Ok(Box::new(&self.0))
///     }
/// }
/// # let files = MemoryFiles::default();
/// # let project = nestling::Project::of_files(&files, nestling::PipelineFacts::local(None, None, None))?;
/// # let changes = project.changes()?;
///
/// let assemblies = Synthesized(MemoryFiles::default());
/// let plan = project.plan(changes).assemblies(&assemblies).run()?;
/// # Ok::<(), nestling::Error>(())
/// ```
pub trait Assemblies {
    /// Opens the assembly of a unit, in this directory of the work tree; makes it first where the settings say how.
    ///
    /// # Errors
    /// It cannot be made.
    fn open(
        &self,
        unit: &Unit,
        settings: &CdkSettings,
        directory: &RepoPath,
    ) -> Result<Box<dyn Files + '_>, Diagnostic>;

    /// Opens the assembly of a removed unit, as it was at base, for destroying what it deployed.
    ///
    /// # Errors
    /// Nobody has it.
    fn open_gone(
        &self,
        _: &Unit,
        settings: &CdkSettings,
        directory: &RepoPath,
    ) -> Result<Box<dyn Files + '_>, Diagnostic> {
        Err(settings.missing_assembly(directory))
    }

    /// Opens the directory that `base` names, with what another job has left there; `None` where there is no assembly.
    fn open_base(&self, _: &RepoPath) -> Option<Box<dyn Files + '_>> {
        None
    }
}

/// Opens none: every assembly is in the repository.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InRepository;

impl Assemblies for InRepository {
    fn open(
        &self,
        _: &Unit,
        settings: &CdkSettings,
        directory: &RepoPath,
    ) -> Result<Box<dyn Files>, Diagnostic> {
        let message = format!("the assembly `{directory}` is not in the repository");
        Err(Diagnostic::error(&CDK_HEADER, settings.assembly.origin, message)
            .with_help("commit it and write `from: none`, or run Nestling in a work tree that has it"))
    }
}
