//! Asset manifests (`<Stack>.assets.json`): files and images that must be published before a stack is deployed.

use super::document::{Json, Reader};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Diagnostic;

/// The number of assets of a stack, beside its own template.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Assets {
    /// Files and archives.
    pub files: usize,
    /// Container images, which need docker to be built.
    pub images: usize,
}

impl Assets {
    /// Returns whether there is nothing to publish.
    pub fn is_empty(self) -> bool {
        self.files == 0 && self.images == 0
    }
}

/// Reads the asset manifest that an artifact of the manifest in `directory` names.
pub(crate) fn read(
    reader: &Reader<'_>,
    artifact: &Json<'_>,
    directory: &RepoPath,
) -> Result<Assets, Diagnostic> {
    let name = artifact.field("properties")?.field("file")?;
    let path = inside(&name, directory)?;
    let Some(document) = reader.json(&path)? else { return Err(absent(&name, &reader.shown(&path))) };
    let root = document.root();
    let mut assets = Assets::default();
    for (_, file) in root.entries_of("files")? {
        // `executable` sources have no path; a template is published by its own deploy.
        let path = file.field("source")?.text_of("path")?;
        let is_template = path.is_some_and(|path| path.ends_with(".template.json"));
        assets.files += usize::from(!is_template);
    }
    assets.images = root.entries_of("dockerImages")?.len();
    Ok(assets)
}

/// Returns a path that a manifest names, which must stay inside the assembly.
pub(crate) fn inside(name: &Json<'_>, directory: &RepoPath) -> Result<RepoPath, Diagnostic> {
    directory.join(name.text()?).map_err(|error| {
        name.problem(error.to_string().replace("the repository", "the assembly"))
            .with_help("an assembly is read only as `cdk synth` writes it")
    })
}

/// The error for a file that a manifest names and that does not exist.
pub(crate) fn absent(name: &Json<'_>, shown: &str) -> Diagnostic {
    name.problem(format!("there is no file `{shown}`"))
        .with_help("keep all of `cdk.out` together, or synthesize again: `npx cdk synth`")
}
