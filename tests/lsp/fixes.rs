//! Corrections: each that is offered removes its finding and causes no other.

use super::client::{Client, uri};
use super::shop::with_edits;
use crate::support::repository::Repository;
use nestling_gitlab::diagnostic::{Example, ExampleFile, Rule};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Corrections that bring an error to light that a mistake hid: the rule, and the rule of the new finding.
const REVEALED: [(&str, &str); 1] = [("artifacts", "artifacts")];

/// Findings by file, rule and message, with the number of each.
type Counts = BTreeMap<(String, String, String), usize>;

fn counts(client: &Client) -> Counts {
    let mut counts = Counts::new();
    for (file, findings) in &client.shown {
        for finding in findings {
            *counts.entry(key(file, finding)).or_default() += 1;
        }
    }
    counts
}

/// The errors among the findings.
fn errors(client: &Client) -> BTreeSet<(String, String, String)> {
    let findings =
        client.shown.iter().flat_map(|(file, findings)| findings.iter().map(move |finding| (file, finding)));
    findings
        .filter(|(_, finding)| finding["severity"] == 1)
        .map(|(file, finding)| key(file, finding))
        .collect()
}

fn key(file: &str, finding: &Value) -> (String, String, String) {
    let message = finding["message"].as_str().unwrap().lines().next().unwrap();
    (file.to_owned(), finding["code"].as_str().unwrap_or_default().to_owned(), message.to_owned())
}

/// A repository with the example, and its files that an editor opens.
fn example(rule: &Rule) -> Option<(Repository, Vec<PathBuf>)> {
    let repository = Repository::new();
    let pipeline;
    let files: &[ExampleFile] = match rule.bad {
        Example::None => return None,
        Example::Pipeline(text) => {
            pipeline = [nestling_gitlab::diagnostic::file(".gitlab-ci.yml", text)];
            &pipeline
        }
        Example::Repository(files) | Example::Branch(files) => files,
        Example::Change { head, .. } => head,
    };
    let mut opened = Vec::new();
    for file in files {
        repository.write_bytes(file.path, file.content);
        if file.path.ends_with(".yml") && std::str::from_utf8(file.content).is_ok() {
            opened.push(repository.path().join(file.path));
        }
    }
    repository.commit("start");
    Some((repository, opened))
}

/// Makes each correction of a file, and returns the titles of those that are offered.
fn try_all(client: &mut Client, rule: &Rule, path: &Path, wrong: &mut Vec<String>) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut titles = Vec::new();
    let actions = client.actions(path);
    let before = counts(client);
    for action in actions {
        let title = action["title"].as_str().unwrap().to_owned();
        let fixed = with_edits(&text, &action["edit"]["changes"][uri(path)]);
        client.change(path, &fixed);
        client.actions(path);
        let (after, errors) = (counts(client), errors(client));
        client.change(path, &text);
        let count = |counts: &Counts, key| counts.get(key).copied().unwrap_or(0);
        for (new, number) in &after {
            // A warning about what is right only now is no fault of a correction.
            let is_warning = !title.starts_with("Allow") && !errors.contains(new);
            let is_known = is_warning || REVEALED.contains(&(rule.id, new.1.as_str()));
            if *number > count(&before, new) && !is_known {
                wrong.push(format!("{rule}: `{title}` brings {new:?}:\n{fixed}"));
            }
        }
        let Some(finding) = action["diagnostics"].get(0) else { continue };
        let own = key(&uri(path), finding);
        let gone = |key| count(&before, key).saturating_sub(count(&after, key));
        if gone(&own) == 0 {
            wrong.push(format!("{rule}: `{title}` leaves {own:?}:\n{fixed}"));
        }
        if title.starts_with("Allow") && before.keys().map(gone).sum::<usize>() != 1 {
            wrong.push(format!("{rule}: `{title}` silences more than its finding:\n{fixed}"));
        }
        titles.push(title);
    }
    titles
}

/// Corrections of the bad examples of rules that have to be offered.
const OFFERED: &[&str] = &[
    "yaml-duplicate-key: Allow `yaml-duplicate-key` at this line",
    "header: Replace `depend_on` with `depends_on`",
    "job-map: Replace `stage` with `stages`",
    "job-name: Quote `on`",
    "default-timeout: Allow `default-timeout` at this line",
    "inherit: Replace `imgae` with `image`",
    "extends-undefined: Replace `.noed` with `.node`",
    "reference-undefined: Replace `scirpt` with `script`",
    "document-dropped: Allow `document-dropped` at this line",
    "workflow-key: Replace `nmae` with `name`",
    "include-unread: Allow `include-unread` at this line",
    "pipeline-empty: Allow `pipeline-empty` at this line",
    "spec-form: Replace `strng` with `string`",
    "job-key: Replace `alow_failure` with `allow_failure`",
    "job-inputs: Replace `suit` with `suite`",
    "artifacts: Replace `path` with `paths`",
    "artifacts: Replace `juint` with `junit`",
    "yaml-type: Quote `2024-01-01`",
    "secret-literal: Allow `secret-literal` at this line",
    "when-form: Replace `on_sucess` with `on_success`",
    "stage-undefined: Replace `biuld` with `build`",
    "needs-form: Quote `12`",
    "needs-undefined: Replace `biuld` with `build`",
    "needs-dropped: Make the need optional",
    "rules-form: Replace `whne` with `when`",
    "rules-unreachable: Allow `rules-unreachable` at this line",
    "rules-changes: Replace `src/**` with `src/**/*`",
    "rules-changes: Replace `./docs/*` with `docs/*`",
    "environment-variable: Allow `environment-variable` at this line",
    "environment-shared: Allow `environment-shared` at this line",
    "environment-manual: Allow `environment-manual` at this line",
    "stop-manual: Allow `stop-manual` at this line",
    "stop-blocks: Allow `stop-blocks` at this line",
    "stop-unreachable: Allow `stop-unreachable` at this line",
    "stop-rules: Allow `stop-rules` at this line",
    "stop-settings: Allow `stop-settings` at this line",
    "stop-settings: Remove `auto_stop_in`",
    "stop-parallel: Allow `stop-parallel` at this line",
    "stop-permanent: Allow `stop-permanent` at this line",
    "allow-unknown: Replace `only-exept` with `only-except`",
    "template-header: Replace `input` with `inputs`",
    "unclaimed: Replace `everthing` with `everything`",
    "depends-on: Replace `lib/core` with `libs/core`",
    "depends-from: Replace `crago` with `cargo`",
    "environment-after: Replace `stagging` with `staging`",
    "environment-when: Replace `merge_requests` with `merge_request`",
    "environment-undefined: Replace `prodution` with `production`",
    "glob-form: Replace `docs/**` with `docs/**/*`",
    "glob-form: Allow `glob-form` at this line",
    "glob-form: Allow `glob-form` in the header, with a reason",
    "glob-unmatched: Allow `glob-unmatched` at this line",
    "glob-unmatched: Allow `glob-unmatched` in the header, with a reason",
    "key-unused: Remove `regoin`",
    "key-unused: Allow `key-unused` at this line",
    "key-unused: Allow `key-unused` in the header, with a reason",
    "template-missing: Replace `noed` with `node`",
    "template-block: Replace `scripts` with `script`",
    "script-injection: Allow `script-injection` at this line",
    "input-definition: Replace `strnig` with `string`",
    "input-unknown: Replace `verison` with `version`",
    "input-value: Quote `20`",
    "after-rules: Allow `after-rules` at this line",
    "stop-artifacts-expire: Allow `stop-artifacts-expire` at this line",
    "stop-checkout: Allow `stop-checkout` at this line",
    "order-stages: Allow `order-stages` at this line",
    "order-stages: Allow `order-stages` in the header, with a reason",
    "order-artifacts: Allow `order-artifacts` at this line",
    "order-artifacts: Allow `order-artifacts` in the header, with a reason",
    "role-artifacts: Allow `role-artifacts` at this line",
    "role-artifacts: Allow `role-artifacts` in the header, with a reason",
    "role-unknown: Replace `biuld` with `build`",
    "role-unknown: Allow `role-unknown` at this line",
];

#[test]
fn every_correction_takes_its_finding_away_and_brings_no_other() {
    let mut wrong = Vec::new();
    let mut offered = Vec::new();
    for rule in nestling::rules() {
        let Some((repository, opened)) = example(rule) else { continue };
        let mut client = Client::start(repository.path(), &["utf-8"]);
        for path in &opened {
            client.open(path, &std::fs::read_to_string(path).unwrap());
        }
        for path in &opened {
            for title in try_all(&mut client, rule, path, &mut wrong) {
                offered.push(format!("{rule}: {title}"));
            }
        }
        client.end();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<&&str> =
        OFFERED.iter().filter(|line| !offered.iter().any(|known| known == *line)).collect();
    assert!(missing.is_empty(), "{missing:#?}\nof {offered:#?}");
}

/// Corrections of a unit's file: the rule, the title, and a part of the corrected file.
const CORRECTED: &[(&str, &str, &str, &str)] = &[
    // A need that no unit can have is in no job: the entry names the file.
    (
        "role-unknown",
        "unit: { changes: [\"/libs/**/*\"] }\n---\ntest: { script: x, needs: [\"sign?\"] }\n",
        "Allow `role-unknown` in the header, with a reason",
        "allow: [{ rule: role-unknown, where: \"api/nestling.yml\", reason: why it is accepted }]",
    ),
    (
        "only-except",
        "unit: { changes: [\"/libs/**/*\"] }\n---\ntest: { script: x, only: [web] }\n",
        "Allow `only-except` in the header, with a reason",
        "allow: [{ rule: only-except, where: \"test\", reason: why it is accepted }]",
    ),
    (
        "glob-form",
        "unit: { changes: [\"/libs/**\"] }\n---\ntest: { script: x }\n",
        "Replace `/libs/**` with `/libs/**/*`",
        "changes: [\"/libs/**/*\"]",
    ),
    (
        "glob-form",
        "unit:\n  changes:\n    - /libs/\n---\ntest: { script: x }\n",
        "Replace `/libs/` with `/libs/**/*`",
        "    - /libs/**/*\n",
    ),
    // The place is that of the value, and the word is its key.
    (
        "environment-key",
        "test:\n  script: x\n  environment:\n    name: a\n    actino: verify\n",
        "Replace `actino` with `action`",
        "    action: verify\n",
    ),
    (
        "rules-changes",
        "test:\n  script: x\n  rules:\n    - changes: [\"${{ unit.dir }}/**\"]\n",
        "Replace `/**` with `/**/*`",
        "changes: [\"${{ unit.dir }}/**/*\"]",
    ),
];

/// The finding of a built-in template is shown at its name, which is not what is misspelled.
#[test]
fn a_name_that_is_not_the_misspelt_word_stays() {
    let repository = Repository::new();
    let text = "unit: { use: nestling/go }\n";
    repository.write("nestling.yml", "workspace: { stages: [build, tset] }\n");
    repository
        .write("api/nestling.yml", text)
        .write("api/go.mod", "module example.com/api\n")
        .commit("start");
    let path = repository.path().join("api/nestling.yml");
    let mut client = Client::start(repository.path(), &["utf-8"]);
    client.open(&path, text);
    let actions = client.actions(&path);
    let found = format!("{:?}", client.shown);
    assert!(found.contains("did you mean `tset`?"), "{found}");
    let replaces = actions.iter().filter(|action| action["title"].as_str().unwrap().starts_with("Replace"));
    assert_eq!(replaces.count(), 0, "{actions:#?}");
    client.end();
}

#[test]
fn corrections_are_written_as_they_are_read() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n").write("libs/a/b.txt", "").commit("start");
    let path = repository.path().join("api/nestling.yml");
    for (rule, text, title, expected) in CORRECTED.iter().copied() {
        repository.write("api/nestling.yml", text);
        let mut client = Client::start(repository.path(), &["utf-8"]);
        client.open(&path, text);
        let actions = client.actions(&path);
        let action = actions.iter().find(|action| action["title"] == title);
        let action = action.unwrap_or_else(|| panic!("{rule}: {actions:#?}\n{:#?}", client.shown));
        let fixed = with_edits(text, &action["edit"]["changes"][uri(&path)]);
        assert!(fixed.contains(expected), "{fixed}");
        client.change(&path, &fixed);
        client.actions(&path);
        let left = client.shown.get(&uri(&path)).into_iter().flatten();
        assert_eq!(left.filter(|finding| finding["code"] == rule).count(), 0, "{fixed}");
        client.end();
    }
}
