//! A plain file in several kinds of pipelines.

use super::{Linted, Options, lint_file};
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
    /// Number of those that are in such a pipeline for certain.
    pub certain_jobs: usize,
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
        let Linted { jobs, certain_jobs, .. } = linted;
        kinds.push(LintedKind { name: name.clone(), jobs, certain_jobs });
        // GitLab makes no pipeline of this kind, in which something could be wrong.
        if jobs > 0 {
            findings.add(name, certain(linted.diagnostics, &in_any.diagnostics), sources);
        }
    }
    let mut rest = in_any.diagnostics;
    rest.retain(|problem| !findings.has_rule_at_origins(problem, sources));
    let mut diagnostics = findings.finish();
    diagnostics.extend(rest);
    KindsLinted { kinds, diagnostics }
}

/// Reads a file for each kind of pipeline that [`lint_kinds`] walks.
///
/// ```
/// use nestling_gitlab::diagnostic::Sources;
/// use nestling_gitlab::facts::PipelineFacts;
/// use nestling_gitlab::instance::Gitlab;
/// use nestling_gitlab::lint::{Options, each_kind};
///
/// let text = "build: { script: make, rules: [{ if: $CI_COMMIT_TAG }] }";
/// let options = Options { gitlab: &Gitlab::default(), files: None, pipeline: None };
/// let (facts, sources) = (PipelineFacts::local(None, None, None), Sources::default());
/// let mut with_jobs = Vec::new();
/// each_kind(".gitlab-ci.yml", text, &options, &facts, &sources, |kind, linted| {
///     with_jobs.extend((linted.jobs > 0).then(|| kind.name.clone()));
/// });
/// assert_eq!(with_jobs, ["tags"]);
/// ```
pub fn each_kind(
    path: &str,
    text: &str,
    options: &Options<'_>,
    facts: &PipelineFacts,
    sources: &Sources,
    mut visit: impl FnMut(&KindName, Linted),
) {
    let in_any = lint_file(path, text, &Options { pipeline: None, ..*options }, sources);
    let named = named_sources(&in_any.pipeline);
    for WalkedKind { name, facts } in
        walked_kinds(facts, named.iter().filter_map(|name| As::parse(name).ok()))
    {
        visit(&name, lint_file(path, text, &Options { pipeline: Some(&facts), ..*options }, sources));
    }
}

/// Leaves out the notes that only say that the file makes no pipeline of a kind. That is what most files mean, and the number
/// of jobs shows it.
fn certain(mut problems: Vec<Diagnostic>, in_any: &[Diagnostic]) -> Vec<Diagnostic> {
    problems.retain(|problem| {
        problem.severity != Severity::Note || in_any.iter().any(|known| known.message == problem.message)
    });
    problems
}
