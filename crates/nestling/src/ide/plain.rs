//! The jobs of a plain file of GitLab's in each kind of pipeline.

use super::jobs::{CollectedJobs, JobFacts, JobInKind, in_words};
use crate::view::PlannedJob;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::facts::PipelineFacts;
use nestling_gitlab::lint::{Linted, Options, each_kind};

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
    let mut collected = CollectedJobs::default();
    each_kind(path, text, options, facts, sources, |kind, linted| {
        let Linted { pipeline, presence, is_created, .. } = linted;
        for (job, presence) in pipeline.jobs.iter().zip(&presence) {
            let mut in_kind = in_words(kind, PlannedJob { job, presence });
            if !is_created {
                let state = "left out: `workflow` does not create such a pipeline".to_owned();
                in_kind = JobInKind { state, is_present: false, decided_by: None, ..in_kind };
            }
            collected.add(job, in_kind);
        }
    });
    collected.jobs
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling_gitlab::instance::Gitlab;

    #[test]
    fn each_copy_and_each_condition_of_a_start_is_in_its_words() {
        let text = "stages: [test]
by_copy:
  script: make
  parallel: { matrix: [{ OS: [linux, windows] }] }
  rules: [{ if: $OS == \"windows\", when: manual }, { when: on_success }]
maybe:
  script: make
  rules: [{ if: $OFF, when: never }, { if: $ASK, when: manual }, { when: delayed, start_in: 1 day }]
some: { script: make, rules: [{ if: $DEPLOY }] }
";
        let options = Options { gitlab: &Gitlab::default(), files: None, pipeline: None };
        let facts = PipelineFacts::local(None, None, None);
        let jobs = plain_jobs(".gitlab-ci.yml", text, &options, &facts, &Sources::default());
        let states: Vec<&str> = jobs.iter().map(|job| job.kinds[0].state.as_str()).collect();
        let expected = [
            "1 copy: runs; 1 copy: manual",
            "manual if `$ASK` is set and not empty, otherwise after 1 day, if `$OFF` is not set or empty",
            "runs if `$DEPLOY` is set and not empty",
        ];
        assert_eq!(states, expected);
    }
}
