//! Needs of jobs that stay on jobs that are left out: a job then waits for what the left-out job waited for.

use nestling_gitlab::pipeline::Pipeline;
use nestling_gitlab::pipeline::need::{needs, parallel_base};
use nestling_gitlab::yaml::{Kind, Map, Node};
use std::collections::{BTreeSet, HashMap};

/// Removes the left-out jobs from the needs of all others.
pub(super) fn remove(pipeline: &mut Pipeline, left_out: &BTreeSet<usize>) {
    let names: HashMap<String, usize> =
        pipeline.jobs.iter().enumerate().map(|(index, job)| (job.name.to_string(), index)).collect();
    let find = |name: &str| {
        let base = || parallel_base(name).and_then(|(base, _)| names.get(base));
        names.get(name).or_else(base).copied()
    };
    for index in 0..pipeline.jobs.len() {
        let Some(entries) = entries(&pipeline.jobs[index].body).filter(|_| !left_out.contains(&index)) else {
            continue;
        };
        let is_left_out =
            |entry: &Node| name_of(entry).and_then(find).is_some_and(|at| left_out.contains(&at));
        if !entries.iter().any(is_left_out) {
            continue;
        }
        let (removed, mut kept): (Vec<Node>, Vec<Node>) = entries.into_iter().partition(is_left_out);
        let mut needed: BTreeSet<usize> = kept.iter().filter_map(|entry| find(name_of(entry)?)).collect();
        let origin = pipeline.jobs[index].origin;
        let mut open: Vec<usize> = removed.iter().filter_map(|entry| find(name_of(entry)?)).collect();
        let mut seen = BTreeSet::new();
        while let Some(gone) = open.pop() {
            if !seen.insert(gone) {
                continue;
            }
            for further in needs(&pipeline.jobs[gone].body)
                .unwrap_or_default()
                .iter()
                .filter_map(|need| find(need.job()?))
            {
                if left_out.contains(&further) {
                    open.push(further);
                } else if needed.insert(further) {
                    let mut entry = Map::default();
                    entry.set("job", Node::string(origin, pipeline.jobs[further].name.as_str()));
                    entry.set("artifacts", Node::plain(origin, "false"));
                    // A rule may keep it out, as it may have kept it out for the job in between.
                    entry.set("optional", Node::plain(origin, "true"));
                    kept.push(Node::map(origin, entry));
                }
            }
        }
        pipeline.jobs[index].body.set("needs", Node::seq(origin, kept));
    }
}

/// Returns the entries of `needs`.
fn entries(body: &Map) -> Option<Vec<Node>> {
    let node = body.get("needs").filter(|node| !node.is_null())?;
    Some(match &node.kind {
        Kind::Seq(items) => items.clone(),
        _ => vec![node.clone()],
    })
}

/// Returns the name of the job of this pipeline that an entry needs.
fn name_of(entry: &Node) -> Option<&str> {
    if let Some(name) = entry.text() {
        return Some(name);
    }
    let is_elsewhere = entry.get("project").is_some() || entry.get("pipeline").is_some();
    entry.get("job").and_then(Node::text).filter(|_| !is_elsewhere)
}
