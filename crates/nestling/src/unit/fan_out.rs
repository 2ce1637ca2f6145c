//! Fans the deploying jobs of a unit out, and ties the jobs around them to what became of them.

use super::deploy::sent_to;
use super::deploying::Deploying;
use super::jobs::{UnitJob, UnitJobs};
use super::needs::{Fans, drop_dependents, retarget};
use super::pair::{pair, stop_name};
use super::target::{Target, target};
use crate::environments::LeftOut;
use crate::unit::rules::{JOB_NAME_CLASH, STOP_BLOCK};
use crate::workspace::{Environment, Stop};
use indexmap::IndexMap;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::name::StageName;
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::pipeline::rule::is_manual;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeMap;

/// Fans the jobs of a unit out over the environments that this pipeline deploys to, and writes the stop jobs.
///
/// A job whose environments are none of this pipeline's is left out, and so is every job that needs it: both are in
/// [`UnitJobs::left_out`] with the reason.
pub(super) fn fan_out(unit: UnitJobs, deploying: &Deploying<'_>) -> (UnitJobs, Vec<Diagnostic>) {
    let mut fanning = Fanning {
        deploying,
        rendered: BTreeMap::new(),
        jobs: IndexMap::new(),
        fans: Fans::new(),
        left_out: Vec::new(),
        problems: Vec::new(),
    };
    for (name, job) in &unit.jobs {
        fanning.job(&unit, name, job);
    }
    let Fanning { mut jobs, fans, mut left_out, problems, .. } = fanning;
    retarget(&mut jobs, &fans);
    drop_dependents(&mut jobs, &fans, &mut left_out);
    (UnitJobs { jobs, fans, left_out, ..unit }, problems)
}

struct Fanning<'a> {
    deploying: &'a Deploying<'a>,
    /// The jobs as they render for each environment, where that differs.
    rendered: BTreeMap<String, Option<UnitJobs>>,
    jobs: IndexMap<String, UnitJob>,
    fans: Fans,
    left_out: Vec<LeftOut>,
    problems: Vec<Diagnostic>,
}

impl Fanning<'_> {
    fn job(&mut self, unit: &UnitJobs, name: &str, job: &UnitJob) {
        let (target, problems) = target(&job.body, self.deploying.catalogue());
        let failed = !problems.is_empty();
        self.problems.extend(problems);
        match target {
            Target::None => self.plain(name, job),
            Target::Written(written) => self.written(name, job, written),
            Target::Catalogue { entries, over } => {
                let entries: Vec<&Environment> =
                    entries.into_iter().filter(|entry| entry.when.holds(self.deploying.facts())).collect();
                if entries.is_empty() && !failed {
                    let reason =
                        "none of its environments is deployed to by this kind of pipeline".to_owned();
                    self.left_out.push(LeftOut { job: name.to_owned(), reason });
                }
                self.fans.insert(name.to_owned(), Vec::new());
                for entry in entries {
                    self.deploy(unit, name, job, entry, &over);
                }
            }
        }
    }

    fn plain(&mut self, name: &str, job: &UnitJob) {
        if let Some(stop) = job.body.entry("stop") {
            self.problems.push(
                Diagnostic::error(
                    &STOP_BLOCK,
                    stop.key.origin,
                    format!("`{name}` has a `stop` block and no `environment`"),
                )
                .with_help("say what is stopped: `environment: [NAME]`"),
            );
        }
        self.keep(name, UnitJob { body: without_stop(&job.body), ..job.clone() });
    }

    fn written(&mut self, name: &str, job: &UnitJob, written: Map) {
        let mut body = without_stop(&job.body);
        let stop = job.body.get("stop").and_then(|block| {
            let origin = environment(&job.body).map_or(job.origin, |environment| environment.origin);
            body.set("environment", Node::map(origin, written));
            self.pair(name, &mut body, block)
        });
        self.keep_pair(name, UnitJob { body, ..job.clone() }, stop);
    }

    fn deploy(&mut self, unit: &UnitJobs, name: &str, job: &UnitJob, entry: &Environment, over: &Map) {
        let Some((job, over)) = self.rendered_for(name, job, entry, over) else { return };
        let body = without_stop(&job.body);
        let sent = sent_to(
            body,
            &over,
            entry,
            unit.unit.as_ref(),
            self.deploying.facts(),
            &self.deploying.scope.texts,
        );
        let mut body = match sent {
            Ok(body) => body,
            Err(problems) => return self.problems.extend(problems),
        };
        let short = format!("{name}:{}", entry.name);
        let deploys = environment(&body).is_some_and(|environment| environment.deploys());
        if let Some(after) = &entry.after {
            self.wait_for(unit, &mut body, &format!("{name}:{after}"), entry.origin);
        }
        let block = match (&entry.stop, job.body.get("stop")) {
            (Stop::Never, _) | (Stop::AsDeployed, None) => None,
            (_, Some(block)) => Some(block.clone()),
            (Stop::Block(block), None) => Some(Node::map(entry.origin, block.clone())).filter(|_| deploys),
        };
        self.fans.entry(name.to_owned()).or_default().push(short.clone());
        let stop = block.and_then(|block| self.pair(&short, &mut body, &block));
        let environment = Some(entry.name.clone());
        let stop = stop.map(|stop| UnitJob { environment: environment.clone(), ..stop });
        self.keep_pair(&short, UnitJob { origin: job.origin, body, environment }, stop);
    }

    /// The job as it renders for this environment, where its template asks for `environment`.
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
                Err(problems) => {
                    self.problems.extend(problems);
                    None
                }
            };
            self.rendered.insert(entry.name.to_string(), jobs);
        }
        let Some(Some(jobs)) = self.rendered.get(entry.name.as_str()) else {
            return Some((job.clone(), over.clone()));
        };
        let job = jobs.jobs.get(name)?;
        let (target, _) = target(&job.body, self.deploying.catalogue());
        let Target::Catalogue { over, .. } = target else { return None };
        Some((job.clone(), over))
    }

    /// Writes the stop job of a deploy, if what is written allows one.
    fn pair(&mut self, deploy: &str, body: &mut Map, block: &Node) -> Option<UnitJob> {
        let (stop, problems) = pair(deploy, body, block, self.deploying.facts());
        self.problems.extend(problems);
        stop
    }

    /// The deploy first: GitLab makes the environment for the first job that names it, with the tier that stands there.
    fn keep_pair(&mut self, name: &str, deploy: UnitJob, stop: Option<UnitJob>) {
        self.keep(name, deploy);
        if let Some(stop) = stop {
            self.keep(&stop_name(name), stop);
        }
    }

    /// Promotion: the deploy waits for that to the environment before it, if this pipeline has one.
    ///
    /// A job without `needs` gets the artifacts of all earlier stages. With a need it would lose them, so those jobs
    /// of the unit that have some are needed too.
    fn wait_for(&self, unit: &UnitJobs, body: &mut Map, before: &str, origin: Origin) {
        if !self.jobs.contains_key(before) {
            return;
        }
        let needs = body.get("needs").and_then(Node::as_seq).map(<[Node]>::to_vec);
        let mut needs = needs.unwrap_or_else(|| self.givers(unit, body, origin));
        needs.push(Node::string(origin, before));
        body.set("needs", Node::seq(origin, needs));
    }

    /// Optional needs on the unit's jobs of earlier stages whose artifacts a job without `needs` would get.
    fn givers(&self, unit: &UnitJobs, body: &Map, origin: Origin) -> Vec<Node> {
        let place = |body: &Map| {
            let stage = body.get("stage").and_then(Node::text).unwrap_or(StageName::DEFAULT);
            self.deploying
                .stages()
                .iter()
                .chain(&unit.stages)
                .position(|staged| staged.name.as_str() == stage)
        };
        let own = place(body);
        let gives = |job: &UnitJob| {
            place(&job.body).is_some_and(|stage| own.is_some_and(|own| stage < own))
                && job.body.contains("artifacts")
                && !is_manual(&job.body)
        };
        let listed = body.get("dependencies").and_then(Node::as_seq);
        let wanted = |name: &str| listed.is_none_or(|list| list.iter().any(|item| item.text() == Some(name)));
        let givers = unit.jobs.iter().filter(|(name, job)| gives(job) && wanted(name));
        let need = |(name, _): (&String, &UnitJob)| {
            let mut need = Map::default();
            need.set("job", Node::string(origin, name.as_str()));
            need.set("optional", Node::plain(origin, "true"));
            Node::map(origin, need)
        };
        givers.map(need).collect()
    }

    fn keep(&mut self, name: &str, job: UnitJob) {
        if let Some(other) = self.jobs.get(name) {
            let problem =
                Diagnostic::error(&JOB_NAME_CLASH, job.origin, format!("two jobs are called `{name}`"));
            self.problems.push(problem.with_label(other.origin, "the first"));
        }
        self.jobs.insert(name.to_owned(), job);
    }
}

fn without_stop(body: &Map) -> Map {
    let mut body = body.clone();
    body.remove("stop");
    body
}
