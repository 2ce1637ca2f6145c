//! Allowed warnings: each of them in a header, by job, by path, and the warning about an entry without effect.

use super::examples::{findings, repository};
use crate::support::repository::Repository;
use crate::support::{nestling, run, said};
use nestling_files::path::Glob;
use nestling_gitlab::check::{Allow, AllowEntry, Entries, Scope};
use nestling_gitlab::diagnostic::{Diagnostic, Example, FileId, Origin, Rule, Severity, Sources};
use nestling_gitlab::pipeline::Pipeline;

/// Remaining findings with an entry for the rule in the workspace's header.
fn left(rule: &'static Rule, severity: Severity) -> usize {
    let sources = Sources::default();
    let origin = Origin::file(sources.add("nestling.yml", "workspace: {}\n"));
    let entry =
        AllowEntry { rule: rule.id.to_owned(), globs: Vec::new(), reason: "it is meant".to_owned(), origin };
    let list = [entry];
    let entries = [Entries { scope: Scope::Workspace, list: &list }];
    let catalog = nestling::rules();
    let pipeline = Pipeline::default();
    let allow = Allow { sources: &sources, catalog: &catalog, entries: &entries, pipeline: &pipeline };
    let outcome = allow.apply(vec![Diagnostic::new(rule, severity, "something")]);
    assert!(outcome.unused.is_empty(), "{rule}");
    outcome.problems.len()
}

#[test]
fn every_warning_can_be_allowed_and_no_error() {
    for rule in nestling::rules() {
        for severity in rule.severities {
            let want = usize::from(*severity == Severity::Error);
            assert_eq!(left(rule, *severity), want, "{severity}[{rule}]");
        }
    }
}

/// The bad examples of repositories that give warnings, with an entry for their rule in the root's header.
#[test]
fn the_warnings_of_repositories_are_allowed_in_the_header() {
    let mut count = 0;
    for rule in nestling::rules().into_iter().filter(|rule| rule.can_be_allowed()) {
        let Example::Repository(files) = rule.bad else { continue };
        let found = findings(rule, &rule.bad);
        if rule.id.starts_with("allow-") || found.iter().any(|found| found.text().contains("error[")) {
            continue;
        }
        let repository = repository(&[files]);
        let written = std::fs::read_to_string(repository.path().join("nestling.yml")).unwrap();
        let entry = format!("allow: [{{ rule: {rule}, reason: it is meant }}]");
        let header = match written.split_once("workspace:\n") {
            Some((before, rest)) => format!("{before}workspace:\n  {entry}\n{rest}"),
            None => written.replacen("workspace: {", &format!("workspace: {{ {entry}, "), 1),
        };
        assert_ne!(written, header, "{rule}");
        repository.write("nestling.yml", &header);
        let output = run(nestling(repository.path()).arg("check"));
        let said = said(&output);
        assert!(!said.contains(&format!("[{rule}]")), "{rule}: {said}");
        assert!(said.contains(" allowed\n"), "{rule}: {said}");
        count += 1;
    }
    assert!(count >= 11, "only {count} rules");
}

/// A repository with a warning in each of two jobs of a unit.
fn two_warnings(header: &str) -> String {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n");
    let jobs = "build: { script: make, only: [web] }\ntest: { script: make test, only: [api] }\nlint: { script: x }\n";
    repository.write("services/api/nestling.yml", &format!("{header}---\n{jobs}"));
    repository.commit("a unit");
    let output = run(nestling(repository.path()).arg("check"));
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

#[test]
fn an_entry_is_for_the_jobs_and_paths_that_it_names() {
    let count = |allow: &str| {
        let said = two_warnings(&format!("unit:\n  allow: [{{ rule: only-except, {allow}reason: x }}]\n"));
        (said.matches("warning[only-except]").count(), said.matches("warning[allow-unused]").count())
    };
    let table = [
        ("", (0, 0)),
        ("where: build, ", (1, 0)),
        ("where: [build, test], ", (0, 0)),
        ("where: \"services/api:*\", ", (0, 0)),
        ("where: services/api/nestling.yml, ", (0, 0)),
        ("where: \"services/**/*\", ", (0, 0)),
        ("where: lint, ", (2, 1)),
        ("where: services, ", (2, 1)),
    ];
    for (allow, want) in table {
        assert_eq!(count(allow), want, "{allow}");
    }
}

#[test]
fn check_counts_what_is_allowed() {
    let said = two_warnings("unit:\n  allow: [{ rule: only-except, reason: started by hand }]\n");
    assert!(said.contains("1 unit, 1 job: no errors; 2 warnings allowed\n"), "{said}");
}

#[test]
fn an_entry_needs_a_reason_and_a_rule_that_exists() {
    let repository = Repository::new();
    let header = "workspace:\n  allow:\n    - { rule: only-exept, reason: x }\n    - { rule: retry }\n    - { rule: retry, reason: \"\" }\n";
    repository.write("nestling.yml", header).write("api/nestling.yml", "build: { script: make }\n");
    let said = said(&run(nestling(repository.path()).arg("check")));
    for wanted in ["`reason`", "`reason` cannot be empty"] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    repository.write("nestling.yml", "workspace: { allow: [{ rule: only-exept, reason: x }] }\n");
    let said = crate::support::said(&run(nestling(repository.path()).arg("check")));
    assert!(said.contains("warning[allow-unknown]: unknown rule `only-exept`"), "{said}");
    assert!(said.contains("did you mean `only-except`?"), "{said}");
}

/// A warning may belong to one kind of pipeline: what silences it there is not without effect, whatever `check` acts as.
#[test]
fn what_silences_a_warning_of_another_kind_of_pipeline_is_used() {
    let repository = Repository::new();
    repository
        .write("nestling.yml", "workspace: { environments: { review: { when: { branch: \"fix/*\" } } } }\n");
    let deploy = |comment: &str| {
        format!(
            "deploy:\n  script: ./deploy.sh\n  environment: [review]\n  stop:\n    script: ./destroy.sh\n    variables:\n      GIT_STRATEGY: fetch{comment}\nbuild: {{ script: make }}\n"
        )
    };
    let check = |text: &str, arguments: &[&str]| {
        repository.write("api/nestling.yml", text);
        said(&run(nestling(repository.path()).arg("check").args(arguments)))
    };
    let on_branch = ["--as", "branch:fix/it"];
    assert!(check(&deploy(""), &on_branch).contains("warning[stop-checkout]"));
    let allowed = deploy(" # nestling: allow(stop-checkout)");
    for arguments in [&["--as", "branch:main"][..], &on_branch] {
        let said = check(&allowed, arguments);
        assert!(!said.contains("warning["), "{arguments:?}: {said}");
    }
    let unused = deploy(" # nestling: allow(retry)");
    assert!(check(&unused, &["--as", "branch:main"]).contains("warning[allow-unused]"));
    let narrowed = check(&unused, &["--as", "branch:main", "--only", "api"]);
    assert!(!narrowed.contains("allow-unused"), "{narrowed}");
}

/// `--strict-cdk` passes once every line of the report has an entry, and a new line fails it.
#[test]
fn strict_cdk_passes_when_the_report_is_dealt_with() {
    let rules: Vec<&Rule> = nestling::rules()
        .into_iter()
        .filter(|rule| rule.id.starts_with("cdk-") && rule.can_be_allowed() && rule.id != "cdk-header")
        .filter(|rule| rule.id != "cdk-assembly")
        .collect();
    let example = rules.iter().find(|rule| rule.id == "cdk-variable").unwrap();
    let Example::Repository(files) = example.bad else { panic!("{:?}", example.bad) };
    let strict = |allow: &str| {
        let repository = repository(&[files]);
        let path = repository.path().join("infra/nestling.yml");
        let unit = std::fs::read_to_string(&path).unwrap() + allow;
        std::fs::write(path, unit).unwrap();
        run(nestling(repository.path()).args(["check", "--strict-cdk"]))
    };
    assert!(!strict("").status.success());
    let entries = |rules: &[&Rule], place: &str| {
        let entry = |rule: &&Rule| format!("    - {{ rule: {rule}, {place}reason: done }}\n");
        format!("  allow:\n{}", rules.iter().map(entry).collect::<String>())
    };
    let output = strict(&entries(&rules, ""));
    assert!(output.status.success(), "{}", said(&output));
    let output = strict(&entries(&rules[1..], ""));
    assert!(!output.status.success(), "{}", said(&output));
    let elsewhere = said(&strict(&entries(&rules, "where: Live.Other, ")));
    assert!(elsewhere.contains("error[cdk-variable]"), "{elsewhere}");
}

/// A finding that two units share is not a unit's alone.
#[test]
fn a_finding_that_units_share_is_allowed_by_the_workspace() {
    let sources = Sources::default();
    let file: FileId = sources.add("ci/node.yml", "x");
    let origin = Origin::line(file, 1);
    let retry = nestling::rule("only-except").unwrap();
    let name = |text: &str| nestling_gitlab::name::UnitName::parse(text).unwrap();
    let problem = Diagnostic::warning(retry, origin, "x").for_unit(&name("api")).for_unit(&name("web"));
    let entry = |glob: &str| AllowEntry {
        rule: "only-except".to_owned(),
        globs: vec![Glob::parse(glob).unwrap()],
        reason: "x".to_owned(),
        origin,
    };
    let list = [entry("ci/*")];
    let unit =
        Scope::Unit { name: name("api"), directory: nestling_files::path::RepoPath::parse("api").unwrap() };
    for (scope, left) in [(unit, 1), (Scope::Workspace, 0)] {
        let catalog = nestling::rules();
        let pipeline = Pipeline::default();
        let entries = [Entries { scope, list: &list }];
        let allow = Allow { sources: &sources, catalog: &catalog, entries: &entries, pipeline: &pipeline };
        assert_eq!(allow.apply(vec![problem.clone()]).problems.len(), left);
    }
}
