//! The files that are served, and the times of their checks: new units, other YAML, changes on disk, directories.

use super::client::{Client, uri};
use super::shop::{Shop, all_requests};
use super::workspace;
use crate::support::repository::Repository;
use serde_json::{Value, json};

/// The directory of a new unit is there once its file is saved: it is a unit before that.
#[test]
fn a_new_unit_in_a_directory_that_is_not_there_yet_is_one() {
    let repository = workspace();
    let path = repository.path().join("services/new/nestling.yml");
    let mut client = Client::start(repository.path(), &["utf-8"]);
    client.open(&path, "unit: { use: nod }\n---\nlint: { stage: build, script: make }\n");
    let found = client.findings(&path);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("`nod`"), "{found:?}");
    let text = "unit: { use: node }\n---\nlint: { stage: build, script: make }\n";
    client.change(&path, text);
    assert_eq!(client.findings(&path), Vec::<String>::new());
    let params = json!({ "textDocument": { "uri": uri(&path) }, "position": { "line": 2, "character": 1 } });
    let hover = client.ask("textDocument/hover", &params)["result"]["contents"]["value"].clone();
    assert!(hover.as_str().unwrap().contains("job **`services/new:lint`**"), "{hover}");
    client.end();
}

/// YAML of other programs gets no answers, and GitLab's keywords are not offered in it.
#[test]
fn other_yaml_is_not_taken_for_a_pipeline() {
    let shop = Shop::open(&["utf-8"]);
    let mut client = shop.client;
    for (name, text) in [
        (
            "docker-compose.yml",
            "services:\n  web:\n    image: nginx\n    environment: { A: b }\nvolumes: {}\n",
        ),
        ("deploy/pod.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  image: nginx\n"),
        (".github/workflows/ci.yml", "on: push\njobs:\n  build:\n    needs: [test]\n    environment: x\n"),
        ("values.yaml", "image:\n  name: nginx\nservices: []\n"),
    ] {
        let path = shop.repository.path().join(name);
        shop.repository.write(name, text);
        client.open(&path, text);
        assert_eq!(client.findings(&path), Vec::<String>::new(), "{name}");
        let position = json!({ "line": 2, "character": 4 });
        all_requests(&mut client, &path, &position);
        for method in ["hover", "completion", "codeLens", "documentSymbol"] {
            let params = json!({ "textDocument": { "uri": uri(&path) }, "position": position });
            let answer = client.ask(&format!("textDocument/{method}"), &params)["result"].clone();
            assert!(answer.is_null() || answer == json!([]), "{name} {method}: {answer}");
        }
    }
    // A file that a pipeline includes is one, whatever it looks like, and so is one that has jobs.
    for (name, text) in [("ci/plain.yml", ".rust: { image: rust }\n"), ("ci/new.yml", "lint:\n  script: x\n")]
    {
        let path = shop.repository.path().join(name);
        client.open(&path, text);
        let params =
            json!({ "textDocument": { "uri": uri(&path) }, "position": { "line": 0, "character": 2 } });
        let hover = client.ask("textDocument/hover", &params)["result"].clone();
        assert!(
            hover["contents"]["value"].as_str().unwrap_or_default().contains("job **"),
            "{name}: {hover}"
        );
    }
    client.end();
}

/// Starts a server with a directory, for an editor that registers watchers.
fn with_folder(repository: &Repository) -> Client {
    let capabilities = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let folders = json!([{ "uri": uri(repository.path()), "name": "shop" }]);
    Client::start_with(
        repository.path(),
        &json!({ "capabilities": capabilities, "workspaceFolders": folders }),
    )
}

/// Waits for what the server has sent.
fn settle(client: &mut Client) {
    assert!(client.ask("textDocument/moniker", &Value::Null)["error"]["code"] == -32601);
}

#[test]
fn the_folder_of_an_editor_is_checked_and_watched() {
    let repository = workspace();
    repository.write("web/nestling.yml", "unit: { use: nod }\n");
    let mut client = with_folder(&repository);
    settle(&mut client);
    let web = uri(&repository.path().join("web/nestling.yml"));
    assert!(client.shown.contains_key(&web), "{:?}", client.shown);
    let registered: Vec<&Value> = client.requests.iter().map(|request| &request["method"]).collect();
    assert_eq!(registered, ["client/registerCapability"]);
    // Something changes on disk, such as by a checkout of another branch.
    repository.write("web/nestling.yml", "unit: { use: node }\n");
    let changes = json!({ "changes": [{ "uri": web, "type": 2 }] });
    client.tell("workspace/didChangeWatchedFiles", &changes);
    settle(&mut client);
    assert!(!client.shown.contains_key(&web), "{:?}", client.shown);
    // The directory goes, and comes back with another state.
    repository.write("web/nestling.yml", "unit: { use: nod }\n");
    let folder = json!([{ "uri": uri(repository.path()), "name": "shop" }]);
    let event = |added: &Value, removed: &Value| json!({ "event": { "added": added, "removed": removed } });
    client.tell("workspace/didChangeWorkspaceFolders", &event(&json!([]), &folder));
    settle(&mut client);
    assert!(client.shown.is_empty(), "{:?}", client.shown);
    client.tell("workspace/didChangeWorkspaceFolders", &event(&folder, &json!([])));
    settle(&mut client);
    assert!(client.shown.contains_key(&web), "{:?}", client.shown);
    client.end();
}
