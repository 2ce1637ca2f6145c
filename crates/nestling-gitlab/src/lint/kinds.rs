//! A plain file in several kinds of pipelines.

use super::{Options, lint_file};
use crate::check::named_sources;
use crate::diagnostic::{Diagnostic, FindingsByKind, KindName, Severity, Sources};
use crate::facts::{As, PipelineFacts, WalkedKind, walked_kinds};

/// The findings in a file for several kinds of pipelines.
#[derive(Debug, Clone, Default)]
pub struct KindsLinted {
    /// The kinds, in the order in which they were checked.
    pub kinds: Vec<LintedKind>,
    /// Each finding once. One that does not hold in all kinds names those that it holds in.
    pub diagnostics: Vec<Diagnostic>,
}

/// A kind of pipeline with the number of its jobs.
#[derive(Debug, Clone)]
pub struct LintedKind {
    /// Its name.
    pub name: KindName,
    /// The jobs that are in such a pipeline, or can be.
    pub jobs: usize,
}

/// As [`lint_file`], for each kind of pipeline that every project has, and for those that conditions on
/// `CI_PIPELINE_SOURCE` in the file name. `facts` tell the branches; the pipeline of the options is not used.
pub fn lint_kinds(
    path: &str,
    text: &str,
    options: &Options<'_>,
    facts: &PipelineFacts,
    sources: &Sources,
) -> KindsLinted {
    // Without a kind, a finding that some pipeline has is reported even if none of the kinds below happens to have it.
    let in_any = lint_file(path, text, &Options { pipeline: None, ..*options }, sources);
    let named = named_sources(&in_any.pipeline);
    let further = named.iter().filter_map(|name| As::parse(name).ok());
    let mut kinds = Vec::new();
    let mut findings = FindingsByKind::default();
    for WalkedKind { name, facts } in walked_kinds(facts, further) {
        let linted = lint_file(path, text, &Options { pipeline: Some(&facts), ..*options }, sources);
        kinds.push(LintedKind { name: name.clone(), jobs: linted.jobs });
        // GitLab makes no pipeline of this kind, in which something could be wrong.
        if linted.jobs > 0 {
            findings.add(name, certain(linted.diagnostics, &in_any.diagnostics), sources);
        }
    }
    let mut rest = in_any.diagnostics;
    rest.retain(|problem| !findings.has_rule_at_origins(problem, sources));
    let mut diagnostics = findings.finish();
    diagnostics.extend(rest);
    KindsLinted { kinds, diagnostics }
}

/// Leaves out the notes that only say that the file makes no pipeline of a kind. That is what most files mean, and the number
/// of jobs shows it.
fn certain(mut problems: Vec<Diagnostic>, in_any: &[Diagnostic]) -> Vec<Diagnostic> {
    problems.retain(|problem| {
        problem.severity != Severity::Note || in_any.iter().any(|known| known.message == problem.message)
    });
    problems
}
