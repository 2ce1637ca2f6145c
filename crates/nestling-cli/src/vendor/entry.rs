//! Components and projects while they are collected.

use super::resolve::Resolved;
use nestling::vendor::{LockedComponent, LockedFile, VendorSource, checksum};
use nestling::{Origin, RepoPath};
use nestling_gitlab::configuration::CopiedFrom;
use nestling_gitlab::pipeline::component_values::ComponentValues;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// A component or a project, as far as it was read.
pub(super) struct Entry {
    pub source: VendorSource,
    /// Path of the component's own file; `None` for a project.
    pub file: Option<String>,
    pub resolved: Resolved,
    pub includes: BTreeSet<String>,
    pub exists: BTreeMap<String, bool>,
    pub contents: BTreeMap<String, Vec<u8>>,
    /// Set if a file was not on disk as the lock file has it.
    pub is_fetched: bool,
}

/// A file that is included, with the inputs that it is given.
pub(super) struct Step {
    pub source: VendorSource,
    pub file: String,
    pub given: Map,
    /// The component whose values it can read: a component's own file, and the local files that it includes.
    pub component: Option<ComponentValues>,
    /// The place that includes it.
    pub place: String,
}

impl Step {
    /// Returns the project that the file is from.
    pub(super) fn from(&self) -> CopiedFrom {
        let (root, host) = (RepoPath::root(), self.source.host().to_owned());
        CopiedFrom { root, host, component: self.component.clone() }
    }

    /// Returns the place of an include of the file.
    pub(super) fn place_of(&self, include: &Node) -> String {
        format!("`{}:{}`", self.file, include.origin.line)
    }
}

impl Entry {
    /// Returns the entry of the lock file.
    pub(super) fn locked(&self) -> LockedComponent {
        let file = |(path, bytes): (&String, &Vec<u8>)| {
            (path.clone(), LockedFile { sha256: checksum(bytes), origin: Origin::generated() })
        };
        let is_component = self.file.is_some();
        LockedComponent {
            file: self.file.clone(),
            version: self.resolved.version.clone().filter(|_| is_component),
            reference: self.resolved.reference.clone(),
            commit: self.resolved.commit.to_string(),
            includes: self.includes.clone(),
            exists: self.exists.clone(),
            files: self.contents.iter().map(file).collect(),
            origin: Origin::generated(),
        }
    }

    /// Returns the values that a component can read.
    pub(super) fn values(&self) -> Option<ComponentValues> {
        let VendorSource::Component(component) = &self.source else { return None };
        Some(ComponentValues {
            name: component.name().to_owned(),
            sha: self.resolved.commit.to_string(),
            reference: component.version().to_owned(),
            version: self.resolved.version.clone().unwrap_or_default(),
        })
    }
}
