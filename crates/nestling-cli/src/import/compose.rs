//! Makes units of the jobs that move, each with its jobs in the form that a child pipeline needs.

use super::candidate::{Candidate, Owner};
use super::clause::written;
use super::evidence::{Placement, whole};
use super::forwarded::Forwarded;
use super::includes::changes_globs;
use super::naming::{NamesByDirectory, short_names, unit_names};
use super::obstacle::{BRANCHES, MERGE_REQUEST, conditions, configuration, needs_whole};
use super::old::{OldPipeline, cancels};
use super::pairing::{join, pair_up};
use super::relations::{add_relations, is_possible};
use super::unit::{Composition, NewJob, NewUnit, Whole};
use nestling_gitlab::pipeline::scope::rename_jobs;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// The jobs that move, with what is known of them.
pub(super) struct Moving<'a> {
    /// All jobs of the old configuration.
    pub candidates: &'a [Candidate],
    /// The positions of those that move into units, trigger jobs left out.
    pub moved: Vec<usize>,
    /// The directory of each candidate.
    pub placements: &'a [Option<Placement>],
    /// The old configuration.
    pub old: &'a OldPipeline,
    /// True if environments with a stop job go to the catalogue.
    pub moves_pairs: bool,
}

impl Moving<'_> {
    /// Makes the units.
    pub(super) fn compose(&self) -> Composition {
        let groups = self.groups();
        let whole = Whole {
            merge_requests: self.jobs().any(|job| needs_whole(job, &[MERGE_REQUEST])),
            branches: self.jobs().any(|job| needs_whole(job, &BRANCHES)),
        };
        let has_children = self.jobs().any(|job| job.owner != Owner::Root);
        let cancels_on_failure = cancels(self.old.root.pipeline.workflow.get("auto_cancel")) == Some(true);
        let mut composition = Composition { whole, cancels_on_failure, ..Composition::default() };
        if !has_children {
            let (defaults, variables) = self.old.root.defaults.parts();
            (composition.defaults, composition.variables) = (in_child(defaults), in_child(variables));
        }
        let mut names = self.names(&groups);
        for members in groups.values() {
            for member in members {
                let Some(job) = self.candidates.get(*member) else { continue };
                if let Some((unit, short)) = names.get(member) {
                    composition.names.insert((job.owner, job.name.clone()), format!("{unit}:{short}"));
                }
            }
        }
        let pairs = if self.moves_pairs {
            pair_up(self.candidates, self.old, &groups, &mut names, &mut composition)
        } else {
            Vec::new()
        };
        for (directory, members) in &groups {
            let mut unit = self.unit(directory, members, &names, &composition);
            join(&mut unit.jobs, &pairs);
            composition.units.push(unit);
        }
        add_relations(&mut composition.units, &self.selections(&groups));
        composition
    }

    fn jobs(&self) -> impl Iterator<Item = &Candidate> {
        self.moved.iter().filter_map(|index| self.candidates.get(*index))
    }

    /// Returns the positions of the jobs of each directory.
    fn groups(&self) -> BTreeMap<String, Vec<usize>> {
        let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for index in &self.moved {
            if let Some(placement) = self.placements.get(*index).and_then(Option::as_ref) {
                groups.entry(placement.directory.clone()).or_default().push(*index);
            }
        }
        groups
    }

    /// Returns the unit and the short name of each job.
    fn names(&self, groups: &BTreeMap<String, Vec<usize>>) -> BTreeMap<usize, (String, String)> {
        let old_name = |index: &usize| self.candidates.get(*index).map(|job| job.name.as_str());
        let directories: NamesByDirectory<'_> = groups
            .iter()
            .map(|(directory, members)| (directory.as_str(), members.iter().filter_map(old_name).collect()))
            .collect();
        let units = unit_names(&directories);
        let staying = self.staying_names();
        let mut names = BTreeMap::new();
        for (directory, members) in groups {
            let Some(unit) = units.get(directory) else { continue };
            let old_names = directories.get(directory.as_str()).map(Vec::as_slice).unwrap_or_default();
            let short = short_names(unit, directory, old_names, &staying);
            for member in members {
                let short = old_name(member).and_then(|name| short.get(name));
                names.insert(*member, (unit.clone(), short.cloned().unwrap_or_default()));
            }
        }
        names
    }

    /// Returns the names of the jobs that stay in the parent: no job of a unit is called as one of them.
    fn staying_names(&self) -> BTreeSet<&str> {
        let candidates = self.candidates.iter().enumerate();
        let staying =
            candidates.filter(|(index, job)| job.owner == Owner::Root && !self.moved.contains(index));
        staying.map(|(_, job)| job.name.as_str()).collect()
    }

    /// Returns the globs that select each directory's unit: its own paths, and all that its jobs ask for.
    fn selections(&self, groups: &BTreeMap<String, Vec<usize>>) -> BTreeMap<String, BTreeSet<String>> {
        let selection = |(directory, members): (&String, &Vec<usize>)| {
            (directory.clone(), self.selection(directory, members))
        };
        groups.iter().map(selection).collect()
    }

    fn selection(&self, directory: &str, members: &[usize]) -> BTreeSet<String> {
        let jobs = members.iter().filter_map(|index| self.candidates.get(*index));
        let mut selection: BTreeSet<String> =
            jobs.flat_map(Candidate::globs).filter(|glob| is_possible(glob)).collect();
        selection.insert(whole(directory));
        selection
    }

    fn unit(
        &self,
        directory: &str,
        members: &[usize],
        names: &BTreeMap<usize, (String, String)>,
        composition: &Composition,
    ) -> NewUnit {
        let selection = self.selection(directory, members);
        let owners: BTreeSet<Owner> =
            members.iter().filter_map(|index| Some(self.candidates.get(*index)?.owner)).collect();
        let single = if owners.len() == 1 { owners.first().copied() } else { None };
        let has_workspace_defaults = !(composition.defaults.is_empty() && composition.variables.is_empty());
        let (defaults, variables) = match single {
            Some(owner) if !has_workspace_defaults && self.has_children() => self.unit_defaults(owner),
            _ => Default::default(),
        };
        let is_folded = single.is_none();
        let unit_name = members.first().and_then(|first| names.get(first)).map(|(unit, _)| unit.clone());
        let jobs = members.iter().filter_map(|index| {
            let may_imply = !composition.whole.is_any();
            self.job(*index, names, is_folded, &|globs| may_imply && *globs == selection)
        });
        NewUnit {
            directory: directory.to_owned(),
            name: unit_name.unwrap_or_else(|| directory.to_owned()),
            changes: BTreeSet::new(),
            depends_on: BTreeSet::new(),
            defaults,
            variables,
            jobs: jobs.collect(),
            family: None,
        }
    }

    fn has_children(&self) -> bool {
        self.jobs().any(|job| job.owner != Owner::Root)
    }

    /// Returns `default` and `variables` of a configuration; those of a static child with what its trigger job forwards.
    fn unit_defaults(&self, owner: Owner) -> (Map, Map) {
        let (defaults, variables) = configuration(owner, self.old).defaults.parts();
        if owner == Owner::Root {
            return (in_child(defaults), in_child(variables));
        }
        let mut variables = variables.clone();
        for (name, value) in self.forwarded(owner) {
            variables.set(&name, value);
        }
        (defaults.clone(), variables)
    }

    /// Returns the variables that a trigger job forwards to its static child, where they win over all others.
    fn forwarded(&self, owner: Owner) -> Vec<(String, Node)> {
        let Owner::Child(index) = owner else { return Vec::new() };
        let child = self.old.children.get(index);
        let trigger = child.and_then(|child| self.old.root.pipeline.job(&child.trigger));
        let variables = trigger.and_then(|trigger| trigger.body.get("variables")?.as_map());
        let forwarded = variables.map(Forwarded::by).unwrap_or_default();
        // The new trigger job forwards these itself.
        let is_new = |name: &str| forwarded.names().all(|(_, parent_name)| parent_name != name);
        let variables = variables.into_iter().flat_map(Map::iter).filter(|(name, _)| is_new(name));
        let renamed = |(name, value): (&str, &Node)| {
            let mut value = value.clone();
            Forwarded::all().rename_in(&mut value);
            (name.to_owned(), value)
        };
        variables.map(renamed).collect()
    }

    fn job(
        &self,
        index: usize,
        names: &BTreeMap<usize, (String, String)>,
        is_folded: bool,
        implies: &dyn Fn(&BTreeSet<String>) -> bool,
    ) -> Option<NewJob> {
        let candidate = self.candidates.get(index)?;
        let (unit, short) = names.get(&index)?.clone();
        let mut body = if is_folded { candidate.folded.clone() } else { candidate.own.clone() };
        if candidate.owner == Owner::Root {
            Forwarded::all().rename_in_map(&mut body);
        }
        let mut rewritten = Vec::new();
        self.set_rules(candidate, &mut body, implies, &mut rewritten)?;
        self.set_variables(candidate, &mut body, &mut rewritten);
        let mut renamed = Vec::new();
        rename_jobs(&mut body, &mut |name, _| {
            let (other_unit, other_short) =
                self.position_of(candidate.owner, name).and_then(|index| names.get(&index))?;
            let new =
                if *other_unit == unit { other_short.clone() } else { format!("{other_unit}:{other_short}") };
            if new != name {
                renamed.push(format!("`{name}` is `{new}` there"));
            }
            Some(new)
        });
        renamed.dedup();
        rewritten.extend(renamed);
        Some(NewJob { candidate: index, short, body, rewritten, is_block: false })
    }

    fn position_of(&self, owner: Owner, name: &str) -> Option<usize> {
        self.candidates.iter().position(|job| job.owner == owner && job.name == name)
    }

    fn set_rules(
        &self,
        candidate: &Candidate,
        body: &mut Map,
        implies: &dyn Fn(&BTreeSet<String>) -> bool,
        rewritten: &mut Vec<String>,
    ) -> Option<()> {
        let clauses = conditions(candidate, self.old).ok()?;
        let implied = |changes: &Node| {
            let globs: BTreeSet<String> =
                changes_globs(changes).iter().map(|glob| candidate.expanded(glob)).collect();
            implies(&globs.into_iter().filter(|glob| is_possible(glob)).collect())
        };
        let has_implied = clauses.iter().flat_map(|clause| &clause.changes).any(implied);
        let rules = written(clauses, &implied, candidate.origin).ok()?;
        for key in ["only", "except"] {
            if body.remove(key).is_some() {
                rewritten.push(format!("`{key}` is `rules`: a child is started by its parent"));
            }
        }
        if has_implied {
            rewritten.push("its `changes` become the unit's paths".to_owned());
        }
        let before = body.get("rules").cloned();
        let gate = candidate.gate.as_ref();
        match rules {
            Some(rules) => {
                let is_of_root = candidate.owner == Owner::Root;
                if is_of_root && before.as_ref().is_some_and(asks_for_source) {
                    rewritten.push("`$CI_PIPELINE_SOURCE` is `parent_pipeline` in a child".to_owned());
                }
                body.set("rules", rules);
            }
            None => {
                body.remove("rules");
            }
        }
        if let Some(gate) = gate {
            let of = if gate.is_trigger { "its trigger job" } else { "its include" };
            rewritten.push(format!("it has the condition of {of}"));
        }
        Some(())
    }

    /// Variables of a trigger job override those of the jobs of its child.
    fn set_variables(&self, candidate: &Candidate, body: &mut Map, rewritten: &mut Vec<String>) {
        for (name, value) in self.forwarded(candidate.owner) {
            let own = body.get_mut("variables").and_then(Node::as_map_mut);
            if let Some(own) = own.filter(|own| own.contains(&name)) {
                own.set(&name, value);
                rewritten.push(format!("`{name}` has the value that the trigger job forwarded"));
            }
        }
    }
}

/// Returns the defaults that a file gives to its jobs, in the form that a child pipeline needs.
fn in_child(given: &Map) -> Map {
    let mut given = given.clone();
    Forwarded::all().rename_in_map(&mut given);
    given
}

fn asks_for_source(rules: &Node) -> bool {
    let rules = rules.items_or_self();
    let conditions = rules.iter().filter_map(|rule| rule.get("if")?.text());
    conditions.into_iter().any(|condition| condition.contains("$CI_PIPELINE_SOURCE"))
}
