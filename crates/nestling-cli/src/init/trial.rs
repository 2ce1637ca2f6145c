//! Plans the proposed workspace before it is written, and drops what would not work: templates whose jobs cannot begin, and units
//! with errors.

use super::errors::drop_errors;
use super::findings::{Findings, Remark};
use super::first_command::{Fault, Shell};
use super::inventory::Inventory;
use super::overlay::Overlay;
use super::own_templates::OwnTemplate;
use super::proposed_file::ProposedFile;
use super::units::{Declarations, Declared, Unit, Units};
use super::unneeded::unneeded;
use super::workspace_file::UnitRule;
use crate::exit::Failure;
use nestling::testing::{RenderLimits, with_templates};
use nestling::{
    FILE_NAME, Files, Job, MemoryFiles, PipelineFacts, Plan, Project, RepoPath, UnitName, library_names,
};
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet};

/// Reads the inputs that the built-in templates declare.
///
/// # Errors
/// The temporary project for it cannot be read.
pub(super) fn declarations() -> Result<Declarations, Failure> {
    let files = MemoryFiles::new([(FILE_NAME, "workspace: {}")]);
    let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
    Ok(with_templates(&project, RenderLimits::default(), |templates| {
        let declared = |name: &String| {
            let inputs = templates.inputs(name).ok().flatten();
            let inputs = inputs.as_ref().and_then(Node::as_map).into_iter().flat_map(Map::iter);
            inputs.map(|(input, definition)| (input.to_owned(), input_of(definition))).collect()
        };
        library_names().iter().map(|name| (name.clone(), declared(name))).collect()
    }))
}

fn input_of(definition: &Node) -> Declared {
    let items = |key: &str| {
        let items = definition.get(key).and_then(Node::as_seq).unwrap_or_default();
        items.iter().filter_map(Node::text).map(str::to_owned).collect()
    };
    Declared {
        options: items("options"),
        default: definition.get("default").and_then(Node::text).map(str::to_owned),
        default_items: items("default"),
    }
}

/// A repository with a workspace that is not written yet.
pub(super) struct Trial<'t> {
    pub files: &'t dyn Files,
    pub inventory: &'t Inventory,
    pub shell: &'t Shell<'t>,
    /// The parent's file, which will be there as well.
    pub parent: &'t ProposedFile,
    /// Contents that replace invalid files.
    pub replaced: BTreeMap<RepoPath, Vec<u8>>,
}

impl Trial<'_> {
    /// Plans a workspace, and drops what does not work. Returns true if it did so: what is left is another workspace.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn run(
        &self,
        workspace: &str,
        rules: &[UnitRule],
        units: &mut Units,
        findings: &mut Findings,
    ) -> Result<bool, Failure> {
        let at_root = |name: &str| RepoPath::root().child(name.as_bytes());
        let mut added = self.replaced.clone();
        added.insert(at_root(FILE_NAME), workspace.into());
        let used: BTreeSet<&str> =
            units.values().flat_map(|unit| &unit.uses).map(|used| used.template.as_str()).collect();
        let own = used.into_iter().filter_map(OwnTemplate::named);
        added.extend(own.map(|template| (template.file(), template.text.into())));
        if !self.inventory.at_root.contains(self.parent.path) {
            added.insert(at_root(self.parent.path), self.parent.text.clone().into_bytes());
        }
        let overlay = Overlay::new(self.files, added);
        let facts = PipelineFacts::local(Some("main".to_owned()), Some("main".to_owned()), None);
        let project = Project::of_files(&overlay, facts)?;
        let plan = project.plan(project.changes()?).run()?;
        if plan.has_errors() {
            return drop_errors(&project, units, findings);
        }
        self.note_jobs(&plan, units);
        let has_faults = self.drop_faults(&plan, units, findings);
        let has_idle = self.drop_idle_templates(&plan, units, findings);
        if self.drop_idle(&plan, units, findings) || has_faults || has_idle {
            return Ok(true);
        }
        // All kinds of pipelines take longer than one, so they are for what is left.
        let planning = project.plan(project.changes()?).report_unused_keys();
        let checked = planning.check(project.kinds()?)?;
        if checked.has_errors() {
            return drop_errors(&project, units, findings);
        }
        let unneeded = unneeded(&checked.diagnostics, &checked.sources, workspace, rules);
        for (rule, glob) in &unneeded {
            for dir in &rules[*rule].dirs {
                units.entry(dir.clone()).and_modify(|unit| {
                    unit.unneeded.insert(glob.clone());
                });
            }
        }
        Ok(!unneeded.is_empty())
    }

    fn note_jobs(&self, plan: &Plan, units: &mut Units) {
        units.values_mut().for_each(|unit| unit.jobs.clear());
        for (dir, job) in self.jobs(plan) {
            if let Some(unit) = units.get_mut(&dir) {
                unit.jobs.push(own_name(job).to_owned());
            }
        }
    }

    /// Returns the jobs of units, with the directories of these.
    fn jobs<'p>(&self, plan: &'p Plan) -> impl Iterator<Item = (RepoPath, &'p Job)> {
        let dirs: BTreeMap<_, _> = plan.units().map(|unit| (unit.name.clone(), unit.dir.clone())).collect();
        plan.pipeline.jobs.iter().filter_map(move |job| Some((dirs.get(job.unit.as_ref()?)?.clone(), job)))
    }

    /// Drops each template that has a job whose commands cannot run.
    fn drop_faults(&self, plan: &Plan, units: &mut Units, findings: &mut Findings) -> bool {
        let shell = self.shell;
        let mut is_dropping = false;
        let jobs: Vec<(RepoPath, &Job, Option<Fault>)> =
            self.jobs(plan).map(|(dir, job)| (dir, job, shell.first_fault(&job.body))).collect();
        let healthy: BTreeSet<(&RepoPath, &str)> = jobs
            .iter()
            .filter(|(.., fault)| fault.is_none())
            .map(|(dir, job, _)| (dir, own_name(job)))
            .collect();
        for (dir, job, fault) in &jobs {
            let Some(unit) = units.get_mut(dir) else { continue };
            let others: BTreeSet<&str> =
                healthy.iter().filter(|(other, _)| *other == dir).map(|(_, job)| *job).collect();
            if let Some(fault) = fault.as_ref().filter(|fault| fault.is_script)
                && leave_out(unit, own_name(job), &others)
            {
                let reason = format!("its job {} cannot run and is left out: {}", own_name(job), fault.text);
                findings.notes.push(Remark::new(dir, reason));
                is_dropping = true;
                continue;
            }
            let fault = fault.as_ref().map(|fault| fault.text.clone());
            let fault = fault.or_else(|| unit.is_tested_only.then(|| shell.deploying(&job.body)).flatten());
            let fault = fault.map(|fault| format!("cannot run: {fault}"));
            let unasked = || shell.unasked(&job.body).map(|effect| format!("is not proposed: {effect}"));
            let Some(fault) = fault.or_else(unasked) else { continue };
            let is_of = |template: &str| is_made_by(plan, job, template);
            let before = unit.uses.len();
            let templates: Vec<String> = unit.uses.iter().map(|used| used.template.clone()).collect();
            unit.uses.retain(|used| !is_of(&used.template));
            if unit.uses.len() == before {
                // The job is of none of them, or of one that is dropped already.
                continue;
            }
            is_dropping = true;
            let dropped = templates.iter().find(|template| is_of(template)).or(templates.first());
            let dropped = dropped.map_or("", |template| OwnTemplate::shown(template));
            let reason = format!("{} of {dropped} {fault}", own_name(job));
            findings.not_understood.push(Remark::new(dir, reason));
            if unit.uses.is_empty() {
                units.remove(dir);
            }
        }
        is_dropping
    }

    /// Drops the templates that make no job in a unit that has jobs of others.
    fn drop_idle_templates(&self, plan: &Plan, units: &mut Units, findings: &mut Findings) -> bool {
        let mut busy: BTreeMap<RepoPath, BTreeSet<String>> = BTreeMap::new();
        for (dir, job) in self.jobs(plan) {
            let uses = units.get(&dir).map(|unit| unit.uses.as_slice()).unwrap_or_default();
            let makers = uses.iter().filter(|used| is_made_by(plan, job, &used.template));
            busy.entry(dir.clone()).or_default().extend(makers.map(|used| used.template.clone()));
        }
        let mut is_dropping = false;
        for (dir, unit) in units.iter_mut().filter(|(_, unit)| unit.uses.len() > 1) {
            let Some(busy) = busy.get(dir).filter(|busy| !busy.is_empty()) else { continue };
            for used in unit.uses.iter().filter(|used| !busy.contains(&used.template)) {
                let reason = format!("{} finds nothing to run in addition to the other jobs", used.template);
                findings.no_unit.push(Remark::new(dir, reason));
                is_dropping = true;
            }
            unit.uses.retain(|used| busy.contains(&used.template));
        }
        is_dropping
    }

    /// Drops units without jobs, unless one with jobs depends on them: a change there has to select that one.
    fn drop_idle(&self, plan: &Plan, units: &mut Units, findings: &mut Findings) -> bool {
        let by_name: BTreeMap<&UnitName, &nestling::Unit> =
            plan.units().map(|unit| (&unit.name, unit)).collect();
        let has_jobs =
            |unit: &&&nestling::Unit| units.get(&unit.dir).is_none_or(|unit| !unit.jobs.is_empty());
        let mut open: Vec<&nestling::Unit> = by_name.values().filter(has_jobs).copied().collect();
        let mut needed: BTreeSet<&RepoPath> = BTreeSet::new();
        while let Some(unit) = open.pop() {
            if needed.insert(&unit.dir) {
                open.extend(unit.dependencies().filter_map(|name| by_name.get(name)));
            }
        }
        let idle: Vec<RepoPath> = units.keys().filter(|dir| !needed.contains(dir)).cloned().collect();
        for dir in &idle {
            let templates: Vec<String> = units[dir].uses.iter().map(|used| used.template.clone()).collect();
            let reason =
                format!("{} finds nothing to run, and no unit depends on it", templates.join(" and "));
            findings.no_unit.push(Remark::new(dir, reason));
            units.remove(dir);
        }
        !idle.is_empty()
    }
}

/// The jobs of `nestling/node`, each of the script that an input names.
const OF_SCRIPTS: [&str; 4] = ["build", "lint", "typecheck", "test"];

/// Leaves out the job of a script in a unit where another one can run. A build is what the others may need. Returns true if it
/// did.
fn leave_out(unit: &mut Unit, job: &str, healthy: &BTreeSet<&str>) -> bool {
    let has_build = unit.jobs.iter().any(|other| other == "build");
    let is_build_faulty = has_build && !healthy.contains("build");
    let has_others = OF_SCRIPTS.iter().any(|other| healthy.contains(other));
    if is_build_faulty || !has_others || !OF_SCRIPTS.contains(&job) {
        return false;
    }
    let Some(used) = unit.uses.iter_mut().find(|used| used.template == "nestling/node") else { return false };
    used.inputs.insert(format!("{job}_script"), "\"\"".to_owned());
    true
}

/// Returns the name of a job without its unit's.
fn own_name(job: &Job) -> &str {
    let name = job.name.as_str();
    let own = job.unit.as_ref().and_then(|unit| name.strip_prefix(unit.as_str())?.strip_prefix(':'));
    own.unwrap_or(name)
}

/// Returns true if a job comes from a template.
fn is_made_by(plan: &Plan, job: &Job, template: &str) -> bool {
    let path = plan.sources.path(job.origin.file);
    match OwnTemplate::named(template) {
        Some(own) => path == own.path,
        None => path.starts_with(&format!("{template}/")),
    }
}
