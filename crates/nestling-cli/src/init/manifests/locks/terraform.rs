//! OpenTofu and Terraform: `.terraform.lock.hcl`, where it must not change
//! (<https://developer.hashicorp.com/terraform/language/files/dependency-lock>).

use super::super::Manifests;
use super::Stale;
use crate::init::kinds::{Kind, fits};
use crate::init::terraform::{Block, blocks_of};
use crate::init::versions::permits;
use nestling::RepoPath;
use std::collections::BTreeSet;

impl Manifests<'_> {
    /// `init -lockfile=readonly` refuses a lock file without a provider that the code or a module of it requires, or with another
    /// version of it.
    pub(super) fn stale_terraform(&self, lock: &RepoPath) -> Option<Stale> {
        let locked = blocks_of(".terraform.lock.hcl", &self.text(lock)?);
        let mut seen = BTreeSet::new();
        let mut open = vec![lock.parent().unwrap_or_default()];
        while let Some(dir) = open.pop() {
            if !seen.insert(dir.clone()) {
                continue;
            }
            if let Some(stale) = self.lacking_provider(&dir, &locked) {
                return Some(stale);
            }
            let sources = self.module_sources(&dir);
            open.extend(sources.iter().filter_map(|source| dir.join(source.trim_end_matches('/')).ok()));
        }
        None
    }

    /// Returns a provider that the code in a directory requires and that is not locked.
    fn lacking_provider(&self, dir: &RepoPath, locked: &[Block]) -> Option<Stale> {
        let directory = self.inventory.directories.get(dir)?;
        let markers = Kind::named("opentofu").map_or(&[][..], |kind| kind.markers);
        let files = directory.files.iter().filter(|name| markers.iter().any(|marker| fits(marker, name)));
        let mut named: BTreeSet<String> = BTreeSet::new();
        let mut implied: Vec<(String, RepoPath)> = Vec::new();
        for name in files {
            let manifest = dir.child(name.as_bytes());
            let code = blocks_of(name, &self.text(&manifest)?);
            let settings = code.iter().filter(|block| block.name == "terraform");
            let required = settings.flat_map(|settings| &settings.blocks);
            let mut required =
                required.filter(|block| block.name == "required_providers").flat_map(|block| &block.objects);
            implied.extend(code.iter().filter_map(provider_of).map(|name| (name, manifest.clone())));
            let lacking = required.find_map(|(name, object)| {
                named.insert(name.clone());
                let source = object.get("source").cloned().unwrap_or_else(|| format!("hashicorp/{name}"));
                let range = object.get("version").cloned().unwrap_or_default();
                let is_locked = locked.iter().any(|block| is_provider(block, &source, &range));
                (!is_locked).then(|| format!("{source} {range}").trim().to_owned())
            });
            if let Some(package) = lacking {
                return Some(Stale { package, manifest });
            }
        }
        // Providers that nobody names are HashiCorp's.
        implied.into_iter().find_map(|(name, manifest)| {
            let package = format!("hashicorp/{name}");
            let is_locked =
                named.contains(&name) || locked.iter().any(|block| is_provider(block, &package, ""));
            (!is_locked).then_some(Stale { package, manifest })
        })
    }
}

/// Returns the provider that a block is of by its type, unless an argument names another one.
fn provider_of(block: &Block) -> Option<String> {
    let label = block.labels.first()?;
    let name = match block.name.as_str() {
        "provider" => label,
        "resource" | "data" if !block.has_argument("provider") => label.split('_').next()?,
        _ => return None,
    };
    // This one is built in.
    (name != "terraform").then(|| name.to_owned())
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
