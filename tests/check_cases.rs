//! The rules of `check`: each on its own good and bad example, on the small pipelines whose verdict by GitLab 18 is
//! known, and on the case files under `cases/check`.
//!
//! `NESTLING_TEST_UPDATE=1` writes expectations and the rules' pages.

use crate::support::repository::Repository;
use crate::support::{self, expect_file, large, nestling, run, said};
use nestling_gitlab::check::rules::RULES;
use nestling_gitlab::check::{Allow, CheckSettings, KnownVariables, check, read_file};
use nestling_gitlab::diagnostic::{Diagnostic, Sources, has_errors};
use nestling_gitlab::facts::{As, PipelineFacts};
use nestling_gitlab::instance::Gitlab;
use nestling_gitlab::yaml;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

/// Everything that is wrong with a plain GitLab file.
pub(crate) fn judge(path: &str, text: &str, sources: &Sources) -> Vec<Diagnostic> {
    let (pipeline, mut problems) = read_file(path, text, sources);
    problems.extend(check(&pipeline, &settings(text)));
    let catalog = nestling::rules();
    let allow = Allow { sources, catalog: &catalog, entries: &[], pipeline: &pipeline };
    allow.apply(problems).problems
}

/// GitLab's settings in the first line of a case: `# gitlab: { version: "18.1", as: tag }`, `as` being the kind of
/// pipeline.
fn settings(text: &str) -> CheckSettings {
    let Some(header) = text.lines().next().and_then(|line| line.strip_prefix("# gitlab: ")) else {
        return CheckSettings::default();
    };
    let file = Sources::default().add("header", header);
    let mut node = yaml::parse_file(header, file).unwrap().remove(0);
    let map = node.as_map_mut().unwrap();
    let kind = map.remove("as");
    let mut settings = CheckSettings::new(Gitlab::read(map));
    assert!(settings.gitlab.problems.is_empty(), "{:?}", settings.gitlab.problems);
    if let Some(kind) = kind {
        let facts = PipelineFacts::local(Some("feature".into()), Some("main".into()), None);
        let facts = facts.seen_as(&As::parse(kind.text().unwrap()).unwrap());
        settings.variables = KnownVariables::of_child(&facts);
    }
    settings
}

#[test]
fn verdicts_agree_with_gitlabs_own() {
    let mut wrong = Vec::new();
    for (folder, want_errors) in [("valid", false), ("invalid", true)] {
        let files = yaml_files(&format!("tests/oracles/gitlab-cases/{folder}"));
        assert!(files.len() >= 7, "only {} cases in {folder}", files.len());
        for file in files {
            let sources = Sources::default();
            let problems = judge("case.yml", &fs::read_to_string(&file).unwrap(), &sources);
            if has_errors(&problems) != want_errors {
                wrong.push(format!("{}: {problems:?}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Needs on copies in every form: random ones, with the verdict of GitLab 18.11 and its message.
#[test]
fn needs_on_copies_agree_with_gitlab() {
    let mut refused = 0;
    let mut wrong = Vec::new();
    for line in support::read("tests/oracles/data/needs_copies.jsonl").lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = row["yaml"].as_str().unwrap();
        let wanted = row["gitlab"] == "refuses";
        refused += usize::from(wanted);
        let problems = judge("case.yml", text, &Sources::default());
        if has_errors(&problems) != wanted {
            wrong.push(format!("{text}\n GitLab: {}\n found: {problems:?}", row["message"]));
        }
    }
    assert!(refused > 200, "GitLab refuses {refused}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn cases_get_just_the_messages_that_they_expect() {
    let files = yaml_files("tests/cases/check");
    let failed: Vec<String> = files.iter().filter_map(|file| case(file).err()).collect();
    assert!(failed.is_empty(), "{} of {} cases\n\n{}", failed.len(), files.len(), failed.join("\n"));
    for rule in RULES {
        let of_rule = |end: &str| {
            files
                .iter()
                .filter(|file| file.parent().unwrap().ends_with(rule.id))
                .any(|file| file.file_name().unwrap().to_string_lossy().starts_with(end))
        };
        assert!(
            of_rule("good") && of_rule("bad"),
            "tests/cases/check/{} lacks a good or a bad case",
            rule.id
        );
    }
}

fn case(file: &PathBuf) -> Result<(), String> {
    let sources = Sources::default();
    let name = file.file_name().unwrap().to_string_lossy();
    let problems = judge(&name, &fs::read_to_string(file).unwrap(), &sources);
    let text: String = problems.iter().map(|problem| shown(problem, &sources)).collect();
    let rule = file.parent().unwrap().file_name().unwrap().to_string_lossy();
    let concerned = problems.iter().any(|problem| problem.rule.id == rule);
    if concerned != name.starts_with("bad") {
        return Err(format!(
            "{}: the rule {} it\n{text}",
            file.display(),
            if concerned { "finds" } else { "misses" }
        ));
    }
    if problems.is_empty() { Ok(()) } else { expect_file(&file.with_extension("txt"), &text) }
}

pub(crate) fn shown(problem: &Diagnostic, sources: &Sources) -> String {
    let place = problem.origin().map(|origin| sources.place(origin)).unwrap_or_default();
    let mut text = format!("{place}: {}[{}]: {}\n", problem.severity, problem.rule, problem.message);
    for label in problem.labels.iter().skip(1) {
        let _ = writeln!(text, "  {}: {}", sources.place(label.origin), label.text);
    }
    if let Some(help) = &problem.help {
        let _ = writeln!(text, "  help: {help}");
    }
    text
}

fn yaml_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![support::root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Effect of an allow comment, by its place.
#[test]
fn a_warning_is_allowed_on_its_line_and_above_it_and_an_error_nowhere() {
    let rules = |script: &str| {
        let text = format!("a:\n  script: x\n  only:\n{script}\nb: {{ script: x }}\n");
        let sources = Sources::default();
        judge("case.yml", &text, &sources).iter().map(|problem| problem.rule.id).collect::<Vec<_>>()
    };
    let table = [
        ("    - web", vec!["only-except"]),
        ("    - web # nestling: allow(only-except)", vec![]),
        ("    # nestling: allow(retry, only-except)\n    - web", vec![]),
        ("    - web # nestling: allow(only-except)\n    - api", vec!["only-except"]),
        ("    # nestling: allow(only-exept)\n    - web", vec!["only-except", "allow-unknown"]),
        ("    - web\n  # nestling: allow(retry)\n  retry: 3", vec!["retry", "only-except"]),
        ("    # nestling: allow(default-timeout)\n    - web", vec!["only-except"]),
    ];
    for (written, want) in table {
        assert_eq!(rules(written), want, "{written}");
    }
}

#[test]
fn every_job_of_a_large_pipeline_is_checked() {
    let text = large::pipeline(5_000);
    let (pipeline, _) = read_file("large.yml", &text, &Sources::default());
    assert_eq!(pipeline.jobs.len(), 20_000);
    let problems = check(&pipeline, &CheckSettings::default());
    let count = |rule| problems.iter().filter(|problem| problem.rule.id == rule).count();
    assert_eq!((count("needs-undefined"), count("limits")), (5000, 1));
}

/// A template's mistake is told once, however many jobs have it.
#[test]
fn a_mistake_at_one_place_is_told_once_for_all_its_jobs() {
    let text = "default: { cache: [{ key: a/b }, {}, {}, {}, {}] }\na: { script: x }\nb: { script: x }\nc: { script: x }\n";
    let sources = Sources::default();
    let problems = judge("case.yml", text, &sources);
    let notes: Vec<_> =
        problems.iter().map(|problem| (problem.message.as_str(), &problem.notes[..])).collect();
    let caches = ["the same in 2 other jobs".to_owned()];
    let slash = "cache `key` cannot contain a slash";
    assert_eq!(notes, [(slash, &[][..]), ("`a` has 5 caches; GitLab allows 4", &caches[..])]);
}

#[test]
fn of_several_documents_gitlab_reads_one() {
    let table = [
        ("a: { script: x }\n---\nb: { script: x, retry: 3 }\n", vec!["document-dropped"]),
        ("spec: { inputs: {} }\n---\nb: { script: x, retry: 3 }\n", vec!["retry"]),
        ("spec: { inputs: {} }\n---\nb: { script: x }\n---\nc: { script: x }\n", vec!["document-dropped"]),
    ];
    for (text, want) in table {
        let found = judge("case.yml", text, &Sources::default());
        assert_eq!(found.iter().map(|problem| problem.rule.id).collect::<Vec<_>>(), want, "{text}");
    }
}

/// The parent is in the same repository: what its trigger job forwards and holds is known without being told.
#[test]
fn the_parents_trigger_job_is_looked_at() {
    let repository = Repository::new();
    let parent = "variables: { LEVEL: info }\nrun:\n  resource_group: production\n  trigger:\n    include: [{ artifact: \
                  child-pipeline.yml, job: plan }]\n    strategy: depend\n";
    repository.write(".gitlab-ci.yml", parent).write("nestling.yml", "workspace: {}\n");
    let unit = "---\nbuild: { script: make, variables: { LEVEL: debug }, resource_group: production }\n";
    repository.write("api/nestling.yml", unit);
    repository.commit("a unit");
    let output = run(nestling(repository.path()).arg("check"));
    let said = said(&output);
    assert!(!output.status.success(), "{said}");
    assert!(
        said.contains("`LEVEL` in `api:build` has no effect: the trigger job's value overrides it"),
        "{said}"
    );
    let waits = "`api:build` waits for resource group `production`, which the parent's trigger job holds";
    assert!(said.contains(waits), "{said}");
}

/// The mistakes that teams report most often of stop jobs, hand-written as they make them.
#[test]
fn the_stop_mistakes_that_teams_make_are_found() {
    let deploy = |more: &str| {
        format!(
            "deploy:\n  script: deploy\n  rules: [{{ if: $CI_MERGE_REQUEST_IID }}]\n  environment: {{ name: \
             review/$CI_COMMIT_REF_SLUG, on_stop: stop }}\n{more}"
        )
    };
    let stop = |more: &str| {
        format!(
            "stop:\n  script: stop\n  rules: [{{ if: $CI_MERGE_REQUEST_IID, when: manual, allow_failure: true }}]\n  \
             environment: {{ name: review/$CI_COMMIT_REF_SLUG, action: stop }}\n{more}"
        )
    };
    let pair = format!("{}{}", deploy(""), stop(""));
    let elsewhere = format!("{}children: {{ trigger: {{ include: stop.yml }} }}\n", deploy(""));
    let matrix = format!("{}{}", deploy("  parallel: { matrix: [{ REGION: [eu, us] }] }\n"), stop(""));
    let several = format!(
        "{pair}second:\n  script: deploy\n  rules: [{{ if: $CI_MERGE_REQUEST_IID }}]\n  environment: {{ name: review/$CI_COMMIT_REF_SLUG, on_stop: stop }}\n"
    );
    let never_run = format!("{}{}", deploy("").replace("IID }]", "IID, when: manual }]"), stop(""));
    let blocking = pair.replace(", allow_failure: true", "");
    let automatic = pair.replace(", when: manual, allow_failure: true", "");
    let other_rules = pair.replacen("$CI_MERGE_REQUEST_IID }", "$CI_COMMIT_BRANCH }", 1);
    let permanent = "deploy: { script: x, environment: { name: production, deployment_tier: production, on_stop: stop } }\nstop: { script: x, when: manual, environment: { name: production, action: stop } }\n".to_owned();
    let prepared = pair.replace("on_stop: stop }", "on_stop: stop, action: prepare }");
    let table = [
        ("a good pair", pair, &[][..]),
        ("the stop job is in a pipeline downstream", elsewhere, &["on-stop"]),
        ("a matrix deploys, one job stops", matrix, &["environment-shared", "stop-parallel"]),
        ("two jobs deploy one environment", several, &["environment-shared"]),
        (
            "a manual deploy that nobody started leaves its environment behind",
            never_run,
            &["manual-only", "environment-manual"],
        ),
        ("a stop job that the pipeline waits for", blocking, &["stop-blocks"]),
        ("a stop job that runs at once", automatic, &["stop-manual"]),
        ("a stop job with other rules", other_rules, &["stop-rules"]),
        ("a permanent environment that a merge would stop", permanent, &["stop-permanent"]),
        ("a job that only prepares triggers the stop", prepared, &["stop-settings"]),
    ];
    let mut wrong = Vec::new();
    for (what, text, want) in table {
        let found = judge("case.yml", &text, &Sources::default());
        if found.iter().map(|problem| problem.rule.id).ne(want.iter().copied()) {
            wrong.push(format!("{what}: not just {want:?}\n{text}{found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
