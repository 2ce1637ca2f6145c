//! `nestling lsp`, driven over its protocol as an editor drives it, and by Neovim.

mod cases;
mod client;
mod edits;
mod features;
mod fixes;
mod forms;
mod further;
mod neovim;
mod page;
mod places;
mod reach;
mod renames;
mod served;
mod shop;
mod tried;
mod whole_files;

use crate::support::example::{Example, names};
use crate::support::repository::Repository;
use crate::support::{nestling, run};
use client::{Client, uri};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// A workspace with a template that two units use, and a library that one of them depends on.
fn workspace() -> Repository {
    let repository = Repository::new();
    let workspace =
        "workspace:\n  templates: [ci]\n  stages: [build, deploy]\n  environments: { staging: {} }\n";
    repository.write("nestling.yml", workspace);
    repository.write("ci/node.yml", "spec: { inputs: { shards: { type: number, default: 1 } } }\n---\nbuild: { stage: build, script: \"make -j ${{ inputs.shards }}\" }\n");
    let unit = "unit: { use: node }\n---\ndeploy: { stage: deploy, script: ./deploy.sh }\n";
    let deploying = unit.replace("script", "environment: [staging], script");
    repository.write("api/nestling.yml", unit).write("web/nestling.yml", &deploying);
    repository.commit("start");
    repository
}

/// Each finding as `path rule line message`: as the server shows it, or as `check` prints it.
fn of_check(directory: &Path) -> BTreeSet<String> {
    let json = run(nestling(directory).args(["check", "--format", "json"])).stdout;
    let json: Value =
        serde_json::from_slice(&json).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let places = json["diagnostics"].as_array().unwrap().iter().map(|finding| {
        // Templates that come with Nestling are in no file.
        let mut places = finding["places"].as_array().unwrap().iter().map(|place| &place["origin"]);
        let first = places.find(|place| directory.join(place["path"].as_str().unwrap()).is_file());
        let first = first.map_or("nestling.yml:1".to_owned(), |place| {
            format!("{}:{}", place["path"].as_str().unwrap(), place["line"])
        });
        format!("{first} {} {}", finding["rule"].as_str().unwrap(), finding["message"].as_str().unwrap())
    });
    places.collect()
}

/// The same as the server shows it, for a repository of which one file is open.
fn of_server(directory: &Path, file: &str) -> BTreeSet<String> {
    let mut client = Client::start(directory, &["utf-8"]);
    let path = directory.join(file);
    client.open(&path, &std::fs::read_to_string(&path).unwrap());
    client.actions(&path);
    let root = uri(directory);
    let mut found = BTreeSet::new();
    for (file, findings) in &client.shown {
        for finding in findings {
            let path = file.strip_prefix(&root).unwrap().trim_start_matches('/');
            let line = finding["range"]["start"]["line"].as_u64().unwrap() + 1;
            let message = finding["message"].as_str().unwrap().lines().next().unwrap();
            found.insert(format!("{path}:{line} {} {message}", finding["code"].as_str().unwrap()));
        }
    }
    assert_eq!(client.log, Vec::<String>::new());
    client.end();
    found
}

#[test]
fn the_findings_are_those_of_check() {
    for name in names() {
        let example = Example::new(&name);
        if !example.path().join("nestling.yml").is_file() {
            continue;
        }
        assert_eq!(of_server(&example.path(), "nestling.yml"), of_check(&example.path()), "{name}");
    }
    let repository = workspace();
    for (path, text) in [
        (
            "api/nestling.yml",
            "unit: { use: nod }\n---\ndeploy: { stage: deplyo, script: x, environment: stagin }\n",
        ),
        (
            "ci/node.yml",
            "spec: { inputs: { shards: { type: numbr } } }\n---\nbuild: { stage: build, scirpt: make }\n",
        ),
        ("nestling.yml", "workspace:\n  templats: [ci]\n"),
        ("web/nestling.yml", "unit: [\n"),
    ] {
        repository.write(path, text);
        let found = of_server(repository.path(), "nestling.yml");
        assert!(!found.is_empty(), "{path}");
        assert_eq!(found, of_check(repository.path()), "{path}");
    }
}

/// The text that is typed counts, not the saved one, in the file itself and in those that it is for.
#[test]
fn open_files_are_read_as_they_are_in_the_editor() {
    let repository = workspace();
    let file = |path: &str| repository.path().join(path);
    let mut client = Client::start(repository.path(), &["utf-8", "utf-16"]);
    assert_eq!(client.capabilities["positionEncoding"], "utf-8");
    let api = "unit: { use: node }\n---\ndeploy: { stage: deploy, script: ./deploy.sh }\n";
    client.open(&file("api/nestling.yml"), api);
    assert_eq!(client.findings(&file("api/nestling.yml")), Vec::<String>::new());
    // A file that is broken while it is typed, and the other findings beside it.
    client.open(&file("web/nestling.yml"), "unit: { use: node }\n---\ndeploy: { stage: deploy, scrip");
    assert!(client.findings(&file("web/nestling.yml"))[0].starts_with("yaml-syntax "), "{:?}", client.shown);
    client.change(&file("api/nestling.yml"), &api.replace("script", "scirpt"));
    let found = client.findings(&file("api/nestling.yml"));
    assert!(found.contains(&"job-key 2:25-31 unknown job keyword `scirpt`".to_owned()), "{found:?}");
    assert!(client.shown.contains_key(&uri(&file("web/nestling.yml"))), "{:?}", client.shown);
    client.change(&file("web/nestling.yml"), api);
    client.change(&file("api/nestling.yml"), api);
    assert_eq!(client.findings(&file("web/nestling.yml")), Vec::<String>::new());
    // A template in the editor is the one that the units use.
    let template = "spec: { inputs: { shards: { type: number, default: 1 } } }\n---\nbuild: { stage: biuld, script: \"make -j ${{ inputs.shards }}\" }\n";
    client.open(&file("ci/node.yml"), template);
    let found = client.findings(&file("ci/node.yml"));
    assert!(found.iter().any(|line| line.contains("`biuld`")), "{found:?}");
    // Closed without saving: the file on disk counts again.
    client.close(&file("ci/node.yml"));
    assert_eq!(client.findings(&file("ci/node.yml")), Vec::<String>::new());
    // Another file that comes and goes on disk is seen when something is saved.
    repository.write("new/nestling.yml", "t: { scirpt: x }\n");
    client
        .tell("textDocument/didSave", &json!({ "textDocument": { "uri": uri(&file("api/nestling.yml")) } }));
    assert!(!client.findings(&file("new/nestling.yml")).is_empty());
    client.end();
}

#[test]
fn a_plain_file_is_checked_with_its_local_includes_as_they_are_in_the_editor() {
    let repository = Repository::new();
    let file = |path: &str| repository.path().join(path);
    let root = "include: [{ local: ci/build.yml }]\ntest: { extends: .build, script: make test }\n";
    repository
        .write(".gitlab-ci.yml", root)
        .write("ci/build.yml", ".build: { image: rust }\n")
        .commit("start");
    let mut client = Client::start(repository.path(), &[]);
    assert_eq!(client.capabilities["positionEncoding"], "utf-16");
    client.open(&file(".gitlab-ci.yml"), root);
    assert_eq!(client.findings(&file(".gitlab-ci.yml")), Vec::<String>::new());
    client.open(&file("ci/build.yml"), "# \u{1F600}\n.biuld: { image: rust }\n");
    let found = client.findings(&file(".gitlab-ci.yml"));
    assert!(found[0].starts_with("extends-undefined 1:"), "{found:?}");
    client.change(&file("ci/build.yml"), ".build: { image: rust, \u{1F600}: 1 }\n");
    let found = client.findings(&file("ci/build.yml"));
    assert!(found[0].starts_with("job-key 0:23-25"), "{found:?}");
    client.end();
    // In no repository at all.
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("my project/.gitlab-ci.yml");
    let mut client = Client::start(directory.path(), &[]);
    client.open(&path, "t: { scirpt: x }\n");
    // The file is new, and not saved yet.
    let found = client.findings(&path);
    assert!(found.contains(&"job-key 0:5-11 unknown job keyword `scirpt`".to_owned()), "{found:?}");
    client.end();
}

/// The editor's address of a file is kept, and the repository is found all the same.
#[test]
fn a_workspace_behind_a_link_is_checked_as_it_is_in_the_editor() {
    let repository = workspace();
    let directory = tempfile::tempdir().unwrap();
    let link = directory.path().join("link");
    std::os::unix::fs::symlink(repository.path(), &link).unwrap();
    let mut client = Client::start(&link, &[]);
    let path = link.join("api/nestling.yml");
    client.open(&path, "unit: { use: nod }\n");
    assert!(client.findings(&path)[0].contains("`nod`"), "{:?}", client.shown);
    assert_eq!(client.actions(&path)[0]["title"], "Replace `nod` with `node`");
    client.end();
}

/// Each correction, where the editor makes it, takes its finding away.
#[test]
fn every_did_you_mean_is_a_correction() {
    let repository = workspace();
    let path = repository.path().join("api/nestling.yml");
    let right = "unit: { use: node, depends_on: [web] }\n---\ndeploy:\n  stage: deploy\n  needs: [build]\n  environment: [staging]\n  script: ./deploy.sh\n";
    let mut client = Client::start(repository.path(), &["utf-8"]);
    client.open(&path, right);
    assert_eq!(client.findings(&path), Vec::<String>::new());
    for (word, typed) in [
        ("use", "ues"),
        ("node", "nod"),
        ("depends_on", "depend_on"),
        ("web", "wbe"),
        ("stage: deploy", "stage: deplyo"),
        ("needs", "neds"),
        ("build", "biuld"),
        ("staging", "stagin"),
        ("script", "scirpt"),
        ("environment", "enviroment"),
    ] {
        let wrong = right.replacen(word, typed, 1);
        client.change(&path, &wrong);
        let actions = client.actions(&path);
        assert!(!actions.is_empty(), "{typed}: {:?}", client.shown);
        let edit = &actions[0]["edit"]["changes"][uri(&path)][0];
        assert_eq!(applied(&wrong, edit), right, "{typed}: {edit}");
        assert_eq!(actions[0]["kind"], "quickfix");
    }
    client.end();
}

/// Makes an edit in one line.
fn applied(text: &str, edit: &Value) -> String {
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let (start, end) = (&edit["range"]["start"], &edit["range"]["end"]);
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let line = &mut lines[number(&start["line"])];
    line.replace_range(
        number(&start["character"])..number(&end["character"]),
        edit["newText"].as_str().unwrap(),
    );
    lines.join("\n")
}

#[test]
fn other_places_the_page_of_the_rule_and_the_severity_are_there() {
    let repository = workspace();
    let path = repository.path().join("api/nestling.yml");
    let mut client = Client::start(repository.path(), &["utf-8"]);
    client.open(
        &path,
        "unit: { use: node }\n---\nbuild: { stage: build, script: x }\nbuild: { stage: build, script: y }\n",
    );
    client.actions(&path);
    let findings = &client.shown[&uri(&path)];
    let finding = findings
        .iter()
        .find(|finding| !finding["relatedInformation"].is_null())
        .unwrap_or_else(|| panic!("{findings:#?}"));
    assert_eq!(finding["relatedInformation"][0]["location"]["uri"], uri(&path));
    let rule = finding["code"].as_str().unwrap();
    assert!(
        finding["codeDescription"]["href"].as_str().unwrap().ends_with(&format!("/docs/rules/{rule}.md"))
    );
    assert_eq!((&finding["severity"], &finding["source"]), (&json!(1), &json!("nestling")));
    client.end();
}

/// A request that is not known, one that is taken back, and messages that are not as they should be.
#[test]
fn what_the_server_does_not_know_is_refused_and_it_goes_on() {
    let repository = workspace();
    let path = repository.path().join("api/nestling.yml");
    let mut client = Client::start(repository.path(), &[]);
    assert_eq!(client.ask("textDocument/moniker", &json!({}))["error"]["code"], -32601);
    assert_eq!(client.ask("textDocument/hover", &json!({}))["error"]["code"], -32602);
    assert_eq!(client.ask("textDocument/codeAction", &json!({ "range": 1 }))["error"]["code"], -32602);
    // Whether the answer or the cancellation is first, there is one answer.
    client.send(&json!({ "jsonrpc": "2.0", "id": 900, "method": "textDocument/codeAction", "params": {} }));
    client.tell("$/cancelRequest", &json!({ "id": 900 }));
    let code = client.answer(900)["error"]["code"].clone();
    assert!([-32800, -32602].iter().any(|known| code == *known), "{code}");
    client.tell("textDocument/didOpen", &json!({ "textDocument": 7 }));
    client.tell("textDocument/didChange", &json!({}));
    client.tell("$/setTrace", &json!({ "value": "off" }));
    client.change(&path, "not open");
    let untitled =
        json!({ "uri": "untitled:Untitled-1", "languageId": "yaml", "version": 1, "text": "a: {" });
    client.tell("textDocument/didOpen", &json!({ "textDocument": untitled }));
    client.open(&path, "unit: { use: nod }\n");
    assert!(!client.findings(&path).is_empty());
    client.end();
}
