//! Helm: charts that a chart takes from a directory, and those in its `charts/`
//! (<https://helm.sh/docs/helm/helm_dependency/>).

use super::manifest::{self, Manifest};
use super::{Edges, Reading};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Origin;
use serde::Deserialize;

/// The dependencies of `Chart.yaml`, and of `requirements.yaml`, where charts of `apiVersion: v1` keep them.
#[derive(Debug, Default, Deserialize)]
struct Chart {
    dependencies: Option<Vec<Dependency>>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    repository: Option<String>,
}

pub(super) fn edges(reading: &mut Reading<'_>, edges: &mut Edges<'_>) {
    let charts = reading.all("Chart.yaml", manifest::yaml::<Chart>);
    let is_chart = |dir: &RepoPath| charts.binary_search_by(|chart| chart.dir.cmp(dir)).is_ok();
    // Other programs have files of this name as well.
    let is_of_chart = |path: &RepoPath| path.parent().is_some_and(|dir| is_chart(&dir));
    let requirements = reading.those("requirements.yaml", is_of_chart, manifest::yaml::<Chart>);
    for manifest in charts.iter().chain(&requirements) {
        by_path(manifest, edges);
    }
    for chart in &charts {
        let Some(parent) = parent_chart(&chart.dir) else { continue };
        if let Ok(index) = charts.binary_search_by(|other| other.dir.cmp(&parent)) {
            edges.add(&parent, &chart.dir, || Origin::file(charts[index].file));
        }
    }
}

/// Dependencies whose repository is `file://` and a path from the chart. An absolute path is none of the repository's.
fn by_path(manifest: &Manifest<Chart>, edges: &mut Edges<'_>) {
    for dependency in manifest.content.dependencies.iter().flatten() {
        let Some(repository) = &dependency.repository else { continue };
        let path = repository.strip_prefix("file://").filter(|path| !path.starts_with('/'));
        if let Some(to) = path.and_then(|path| manifest.dir.join(path).ok()) {
            edges.add(&manifest.dir, &to, || manifest.place(repository));
        }
    }
}

/// The directory that would hold the chart that a chart in `charts/` is a part of. Helm loads these whether or not they
/// are listed.
fn parent_chart(dir: &RepoPath) -> Option<RepoPath> {
    let charts = dir.parent().filter(|parent| parent.file_name() == b"charts")?;
    charts.parent()
}
