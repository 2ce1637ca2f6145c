//! The keywords of a job (`entry/job.rb`, `entry/bridge.rb`, `entry/processable.rb`).

use super::commands::{COMMANDS, HOOKS, SOME_COMMANDS};
use super::conditions::{REFS_OR_POLICY, RULES, START_IN};
use super::containers::{IMAGE, SERVICES};
use super::copies::{EXIT_CODES, PARALLEL, PARALLEL_MATRIX, RETRY};
use super::deployment::{ENVIRONMENT, PAGES, RELEASE};
use super::files::{ARTIFACTS, CACHE};
use super::needs::{NEEDS, TRIGGER_NEEDS};
use super::shape::{DurationShape, Keyword, ListShape, MappingShape, Null, Shape, StringShape};
use super::steps::{INPUTS, RUN};
use super::strings::{
    BOOLEAN, LIST_OF_STRINGS, ONE_BOOLEAN, ONE_STRING, STRING, STRING_OR_STRINGS, STRINGS, word,
};
use super::tokens::{DAST_CONFIGURATION, ID_TOKENS, IDENTITY, SECRETS};
use super::trigger::TRIGGER;
use super::variables::JOB_VARIABLES;

/// A month, as GitLab counts it for a project's longest `timeout`.
const TIMEOUT: DurationShape =
    DurationShape { longest: Some((2_629_746.0, "one month")), ..DurationShape::ANY };

const EXTENDS: Keyword =
    Keyword::new("extends", STRING_OR_STRINGS).rule("extends-undefined").page("ci/yaml/#extends");
const STAGE: Keyword =
    Keyword::new("stage", ONE_STRING).default("test").rule("stage-undefined").page("ci/yaml/#stage");
const INHERIT_KEY: Keyword =
    Keyword::new("inherit", &[Shape::Mapping(&INHERIT)]).rule("inherit").page("ci/yaml/#inherit");
const ONLY: Keyword = Keyword::new("only", REFS_OR_POLICY)
    .rule("only-except")
    .page("ci/yaml/deprecated_keywords/#only--except");
const EXCEPT: Keyword = Keyword { name: "except", ..ONLY };
const RULES_KEY: Keyword = Keyword::new("rules", RULES).rule("rules-form").page("ci/yaml/#rules");
const RESOURCE_GROUP: Keyword =
    Keyword::new("resource_group", ONE_STRING).rule("resource-group").page("ci/yaml/#resource_group");
const ENVIRONMENT_KEY: Keyword =
    Keyword::new("environment", ENVIRONMENT).rule("environment-key").page("ci/yaml/#environment");
const VARIABLES: Keyword =
    Keyword::new("variables", JOB_VARIABLES).rule("variable-value").page("ci/yaml/#variables");
const NEEDS_KEY: Keyword = Keyword::new("needs", NEEDS).rule("needs-form").page("ci/yaml/#needs");
const WHEN: Keyword =
    Keyword::new("when", &[word(&["on_success", "on_failure", "always", "manual", "delayed"])])
        .default("on_success")
        .rule("when-form")
        .page("ci/yaml/#when");
const ALLOW_FAILURE: Keyword = Keyword::new("allow_failure", &[BOOLEAN, Shape::Mapping(&FAILURES_ALLOWED)])
    .rule("when-form")
    .page("ci/yaml/#allow_failure");
const PARALLEL_KEY: Keyword = Keyword::new("parallel", PARALLEL).rule("parallel").page("ci/yaml/#parallel");

/// Keywords that a job and `default` have in common.
pub(super) mod shared {
    use super::{
        ARTIFACTS, CACHE, COMMANDS, HOOKS, ID_TOKENS, IDENTITY, IMAGE, Keyword, ListShape, ONE_BOOLEAN,
        RETRY, SERVICES, STRING, Shape, StringShape, TIMEOUT,
    };

    pub(in crate::table) const IMAGE_KEY: Keyword =
        Keyword::new("image", IMAGE).rule("image").page("ci/yaml/#image");
    pub(in crate::table) const SERVICES_KEY: Keyword =
        Keyword::new("services", SERVICES).rule("image").page("ci/yaml/#services");
    pub(in crate::table) const TAGS: Keyword =
        Keyword::new("tags", &[Shape::List(ListShape::of(&[STRING]).most(49).distinct())])
            .rule("tags")
            .page("ci/yaml/#tags");
    pub(in crate::table) const INTERRUPTIBLE: Keyword = Keyword::new("interruptible", ONE_BOOLEAN)
        .default("false")
        .rule("job-value")
        .page("ci/yaml/#interruptible");
    pub(in crate::table) const TIMEOUT_KEY: Keyword =
        Keyword::new("timeout", &[Shape::String(StringShape::Duration(TIMEOUT))])
            .rule("duration")
            .page("ci/yaml/#timeout");
    pub(in crate::table) const RETRY_KEY: Keyword =
        Keyword::new("retry", RETRY).default("0").rule("retry").page("ci/yaml/#retry");
    pub(in crate::table) const ID_TOKENS_KEY: Keyword =
        Keyword::new("id_tokens", ID_TOKENS).since(15, 7).rule("job-value").page("ci/yaml/#id_tokens");
    pub(in crate::table) const IDENTITY_KEY: Keyword =
        Keyword::new("identity", IDENTITY).since(16, 9).rule("job-value").page("ci/yaml/#identity");
    pub(in crate::table) const HOOKS_KEY: Keyword =
        Keyword::new("hooks", HOOKS).since(15, 6).rule("job-value").page("ci/yaml/#hooks");
    pub(in crate::table) const CACHE_KEY: Keyword =
        Keyword::new("cache", CACHE).rule("cache").page("ci/yaml/#cache");
    pub(in crate::table) const BEFORE_SCRIPT: Keyword =
        Keyword::new("before_script", COMMANDS).rule("job-script").page("ci/yaml/#before_script");
    pub(in crate::table) const AFTER_SCRIPT: Keyword =
        Keyword::new("after_script", COMMANDS).rule("job-script").page("ci/yaml/#after_script");
    pub(in crate::table) const ARTIFACTS_KEY: Keyword =
        Keyword::new("artifacts", ARTIFACTS).rule("artifacts").page("ci/yaml/#artifacts");
}

use shared::{
    AFTER_SCRIPT, ARTIFACTS_KEY, BEFORE_SCRIPT, CACHE_KEY, HOOKS_KEY, ID_TOKENS_KEY, IDENTITY_KEY, IMAGE_KEY,
    INTERRUPTIBLE, RETRY_KEY, SERVICES_KEY, TAGS, TIMEOUT_KEY,
};

/// The keywords of a job that runs a script, in the order in which people write them: what and where first, then when,
/// then how, then the results. The emitter writes keys in this order.
pub static JOB: MappingShape =
    MappingShape { place: "job", rule: "job-key", keys: &JOB_KEYS, constraints: &[] };

pub(crate) const JOB_KEYS: [Keyword; 39] = [
    EXTENDS,
    STAGE,
    IMAGE_KEY,
    SERVICES_KEY,
    TAGS,
    NEEDS_KEY,
    Keyword::new("dependencies", LIST_OF_STRINGS).rule("dependencies").page("ci/yaml/#dependencies"),
    INHERIT_KEY,
    ONLY,
    EXCEPT,
    RULES_KEY,
    WHEN,
    Keyword { rule: "when-form", ..START_IN },
    Keyword::new("manual_confirmation", ONE_STRING)
        .since(17, 1)
        .rule("when-form")
        .page("ci/yaml/#manual_confirmation"),
    ALLOW_FAILURE,
    INTERRUPTIBLE,
    TIMEOUT_KEY,
    RETRY_KEY,
    PARALLEL_KEY,
    RESOURCE_GROUP,
    ENVIRONMENT_KEY,
    Keyword::new("inputs", INPUTS).since(18, 10).rule("job-value").page("ci/jobs/job_inputs/"),
    VARIABLES,
    ID_TOKENS_KEY,
    Keyword::new("secrets", SECRETS).rule("job-value").page("ci/yaml/#secrets"),
    IDENTITY_KEY,
    HOOKS_KEY,
    CACHE_KEY,
    BEFORE_SCRIPT,
    Keyword::new("script", SOME_COMMANDS).null(Null::Refused).rule("job-script").page("ci/yaml/#script"),
    Keyword::new("run", RUN).rule("job-value").page("ci/yaml/#run"),
    AFTER_SCRIPT,
    Keyword::new("trigger", TRIGGER).null(Null::Refused).rule("trigger-form").page("ci/yaml/#trigger"),
    Keyword::new("coverage", &[Shape::String(StringShape::Pattern)])
        .rule("job-value")
        .page("ci/yaml/#coverage"),
    ARTIFACTS_KEY,
    Keyword::new("release", RELEASE).rule("job-value").page("ci/yaml/#release"),
    Keyword::new("pages", PAGES).since(16, 7).rule("job-value").page("ci/yaml/#pages"),
    Keyword::new("publish", ONE_STRING)
        .since(16, 1)
        .rule("job-value")
        .page("ci/yaml/deprecated_keywords/#publish-keyword-and-pages-job-name-for-gitlab-pages"),
    Keyword::new("dast_configuration", DAST_CONFIGURATION)
        .rule("job-value")
        .page("ci/yaml/#dast_configuration"),
];

/// The keywords of a job with `trigger`.
pub static TRIGGER_JOB: MappingShape =
    MappingShape { place: "trigger job", rule: "job-key", keys: &TRIGGER_JOB_KEYS, constraints: &[] };

pub(crate) const TRIGGER_JOB_KEYS: [Keyword; 15] = [
    Keyword::new("allow_failure", ONE_BOOLEAN).rule("trigger-form").page("ci/yaml/#allow_failure"),
    ENVIRONMENT_KEY,
    EXCEPT,
    EXTENDS,
    INHERIT_KEY,
    INTERRUPTIBLE,
    Keyword { shapes: TRIGGER_NEEDS, ..NEEDS_KEY },
    ONLY,
    Keyword { shapes: PARALLEL_MATRIX, rule: "trigger-form", ..PARALLEL_KEY },
    RESOURCE_GROUP,
    RULES_KEY,
    STAGE,
    Keyword::new("trigger", TRIGGER).null(Null::Refused).rule("trigger-form").page("ci/yaml/#trigger"),
    VARIABLES,
    Keyword::new("when", &[word(&["on_success", "on_failure", "always", "manual"])])
        .default("on_success")
        .rule("trigger-form")
        .page("ci/yaml/#when"),
];

const FAILURES_ALLOWED: MappingShape = MappingShape {
    place: "allow_failure",
    rule: "",
    keys: &[Keyword::new("exit_codes", EXIT_CODES).page("ci/yaml/#allow_failureexit_codes")],
    constraints: &[],
};

const INHERIT: MappingShape = MappingShape {
    place: "inherit",
    rule: "",
    keys: &[
        Keyword::new("default", &[BOOLEAN, STRINGS]).default("true").page("ci/yaml/#inheritdefault"),
        Keyword::new("variables", &[BOOLEAN, STRINGS]).default("true").page("ci/yaml/#inheritvariables"),
    ],
    constraints: &[],
};
