//! The conditions of a job as a list of rules for a child pipeline: those of `rules`, of `only` and `except`, of the include or the
//! trigger job.

use super::expression::{all_of, any_of, in_child};
use super::forwarded::Forwarded;
use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};

/// One rule of a list of which the first that holds decides.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    /// Its `if`, in words of the child.
    pub condition: Option<String>,
    /// Its `changes`; several where a gate has some as well: all have to hold.
    pub changes: Vec<Node>,
    /// Its other keys.
    pub rest: Map,
    /// The place where it was written.
    pub origin: Origin,
}

/// The pipelines that have a job without conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unconditional {
    /// Pipelines of branches and tags: the configuration has no `workflow:rules`.
    BranchesAndTags,
    /// All.
    All,
}

/// The pipeline whose conditions are written for the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WrittenIn {
    /// The parent: a child has another source.
    Parent,
    /// A child, which has the source already.
    Child,
}

impl WrittenIn {
    /// Returns an expression for the child.
    pub(super) fn expression(self, written: &str) -> String {
        match self {
            Self::Parent => in_child(written),
            Self::Child => written.to_owned(),
        }
    }
}

/// A reason why conditions cannot be written for a child.
pub(super) type Unsupported = String;

impl Clause {
    /// Returns a rule that always holds.
    pub(super) fn always(origin: Origin) -> Self {
        Self { condition: None, changes: Vec::new(), rest: Map::default(), origin }
    }

    pub(super) fn of_rule(rule: &Map, origin: Origin, written_in: WrittenIn) -> Self {
        let mut clause = Self::always(origin);
        for entry in rule.entries.iter().filter(|entry| !entry.value.is_null()) {
            match entry.key.text() {
                "if" => clause.condition = entry.value.text().map(|text| written_in.expression(text)),
                "changes" => clause.changes.push(entry.value.clone()),
                _ => {
                    clause.rest.entries.push(entry.clone());
                    if written_in == WrittenIn::Parent {
                        Forwarded::all().rename_in_map(&mut clause.rest);
                    }
                }
            }
        }
        clause
    }

    fn is_never(&self) -> bool {
        self.rest.get("when").and_then(Node::text) == Some("never")
    }

    fn is_same_as(&self, other: &Self) -> bool {
        let changes = self.changes.len() == other.changes.len()
            && self.changes.iter().zip(&other.changes).all(|(a, b)| a.same_as(b));
        changes && self.condition == other.condition && self.rest.same_as(&other.rest)
    }

    fn into_rule(self) -> Result<Node, Unsupported> {
        let mut rule = Map::default();
        if let Some(condition) = self.condition {
            rule.set("if", Node::string(self.origin, condition));
        }
        let mut changes = self.changes.into_iter();
        if let Some(node) = changes.next() {
            rule.set("changes", node);
        }
        if changes.next().is_some() {
            return Err("two `changes` would have to hold at once".to_owned());
        }
        rule.entries.extend(self.rest.entries);
        if rule.is_empty() {
            rule.set("when", Node::string(self.origin, "on_success"));
        }
        Ok(Node::map(self.origin, rule))
    }
}

/// Puts the rules of a gate before those of a job: both have to let it in.
///
/// # Errors
/// The gate's rules say more than whether it opens.
pub(super) fn gated(gate: &[Clause], job: &[Clause]) -> Result<Vec<Clause>, Unsupported> {
    if gate.iter().any(|clause| clause.is_never() && !clause.changes.is_empty()) {
        return Err("a rule of it has `changes` and `when: never`".to_owned());
    }
    let mut combined = Vec::new();
    for outer in gate {
        // If an earlier rule has opened the gate and no rule of the job holds, no rule of the job holds behind this one either.
        if outer.is_never() {
            combined.push(outer.clone());
            continue;
        }
        let says = outer.rest.iter().find(|(key, value)| !is_plain_opening(key, value));
        if let Some((key, _)) = says {
            return Err(format!("a rule of it has `{key}`"));
        }
        for inner in job {
            let conditions = [&outer.condition, &inner.condition];
            combined.push(Clause {
                condition: all_of(conditions.into_iter().flatten().cloned()),
                changes: outer.changes.iter().chain(&inner.changes).cloned().collect(),
                rest: inner.rest.clone(),
                origin: inner.origin,
            });
        }
    }
    Ok(combined)
}

fn is_plain_opening(key: &str, value: &Node) -> bool {
    match key {
        "when" => matches!(value.text(), Some("on_success" | "always")),
        "allow_failure" => value.as_bool() == Some(false),
        _ => false,
    }
}

/// Returns the `rules` of these clauses; `None` if the job is in every child.
///
/// `implied` holds the `changes` that hold wherever the unit is selected.
///
/// # Errors
/// A rule has several `changes` that the selection of the unit does not imply.
pub(super) fn written(
    clauses: Vec<Clause>,
    implied: &dyn Fn(&Node) -> bool,
    origin: Origin,
) -> Result<Option<Node>, Unsupported> {
    let mut kept: Vec<Clause> = Vec::new();
    for mut clause in clauses {
        clause.changes.retain(|changes| !implied(changes));
        clause.changes.dedup_by(|a, b| a.same_as(b));
        if kept.iter().any(|before| before.is_same_as(&clause)) {
            continue;
        }
        let is_last =
            clause.condition.is_none() && clause.changes.is_empty() && !clause.rest.contains("exists");
        kept.push(clause);
        if is_last {
            break;
        }
    }
    // A list that only lets in what comes last says nothing.
    let is_plain = |clause: &Clause| {
        let mut rest = clause.rest.iter();
        clause.condition.is_none()
            && clause.changes.is_empty()
            && rest.all(|(key, value)| key == "when" && value.text() == Some("on_success"))
    };
    if matches!(kept.as_slice(), [only] if is_plain(only)) {
        return Ok(None);
    }
    let rules: Result<Vec<Node>, Unsupported> = kept.into_iter().map(Clause::into_rule).collect();
    Ok(Some(Node::seq(origin, rules?)))
}

/// Returns a rule that lets in where one of these conditions holds.
pub(super) fn opening(conditions: &[String], origin: Origin) -> Clause {
    Clause { condition: any_of(conditions), ..Clause::always(origin) }
}

/// Returns a rule that keeps out where a condition holds.
pub(super) fn closing(condition: String, origin: Origin) -> Clause {
    let mut clause = Clause { condition: Some(condition), ..Clause::always(origin) };
    clause.rest.set("when", Node::string(origin, "never"));
    clause
}
