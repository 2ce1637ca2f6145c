//! The jobs of a workflow, with those of workflows that it calls in the places of the calls.

use super::documents::Documents;
use super::expression::Expr;
use super::notes::{Notes, Part};
use super::scope::Scope;
use super::text::resolved;
use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeMap;

/// A job of a workflow, and all that it has from the callers.
#[derive(Debug, Clone)]
pub(super) struct FlatJob {
    pub name: String,
    pub body: Map,
    pub origin: Origin,
    /// The jobs and calls that it needs: the name that it uses, and the whole one.
    pub needs: Vec<(String, String)>,
    /// The jobs that call its workflow, the outermost first.
    pub callers: Vec<Caller>,
    /// The name of the workflow that is imported.
    pub workflow: String,
    pub env: Option<Node>,
    pub defaults: Option<Node>,
    /// The matrix of the caller.
    pub strategy: Option<Node>,
}

/// A job that calls a workflow.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub body: Map,
    pub needs: Vec<(String, String)>,
    /// `workflow_call` of the workflow.
    pub definition: Node,
}

/// A call of a workflow.
#[derive(Debug, Default)]
pub(super) struct Call {
    /// The names of its jobs and calls: as written in the workflow, and whole.
    inner: Vec<(String, String)>,
    /// The output's name and its value.
    outputs: Vec<(String, Node)>,
}

/// The jobs and calls of a workflow.
#[derive(Debug, Default)]
pub(super) struct Flat {
    pub jobs: Vec<FlatJob>,
    pub calls: BTreeMap<String, Call>,
    /// Calls of workflows that cannot be read.
    pub gone: Vec<String>,
}

/// The depth of calls. GitHub allows ten.
const DEPTH: usize = 10;

/// Keywords of a job that calls a workflow, which are read.
const CALLER: [&str; 8] = ["uses", "with", "secrets", "needs", "if", "permissions", "strategy", "name"];

impl Flat {
    /// Adds the jobs of a workflow, whose callers gave the job that stands for all of them.
    pub(super) fn add(
        &mut self,
        workflow: &Node,
        caller: &FlatJob,
        depth: usize,
        documents: &Documents<'_>,
        notes: &mut Notes,
    ) {
        let jobs = workflow.get("jobs").and_then(Node::as_map);
        for (written, node) in jobs.into_iter().flat_map(Map::iter) {
            let Some(body) = node.as_map() else { continue };
            let whole = |name: &str| {
                if caller.name.is_empty() { name.to_owned() } else { format!("{}-{name}", caller.name) }
            };
            let needs =
                body.get("needs").map(Node::items_or_self).unwrap_or_default().iter().filter_map(Node::text);
            let job = FlatJob {
                name: whole(written),
                body: body.clone(),
                origin: node.origin,
                needs: needs.map(|name| (name.to_owned(), whole(name))).collect(),
                env: workflow.get("env").cloned(),
                defaults: workflow.get("defaults").cloned(),
                ..caller.clone()
            };
            if let Some(call) = self.calls.get_mut(&caller.name) {
                call.inner.push((written.to_owned(), job.name.clone()));
            }
            match body.get("uses") {
                None => self.jobs.push(job),
                Some(uses) => self.call(uses, job, depth, documents, notes),
            }
        }
    }

    fn call(
        &mut self,
        uses: &Node,
        mut job: FlatJob,
        depth: usize,
        documents: &Documents<'_>,
        notes: &mut Notes,
    ) {
        let file = uses.text().unwrap_or_default();
        let workflow =
            file.strip_prefix("./").filter(|_| depth < DEPTH).and_then(|path| documents.document(path));
        let Some(workflow) = workflow else {
            let text = format!(
                "the job calls the workflow `{file}`, which cannot be read: write a template with inputs"
            );
            notes.add(Part::Lost, uses.origin, text);
            self.gone.push(job.name);
            return;
        };
        notes.add(Part::Rewritten, uses.origin, format!("the jobs of `{file}` are in the place of the call"));
        notes.others(&job.body, &CALLER, "of a job that calls a workflow");
        let on = workflow.get("on").or_else(|| workflow.get("true"));
        let on = on.and_then(|on| on.get("workflow_call")).cloned();
        let definition = on.unwrap_or_else(|| Node::map(uses.origin, Map::default()));
        if let Some(strategy) = job.body.get("strategy") {
            if job.strategy.is_some() {
                notes.add(Part::Lost, strategy.origin, "a matrix of a call within a call that has one");
            } else {
                job.strategy = Some(strategy.clone());
            }
        }
        let outputs = definition.get("outputs").and_then(Node::as_map).into_iter().flat_map(Map::iter);
        let outputs = outputs
            .filter_map(|(name, output)| Some((name.to_owned(), output.get("value")?.clone())))
            .collect();
        let needs = std::mem::take(&mut job.needs);
        job.callers.push(Caller { body: job.body.clone(), needs, definition });
        self.calls.insert(job.name.clone(), Call { inner: Vec::new(), outputs });
        self.add(&workflow, &job, depth + 1, documents, notes);
    }

    /// Returns the jobs that a need stands for.
    pub(super) fn jobs_of(&self, name: &str) -> Vec<String> {
        match self.calls.get(name) {
            Some(call) => call.inner.iter().flat_map(|(_, inner)| self.jobs_of(inner)).collect(),
            None => vec![name.to_owned()],
        }
    }

    /// Returns the outputs of a job or a call.
    pub(super) fn outputs_of(
        &self,
        name: &str,
        made: &BTreeMap<String, BTreeMap<String, Expr>>,
    ) -> BTreeMap<String, Expr> {
        let Some(call) = self.calls.get(name) else { return made.get(name).cloned().unwrap_or_default() };
        let needs = call
            .inner
            .iter()
            .map(|(written, whole)| (written.clone(), self.outputs_of(whole, made)))
            .collect();
        let scope = Scope { needs, ..Scope::default() };
        let value = |node: &Node| {
            resolved(node.text().unwrap_or_default(), &scope, node.origin, &mut Notes::default())
        };
        call.outputs.iter().map(|(output, node)| (output.clone(), value(node))).collect()
    }

    /// Returns the positions of the jobs, each after those that it needs.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = Vec::new();
        let mut left: Vec<usize> = (0..self.jobs.len()).collect();
        while !left.is_empty() {
            let is_ready = |position: &usize| {
                let all = self.needed(&self.jobs[*position]);
                all.iter().all(|need| !left.iter().any(|other| self.jobs[*other].name == *need))
            };
            // A circle is an error of the workflow, which `check` reports.
            let next = left.iter().position(is_ready).unwrap_or(0);
            order.push(left.remove(next));
        }
        order
    }

    /// Returns the jobs that have run before a job: those that it needs, and what they need in turn.
    pub(super) fn before(&self, job: &FlatJob) -> Vec<String> {
        let mut before = self.needed(job);
        let mut next = 0;
        while let Some(name) = before.get(next).cloned() {
            next += 1;
            let further =
                self.jobs.iter().filter(|other| other.name == name).flat_map(|job| self.needed(job));
            for name in further.collect::<Vec<_>>() {
                if !before.contains(&name) {
                    before.push(name);
                }
            }
        }
        before
    }

    /// Returns the jobs that a job needs.
    pub(super) fn needed(&self, job: &FlatJob) -> Vec<String> {
        let mut needed: Vec<String> = Vec::new();
        let of_callers = job.callers.iter().flat_map(|caller| &caller.needs);
        let all = job.needs.iter().chain(of_callers).map(|(_, whole)| whole);
        for name in all.flat_map(|name| self.jobs_of(name)) {
            if !needed.contains(&name) && !self.gone.contains(&name) {
                needed.push(name);
            }
        }
        needed
    }
}

/// Returns the job that stands for nobody's call.
pub(super) fn nobody(workflow: String) -> FlatJob {
    FlatJob {
        name: String::new(),
        body: Map::default(),
        origin: Origin::generated(),
        needs: Vec::new(),
        callers: Vec::new(),
        workflow,
        env: None,
        defaults: None,
        strategy: None,
    }
}
