//! `rules`, `only` and `except` (`entry/rules/rule.rb`, `entry/policy.rb`).

use super::needs::RULE_NEEDS;
use super::shape::{Constraint, DurationShape, Keyword, ListShape, MappingShape, Null, Shape, StringShape};
use super::strings::{LIST_OF_STRINGS, ONE_BOOLEAN, ONE_STRING, STRING, word};
use super::variables::PLAIN_VARIABLES;

/// Patterns that one `changes` or `exists` can have.
const PATTERNS: Shape = Shape::List(ListShape::of(&[STRING]).most(50));
const REGEXP: Shape = Shape::String(StringShape::Length(1, 255));

const CHANGES: MappingShape = MappingShape {
    place: "rules:changes",
    rule: "",
    keys: &[
        Keyword::new("paths", &[PATTERNS]).null(Null::Refused).since(15, 2),
        Keyword::new("regexp", &[REGEXP]).since(19, 2),
        Keyword::new("compare_to", ONE_STRING).since(15, 3).page("ci/yaml/#ruleschangescompare_to"),
    ],
    constraints: &[Constraint::ExactlyOne(&["paths", "regexp"])],
};

const EXISTS: MappingShape = MappingShape {
    place: "rules:exists",
    rule: "",
    keys: &[
        Keyword::new("paths", &[PATTERNS]).since(16, 11),
        Keyword::new("regexp", &[REGEXP]).since(19, 2),
        Keyword::new("project", ONE_STRING).since(16, 11).page("ci/yaml/#rulesexistsproject"),
        Keyword::new("ref", ONE_STRING).since(16, 11).page("ci/yaml/#rulesexistsproject"),
    ],
    constraints: &[Constraint::ExactlyOne(&["paths", "regexp"]), Constraint::Requires("ref", "project")],
};

const IF: Keyword = Keyword::new("if", &[Shape::String(StringShape::Judged)])
    .rule("rules-condition")
    .page("ci/yaml/#rulesif");
const CHANGES_KEY: Keyword =
    Keyword::new("changes", &[PATTERNS, Shape::Mapping(&CHANGES)]).page("ci/yaml/#ruleschanges");
// GitLab takes an empty mapping, and `false`, for an `exists` without patterns.
const EXISTS_KEY: Keyword =
    Keyword::new("exists", &[STRING, PATTERNS, Shape::Mapping(&EXISTS), Shape::Empty, Shape::False])
        .page("ci/yaml/#rulesexists");
const VARIABLES: Keyword =
    Keyword::new("variables", PLAIN_VARIABLES).rule("variable-value").page("ci/yaml/#rulesvariables");
const NEEDS: Keyword =
    Keyword::new("needs", RULE_NEEDS).since(16, 0).rule("needs-form").page("ci/yaml/#rulesneeds");
const ALLOW_FAILURE: Keyword = Keyword::new("allow_failure", ONE_BOOLEAN).page("ci/yaml/#rulesallow_failure");

const DELAY: DurationShape = DurationShape { longest: Some((604_800.0, "one week")), ..DurationShape::ANY };

/// Delay of a job. The rules of `when` decide where it belongs.
pub(super) const START_IN: Keyword = Keyword::new("start_in", &[Shape::String(StringShape::Duration(DELAY))])
    .page("ci/jobs/job_control/#run-a-job-after-a-delay");

const RULE: MappingShape = MappingShape {
    place: "rules",
    rule: "rules-form",
    keys: &[
        IF,
        CHANGES_KEY,
        EXISTS_KEY,
        Keyword::new("when", &[word(&["on_success", "on_failure", "always", "never", "manual", "delayed"])])
            .default("on_success"),
        START_IN,
        ALLOW_FAILURE,
        VARIABLES,
        NEEDS,
        Keyword::new("interruptible", ONE_BOOLEAN).since(16, 10).page("ci/yaml/#rulesinterruptible"),
    ],
    constraints: &[
        Constraint::Filled,
        Constraint::Never(&["auto_cancel", "script", "tags", "stage", "only", "except"]),
    ],
};

const WORKFLOW_RULE: MappingShape = MappingShape {
    place: "workflow:rules",
    rule: "workflow-form",
    keys: &[
        IF,
        CHANGES_KEY,
        EXISTS_KEY,
        Keyword::new("when", &[word(&["always", "never"])]).default("always"),
        ALLOW_FAILURE,
        VARIABLES,
        NEEDS,
        Keyword::new("auto_cancel", AUTO_CANCEL).since(16, 8).page("ci/yaml/#workflowrulesauto_cancel"),
    ],
    constraints: &[Constraint::Filled, Constraint::Never(&["interruptible", "start_in"])],
};

/// `rules` of a job.
pub(super) const RULES: &[Shape] =
    &[Shape::List(ListShape::of(&[Shape::Mapping(&RULE)]).flattened().least(1))];

/// `rules` of `workflow`.
pub(super) const WORKFLOW_RULES: &[Shape] =
    &[Shape::List(ListShape::of(&[Shape::Mapping(&WORKFLOW_RULE)]).composed().least(1))];

const AUTO_CANCEL_KEYS: MappingShape = MappingShape {
    place: "workflow:auto_cancel",
    rule: "",
    keys: &[
        Keyword::new("on_new_commit", &[word(&["conservative", "interruptible", "none"])])
            .default("conservative")
            .page("ci/yaml/#workflowauto_cancelon_new_commit"),
        Keyword::new("on_job_failure", &[word(&["none", "all"])])
            .since(16, 10)
            .default("none")
            .page("ci/yaml/#workflowauto_cancelon_job_failure"),
    ],
    constraints: &[],
};

/// `auto_cancel` (`entry/auto_cancel.rb`).
pub(super) const AUTO_CANCEL: &[Shape] = &[Shape::Mapping(&AUTO_CANCEL_KEYS)];

const INCLUDE_RULE: MappingShape = MappingShape {
    place: "include:rules",
    rule: "",
    keys: &[IF, EXISTS_KEY, CHANGES_KEY.since(16, 4), Keyword::new("when", &[word(&["never", "always"])])],
    constraints: &[Constraint::Filled],
};

/// `rules` of an include (`entry/include/rules/rule.rb`).
pub(super) const INCLUDE_RULES: &[Shape] =
    &[Shape::List(ListShape::of(&[Shape::Mapping(&INCLUDE_RULE)]).least(1))];

const REFS: Shape = Shape::List(ListShape::of(&[Shape::String(StringShape::PatternOrAny)]));
const CONDITIONS: Shape = Shape::List(ListShape::of(&[Shape::String(StringShape::Condition)]));

const POLICY: MappingShape = MappingShape {
    place: "",
    rule: "",
    keys: &[
        Keyword::new("refs", &[REFS]),
        Keyword::new("variables", &[CONDITIONS]),
        Keyword::new("changes", LIST_OF_STRINGS),
        Keyword::new("kubernetes", &[word(&["active"])]),
    ],
    constraints: &[Constraint::Filled],
};

/// `only` and `except`.
pub(super) const REFS_OR_POLICY: &[Shape] = &[REFS, Shape::Mapping(&POLICY)];
