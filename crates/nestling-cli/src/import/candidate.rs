//! The jobs of the old configuration, each with the condition under which GitLab makes it.

use super::includes::{IncludeCondition, Includes};
use super::kind::{self, Kind, with_variables};
use super::old::{Configuration, OldPipeline};
use nestling::Origin;
use nestling_gitlab::check::KnownVariables;
use nestling_gitlab::pipeline::guard::{Atom, Guard};
use nestling_gitlab::pipeline::presence::{Changed, follows};
use nestling_gitlab::yaml::{Map, Node};

/// The pipeline that a job is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Owner {
    /// The pipeline of `.gitlab-ci.yml`.
    Root,
    /// A static child, by its position.
    Child(usize),
}

/// A job of the old configuration.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// The pipeline that it is in.
    pub owner: Owner,
    /// Its name there.
    pub name: String,
    /// The key under which it is written: copies of a trigger job share one.
    pub key: String,
    /// The key that names it.
    pub origin: Origin,
    /// The file that defines it.
    pub file: String,
    /// Everything that GitLab reads of it.
    pub folded: Map,
    /// The position of its stage.
    pub position: usize,
    /// Its own keywords, without the defaults of its file.
    pub own: Map,
    /// The condition of its file or of its trigger job, as the body of a job.
    pub gate: Option<Gate>,
    /// The condition under which GitLab makes it in a pipeline of which nothing is known.
    pub guard_of_any: Guard,
    /// The condition under which GitLab makes it, for each kind of [`Kind::of_import`], where it is not known what changed.
    pub guards: Vec<Guard>,
}

/// A condition that all jobs of a file, or of a static child, have.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    /// The keywords that decide.
    pub body: Map,
    /// True if it is a trigger job.
    pub is_trigger: bool,
}

/// Collects the jobs of the root and of all static children. The trigger jobs of the children are among those of the root.
pub(super) fn candidates(old: &OldPipeline, includes: &Includes, kinds: &[Kind]) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for job in &old.root.pipeline.jobs {
        let file = old.sources.path(job.origin.file);
        let gate = match includes.get(&file).map(|included| &included.condition) {
            Some(IncludeCondition::Rules(body)) => Some(Gate { body: body.clone(), is_trigger: false }),
            _ => None,
        };
        let has_rules = old.root.has_workflow_rules();
        let guards = kinds.iter().map(|kind| {
            let own = guard(job.name.as_str(), &job.body, kind, Level::Root { has_rules });
            let outer =
                gate.as_ref().map(|gate| guard("include", &gate.body, kind, Level::Root { has_rules: true }));
            Guard::all(outer.into_iter().chain([own]))
        });
        candidates.push(Candidate {
            owner: Owner::Root,
            name: job.name.to_string(),
            key: old.key_of(job.name.as_str()).to_owned(),
            origin: job.origin,
            file,
            guards: guards.collect(),
            guard_of_any: guard_of_any(job.name.as_str(), &job.body, gate.as_ref()),
            position: old.root.stage_position(job.stage()),
            own: old.root.own_body(job),
            folded: job.body.clone(),
            gate,
        });
    }
    for (index, child) in old.children.iter().enumerate() {
        let trigger = old.root.pipeline.job(&child.trigger);
        let gate = trigger.map(|trigger| Gate { body: trigger.body.clone(), is_trigger: true });
        candidates.extend(of_child(old, index, &child.configuration, gate.as_ref(), kinds));
    }
    candidates
}

fn of_child<'a>(
    old: &'a OldPipeline,
    index: usize,
    child: &'a Configuration,
    gate: Option<&'a Gate>,
    kinds: &'a [Kind],
) -> impl Iterator<Item = Candidate> + 'a {
    let has_rules = child.has_workflow_rules();
    let workflow = workflow_as_job(child);
    child.pipeline.jobs.iter().map(move |job| {
        let guards = kinds.iter().map(|kind| {
            let level = Level::Child { has_rules };
            let workflow = workflow.as_ref().map(|workflow| guard("workflow", workflow, kind, level));
            let own = guard(job.name.as_str(), &job.body, kind, level);
            let root = Level::Root { has_rules: old.root.has_workflow_rules() };
            let outer = gate.map(|gate| guard("trigger", &gate.body, kind, root));
            Guard::all(outer.into_iter().chain(workflow).chain([own]))
        });
        let of_any = guard_of_any(job.name.as_str(), &job.body, gate);
        let of_workflow = workflow.as_ref().map(|workflow| guard_of_any("workflow", workflow, None));
        Candidate {
            owner: Owner::Child(index),
            name: job.name.to_string(),
            key: job.name.to_string(),
            origin: job.origin,
            file: old.sources.path(job.origin.file),
            guards: guards.collect(),
            guard_of_any: Guard::all(of_workflow.into_iter().chain([of_any])),
            position: child.stage_position(job.stage()),
            own: child.own_body(job),
            folded: job.body.clone(),
            gate: gate.cloned(),
        }
    })
}

/// Returns the position of the static child that a trigger job starts.
pub(super) fn child_index(candidate: &Candidate, old: &OldPipeline) -> Option<usize> {
    let is_trigger = candidate.owner == Owner::Root;
    old.children.iter().position(|child| is_trigger && child.trigger == candidate.name)
}

/// Returns the condition under which GitLab makes a pipeline of the root at all, for each kind.
pub(super) fn workflow_guards(old: &OldPipeline, kinds: &[Kind]) -> Vec<Guard> {
    let workflow = workflow_as_job(&old.root);
    let of_kind = |kind: &Kind| match &workflow {
        Some(workflow) => guard("workflow", workflow, kind, Level::Root { has_rules: true }),
        None => Guard::Always,
    };
    kinds.iter().map(of_kind).collect()
}

/// Returns the rules of a configuration's `workflow`, with the variables of the file, as the body of a job; `None` without rules.
fn workflow_as_job(configuration: &Configuration) -> Option<Map> {
    let mut body = Map::default();
    body.set("rules", configuration.pipeline.workflow.get("rules")?.clone());
    if let Some(variables) = configuration.pipeline.globals.get("variables") {
        body.set("variables", variables.clone());
    }
    Some(body)
}

/// The level of a pipeline.
#[derive(Debug, Clone, Copy)]
enum Level {
    Root { has_rules: bool },
    Child { has_rules: bool },
}

/// Returns the condition under which GitLab makes a job in a kind of pipeline, where it is not known what changed.
fn guard(name: &str, body: &Map, kind: &Kind, level: Level) -> Guard {
    let (variables, has_rules) = match level {
        Level::Root { has_rules } => (kind.root_variables(), has_rules),
        Level::Child { has_rules } => (kind.child_variables(), has_rules),
    };
    let creation = Kind::creation(&variables, kind.unknown_changes());
    with_variables(&kind::guard(name, body, &creation.moment(has_rules)), kind.reference())
}

/// Returns the condition of a job where neither kind nor variables are known. A variable of the project, of a schedule or of a
/// manual run overrides `variables` of the file (<https://docs.gitlab.com/ci/variables/#cicd-variable-precedence>).
fn guard_of_any(name: &str, body: &Map, gate: Option<&Gate>) -> Guard {
    let variables = KnownVariables::default();
    let creation = Kind::creation(&variables, Changed::Unknown);
    let moment = creation.moment(true);
    let of_body = |name: &str, body: &Map| {
        let mut body = body.clone();
        body.remove("variables");
        kind::guard(name, &body, &moment)
    };
    let outer = gate.map(|gate| of_body("gate", &gate.body));
    Guard::all(outer.into_iter().chain([of_body(name, body)]))
}

/// Conditions with more unknowns than this are not decided by trying all combinations.
const FEW_UNKNOWNS: usize = 5;

fn is_decidable(guard: &Guard) -> bool {
    guard.atoms().len() <= FEW_UNKNOWNS
}

/// Returns `true` if two conditions can hold in one pipeline. Conditions that take too long to decide are taken to.
pub(super) fn can_meet(a: &Guard, b: &Guard) -> bool {
    let both = Guard::all([a.clone(), b.clone()]);
    both != Guard::Never && !(is_decidable(&both) && follows(&both, &Guard::Never))
}

/// Returns what is left of a condition where no path changed.
fn without_changes(guard: &Guard) -> Guard {
    match guard {
        Guard::Atom(Atom::Changes(_)) => Guard::Never,
        Guard::Not(inner) => without_changes(inner).negated(),
        Guard::All(parts) => Guard::all(parts.iter().map(without_changes)),
        Guard::Any(parts) => Guard::any(parts.iter().map(without_changes)),
        other => other.clone(),
    }
}

impl Candidate {
    /// Returns the globs of `changes` that decide about it in some kind of pipeline, as they are written.
    pub(super) fn written_globs(&self) -> Vec<String> {
        let mut globs = Vec::new();
        for guard in &self.guards {
            for atom in guard.atoms() {
                let Atom::Changes(written) = atom else { continue };
                for glob in written {
                    if !globs.contains(glob) {
                        globs.push(glob.clone());
                    }
                }
            }
        }
        globs
    }

    /// Returns the condition under which a pipeline of this kind has the job where no path changed.
    pub(super) fn guard_without_changes(&self, kind: usize) -> Guard {
        self.guards.get(kind).map_or(Guard::Never, without_changes)
    }

    /// Returns `true` if GitLab makes the job in no pipeline of this kind in which none of its globs matches a changed path.
    pub(super) fn is_selected_by_paths(&self, kind: usize) -> bool {
        let Some(guard) = self.guards.get(kind) else { return false };
        let unchanged = without_changes(guard);
        unchanged == Guard::Never || is_decidable(&unchanged) && follows(&unchanged, &Guard::Never)
    }

    /// Returns `true` if some pipeline of this kind can have the job.
    pub(super) fn is_possible(&self, kind: usize) -> bool {
        self.guards.get(kind).is_some_and(|guard| *guard != Guard::Never)
    }

    /// Returns `true` if some pipeline can have both jobs.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.guards.iter().zip(&other.guards).any(|(a, b)| can_meet(a, b))
    }

    /// Returns the value of a scalar keyword.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.folded.get(key).and_then(Node::text)
    }
}
