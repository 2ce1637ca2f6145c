//! The jobs of an assembly as a rendered file.

use crate::environments::{Gate, apply_gate};
use crate::workspace::{Blocking, Start};
use nestling_cdk::environment::DeployStart;
use nestling_cdk::jobs::{self, WrittenJob};
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::yaml::{Entry, Key, Map, Node};

/// Returns the file of these jobs.
pub(crate) fn rendered(stages: Vec<String>, jobs: Vec<WrittenJob>, origin: Origin) -> Node {
    let mut file = Map::default();
    if !jobs.is_empty() {
        let stages = stages.into_iter().map(|stage| Node::string(origin, stage)).collect();
        file.set("stages", Node::seq(origin, stages));
    }
    for mut job in jobs {
        if let Some(gate) = &job.gate {
            apply(&mut job.body, gate);
        }
        let key = Key::new(job.origin, job.name.as_str());
        file.entries.push(Entry { key, value: Node::map(job.origin, job.body) });
    }
    Node::map(origin, file)
}

fn apply(body: &mut Map, gate: &jobs::Gate) {
    let start = match gate.start {
        DeployStart::Automatic => Start::Automatic,
        DeployStart::Manual => Start::Manual(Blocking::Optional),
        DeployStart::Blocking => Start::Manual(Blocking::Blocking),
    };
    let expressions = gate.expression.as_deref().into_iter().collect();
    apply_gate(body, &Gate { start, expressions, frozen: gate.frozen, origin: gate.origin });
}
