//! Every keyword that GitLab 18 and 19 document, by the place where it is allowed
//! (<https://docs.gitlab.com/ci/yaml/>).

use crate::table::{DEFAULT_KEYS, JOB_KEYS, ROOT_KEYS, WORKFLOW_KEYS, names};
use crate::yaml::Map;

/// Keywords at the root of a file, beside jobs.
pub const GLOBAL: &[&str] = &names(&ROOT_KEYS);

/// The global keywords that are old forms of keys of `default`
/// (<https://docs.gitlab.com/ci/yaml/deprecated_keywords/>).
pub const GLOBAL_DEFAULTS: &[&str] = &["image", "services", "cache", "before_script", "after_script"];

/// Keywords of `default` (<https://docs.gitlab.com/ci/yaml/#default>).
pub const DEFAULT: &[&str] = &names(&DEFAULT_KEYS);

/// Keywords of a job that runs a script, in the order in which people write them: what and where first, then when,
/// then how, then the results. The emitter writes keys in this order.
pub const JOB: &[&str] = &names(&JOB_KEYS);

/// Keywords of which a job has exactly one: what it does
/// (<https://docs.gitlab.com/ci/yaml/#job-keywords>).
pub const WORK: &[&str] = &["script", "run", "trigger"];

/// The one key of `default` that a job with `trigger` inherits.
pub(crate) const TRIGGER_DEFAULT: &str = "interruptible";

/// Names that no job may have (<https://docs.gitlab.com/ci/jobs/#job-name-limitations>).
pub const RESERVED_JOB_NAMES: &[&str] = &[
    "image",
    "services",
    "stages",
    "types",
    "before_script",
    "after_script",
    "variables",
    "cache",
    "include",
    "default",
    "workflow",
    "spec",
    "true",
    "false",
    "nil",
];

/// Keywords of `workflow` (<https://docs.gitlab.com/ci/yaml/#workflow>).
pub const WORKFLOW: &[&str] = &names(&WORKFLOW_KEYS);

/// Keywords of a rule that decide whether it applies; a rule without them always does.
pub const CLAUSES: &[&str] = &["if", "changes", "exists"];

/// The lists of a job that GitLab flattens, so that a list may be an item of them; in `hooks`, its scripts too
/// (<https://docs.gitlab.com/ci/yaml/yaml_optimization/#reference-tags>).
pub(crate) const FLATTENED: &[&str] =
    &["script", "before_script", "after_script", "rules", "needs", "services", "cache"];

/// Keywords in which GitLab flattens nested lists only to a depth of [`LIST_LEVELS`].
pub(crate) const SHALLOW: &[&str] = &["script", "before_script", "after_script", "rules", "stages"];

/// Maximum depth of nested lists, including the outermost.
pub const LIST_LEVELS: usize = 10;

/// Help for a word that resembles none of GitLab's. It stays in the pipeline, since the user's GitLab may know it.
pub(crate) const PASSED_ON: &str =
    "it is passed on unchanged: GitLab rejects it unless a newer version knows it";

/// Returns `true` if a body says what the job does. A body that does not is completed elsewhere, or is no job.
pub fn has_work(body: &Map) -> bool {
    WORK.iter().any(|key| body.contains(key))
}

/// Returns `true` if a job's name marks it as hidden: never run, only extended and referred to
/// (<https://docs.gitlab.com/ci/jobs/#hide-a-job>).
pub fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// Returns the position of a keyword in the customary order of a job; unknown keywords come last.
pub fn job_key_rank(key: &str) -> usize {
    JOB.iter().position(|known| *known == key).unwrap_or(JOB.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::TRIGGER_JOB;

    #[test]
    fn every_key_of_default_and_of_a_trigger_job_has_its_place_in_the_order() {
        for keyword in DEFAULT_KEYS.iter().chain(TRIGGER_JOB.keys) {
            assert!(JOB.contains(&keyword.name), "{}", keyword.name);
        }
    }

    #[test]
    fn unknown_keys_come_last() {
        assert!(job_key_rank("stage") < job_key_rank("script"));
        assert!(job_key_rank("artifacts") < job_key_rank("brand_new"));
    }
}
