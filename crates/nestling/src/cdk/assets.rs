//! Asset manifests (`<Stack>.assets.json`): what a stack's deploy has to find in a bucket or a repository.

use super::document::{At, Reader};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Diagnostic;

/// How many assets a stack has beside its own template.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Assets {
    /// Files and archives.
    pub files: usize,
    /// Container images; building one needs docker.
    pub images: usize,
}

impl Assets {
    /// Whether there is anything to publish.
    pub fn is_empty(self) -> bool {
        self.files == 0 && self.images == 0
    }
}

/// Reads an asset manifest that `artifact` names, in the directory of its own manifest.
pub(crate) fn read(
    reader: &Reader<'_>,
    artifact: &At<'_>,
    directory: &RepoPath,
) -> Result<Assets, Diagnostic> {
    let name = artifact.field("properties")?.field("file")?;
    let path = inside(&name, directory)?;
    let Some(document) = reader.json(&path)? else { return Err(absent(&name, &reader.shown(&path))) };
    let root = document.root();
    let mut assets = Assets::default();
    for (_, file) in root.entries_of("files")? {
        let source = file.field("source")?;
        // `executable` sources have no path; a template is published by its own deploy.
        let template = source.text_of("path")?.is_some_and(|path| path.ends_with(".template.json"));
        assets.files += usize::from(!template);
    }
    assets.images = root.entries_of("dockerImages")?.len();
    Ok(assets)
}

/// A path that a manifest names, which has to stay inside the assembly.
pub(crate) fn inside(name: &At<'_>, directory: &RepoPath) -> Result<RepoPath, Diagnostic> {
    directory.join(name.text()?).map_err(|error| {
        name.problem(error.to_string().replace("the repository", "the assembly"))
            .with_help("an assembly is read only as `cdk synth` writes it")
    })
}

/// A file that a manifest names and that is not there.
pub(crate) fn absent(name: &At<'_>, shown: &str) -> Diagnostic {
    name.problem(format!("there is no file `{shown}`"))
        .with_help("keep all of `cdk.out` together, or synthesize again: `npx cdk synth`")
}
