//! Asset manifests (`<Stack>.assets.json`): files and images that must be published before a stack is deployed.

use super::document::{Json, Reader};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Diagnostic;
use std::collections::BTreeSet;

/// An asset and the place that it is published to, as the CDK's tools name them: `hash:destination`. Stages that share one
/// have the same.
pub type AssetSelector = String;

/// The assets of a stack, beside its own template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assets {
    /// The number of files and archives.
    pub files: usize,
    /// The number of container images, which need docker to be built.
    pub images: usize,
    /// All of them with the places that they go to.
    pub selectors: BTreeSet<AssetSelector>,
    /// The container images among them.
    pub image_selectors: BTreeSet<AssetSelector>,
    /// The ids of the stacks that must be deployed before they can be published.
    pub after: BTreeSet<String>,
}

impl Assets {
    /// Returns `true` if there is nothing to publish.
    pub fn is_empty(&self) -> bool {
        self.files == 0 && self.images == 0
    }

    /// Adds those of another manifest.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.files += other.files;
        self.images += other.images;
        self.selectors.extend(other.selectors.iter().cloned());
        self.image_selectors.extend(other.image_selectors.iter().cloned());
        self.after.extend(other.after.iter().cloned());
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
    for (hash, file) in root.entries_of("files")? {
        // `executable` sources have no path; a template is published by its own deploy.
        let path = file.field("source")?.text_of("path")?;
        if path.is_some_and(|path| path.ends_with(".template.json")) {
            continue;
        }
        assets.files += 1;
        assets.selectors.extend(selectors(hash, &file)?);
    }
    for (hash, image) in root.entries_of("dockerImages")? {
        assets.images += 1;
        assets.image_selectors.extend(selectors(hash, &image)?);
    }
    assets.selectors.extend(assets.image_selectors.iter().cloned());
    for dependency in artifact.items_of("dependencies")? {
        assets.after.insert(dependency.text()?.to_owned());
    }
    Ok(assets)
}

fn selectors(hash: &str, asset: &Json<'_>) -> Result<Vec<AssetSelector>, Diagnostic> {
    let destinations = asset.entries_of("destinations")?;
    Ok(destinations.into_iter().map(|(destination, _)| format!("{hash}:{destination}")).collect())
}

/// Returns a path that a manifest names, which must stay inside the assembly.
pub(crate) fn inside(name: &Json<'_>, directory: &RepoPath) -> Result<RepoPath, Diagnostic> {
    directory.join(name.text()?).map_err(|error| {
        name.problem(error.to_string().replace("the repository", "the assembly"))
            .with_help("run `cdk synth` again: this is not its output")
    })
}

/// The error for a file that a manifest names and that does not exist.
pub(crate) fn absent(name: &Json<'_>, shown: &str) -> Diagnostic {
    name.problem(format!("file `{shown}` does not exist"))
        .with_help("keep all of `cdk.out` together, or synthesize again: `npx cdk synth`")
}
