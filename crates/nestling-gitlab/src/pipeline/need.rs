//! A view of `needs` and `dependencies` (<https://docs.gitlab.com/ci/yaml/#needs>).

use super::value::one_or_many;
use crate::diagnostic::Origin;
use crate::yaml::{Kind, Map, Node};

/// One entry of `needs`.
#[derive(Debug, Clone, Copy)]
pub struct Need<'a> {
    /// The place where it was written.
    pub origin: Origin,
    /// The pipeline of the job.
    pub source: NeedSource<'a>,
    /// `optional`: `true` if the pipeline is created without the job as well.
    pub optional: bool,
    /// `artifacts`: `true` if the job's artifacts are downloaded.
    pub artifacts: bool,
    /// `parallel:matrix`: selects jobs of a matrix.
    pub matrix: Option<&'a Node>,
}

/// The pipeline of a needed job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeedSource<'a> {
    /// In this pipeline.
    Job(&'a str),
    /// In another pipeline of the same hierarchy (`pipeline:` with `job:`), or another pipeline's status (without).
    Pipeline {
        /// The pipeline's id, or the project of a bridge.
        pipeline: &'a str,
        /// The job there.
        job: Option<&'a str>,
    },
    /// In another project (`project:`, `ref:`, `job:`).
    Project {
        /// The project's path.
        project: &'a str,
        /// The job there.
        job: Option<&'a str>,
    },
    /// Something that GitLab does not accept.
    Malformed,
}

/// The needs of a job, in order; `None` where it has no `needs`, which is not the same as an empty list: a job with an
/// empty list starts at once.
///
/// GitLab takes a list, in which it ignores nulls, or a mapping for a single need; a name without a list around it is [`NeedSource::Malformed`].
pub fn needs(body: &Map) -> Option<Vec<Need<'_>>> {
    let node = body.get("needs").filter(|node| !node.is_null())?;
    let mut needs = Vec::new();
    one_or_many(node).iter().for_each(|need| read_into(&mut needs, need));
    if matches!(node.kind, Kind::Scalar(_)) {
        needs.iter_mut().for_each(|need| need.source = NeedSource::Malformed);
    }
    Some(needs)
}

/// Reads an entry. GitLab flattens lists in the list.
fn read_into<'a>(needs: &mut Vec<Need<'a>>, node: &'a Node) {
    match node.as_seq() {
        Some(inner) => inner.iter().for_each(|need| read_into(needs, need)),
        None if node.is_null() => {}
        None => needs.push(Need::read(node)),
    }
}

/// The needs that rules give a job in place of its own, rule by rule
/// (<https://docs.gitlab.com/ci/yaml/#rulesneeds>).
pub fn rules_needs(body: &Map) -> Vec<Need<'_>> {
    let rules = body.get("rules").and_then(Node::as_seq).unwrap_or_default();
    rules.iter().filter_map(Node::as_map).filter_map(needs).flatten().collect()
}

/// The jobs whose artifacts a job downloads; `None` where it does not say.
pub fn dependencies(body: &Map) -> Option<Vec<(&str, Origin)>> {
    let items = body.get("dependencies")?.as_seq()?;
    Some(items.iter().filter_map(|item| Some((item.text()?, item.origin))).collect())
}

impl<'a> Need<'a> {
    fn read(node: &'a Node) -> Self {
        Self {
            origin: node.get("job").unwrap_or(node).origin,
            source: NeedSource::read(node),
            optional: node.get("optional").and_then(Node::as_bool).unwrap_or(false),
            // GitLab downloads the artifacts of needed jobs by default.
            artifacts: node.get("artifacts").and_then(Node::as_bool).unwrap_or(true),
            matrix: node.get("parallel").and_then(|parallel| parallel.get("matrix")),
        }
    }

    /// The job of this pipeline that is needed, if it is one of this pipeline.
    pub fn job(&self) -> Option<&'a str> {
        if let NeedSource::Job(name) = self.source { Some(name) } else { None }
    }
}

impl<'a> NeedSource<'a> {
    fn read(node: &'a Node) -> Self {
        if let Some(name) = node.text() {
            return Self::Job(name);
        }
        let job = node.get("job").and_then(Node::text);
        if let Some(project) = node.get("project").and_then(Node::text) {
            return Self::Project { project, job };
        }
        if let Some(pipeline) = node.get("pipeline").and_then(Node::text) {
            return Self::Pipeline { pipeline, job };
        }
        job.map_or(Self::Malformed, Self::Job)
    }
}

/// The job that a name in `needs` or `dependencies` can mean besides a job of just that name: `build` for `build 1/3`
/// and for `build: [linux, x64]`, with what follows the name
/// (<https://docs.gitlab.com/ci/yaml/#needsparallelmatrix>).
pub fn parallel_base(name: &str) -> Option<(&str, &str)> {
    if name.ends_with(']')
        && let Some(base_length) = name.find(": [")
    {
        return Some(name.split_at(base_length));
    }
    let (base, numbers) = name.rsplit_once(' ')?;
    let (index, count) = numbers.split_once('/')?;
    if !is_number(index) || !is_number(count) {
        return None;
    }
    Some(name.split_at(base.len()))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests;
