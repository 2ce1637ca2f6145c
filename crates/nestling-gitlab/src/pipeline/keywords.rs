//! Every keyword that GitLab 18 and 19 document, by the place where it may stand
//! (<https://docs.gitlab.com/ci/yaml/>).

use crate::yaml::Map;

/// Keywords at the root of a file, beside jobs.
pub const GLOBAL: &[&str] = &[
    "spec",
    "default",
    "include",
    "stages",
    "variables",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
];

/// The global keywords that are old forms of keys of `default`
/// (<https://docs.gitlab.com/ci/yaml/deprecated_keywords/>).
pub const GLOBAL_DEFAULTS: &[&str] = &["image", "services", "cache", "before_script", "after_script"];

/// Keywords of `default` (<https://docs.gitlab.com/ci/yaml/#default>).
pub const DEFAULT: &[&str] = &[
    "after_script",
    "artifacts",
    "before_script",
    "cache",
    "hooks",
    "id_tokens",
    "identity",
    "image",
    "interruptible",
    "retry",
    "services",
    "tags",
    "timeout",
];

/// Keywords of a job that runs a script, in the order in which people write them: what and where first, then when,
/// then how, then what comes out. The emitter writes keys in this order.
pub const JOB: &[&str] = &[
    "extends",
    "stage",
    "image",
    "services",
    "tags",
    "needs",
    "dependencies",
    "inherit",
    "only",
    "except",
    "rules",
    "when",
    "start_in",
    "manual_confirmation",
    "allow_failure",
    "interruptible",
    "timeout",
    "retry",
    "parallel",
    "resource_group",
    "environment",
    "inputs",
    "variables",
    "id_tokens",
    "secrets",
    "identity",
    "hooks",
    "cache",
    "before_script",
    "script",
    "run",
    "after_script",
    "trigger",
    "coverage",
    "artifacts",
    "release",
    "pages",
    "publish",
    "dast_configuration",
];

/// Keywords of a job with `trigger`
/// (<https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#trigger-a-downstream-pipeline-from-a-job-in-the-gitlab-ciyml-file>).
pub const TRIGGER_JOB: &[&str] = &[
    "allow_failure",
    "environment",
    "except",
    "extends",
    "inherit",
    "interruptible",
    "needs",
    "only",
    "parallel",
    "resource_group",
    "rules",
    "stage",
    "trigger",
    "variables",
    "when",
];

/// Keywords of which a job has exactly one: what it does
/// (<https://docs.gitlab.com/ci/yaml/#job-keywords>).
pub const WORK: &[&str] = &["script", "run", "trigger"];

/// Values of `when` in a rule (<https://docs.gitlab.com/ci/yaml/#when>).
pub const RULE_WHEN: &[&str] = &["on_success", "on_failure", "always", "never", "manual", "delayed"];

/// Values of a job's own `when`: a job that never runs is hidden, or has a rule that says so.
pub const JOB_WHEN: &[&str] = &["on_success", "on_failure", "always", "manual", "delayed"];

/// Values of `when` in `workflow:rules`, which create the pipeline or do not.
pub const WORKFLOW_WHEN: &[&str] = &["always", "never"];

/// Values of `when` in `artifacts` and `cache`: the results of the job after which they are saved.
pub const SAVE_WHEN: &[&str] = &["on_success", "on_failure", "always"];

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
pub const WORKFLOW: &[&str] = &["auto_cancel", "name", "rules"];

/// Keywords of `workflow:auto_cancel` (<https://docs.gitlab.com/ci/yaml/#workflowauto_cancelon_new_commit>).
pub const AUTO_CANCEL: &[&str] = &["on_job_failure", "on_new_commit"];

/// Keywords of `trigger` (<https://docs.gitlab.com/ci/yaml/#trigger>).
pub const TRIGGER: &[&str] = &["branch", "forward", "include", "inputs", "project", "strategy"];

/// Keywords of an entry of `trigger:include` (<https://docs.gitlab.com/ci/yaml/#triggerinclude>).
pub const TRIGGER_INCLUDE: &[&str] = &[
    "artifact",
    "component",
    "file",
    "inputs",
    "job",
    "local",
    "project",
    "ref",
    "remote",
    "rules",
    "template",
];

/// Keywords of `trigger:forward` (<https://docs.gitlab.com/ci/yaml/#triggerforward>).
pub const TRIGGER_FORWARD: &[&str] = &["pipeline_variables", "yaml_variables"];

/// Keywords of a job's rule (<https://docs.gitlab.com/ci/yaml/#rules>).
pub const JOB_RULE: &[&str] =
    &["if", "changes", "exists", "when", "start_in", "allow_failure", "variables", "needs", "interruptible"];

/// Keywords of a rule of `workflow` (<https://docs.gitlab.com/ci/yaml/#workflowrules>).
pub const WORKFLOW_RULE: &[&str] =
    &["if", "changes", "exists", "when", "start_in", "allow_failure", "variables", "needs", "auto_cancel"];

/// Keywords of a rule that decide whether it applies; a rule without them always does.
pub const CLAUSES: &[&str] = &["if", "changes", "exists"];

/// The lists of a job that GitLab flattens, so that a list may stand as an item of them; in `hooks`, its scripts too
/// (<https://docs.gitlab.com/ci/yaml/yaml_optimization/#reference-tags>).
pub(crate) const FLATTENED: &[&str] =
    &["script", "before_script", "after_script", "rules", "needs", "services", "cache"];

/// Those of them in which GitLab follows lists in lists to a depth of [`LIST_LEVELS`] only.
pub(crate) const SHALLOW: &[&str] = &["script", "before_script", "after_script", "rules", "stages"];

/// How deep lists may stand in lists, the outermost counted.
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

    #[test]
    fn every_key_of_default_and_of_a_trigger_job_has_its_place_in_the_order() {
        for key in DEFAULT.iter().chain(TRIGGER_JOB) {
            assert!(JOB.contains(key), "{key}");
        }
    }

    #[test]
    fn unknown_keys_come_last() {
        assert!(job_key_rank("stage") < job_key_rank("script"));
        assert!(job_key_rank("artifacts") < job_key_rank("brand_new"));
    }
}
