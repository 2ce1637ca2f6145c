//! Optional needs on jobs that no kind of pipeline has: GitLab ignores them without a word.

use nestling_gitlab::check::rules::NEEDS_UNDEFINED;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Suggestion};
use nestling_gitlab::name::JobName;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::need::{needs, parallel_base};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The optional needs of the jobs of several plans, and the names of all of those.
#[derive(Debug, Clone, Default)]
pub(super) struct OptionalNeeds {
    names: HashSet<JobName>,
    /// By their places: a job can have one of another name in each plan.
    needs: BTreeMap<Origin, OptionalNeed>,
}

#[derive(Debug, Clone)]
struct OptionalNeed {
    job: JobName,
    names: BTreeSet<String>,
}

impl OptionalNeeds {
    pub(super) fn add(&mut self, job: &Job) {
        self.names.insert(job.name.clone());
        for need in needs(&job.body).unwrap_or_default() {
            if let Some(name) = need.job().filter(|_| need.optional) {
                let new = || OptionalNeed { job: job.name.clone(), names: BTreeSet::new() };
                self.needs.entry(need.origin).or_insert_with(new).names.insert(name.to_owned());
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.names.extend(other.names.iter().cloned());
        for (origin, need) in &other.needs {
            let known = self.needs.entry(*origin).or_insert_with(|| need.clone());
            known.names.extend(need.names.iter().cloned());
        }
    }

    /// Warns of each that no plan has a job for.
    pub(super) fn unmet(&self) -> Vec<Diagnostic> {
        let has = |name: &str| {
            let is_known = |name: &str| self.names.iter().any(|known| known.as_str() == name);
            self.names.contains(name) || parallel_base(name).is_some_and(|(base, _)| is_known(base))
        };
        let unmet = self.needs.iter().filter(|(_, need)| !need.names.iter().any(|name| has(name)));
        let problem = |(origin, need): (&Origin, &OptionalNeed)| {
            let name = need.names.first().map(String::as_str).unwrap_or_default();
            let message = format!("`{}` needs `{name}`, which no kind of pipeline has", need.job);
            let problem = Diagnostic::warning(&NEEDS_UNDEFINED, *origin, message);
            problem.with_help(self.near(need, name))
        };
        unmet.map(problem).collect()
    }

    /// Suggests a job of the same unit, or of any.
    fn near(&self, need: &OptionalNeed, name: &str) -> String {
        let mut names: Vec<&str> = self.names.iter().map(JobName::as_str).collect();
        names.sort_unstable();
        let unit = need.job.as_str().split_once(':').map(|(unit, _)| format!("{unit}:"));
        let own: Vec<&str> = unit
            .iter()
            .flat_map(|unit| names.iter().filter_map(|name| name.strip_prefix(unit.as_str())))
            .collect();
        let help = Suggestion::among(name, own).help().or_else(|| Suggestion::among(name, names).help());
        help.unwrap_or_else(|| "remove it: GitLab ignores an optional need on an undefined job".to_owned())
    }
}
