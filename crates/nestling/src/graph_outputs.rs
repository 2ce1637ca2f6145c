//! Answers of the commands that `depends_from` names: the library runs none of them.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Answer of a command that prints a graph.
///
/// ```
/// use nestling::{ChangeRequest, GraphAnswer};
///
/// let answer = GraphAnswer::Printed("{ \"api\": [\"lib\"] }".into());
/// let request = ChangeRequest::local().graph("./graph", answer);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GraphAnswer {
    /// It printed this.
    Printed(Arc<str>),
    /// It failed, for this reason: an error of the workspace.
    Failed(String),
    /// It was not run, for this reason: every unit is selected.
    NotRun(String),
}

/// The answers by command.
#[derive(Debug, Clone, Default)]
pub(crate) struct GraphOutputs(Arc<BTreeMap<String, GraphAnswer>>);

impl GraphOutputs {
    /// Adds an answer.
    pub(crate) fn insert(&mut self, command: String, answer: GraphAnswer) {
        Arc::make_mut(&mut self.0).insert(command, answer);
    }

    /// Returns the answer of a command; one that nobody has run was not run.
    pub(crate) fn of(&self, command: &str) -> GraphAnswer {
        self.0.get(command).cloned().unwrap_or_else(|| GraphAnswer::NotRun("nothing ran it".to_owned()))
    }

    /// Returns `true` if there is an answer of a command.
    pub(crate) fn has(&self, command: &str) -> bool {
        self.0.contains_key(command)
    }
}
