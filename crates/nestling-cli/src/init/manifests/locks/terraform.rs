//! OpenTofu and Terraform: `.terraform.lock.hcl`, where it must not change
//! (<https://developer.hashicorp.com/terraform/language/files/dependency-lock>).

use super::super::Manifests;
use super::Stale;
use crate::init::kinds::{Kind, fits};
use crate::init::terraform::{Block, blocks_of};
use crate::init::versions::permits;
use nestling::RepoPath;

impl Manifests<'_> {
    /// `init -lockfile=readonly` refuses a lock file without a provider that the code requires, or with another version of it.
    pub(super) fn stale_terraform(&self, lock: &RepoPath) -> Option<Stale> {
        let dir = lock.parent().unwrap_or_default();
        let locked = blocks_of(".terraform.lock.hcl", &self.text(lock)?);
        let directory = self.inventory.directories.get(&dir)?;
        let markers = Kind::named("opentofu").map_or(&[][..], |kind| kind.markers);
        let files = directory.files.iter().filter(|name| markers.iter().any(|marker| fits(marker, name)));
        for name in files {
            let manifest = dir.child(name.as_bytes());
            let code = blocks_of(name, &self.text(&manifest)?);
            let settings = code.iter().filter(|block| block.name == "terraform");
            let required = settings.flat_map(|settings| &settings.blocks);
            let mut required =
                required.filter(|block| block.name == "required_providers").flat_map(|block| &block.objects);
            let lacking = required.find_map(|(name, object)| {
                let source = object.get("source").cloned().unwrap_or_else(|| format!("hashicorp/{name}"));
                let range = object.get("version").cloned().unwrap_or_default();
                let is_locked = locked.iter().any(|block| is_provider(block, &source, &range));
                (!is_locked).then(|| format!("{source} {range}").trim().to_owned())
            });
            if let Some(package) = lacking {
                return Some(Stale { package, manifest });
            }
        }
        None
    }
}

/// Returns true for the entry of a provider in a version that a range permits. The built-in one has none.
fn is_provider(block: &Block, source: &str, range: &str) -> bool {
    let source = source.to_lowercase();
    if source.starts_with("terraform.io/builtin/") {
        return true;
    }
    let label = block.labels.first().map(|label| label.to_lowercase()).unwrap_or_default();
    // A source of two parts is of the registry of the tool.
    let is_it = label == source || (source.split('/').count() == 2 && label.ends_with(&format!("/{source}")));
    let version = block.arguments.get("version").map(String::as_str).unwrap_or_default();
    // Releases before a version are in ranges of their own.
    let is_release = !version.is_empty() && version.chars().all(|c| c.is_ascii_digit() || c == '.');
    is_it && (!is_release || range.is_empty() || permits(range, version))
}
