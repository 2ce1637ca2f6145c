//! Completion of the values that a condition compares a variable with.

use super::Candidate;
use lsp_types::CompletionItemKind;

/// Values of predefined variables.
const VALUES: [(&str, &[&str]); 8] = [
    (
        "CI_PIPELINE_SOURCE",
        &[
            "push",
            "merge_request_event",
            "schedule",
            "web",
            "api",
            "trigger",
            "pipeline",
            "parent_pipeline",
            "chat",
            "external",
            "external_pull_request_event",
            "ondemand_dast_scan",
            "security_orchestration_policy",
        ],
    ),
    ("CI_MERGE_REQUEST_EVENT_TYPE", &["detached", "merged_result", "merge_train"]),
    ("CI_ENVIRONMENT_TIER", &["production", "staging", "testing", "development", "other"]),
    ("CI_COMMIT_REF_PROTECTED", &["true", "false"]),
    ("CI_ENVIRONMENT_ACTION", &["start", "prepare", "stop", "verify", "access"]),
    ("CI_JOB_STATUS", &["success", "failed", "canceled"]),
    ("CI_PROJECT_VISIBILITY", &["internal", "private", "public"]),
    ("CI_MERGE_REQUEST_DRAFT", &["true", "false"]),
];

/// Variables that hold the name of a branch, mostly compared with that of the default branch.
const BRANCHES: [&str; 4] = [
    "CI_COMMIT_BRANCH",
    "CI_COMMIT_REF_NAME",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
];

/// Returns the number of bytes that are typed of a value behind `==` or `!=`, and the values that it can have.
pub(super) fn candidates(text: &str, offset: usize) -> Option<(usize, Vec<Candidate>)> {
    let line_start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let before = &text[line_start..offset];
    let operator = before.rfind("==").max(before.rfind("!="))?;
    let behind = before[operator + 2..].trim_start();
    let is_closed = behind.len() > 1 && behind.starts_with(['"', '\'']) && behind.ends_with(['"', '\'']);
    if is_closed || behind.starts_with('$') || behind.contains("&&") || behind.contains("||") {
        return None;
    }
    let variable = before[..operator].trim_end().rsplit('$').next()?.trim_matches(['{', '}']);
    let typed = behind.trim_start_matches(['"', '\'']);
    let is_quoted = typed.len() < behind.len();
    if BRANCHES.contains(&variable) && !is_quoted {
        let default = Candidate::new("$CI_DEFAULT_BRANCH", CompletionItemKind::VARIABLE, "");
        return Some((typed.len(), vec![default]));
    }
    let (_, values) = VALUES.iter().find(|(name, _)| *name == variable)?;
    // The quotes of YAML around the condition leave single ones for the value.
    let quote = if before.split(": ").nth(1).is_some_and(|value| value.trim_start().starts_with('"')) {
        '\''
    } else {
        '"'
    };
    let candidate = |value: &&str| {
        let written = if is_quoted { (*value).to_owned() } else { format!("{quote}{value}{quote}") };
        let written = Some(written).filter(|written| written != value);
        Candidate { written, ..Candidate::new(*value, CompletionItemKind::ENUM_MEMBER, variable) }
    };
    Some((typed.len(), values.iter().map(candidate).collect()))
}
