//! `reuse:` of a template's header: the policy of those of its jobs that say nothing themselves.

use nestling_gitlab::pipeline::keywords::GLOBAL;
use nestling_gitlab::yaml::{Kind, Map, Node};

/// The keyword.
const REUSE: &str = "reuse";

/// Marks a policy that comes from the header, and is about more than this job.
pub(crate) const OF_HEADER: &str = "!header";

/// Number of `extends` that are followed, more than GitLab follows.
const EXTENDS_LIMIT: usize = 12;

/// Gives the policy to the jobs of a rendered template that have none, be it by a job that they extend.
pub(super) fn give(rendered: &mut Node, reuse: &Node) {
    let Kind::Map(map) = &mut rendered.kind else { return };
    let is_job = |name: &str| !name.starts_with('.') && !GLOBAL.contains(&name);
    let names: Vec<String> = map
        .iter()
        .filter(|(name, node)| is_job(name) && node.as_map().is_some() && !says(map, name, EXTENDS_LIMIT))
        .map(|(name, _)| name.to_owned())
        .collect();
    for entry in &mut map.entries {
        if names.iter().any(|name| name == entry.key.text())
            && let Kind::Map(job) = &mut entry.value.kind
        {
            let mut reuse = reuse.clone();
            reuse.tag = Some(OF_HEADER.into());
            job.set(REUSE, reuse);
        }
    }
}

/// Returns `true` if a job, or one that it extends in the same file, has a policy.
fn says(jobs: &Map, name: &str, limit: usize) -> bool {
    let Some(job) = jobs.get(name).and_then(Node::as_map) else { return false };
    if job.get(REUSE).is_some() {
        return true;
    }
    let extended = job.get("extends").map(Node::items_or_self).unwrap_or_default();
    limit > 0 && extended.iter().filter_map(Node::text).any(|base| says(jobs, base, limit - 1))
}
