//! Broken and tricky templates, and units that share a pipeline: each directory under `cases/render` and `cases/compose` is
//! a small workspace, and its `expected.txt` holds either every message that it gets, with file, line and column, or
//! the jobs that come out. In the second, messages of `check` are among them, and a file `changed` lists the paths that
//! changed; without one, every unit did.
//!
//! `NESTLING_TEST_UPDATE=1` writes what comes out; read it before it is committed.

use crate::support::memory::{changed, planned};
use crate::support::{self, expect_file};
use nestling::{
    As, ChangeSet, Diagnostic, EmitOptions, Label, MemoryFiles, Origin, PipelineFacts, Severity, Sources,
};
use nestling_gitlab::check::{CheckSettings, KnownVariables, check};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The workspace of a case that brings none.
const WORKSPACE: &str = "\
workspace:
  templates: [ci]
  stages: [build, test, deploy]
  vars: { registry: registry.example.com, regions: [eu, us] }
  environments:
    review: { when: merge_request, name: \"review/${{ unit.slug }}\", deployment_tier: development }
    staging: { when: default_branch, deployment_tier: staging }
    production: { when: default_branch, deployment_tier: production, manual: true, after: staging }
";

#[test]
fn templates_become_what_their_cases_expect() {
    judge_all("tests/cases/render", 85, Checked::No);
}

#[test]
fn units_share_a_pipeline_as_their_cases_expect() {
    judge_all("tests/cases/compose", 35, Checked::Yes);
}

/// Set if what `check` finds is part of what is expected.
#[derive(Clone, Copy, PartialEq)]
enum Checked {
    Yes,
    No,
}

fn judge_all(folder: &str, at_least: usize, checked: Checked) {
    let cases = folders(&support::root().join(folder));
    assert!(cases.len() >= at_least, "only {} cases were found", cases.len());
    let failed: Vec<String> = cases.iter().filter_map(|case| judge(case, checked).err()).collect();
    assert!(failed.is_empty(), "{} of {} cases\n\n{}", failed.len(), cases.len(), failed.join("\n"));
}

/// Each directory under `cases/environments` has a `pipelines.txt`, and its `expected.txt` one part for each of them.
#[test]
fn environments_become_what_their_cases_expect() {
    let cases = folders(&support::root().join("tests/cases/environments"));
    assert!(cases.len() >= 10, "only {} cases were found", cases.len());
    let mut failed = Vec::new();
    for case in &cases {
        let mut text = String::new();
        for pipeline in fs::read_to_string(case.join("pipelines.txt")).unwrap().lines() {
            let _ = writeln!(text, "=== {pipeline}");
            let facts = PipelineFacts::local(Some("feature".into()), Some("main".into()), None);
            text.push_str(&outcome(case, facts.seen_as(&As::parse(pipeline).unwrap()), Checked::No));
        }
        failed.extend(expect_file(&case.join("expected.txt"), &text).err());
    }
    assert!(failed.is_empty(), "{} of {} cases\n\n{}", failed.len(), cases.len(), failed.join("\n"));
}

/// A directory's name tells where it is a merge request's.
fn judge(case: &Path, checked: Checked) -> Result<(), String> {
    let mut facts = PipelineFacts::local(Some("main".into()), Some("main".into()), None);
    if case.to_string_lossy().ends_with("-in-a-merge-request") {
        facts = facts.seen_as(&As::MergeRequest);
    }
    expect_file(&case.join("expected.txt"), &outcome(case, facts, checked))
}

/// Every message, or the jobs, of a directory.
fn outcome(case: &Path, facts: PipelineFacts, checked: Checked) -> String {
    let mut files = read_files(case, case);
    if !files.iter().any(|(path, _)| path == "nestling.yml") {
        files.push(("nestling.yml".to_owned(), WORKSPACE.as_bytes().to_vec()));
    }
    let listed = files.iter().position(|(path, _)| path == "changed").map(|at| files.remove(at).1);
    let changes = match listed {
        None => ChangeSet::everything(),
        Some(list) => changed(&std::str::from_utf8(&list).unwrap().lines().collect::<Vec<_>>()),
    };
    let plan = planned(&MemoryFiles::new(files), changes, facts);
    let variables = KnownVariables::of_child(&plan.facts);
    let by_check = check(&plan.pipeline, &CheckSettings { variables, ..CheckSettings::default() });
    let is_expected = |problem: &&Diagnostic| checked == Checked::Yes || !by_check.contains(problem);
    let problems = plan.diagnostics.iter().filter(is_expected);
    let mut text = String::new();
    let mut has_errors = false;
    for problem in problems {
        text += &shown(problem, &plan.sources);
        has_errors |= problem.severity == Severity::Error;
    }
    if !has_errors {
        let emitted = plan.emit(&EmitOptions::default());
        let (_header, pipeline) = emitted.files[0].text.split_once("\n\n").unwrap();
        text += pipeline;
    }
    text
}

fn read_files(root: &Path, folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in sorted(folder) {
        if entry.is_dir() {
            files.extend(read_files(root, &entry));
        } else if !entry.ends_with("expected.txt") && !entry.ends_with("pipelines.txt") {
            let path = entry.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            files.push((path, fs::read(&entry).unwrap()));
        }
    }
    files
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    sorted(folder).into_iter().filter(|path| path.is_dir()).collect()
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// A diagnostic in the compact form of compilers, every part of it.
fn shown(problem: &Diagnostic, sources: &Sources) -> String {
    let mut text = String::new();
    let mut labels = problem.labels.iter();
    let place = labels.next().map(|label| place(label.origin, sources)).unwrap_or_default();
    let _ = writeln!(text, "{place}: {}[{}]: {}", problem.severity, problem.rule, problem.message);
    for label in labels {
        let _ = writeln!(text, "  {}: {}", place_of(label, sources), label.text);
    }
    for note in &problem.all_notes() {
        let _ = writeln!(text, "  note: {note}");
    }
    for unit in &problem.units {
        let _ = writeln!(text, "  unit: {unit}");
    }
    if let Some(help) = &problem.help {
        let _ = writeln!(text, "  help: {help}");
    }
    text
}

fn place_of(label: &Label, sources: &Sources) -> String {
    place(label.origin, sources)
}

/// `path:line:column+width`.
fn place(origin: Origin, sources: &Sources) -> String {
    match origin.width {
        0 => sources.place(origin),
        width => format!("{}+{width}", sources.place(origin)),
    }
}
