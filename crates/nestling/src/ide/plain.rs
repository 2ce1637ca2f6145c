//! The jobs of a plain file of GitLab's in each kind of pipeline.

use super::jobs::{JobFacts, JobInKind, in_words};
use crate::view::PlannedJob;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::facts::PipelineFacts;
use nestling_gitlab::lint::{Linted, Options, each_kind};
use std::collections::BTreeMap;

/// Returns the jobs of a file and of its local includes, after `extends` and `default`, in the kinds of pipelines that a check of
/// such a file walks.
///
/// ```
/// use nestling::ide::plain_jobs;
/// use nestling::{PipelineFacts, Sources};
/// use nestling_gitlab::instance::Gitlab;
/// use nestling_gitlab::lint::Options;
///
/// let text = "default: { image: rust }\nbuild: { script: make, rules: [{ if: $CI_COMMIT_TAG, when: manual }] }";
/// let options = Options { gitlab: &Gitlab::default(), files: None, pipeline: None };
/// let (facts, sources) = (PipelineFacts::local(None, None, None), Sources::default());
/// let jobs = plain_jobs(".gitlab-ci.yml", text, &options, &facts, &sources);
/// assert!(jobs[0].body.contains("image"));
/// let on_tags = jobs[0].kinds.iter().find(|kind| kind.kind.name == "tags").map(|kind| kind.state.as_str());
/// assert_eq!(on_tags, Some("manual"));
/// ```
pub fn plain_jobs(
    path: &str,
    text: &str,
    options: &Options<'_>,
    facts: &PipelineFacts,
    sources: &Sources,
) -> Vec<JobFacts> {
    let mut job_facts: Vec<JobFacts> = Vec::new();
    let mut positions: BTreeMap<String, usize> = BTreeMap::new();
    each_kind(path, text, options, facts, sources, |kind, linted| {
        let Linted { pipeline, presence, is_created, .. } = linted;
        for (job, presence) in pipeline.jobs.iter().zip(&presence) {
            let mut in_kind = in_words(kind, PlannedJob { job, presence });
            if !is_created {
                let state = "left out: `workflow` makes no such pipeline".to_owned();
                in_kind = JobInKind { state, is_present: false, decided_by: None, ..in_kind };
            }
            let position = *positions.entry(job.name.to_string()).or_insert_with(|| {
                job_facts.push(JobFacts {
                    name: job.name.clone(),
                    unit: None,
                    short_name: job.name.to_string(),
                    environment: None,
                    origin: job.origin,
                    body: job.body.clone(),
                    kinds: Vec::new(),
                });
                job_facts.len() - 1
            });
            let facts = &mut job_facts[position];
            if in_kind.is_present && facts.kinds.iter().all(|known| !known.is_present) {
                facts.body = job.body.clone();
            }
            facts.kinds.push(in_kind);
        }
    });
    job_facts
}
