//! The build contexts that compose files state.

use super::super::inventory::Inventory;
use nestling::{Files, ReadError, RepoPath};
use serde_yaml::Value;
use std::collections::BTreeMap;

/// The directories in which compose files build each Dockerfile.
#[derive(Debug, Default)]
pub(in crate::init) struct Contexts(BTreeMap<RepoPath, Vec<RepoPath>>);

impl Contexts {
    /// Reads all compose files. One that is invalid states nothing here.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(in crate::init) fn read(files: &dyn Files, inventory: &Inventory) -> Result<Self, ReadError> {
        let mut contexts = Self::default();
        for (dir, directory) in &inventory.directories {
            for name in directory.files.iter().filter(|name| is_compose_file(name)) {
                let bytes = files.read(&dir.child(name.as_bytes()))?.unwrap_or_default();
                contexts.add(dir, &serde_yaml::from_slice(&bytes).unwrap_or_default());
            }
        }
        Ok(contexts)
    }

    fn add(&mut self, dir: &RepoPath, compose: &Value) {
        let services = compose.get("services").and_then(Value::as_mapping);
        for service in services.into_iter().flat_map(|services| services.values()) {
            let Some(build) = service.get("build") else { continue };
            let written = build.as_str().or_else(|| build.get("context")?.as_str()).unwrap_or(".");
            let dockerfile = build.get("dockerfile").and_then(Value::as_str).unwrap_or("Dockerfile");
            let Ok(context) = dir.join(written) else { continue };
            let Ok(dockerfile) = context.join(dockerfile) else { continue };
            let contexts = self.0.entry(dockerfile).or_default();
            if !contexts.contains(&context) {
                contexts.push(context);
            }
        }
    }

    /// Returns the contexts of a Dockerfile.
    pub(super) fn of(&self, dockerfile: &RepoPath) -> &[RepoPath] {
        self.0.get(dockerfile).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Returns true for the name of a compose file, such as `docker-compose.override.yml`.
pub(super) fn is_compose_file(name: &str) -> bool {
    name.contains("compose") && (name.ends_with(".yaml") || name.ends_with(".yml"))
}
