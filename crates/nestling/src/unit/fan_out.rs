//! Fans the deploying jobs of a unit out, and ties the jobs around them to the jobs that they became.

use super::declared_target::TARGET;
use super::deploy::sent_to;
use super::deploying::Deploying;
use super::jobs::{Promoted, UnitJob, UnitJobs};
use super::needs::{Fans, drop_dependents, further_conditional, retarget};
use super::pair::{pair, stop_name};
use super::promotion::Promotion;
use super::target::{Target, target};
use super::targets::targets;
use crate::environments::{Conditions, LeftOut};
use crate::unit::rules::{JOB_NAME_CLASH, STOP_BLOCK};
use crate::workspace::{After, Catalogue, Environment, Stop};
use indexmap::IndexMap;
use nestling_gitlab::diagnostic::{Diagnostic, has_errors};
use nestling_gitlab::name::EnvironmentName;
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Fans the jobs of a unit out over the environments that this pipeline deploys to, and writes the stop jobs.
///
/// A job whose environments are none of this pipeline's is left out, and so is every job that needs it: both are in
/// [`UnitJobs::left_out`] with the reason.
pub(super) fn fan_out(unit: UnitJobs, deploying: &Deploying<'_>) -> (UnitJobs, Vec<Diagnostic>) {
    let mut fanning = Fanning {
        unit: &unit,
        deploying,
        deployed: deployed(&unit, deploying),
        rendered: BTreeMap::new(),
        jobs: IndexMap::new(),
        fans: Fans::new(),
        left_out: unit.left_out.clone(),
        problems: Vec::new(),
        pending: Vec::new(),
        written: (0, 0),
        ranks: HashMap::new(),
    };
    for (index, (name, job)) in unit.jobs.iter().enumerate() {
        fanning.written = (index, 0);
        fanning.job(name, job);
    }
    fanning.deploys();
    let Fanning { mut jobs, fans, mut left_out, mut problems, .. } = fanning;
    let (targets, malformed) = targets(&unit, deploying);
    problems.extend(malformed);
    let further_conditional = further_conditional(&jobs, &fans);
    retarget(&mut jobs, &fans, &further_conditional);
    drop_dependents(&mut jobs, &fans, &mut left_out);
    (UnitJobs { jobs, fans, further_conditional, left_out, targets, ..unit }, problems)
}

struct Fanning<'a> {
    unit: &'a UnitJobs,
    deploying: &'a Deploying<'a>,
    /// The entries of the catalogue that jobs of the unit are sent to in this pipeline.
    deployed: BTreeSet<&'a str>,
    /// The jobs as they render for each environment; `None` where they are the same for all.
    rendered: BTreeMap<String, Option<UnitJobs>>,
    jobs: IndexMap<String, UnitJob>,
    fans: Fans,
    left_out: Vec<LeftOut>,
    problems: Vec<Diagnostic>,
    /// The deploys to make: those to environments that others come `after` are made first.
    pending: Vec<PendingDeploy<'a>>,
    /// The place of what is made now, in the order written: the job, and its environment.
    written: (usize, usize),
    /// The places of the jobs that were made.
    ranks: HashMap<String, (usize, usize)>,
}

/// A job that is to be sent to an entry of the catalogue.
struct PendingDeploy<'a> {
    name: &'a str,
    job: &'a UnitJob,
    entry: &'a Environment,
    over: Map,
    written: (usize, usize),
}

impl<'a> Fanning<'a> {
    fn job(&mut self, name: &'a str, job: &'a UnitJob) {
        let (target, problems) = target(&job.body, self.deploying.catalogue());
        let is_wrong = has_errors(&problems);
        self.problems.extend(problems);
        let (entries, over) = match target {
            Target::None => return self.without_environment(name, job),
            Target::Written(written) => match self.elsewhere(&written) {
                None => return self.written(name, job, written),
                Some(reason) => {
                    self.left_out.push(LeftOut { job: name.to_owned(), reason });
                    self.fans.insert(name.to_owned(), Vec::new());
                    return;
                }
            },
            Target::Catalogue { entries, over } => (entries, over),
        };
        let facts = self.deploying.facts();
        let is_among = |only: &String| entries.iter().any(|entry| entry.name.as_str() == only);
        let reason = match &facts.only_environment {
            Some(only) if is_among(only) => format!("this kind of pipeline does not deploy to `{only}`"),
            Some(only) => format!("none of its environments is `{only}` (`--environment`)"),
            None => "this kind of pipeline deploys to none of its environments".to_owned(),
        };
        let entries: Vec<&Environment> =
            entries.into_iter().filter(|entry| entry.is_deployed_in(facts)).collect();
        if entries.is_empty() && !is_wrong {
            self.left_out.push(LeftOut { job: name.to_owned(), reason });
        }
        self.fans.insert(name.to_owned(), Vec::new());
        for (index, entry) in entries.into_iter().enumerate() {
            let written = (self.written.0, index);
            self.pending.push(PendingDeploy { name, job, entry, over: over.clone(), written });
        }
    }

    /// Makes the deploys, and puts all jobs into the order written.
    fn deploys(&mut self) {
        let mut pending = std::mem::take(&mut self.pending);
        pending.sort_by_key(|deploy| environments_before(deploy.entry, self.deploying.catalogue()));
        for PendingDeploy { name, job, entry, over, written } in pending {
            self.written = written;
            self.deploy(name, job, entry, &over);
        }
        let ranks = std::mem::take(&mut self.ranks);
        self.jobs.sort_by_key(|name, _| ranks.get(name).copied());
        for fan in self.fans.values_mut() {
            fan.sort_by_key(|name| ranks.get(name).copied());
        }
    }

    fn without_environment(&mut self, name: &str, job: &UnitJob) {
        if let Some(stop) = job.body.entry("stop") {
            let message = format!("`{name}` has a `stop` block but no `environment`");
            let problem = Diagnostic::error(&STOP_BLOCK, stop.key.origin, message);
            self.problems.push(problem.with_help("add the environment that it stops: `environment: [NAME]`"));
        }
        self.keep(name, UnitJob { body: without_own_keys(&job.body), ..job.clone() });
    }

    /// Returns why a job whose environment is written out is left out: another one is the only one that is deployed to.
    fn elsewhere(&self, written: &Map) -> Option<String> {
        let only = self.deploying.facts().only_environment.as_ref()?;
        let name = written.get("name").and_then(Node::text);
        (name != Some(only)).then(|| format!("its environment is not `{only}` (`--environment`)"))
    }

    /// An environment that the job itself writes out stays as it is, but that a stop job needs the long form.
    fn written(&mut self, name: &str, job: &UnitJob, written: Map) {
        let mut body = without_own_keys(&job.body);
        let mut stop = None;
        if let Some(block) = job.body.get("stop") {
            let origin = environment(&job.body).map_or(job.origin, |environment| environment.origin);
            body.set("environment", Node::map(origin, written));
            stop = self.pair(name, &mut body, block);
        }
        self.keep_pair(name, UnitJob { body, ..job.clone() }, stop);
    }

    fn deploy(&mut self, name: &str, job: &UnitJob, entry: &Environment, over: &Map) {
        let Some((job, over)) = self.rendered_for(name, job, entry, over) else { return };
        let conditions = self.conditions(entry);
        let own = without_own_keys(&job.body);
        let sent = sent_to(own, &over, entry, &conditions, &self.unit.defaults, self.deploying.scope);
        let mut body = match sent {
            Ok(body) => body,
            Err(problems) => return self.problems.extend(problems),
        };
        let block = stop_block(&job, &body, entry);
        let promoted = entry.after.as_ref().and_then(|after| self.promote(&mut body, name, after, entry));
        let short = format!("{name}:{}", entry.name);
        self.fans.entry(name.to_owned()).or_default().push(short.clone());
        let mut stop = block.and_then(|block| self.pair(&short, &mut body, &block));
        if let Some(stop) = &mut stop {
            stop.environment = Some(entry.name.clone());
            stop.conditions = conditions.clone();
        }
        let deploy = UnitJob {
            origin: job.origin,
            body,
            environment: Some(entry.name.clone()),
            artifacts_of: None,
            conditions,
            promoted,
            role_needs: Vec::new(),
        };
        self.keep_pair(&short, deploy, stop);
    }

    /// Returns the conditions on each job of an environment: its own, and those of the environments before it that the unit
    /// is deployed to as well. Where a variable keeps the earlier one out, the later one does not overtake it.
    fn conditions(&self, entry: &Environment) -> Conditions {
        let catalogue = self.deploying.catalogue();
        let mut conditions = Conditions::of_entry(entry, self.deploying.facts());
        let mut later = entry;
        // A circle is reported where the catalogue is read, and ends here.
        for _ in 0..catalogue.entries.len() {
            let Some(After { environment, optional: false, .. }) = &later.after else { break };
            let Some(earlier) = catalogue.get(environment.as_str()) else { break };
            if !self.deployed.contains(environment.as_str()) {
                break;
            }
            conditions.add(&Conditions::of_entry(earlier, self.deploying.facts()));
            later = earlier;
        }
        conditions
    }

    /// Makes a deploy wait for that to the environment before it, if this pipeline has one: for the same job there, or else
    /// for those jobs of the unit that deploy there.
    fn promote(
        &mut self,
        body: &mut Map,
        name: &str,
        after: &After,
        entry: &Environment,
    ) -> Option<Promoted> {
        let had_needs = body.contains("needs");
        let is_deploy = environment(body).is_some_and(|environment| environment.deploys());
        let same_job = format!("{name}:{}", after.environment);
        let mut promoted = None;
        for (before, earlier) in &self.jobs {
            let is_before = match self.jobs.contains_key(&same_job) {
                true => *before == same_job,
                false => is_deploy && deploys_to(earlier, &after.environment),
            };
            if !is_before {
                continue;
            }
            let promotion = Promotion { before, earlier, optional: after.optional, origin: entry.origin };
            let (of_this, problem) = promotion.write(body, self.unit, self.deploying);
            self.problems.extend(problem);
            // Another job may wait for less than this one would.
            let holds_stages = of_this == Promoted::Held && *before == same_job;
            promoted = Some(if holds_stages { Promoted::Held } else { Promoted::Optional });
        }
        promoted.filter(|_| !had_needs)
    }

    /// Returns the job as it renders for this environment, with its `environment`; `None` where its template
    /// leaves it out there.
    fn rendered_for(
        &mut self,
        name: &str,
        job: &UnitJob,
        entry: &Environment,
        over: &Map,
    ) -> Option<(UnitJob, Map)> {
        if !self.rendered.contains_key(entry.name.as_str()) {
            let jobs = match self.deploying.jobs_for(entry) {
                Ok(jobs) => jobs,
                // Jobs that were not rendered for it would be wrong in ways that follow from this alone.
                Err(problems) => {
                    self.problems.extend(problems);
                    Some(UnitJobs::default())
                }
            };
            self.rendered.insert(entry.name.to_string(), jobs);
        }
        let Some(Some(rendered)) = self.rendered.get(entry.name.as_str()) else {
            return Some((job.clone(), over.clone()));
        };
        let job = rendered.jobs.get(name)?;
        let (target, _) = target(&job.body, self.deploying.catalogue());
        let Target::Catalogue { over, .. } = target else { return None };
        Some((job.clone(), over))
    }

    /// Writes the stop job of a deploy, if its block is correct.
    fn pair(&mut self, deploy: &str, body: &mut Map, block: &Node) -> Option<UnitJob> {
        let (stop, problems) = pair(deploy, body, block, self.deploying.facts());
        self.problems.extend(problems);
        stop
    }

    /// The deploy first: GitLab creates the environment for the first job that names it, with the tier of that job.
    fn keep_pair(&mut self, name: &str, deploy: UnitJob, stop: Option<UnitJob>) {
        self.keep(name, deploy);
        if let Some(stop) = stop {
            self.keep(&stop_name(name), stop);
        }
    }

    fn keep(&mut self, name: &str, job: UnitJob) {
        if let Some(other) = self.jobs.get(name) {
            let message = format!("duplicate job name `{name}`");
            let problem = Diagnostic::error(&JOB_NAME_CLASH, job.origin, message);
            self.problems.push(problem.with_label(other.origin, "the first"));
        }
        self.ranks.insert(name.to_owned(), self.written);
        self.jobs.insert(name.to_owned(), job);
    }
}

/// Returns the block that the stop job is written from: the job's own, or else that of the catalogue for a deploy.
fn stop_block(job: &UnitJob, body: &Map, entry: &Environment) -> Option<Node> {
    if matches!(entry.stop, Stop::Never) {
        return None;
    }
    if let Some(own) = job.body.get("stop") {
        return Some(own.clone());
    }
    let deploys = environment(body).is_some_and(|environment| environment.deploys());
    let block = entry.stop.block().filter(|_| deploys)?;
    let origin = block.entries.first().map_or(entry.origin, |first| first.key.origin);
    Some(Node::map(origin, block.clone()))
}

/// Returns the number of environments that an entry comes `after`, one after the other.
fn environments_before(entry: &Environment, catalogue: &Catalogue) -> usize {
    let before = |entry: &&Environment| catalogue.get(entry.after.as_ref()?.environment.as_str());
    // A circle is reported where the catalogue is read.
    std::iter::successors(Some(entry), before).take(catalogue.entries.len()).count()
}

fn deploys_to(job: &UnitJob, name: &EnvironmentName) -> bool {
    let deploys = environment(&job.body).is_some_and(|environment| environment.deploys());
    deploys && job.environment.as_ref() == Some(name)
}

/// Returns the entries of the catalogue that jobs of a unit are sent to in this pipeline.
fn deployed<'a>(unit: &UnitJobs, deploying: &Deploying<'a>) -> BTreeSet<&'a str> {
    let catalogue: &'a Catalogue = deploying.catalogue();
    let mut names = BTreeSet::new();
    for job in unit.jobs.values() {
        // What is wrong with a target is reported where the job is sent to it.
        if let (Target::Catalogue { entries, .. }, _) = target(&job.body, catalogue) {
            let deployed = entries.into_iter().filter(|entry| entry.is_deployed_in(deploying.facts()));
            names.extend(deployed.map(|entry| entry.name.as_str()));
        }
    }
    names
}

/// Returns a job without the keywords that are Nestling's own.
fn without_own_keys(body: &Map) -> Map {
    let mut body = body.clone();
    body.remove("stop");
    body.remove(TARGET);
    body
}
