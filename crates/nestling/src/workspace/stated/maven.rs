//! Maven: parents, dependencies, plugins and imported bills of materials that another module of the repository is
//! (<https://maven.apache.org/pom.html>). Nothing is evaluated but the properties of a file and of its parents.

mod project;

use super::manifest::Manifest;
use super::{Edges, Reading};
use nestling_gitlab::diagnostic::Origin;
use project::{Coordinates, Project, properties};
use std::collections::HashMap;

/// The name of every module's file.
const POM: &str = "pom.xml";

/// The modules of the repository by their coordinates, by index. Several may share them, as copies in tests do.
type Modules = HashMap<Coordinates, Vec<usize>>;

pub(super) fn edges(reading: &mut Reading<'_>, edges: &mut Edges<'_>) {
    let manifests = reading.all(POM, Project::parse);
    let mut modules = Modules::new();
    for (index, manifest) in manifests.iter().enumerate() {
        let known = properties(&manifest.content, &[]);
        if let Some(coordinates) = manifest.content.coordinates.resolved(&known) {
            modules.entry(coordinates).or_default().push(index);
        }
    }
    for manifest in &manifests {
        let ancestors = ancestors(manifest, &manifests, &modules);
        let known = properties(&manifest.content, &ancestors);
        for ancestor in &ancestors {
            let pom = ancestor.dir.child(POM.as_bytes());
            edges.add_file(&manifest.dir, &pom, || parent_line(manifest));
        }
        // What a parent needs, its children inherit.
        for stating in [manifest].into_iter().chain(ancestors.iter().copied()) {
            for reference in &stating.content.references {
                let coordinates = reference.coordinates.resolved(&known);
                let needed = coordinates.and_then(|coordinates| modules.get(&coordinates));
                for index in needed.into_iter().flatten() {
                    edges.add(&manifest.dir, &manifests[*index].dir, || stating.line_of(reference.start));
                }
            }
        }
    }
}

/// The parent of a module in the repository, that one's parent and so on.
fn ancestors<'m>(
    module: &'m Manifest<Project>,
    manifests: &'m [Manifest<Project>],
    modules: &Modules,
) -> Vec<&'m Manifest<Project>> {
    let mut ancestors: Vec<&Manifest<Project>> = Vec::new();
    let mut child = module;
    while let Some(parent) = &child.content.parent {
        let Some(index) = modules.get(&parent.coordinates).and_then(|indices| indices.first()) else { break };
        let found = &manifests[*index];
        // Parents in a circle are an error of Maven's.
        if found.dir == module.dir || ancestors.iter().any(|known| known.dir == found.dir) {
            break;
        }
        ancestors.push(found);
        child = found;
    }
    ancestors
}

/// The line of a module's parent.
fn parent_line(module: &Manifest<Project>) -> Origin {
    let start = module.content.parent.as_ref().map_or(0, |parent| parent.start);
    module.line_of(start)
}
