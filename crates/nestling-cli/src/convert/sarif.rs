//! SARIF 2.1.0, which Semgrep, Trivy, Checkov, gitleaks, detekt and many others write.

mod document;
mod paths;

use super::finding::{ToolFinding, ToolLocation, ToolReport, Unreadable, one_line, severity};
use super::json;
use crate::io::counted;
use crate::report::CodeQualitySeverity;
use document::{Document, Message, Properties, Rule, Run, SarifResult};

/// Reads the report.
pub(super) fn read(text: &str) -> Result<ToolReport, Unreadable> {
    let document: Document = json::whole(text)?;
    if !document.version.starts_with("2.1") {
        return Err(Unreadable::whole(format!("version {} of SARIF is not 2.1.0", document.version)));
    }
    let mut report = ToolReport::default();
    for run in &document.runs {
        let mut suppressed = 0;
        let mut unplaced = 0;
        report.notes.extend(failures(run));
        for result in run.results.iter().flatten().filter(|result| is_finding(result)) {
            let locations = locations(result, run);
            if is_suppressed(result) {
                suppressed += 1;
            } else if locations.is_empty() {
                unplaced += 1;
            } else {
                report.findings.push(finding(result, run, locations));
            }
        }
        let name = &run.tool.driver.name;
        if suppressed > 0 {
            report.notes.push(format!(
                "{name}: omitted {} that the report suppresses",
                counted(suppressed, "finding")
            ));
        }
        if unplaced > 0 {
            report.notes.push(format!("{name}: omitted {} without a file", counted(unplaced, "finding")));
        }
    }
    Ok(report)
}

/// Returns the errors of a tool that could not do all its work: what it has not found is then not known.
fn failures(run: &Run) -> impl Iterator<Item = String> {
    let name = &run.tool.driver.name;
    let has_failed = |successful: Option<bool>| successful == Some(false);
    let failed = run.invocations.iter().any(|invocation| has_failed(invocation.execution_successful));
    let failed = failed.then(|| format!("{name}: the tool reported that it failed"));
    let notifications =
        run.invocations.iter().flat_map(|invocation| &invocation.tool_execution_notifications);
    let errors = notifications.filter(|notification| notification.level.as_deref() == Some("error"));
    let errors =
        errors.map(move |error| format!("{name}: {}", one_line(error.message.text.as_deref().unwrap_or(""))));
    failed.into_iter().chain(errors)
}

/// Returns `true` for a result that is a problem, and is there now.
fn is_finding(result: &SarifResult) -> bool {
    let kind = result.kind.as_deref().unwrap_or("fail");
    matches!(kind, "fail" | "open" | "review") && result.baseline_state.as_deref() != Some("absent")
}

fn is_suppressed(result: &SarifResult) -> bool {
    // A suppression without a status is accepted.
    let accepted = |status: &Option<String>| status.as_deref().is_none_or(|status| status == "accepted");
    result.suppressions.iter().any(|suppression| accepted(&suppression.status))
}

fn locations(result: &SarifResult, run: &Run) -> Vec<ToolLocation> {
    let physical = result.locations.iter().filter_map(|location| location.physical_location.as_ref());
    let located = physical.filter_map(|physical| {
        let path = paths::path(physical.artifact_location.as_ref()?, run)?;
        let region = physical.region.as_ref();
        let line = region.and_then(|region| region.start_line).unwrap_or(1);
        let column = region.and_then(|region| region.start_column).unwrap_or(1);
        Some(ToolLocation { path, line, column })
    });
    located.collect()
}

fn finding(result: &SarifResult, run: &Run, locations: Vec<ToolLocation>) -> ToolFinding {
    let rule = rule(result, run);
    let reference = result.rule.as_ref().and_then(|rule| rule.id.as_deref());
    let id = result.rule_id.as_deref().or(reference).or(rule.map(|rule| rule.id.as_str()));
    let id = id.unwrap_or(&run.tool.driver.name).to_owned();
    let message = text(&result.message, rule).unwrap_or_else(|| id.clone());
    let severity = result_severity(result, rule);
    ToolFinding { rule: id, message: one_line(&message), severity, locations, manifest: None }
}

/// Returns what the tool says about a result's rule.
fn rule<'a>(result: &SarifResult, run: &'a Run) -> Option<&'a Rule> {
    let reference = result.rule.as_ref();
    let component =
        reference.and_then(|rule| rule.tool_component.as_ref()).and_then(|component| component.index);
    let component = component.and_then(|index| run.tool.extensions.get(usize::try_from(index).ok()?));
    let rules = &component.unwrap_or(&run.tool.driver).rules;
    let index = result.rule_index.or(reference.and_then(|rule| rule.index));
    let by_index = index.and_then(|index| rules.get(usize::try_from(index).ok()?));
    by_index.or_else(|| {
        let id = result.rule_id.as_deref().or(reference.and_then(|rule| rule.id.as_deref()))?;
        // An id may name a rule within a rule: `CA1000/1`.
        let parent = id.split('/').next();
        rules.iter().find(|rule| rule.id == id).or(rules.iter().find(|rule| Some(rule.id.as_str()) == parent))
    })
}

/// Returns the text of a message, with its arguments.
fn text(message: &Message, rule: Option<&Rule>) -> Option<String> {
    let by_id = || rule?.message_strings.get(message.id.as_ref()?)?.text.as_ref();
    let short = || rule?.short_description.as_ref()?.text.as_ref();
    let text = message.text.as_ref().filter(|text| !text.trim().is_empty()).or_else(by_id).or_else(short)?;
    let mut text = text.clone();
    for (number, argument) in message.arguments.iter().enumerate() {
        text = text.replace(&format!("{{{number}}}"), argument);
    }
    Some(text)
}

/// Returns the severity: the score of a security problem, or else the level.
fn result_severity(result: &SarifResult, rule: Option<&Rule>) -> CodeQualitySeverity {
    let scores = [result.properties.as_ref(), rule.and_then(|rule| rule.properties.as_ref())];
    if let Some(score) = scores.into_iter().flatten().find_map(score) {
        return match score {
            score if score >= 9.0 => CodeQualitySeverity::Blocker,
            score if score >= 7.0 => CodeQualitySeverity::Critical,
            score if score >= 4.0 => CodeQualitySeverity::Major,
            score if score > 0.0 => CodeQualitySeverity::Minor,
            _ => CodeQualitySeverity::Info,
        };
    }
    let by_rule = || rule?.default_configuration.as_ref()?.level.as_deref();
    severity(result.level.as_deref().or_else(by_rule).unwrap_or("warning"))
}

/// Returns the score from 0 to 10, which tools write as a number or as a string.
fn score(properties: &Properties) -> Option<f64> {
    match properties.security_severity.as_ref()? {
        serde_json::Value::Number(number) => number.as_f64(),
        serde_json::Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
