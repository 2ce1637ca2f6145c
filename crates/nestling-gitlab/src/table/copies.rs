//! `parallel` and `retry` (`entry/product/parallel.rb`, `entry/product/matrix.rb`, `entry/retry.rb`).

use super::shape::{Keyword, ListShape, MappingShape, NamesShape, Null, Shape, StringShape, Words};
use super::strings::{INTEGER, STRING};

const VALUES: Shape = Shape::List(ListShape::of(&[STRING, INTEGER]));

const ROW: NamesShape = NamesShape {
    noun: "matrix variable",
    shapes: &[STRING, INTEGER, VALUES],
    null: Null::Refused,
    least: 1,
    most: usize::MAX,
};

const MATRIX: MappingShape = MappingShape {
    place: "parallel",
    rule: "",
    keys: &[Keyword::new("matrix", &[Shape::List(ListShape::of(&[Shape::Names(&ROW)]))])
        .null(Null::RequiredKey)
        .page("ci/yaml/#parallelmatrix")],
    constraints: &[],
};

/// `parallel` of a job with a script.
pub(super) const PARALLEL: &[Shape] = &[Shape::Integer(1, 200), Shape::Mapping(&MATRIX)];

/// `parallel` of a trigger job, and of a need.
pub(super) const PARALLEL_MATRIX: &[Shape] = &[Shape::Mapping(&MATRIX)];

/// The reasons of failures, as GitLab's `Enums::Ci::CommitStatus` has them in 18.11, and those of newer documentation.
const FAILURES: Words = Words {
    all: &[
        "always",
        "unknown_failure",
        "script_failure",
        "api_failure",
        "stuck_or_timeout_failure",
        "runner_system_failure",
        "missing_dependency_failure",
        "runner_unsupported",
        "stale_schedule",
        "job_execution_timeout",
        "archived_failure",
        "unmet_prerequisites",
        "scheduler_failure",
        "data_integrity_failure",
        "forward_deployment_failure",
        "user_blocked",
        "project_deleted",
        "ci_quota_exceeded",
        "pipeline_loop_detected",
        "no_matching_runner",
        "trace_size_exceeded",
        "builds_disabled",
        "environment_creation_failure",
        "deployment_rejected",
        "failed_outdated_deployment_job",
        "job_execution_server_timeout",
        "protected_environment_failure",
        "insufficient_bridge_permissions",
        "downstream_bridge_project_not_found",
        "invalid_bridge_trigger",
        "upstream_bridge_project_not_found",
        "insufficient_upstream_permissions",
        "bridge_pipeline_is_child_pipeline",
        "downstream_pipeline_creation_failed",
        "secrets_provider_not_found",
        "reached_max_descendant_pipelines_depth",
        "ip_restriction_failure",
        "reached_max_pipeline_hierarchy_size",
        "reached_downstream_pipeline_trigger_rate_limit",
        "duo_workflow_not_allowed",
        "job_router_failure",
        "job_token_expired",
    ],
    newer: &[
        ("stuck_pending_with_matching_runners", (19, 1)),
        ("stuck_pending_no_matching_runners", (19, 1)),
        ("no_updates_running", (19, 1)),
        ("no_updates_canceling", (19, 1)),
        ("runner_configuration_error", (19, 1)),
        ("runner_external_dependency_failure", (19, 1)),
        ("runner_interrupted", (19, 1)),
        ("server_timeout_running", (19, 1)),
        ("server_timeout_canceling", (19, 1)),
    ],
    open: true,
};

const FAILURE: Shape = Shape::String(StringShape::Words(FAILURES));

/// Exit codes of a script.
pub(super) const EXIT_CODES: &[Shape] = &[INTEGER, Shape::List(ListShape::of(&[INTEGER]))];

const RETRY_KEYS: MappingShape = MappingShape {
    place: "retry",
    rule: "",
    keys: &[
        // GitLab takes a number in quotes here, though not as the value of `retry`.
        Keyword::new("max", &[Shape::Integer(0, 2), Shape::String(StringShape::Digits(0, 2))]).default("0"),
        Keyword::new("when", &[FAILURE, Shape::List(ListShape::of(&[FAILURE]))])
            .default("always")
            .page("ci/yaml/#retrywhen"),
        Keyword::new("exit_codes", EXIT_CODES).since(16, 10).page("ci/yaml/#retryexit_codes"),
    ],
    constraints: &[],
};

/// `retry`.
pub(super) const RETRY: &[Shape] = &[Shape::Integer(0, 2), Shape::Mapping(&RETRY_KEYS)];
