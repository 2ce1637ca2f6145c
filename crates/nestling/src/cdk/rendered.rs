//! The jobs of an assembly as a rendered file.

use crate::environments::{Conditions, write_start};
use crate::workspace::{Blocking, Start};
use nestling_cdk::environment::DeployStart;
use nestling_cdk::jobs::{self, WrittenJob};
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::yaml::{Entry, Key, Map, Node};
use std::collections::BTreeMap;

/// The file of the jobs of an assembly.
pub(crate) struct Rendered {
    /// `stages` and the jobs.
    pub file: Node,
    /// The conditions in the rules of each job that has some, by its name.
    pub conditions: BTreeMap<String, Conditions>,
}

/// Returns the file of these jobs.
pub(crate) fn rendered(stages: Vec<String>, jobs: Vec<WrittenJob>, origin: Origin) -> Rendered {
    let mut file = Map::default();
    let mut by_job = BTreeMap::new();
    if !jobs.is_empty() {
        let stages = stages.into_iter().map(|stage| Node::string(origin, stage)).collect();
        file.set("stages", Node::seq(origin, stages));
    }
    for mut job in jobs {
        if let Some(gate) = &job.gate {
            let conditions = write(&mut job.body, gate);
            by_job.insert(job.name.clone(), conditions);
        }
        let key = Key::new(job.origin, job.name.as_str());
        file.entries.push(Entry { key, value: Node::map(job.origin, job.body) });
    }
    by_job.retain(|_, conditions| !conditions.is_empty());
    Rendered { file: Node::map(origin, file), conditions: by_job }
}

fn write(body: &mut Map, gate: &jobs::Gate) -> Conditions {
    let start = match gate.start {
        DeployStart::Automatic => Start::Automatic,
        DeployStart::Manual => Start::Manual(Blocking::Optional),
        DeployStart::Blocking => Start::Manual(Blocking::Blocking),
    };
    write_start(body, start, gate.origin);
    let conditions = Conditions { frozen: gate.frozen, expressions: gate.expressions.clone() };
    // The jobs of an assembly have neither `only` nor `except`.
    let _ = conditions.write(body, gate.origin);
    conditions
}
