//! The machine of a job: an image for GitHub's own ones, tags for others.

use super::new_job::NewJob;
use super::notes::{Notes, Part};
use super::scope::Scope;
use super::text::{keyword, shown};
use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};

/// The machine of a job.
pub(super) struct Runner {
    /// True if it is one of GitHub's with Ubuntu, for which an image is enough.
    pub is_hosted: bool,
    /// True if it is an ARM machine with Ubuntu, or one of both kinds.
    is_arm: bool,
    pub tags: Vec<String>,
    /// The version of Ubuntu.
    version: String,
    origin: Origin,
}

/// Returns the machine of a job, whose name may be a value of its matrix.
pub(super) fn runner(written: &Map, matrix: Option<&Node>, scope: &Scope, notes: &mut Notes) -> Runner {
    let node = written.get("runs-on");
    let labels: Vec<String> = node
        .map(Node::items_or_self)
        .unwrap_or_default()
        .iter()
        .filter_map(Node::text)
        .map(str::to_owned)
        .collect();
    let origin = node.map_or_else(Origin::generated, |node| node.origin);
    let group = node.and_then(Node::as_map);
    if let Some(group) = group {
        notes.others(group, &["labels"], "of `runs-on`");
    }
    let labels = match group.and_then(|group| group.get("labels")) {
        Some(listed) => listed.items_or_self().iter().filter_map(Node::text).map(str::to_owned).collect(),
        None => labels,
    };
    let translated: Vec<String> = labels.iter().map(|label| keyword(label, scope, origin, notes)).collect();
    let values: Vec<String> = translated.iter().flat_map(|label| values(label, matrix)).collect();
    let is_ubuntu = !values.is_empty() && values.iter().all(|label| label.starts_with("ubuntu-"));
    let is_arm = is_ubuntu && values.iter().any(|label| label.ends_with("-arm"));
    let is_hosted = is_ubuntu && !is_arm;
    let version = values
        .first()
        .and_then(|label| label.strip_prefix("ubuntu-"))
        .map(|version| version.split('-').next().unwrap_or(version))
        .filter(|version| version.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or("24.04")
        .to_owned();
    let versions = values.iter().map(|label| label.trim_end_matches("-arm"));
    let first = values.first().map(|label| label.trim_end_matches("-arm"));
    if is_ubuntu && versions.map(Some).any(|label| label != first) {
        let text = format!("all copies have the image of one version of Ubuntu, {version}");
        notes.add(Part::Lost, origin, text);
    }
    if !is_hosted {
        let text = format!("`runs-on: {}`: its labels are tags of a runner", shown(&labels.join(", ")));
        notes.add(Part::Decided, origin, text);
    }
    Runner { is_hosted, is_arm, tags: if is_hosted { Vec::new() } else { translated }, version, origin }
}

/// Returns the values that a label has in the copies of a matrix; the label itself if it is no variable.
fn values(label: &str, matrix: Option<&Node>) -> Vec<String> {
    let variable = label.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let Some(variable) = variable else { return vec![label.to_owned()] };
    let rows = matrix.and_then(Node::as_seq).unwrap_or_default();
    let values: Vec<String> =
        rows.iter().filter_map(|row| row.get(variable)).filter_map(Node::text).map(str::to_owned).collect();
    if values.is_empty() { vec![label.to_owned()] } else { values }
}

impl Runner {
    /// Sets the image of a job on GitHub's machine, and what Docker needs.
    pub(super) fn set_image(&self, new: &mut NewJob, notes: &mut Notes) {
        let origin = self.origin;
        if new.needs_docker {
            if let Some(other) = new.image.replace("docker:28".to_owned()) {
                let text = format!(
                    "the image `{other}` in addition to `docker:28`: a job can have only one image; build one that contains both"
                );
                notes.add(Part::Lost, origin, text);
            }
            new.extend("services", vec![Node::string(origin, "docker:28-dind")], origin);
            notes.add(Part::Decided, origin, "Docker runs as a service: the runner must be privileged");
        } else if (self.is_hosted || self.is_arm) && calls_docker(new) {
            let text = "the script calls `docker`: add the service `docker:28-dind`, and name an image that has `docker`";
            notes.add(Part::Decided, origin, text);
        }
        if (self.is_hosted || self.is_arm) && new.image.is_none() {
            new.image = Some(format!("ubuntu:{}", self.version));
            let text = "the image `ubuntu` has no git, curl, sudo, node and so on, which GitHub's machine has: name an image that has what the script calls";
            notes.add(Part::Decided, origin, text);
        }
    }
}

fn calls_docker(new: &NewJob) -> bool {
    let lines = new.script.iter().chain(&new.after_script).flat_map(|script| script.lines());
    lines.map(str::trim_start).any(|line| line.starts_with("docker ") || line.starts_with("docker-compose "))
}
