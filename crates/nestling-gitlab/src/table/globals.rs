//! The keywords of a file, beside jobs (`entry/root.rb`, `entry/default.rb`, `entry/workflow.rb`).

use super::conditions::{AUTO_CANCEL, WORKFLOW_RULES};
use super::includes::INCLUDE;
use super::job::shared::{
    AFTER_SCRIPT, ARTIFACTS_KEY, BEFORE_SCRIPT, CACHE_KEY, HOOKS_KEY, ID_TOKENS_KEY, IDENTITY_KEY, IMAGE_KEY,
    INTERRUPTIBLE, RETRY_KEY, SERVICES_KEY, TAGS, TIMEOUT_KEY,
};
use super::shape::{Keyword, ListShape, MappingShape, Shape, StringShape};
use super::strings::STRING;
use super::variables::GLOBAL_VARIABLES;

pub(crate) const DEFAULT_KEYS: [Keyword; 13] = [
    AFTER_SCRIPT,
    ARTIFACTS_KEY,
    BEFORE_SCRIPT,
    CACHE_KEY,
    HOOKS_KEY,
    ID_TOKENS_KEY,
    IDENTITY_KEY,
    IMAGE_KEY,
    INTERRUPTIBLE,
    RETRY_KEY,
    SERVICES_KEY,
    TAGS,
    TIMEOUT_KEY,
];

/// The keywords of `default`.
pub const DEFAULT: MappingShape =
    MappingShape { place: "default", rule: "default-key", keys: &DEFAULT_KEYS, constraints: &[] };

/// GitLab asks only how long the name is, and writes other types as text.
const NAME: &[Shape] = &[Shape::String(StringShape::Length(0, 255)), Shape::Number, Shape::Boolean];

pub(crate) const WORKFLOW_KEYS: [Keyword; 3] = [
    Keyword::new("auto_cancel", AUTO_CANCEL)
        .since(16, 8)
        .rule("workflow-form")
        .page("ci/yaml/#workflowauto_cancelon_new_commit"),
    Keyword::new("name", NAME).since(15, 5).rule("workflow-form").page("ci/yaml/#workflowname"),
    Keyword::new("rules", WORKFLOW_RULES).rule("workflow-form").page("ci/yaml/#workflowrules"),
];

/// The keywords of `workflow`.
pub const WORKFLOW: MappingShape =
    MappingShape { place: "workflow", rule: "workflow-key", keys: &WORKFLOW_KEYS, constraints: &[] };

const STAGES: &[Shape] = &[Shape::List(ListShape::of(&[STRING]).flattened())];
const INCLUDES: &[Shape] = &[INCLUDE[0], INCLUDE[1], Shape::List(ListShape::of(INCLUDE).composed())];

pub(crate) const ROOT_KEYS: [Keyword; 11] = [
    Keyword::new("spec", super::header::SPEC).rule("spec-form").page("ci/yaml/#spec"),
    Keyword::new("default", &[Shape::Mapping(&DEFAULT)]).page("ci/yaml/#default"),
    Keyword::new("include", INCLUDES).rule("include-form").page("ci/yaml/#include"),
    Keyword::new("stages", STAGES).rule("stages").page("ci/yaml/#stages"),
    Keyword::new("variables", GLOBAL_VARIABLES).rule("variable-value").page("ci/yaml/#variables"),
    Keyword::new("workflow", &[Shape::Mapping(&WORKFLOW)]).rule("workflow-form").page("ci/yaml/#workflow"),
    IMAGE_KEY,
    SERVICES_KEY,
    CACHE_KEY,
    BEFORE_SCRIPT,
    AFTER_SCRIPT,
];

/// The keywords of a file, beside jobs.
pub static ROOT: MappingShape =
    MappingShape { place: "file", rule: "job-key", keys: &ROOT_KEYS, constraints: &[] };
