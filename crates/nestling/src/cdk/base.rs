//! The assembly of the base commit, for what the app no longer has.

use super::assemblies::Assemblies;
use super::directory::{Below, directory_of, has_assembly};
use crate::workspace::Unit;
use nestling_cdk::deployment::{self, Deployment};
use nestling_cdk::rules::CDK_HEADER;
use nestling_cdk::settings::CdkSettings;
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Sources};

/// The assembly of the base commit, as far as it can be read.
#[derive(Debug, Default)]
pub(super) struct Base {
    pub deployment: Option<Deployment>,
    /// Set if there is a base commit and its assembly is not available.
    pub is_unknown: bool,
    /// The reason why `base` could not be read.
    pub problem: Option<Diagnostic>,
}

/// Everything that the assembly of the base commit is looked for with.
pub(super) struct BaseRequest<'a> {
    pub unit: &'a Unit,
    /// The repository at base.
    pub files: &'a dyn Files,
    pub assemblies: &'a dyn Assemblies,
    pub settings: &'a CdkSettings,
    /// The assembly's directory, as at head.
    pub directory: &'a RepoPath,
    pub sources: &'a Sources,
}

impl BaseRequest<'_> {
    /// Reads the assembly that `base` names, or the one that is committed at base.
    pub(super) fn read(&self) -> Base {
        let Some(written) = &self.settings.base else {
            let committed = Below { files: self.files, directory: self.directory.clone() };
            let exists = has_assembly(&committed);
            return if exists { self.read_in(&committed, self.directory) } else { Base::unknown() };
        };
        let named = match directory_of(self.unit, written) {
            Ok(named) => named,
            Err(problem) => return Base { problem: Some(problem), ..Base::unknown() },
        };
        if let Some(files) = self.assemblies.open_base(&named).filter(|files| has_assembly(&**files)) {
            return self.read_in(&*files, &named);
        }
        let message = format!("`base` is not an assembly: `{named}/manifest.json` does not exist");
        let problem = Diagnostic::warning(&CDK_HEADER, written.origin, message)
            .with_help("keep the artifact of the default branch's synth there, or remove `base`");
        Base { problem: Some(problem), ..Base::unknown() }
    }

    /// Reads an assembly; one that is malformed at base is no error at head.
    fn read_in(&self, files: &dyn Files, directory: &RepoPath) -> Base {
        match deployment::read(files, &directory.to_string(), self.sources) {
            Ok(deployment) => Base { deployment: Some(deployment), ..Base::default() },
            Err(_) => Base::unknown(),
        }
    }
}

impl Base {
    fn unknown() -> Self {
        Self { is_unknown: true, ..Self::default() }
    }
}
