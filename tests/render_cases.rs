//! Broken and tricky templates, and units that share a pipeline: each folder under `cases/render` and `cases/compose` is
//! a small workspace, and its `expected.txt` holds either every message that it gets, with file, line and column, or
//! the jobs that come out. In the second, messages of `check` are among them, and a file `changed` lists the paths that
//! changed; without one, every unit did.
//!
//! `NESTLING_TEST_UPDATE=1` writes what comes out; read it before it is committed.

use crate::support::memory::changed;
use crate::support::{self, expect_file};
use nestling::changes::{As, ChangeSet, Everything, Extent, Head, PipelineFacts};
use nestling::check::{KnownVariables, Settings, check};
use nestling::diagnostic::{Diagnostic, Sources, has_errors};
use nestling::emit::{Comments, emit_pipeline};
use nestling::files::MemoryFiles;
use nestling::git::History;
use nestling::plan::{Plan, Request, plan};
use nestling::select::Narrowing;
use nestling::workspace;
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
    judge_all("tests/cases/render", 25, |_| Vec::new());
}

#[test]
fn units_share_a_pipeline_as_their_cases_expect() {
    judge_all("tests/cases/compose", 25, |plan| {
        let variables = KnownVariables::of_child(&plan.facts);
        check(&plan.pipeline, &Settings { variables, ..Settings::default() })
    });
}

fn judge_all(folder: &str, at_least: usize, checked: impl Fn(&Plan) -> Vec<Diagnostic>) {
    let cases = folders(&support::root().join(folder));
    assert!(cases.len() >= at_least, "only {} cases were found", cases.len());
    let failed: Vec<String> = cases.iter().filter_map(|case| judge(case, &checked).err()).collect();
    assert!(failed.is_empty(), "{} of {} cases\n\n{}", failed.len(), cases.len(), failed.join("\n"));
}

fn judge(case: &Path, checked: impl Fn(&Plan) -> Vec<Diagnostic>) -> Result<(), String> {
    let sources = Sources::default();
    let plan = planned(case, &sources);
    let mut problems = plan.diagnostics.clone();
    problems.extend(checked(&plan));
    let mut text: String = problems.iter().map(|problem| shown(problem, &sources)).collect();
    if !has_errors(&problems) {
        emit_pipeline(&mut text, &plan.pipeline, &sources, Comments::Origins);
    }
    expect_file(&case.join("expected.txt"), &text)
}

/// The plan of a folder, in a merge request where the folder's name ends so.
fn planned(case: &Path, sources: &Sources) -> Plan {
    let mut files = read_files(case, case);
    if !files.iter().any(|(path, _)| path == "nestling.yml") {
        files.push(("nestling.yml".to_owned(), WORKSPACE.as_bytes().to_vec()));
    }
    let listed = files.iter().position(|(path, _)| path == "changed").map(|at| files.remove(at).1);
    let extent = match listed {
        None => Extent::Everything(Everything::Asked),
        Some(list) => changed(&std::str::from_utf8(&list).unwrap().lines().collect::<Vec<_>>()),
    };
    let files = MemoryFiles::new(files);
    let loaded = workspace::load(&files, sources).unwrap();
    let mut facts = PipelineFacts::local(Some("main".into()), Some("main".into()), None);
    if case.to_string_lossy().ends_with("-in-a-merge-request") {
        facts = facts.seen_as(&As::MergeRequest);
    }
    plan(Request {
        files: &files,
        loaded,
        changes: ChangeSet {
            base: None,
            head: Head::WorkTree { commit: None },
            extent,
            history: History::Complete,
        },
        pipeline: facts,
        narrowing: Narrowing::default(),
        assemblies: &nestling::cdk::InRepository,
        sources,
    })
}

fn read_files(root: &Path, folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in sorted(folder) {
        if entry.is_dir() {
            files.extend(read_files(root, &entry));
        } else if !entry.ends_with("expected.txt") {
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
    for note in &problem.notes {
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

fn place_of(label: &nestling::diagnostic::Label, sources: &Sources) -> String {
    place(label.origin, sources)
}

/// `path:line:column+width`.
fn place(origin: nestling::diagnostic::Origin, sources: &Sources) -> String {
    match origin.width {
        0 => sources.place(origin),
        width => format!("{}+{width}", sources.place(origin)),
    }
}
