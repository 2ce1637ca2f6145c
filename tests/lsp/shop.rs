//! A workspace with a template, three units and a plain file beside it, on a branch that changes one unit.

use super::client::{Client, uri};
use crate::support::repository::Repository;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const WORKSPACE: &str = "workspace:
  templates: [ci]
  stages: [build, test, deploy]
  units: [{ match: \"services/*\", use: node }]
  vars: { region: eu-west-1 }
  environments:
    review: { when: merge_request, auto_stop_in: 1 week }
    production: { when: default_branch, manual: true, after: { environment: review, optional: true } }
";

const TEMPLATE: &str = "spec:
  description: Builds and deploys with node
  inputs:
    shards: { type: number, default: 1, description: Jobs that share the tests }
    image: { default: \"node:22\" }
---
#% import \"macros.yml\" as m
.base:
  image: ${{ inputs.image }}
build:
  extends: .base
  stage: build
  script: make -j ${{ inputs.shards }} ${{ m.flags() }}
deploy:
  stage: deploy
  needs: [build]
  environment: [review, production]
  script: ./deploy.sh ${{ vars.region }}
  stop: { script: ./stop.sh }
";

const UNIT: &str = "unit:
  use: { template: node, inputs: { shards: 3 } }
  depends_on: [libs]
---
test:
  stage: test
  needs: [build, \"libs:build\"]
  script: make test $CI_COMMIT_SHA
  when: manual
  rules: [{ if: $CI_COMMIT_TAG, when: never }, { when: always }]
check:
  script: !reference [test, script]
";

/// The files that are open.
const OPEN: [&str; 5] =
    ["nestling.yml", "ci/node.yml", "api/nestling.yml", "libs/nestling.yml", ".gitlab-ci.yml"];

/// Changes of files, each from one text to another; from nothing, the file is new.
pub(super) type Changes = [(&'static str, &'static str, &'static str)];

/// Changes, and a rename with a part of the reason to refuse it: file, place, new name, reason.
pub(super) type Refused = (&'static Changes, [&'static str; 4]);

/// Asks for each rename, which has to be refused.
pub(super) fn assert_refused(table: &[Refused]) {
    for (changes, [file, part, new_name, why]) in table {
        let mut shop = Shop::changed(changes);
        if !OPEN.contains(file) {
            let (path, text) = (shop.path(file), shop.text(file));
            shop.client.open(&path, &text);
        }
        let refused = shop.rename(file, part, new_name);
        let refused = refused.expect_err(&format!("{part} to {new_name}"));
        assert!(refused.contains(why), "{part} to {new_name}: {refused}");
        shop.client.end();
    }
}

/// The repository, with its files open in an editor.
pub(super) struct Shop {
    pub repository: Repository,
    pub client: Client,
}

impl Shop {
    pub(super) fn open(encodings: &[&str]) -> Self {
        Self::of(Self::written(), encodings)
    }

    /// The shop with changes that are not committed.
    pub(super) fn changed(changes: &Changes) -> Self {
        let repository = Self::written();
        for (file, from, to) in changes {
            let text = std::fs::read_to_string(repository.path().join(file)).unwrap_or_default();
            assert!(text.contains(from) && text.is_empty() == from.is_empty(), "{file}: {from}");
            repository.write(file, &text.replacen(from, to, 1));
        }
        Self::reopen(repository)
    }

    fn written() -> Repository {
        let repository = Repository::new();
        repository
            .write("nestling.yml", WORKSPACE)
            .write("ci/node.yml", TEMPLATE)
            .write("ci/macros.yml", "#% macro flags()\n--silent\n#% endmacro\n")
            .write("api/nestling.yml", UNIT)
            .write("libs/nestling.yml", "unit: { use: node, changes: [\"/ci/**/*\"] }\n")
            .write("services/shop/main.js", "")
            .write(
                ".gitlab-ci.yml",
                "include: [{ local: ci/plain.yml }]\nlint: { extends: .rust, script: cargo clippy }\n",
            )
            .write("ci/plain.yml", ".rust: { image: rust }\n");
        repository.commit("start");
        repository.git(&["checkout", "--quiet", "-b", "feature"]);
        repository.write("api/main.js", "").commit("api");
        repository
    }

    /// The same files after something has changed on disk.
    pub(super) fn reopen(repository: Repository) -> Self {
        Self::of(repository, &["utf-8"])
    }

    fn of(repository: Repository, encodings: &[&str]) -> Self {
        let mut client = Client::start(repository.path(), encodings);
        for file in OPEN {
            let path = repository.path().join(file);
            if path.is_file() {
                client.open(&path, &std::fs::read_to_string(&path).unwrap());
            }
        }
        Self { repository, client }
    }

    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.repository.path().join(file)
    }

    pub(super) fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap()
    }

    /// Asks about the place that `|` marks in a part of a file.
    pub(super) fn ask(&mut self, method: &str, file: &str, part: &str) -> Value {
        let text = self.text(file);
        self.ask_in(method, file, &text, part)
    }

    pub(super) fn ask_in(&mut self, method: &str, file: &str, text: &str, part: &str) -> Value {
        let position = position(text, part);
        let document = json!({ "uri": uri(&self.path(file)) });
        let mut params = json!({ "textDocument": document, "position": position });
        if method == "textDocument/references" {
            params["context"] = json!({ "includeDeclaration": true });
        }
        let answer = self.client.ask(method, &params);
        assert!(answer["error"].is_null(), "{method} {file} {part}: {answer}");
        answer["result"].clone()
    }

    /// Locations as `path:line:column`, both from 1.
    pub(super) fn places(&self, locations: &Value) -> Vec<String> {
        let root = uri(self.repository.path());
        let place = |location: &Value| {
            let path = location["uri"].as_str().unwrap().strip_prefix(&root).unwrap().trim_start_matches('/');
            let start = &location["range"]["start"];
            let number = |key: &str| start[key].as_u64().unwrap() + 1;
            format!("{path}:{}:{}", number("line"), number("character"))
        };
        locations.as_array().unwrap().iter().map(place).collect()
    }

    /// The labels of what can be typed at `|` when a part of a file has become another one.
    pub(super) fn labels(&mut self, file: &str, from: &str, to: &str) -> Vec<String> {
        let text = self.text(file);
        let typed = text.replacen(from, &without_cursor(to).0, 1);
        assert!(from.is_empty() || typed != text, "{from}");
        let path = self.path(file);
        self.client.change(&path, &typed);
        let items = self.ask_in("textDocument/completion", file, &typed, to);
        self.client.change(&path, &text);
        items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    /// The rules of all findings.
    pub(super) fn messages(&mut self) -> Vec<String> {
        let path = self.path("nestling.yml");
        self.client.actions(&path);
        let findings = self.client.shown.values().flatten();
        findings.map(|finding| finding["code"].to_string()).collect()
    }

    /// Asks everything about a place, of which nothing may fail.
    pub(super) fn all_requests(&mut self, path: &Path, position: &Value) {
        all_requests(&mut self.client, path, position);
    }

    /// Renames the word at `|`, and returns the files that the edits change with their new texts. A file that is moved is there
    /// under its new path.
    pub(super) fn rename(
        &mut self,
        file: &str,
        part: &str,
        new_name: &str,
    ) -> Result<Vec<(String, String)>, String> {
        let text = self.text(file);
        let position = position(&text, part);
        let document = json!({ "uri": uri(&self.path(file)) });
        let params = json!({ "textDocument": document, "position": position, "newName": new_name });
        let answer = self.client.ask("textDocument/rename", &params);
        if let Some(message) = answer["error"]["message"].as_str() {
            return Err(message.to_owned());
        }
        let root = format!("{}/", uri(self.repository.path()));
        let path_of = |uri: &Value| uri.as_str().unwrap().strip_prefix(&root).unwrap().to_owned();
        let mut changed: Vec<(String, String)> = Vec::new();
        let result = &answer["result"];
        let of_changes = result["changes"].as_object().into_iter().flatten();
        let mut edits: Vec<(String, Value)> =
            of_changes.map(|(uri, edits)| (path_of(&json!(uri)), edits.clone())).collect();
        let mut moves = Vec::new();
        for operation in result["documentChanges"].as_array().into_iter().flatten() {
            match operation["kind"].as_str() {
                Some("rename") => moves.push((path_of(&operation["oldUri"]), path_of(&operation["newUri"]))),
                _ => edits.push((path_of(&operation["textDocument"]["uri"]), operation["edits"].clone())),
            }
        }
        for (path, edits) in edits {
            let text = with_edits(&self.text(&path), &edits);
            changed.push((path, text));
        }
        for (from, to) in moves {
            changed.push((to, self.text(&from)));
        }
        changed.sort();
        Ok(changed)
    }
}

/// A string with edits in UTF-8 positions.
pub(super) fn with_edits(text: &str, edits: &Value) -> String {
    let mut listed = edits.as_array().unwrap().clone();
    listed.sort_by_key(|edit| std::cmp::Reverse(offset(text, &edit["range"]["start"])));
    let mut edited = text.to_owned();
    for edit in &listed {
        let range = offset(text, &edit["range"]["start"])..offset(text, &edit["range"]["end"]);
        edited.replace_range(range, edit["newText"].as_str().unwrap());
    }
    edited
}

/// A part of a string without its cursor, which is `¦` or else `|`, and the offset of it.
fn without_cursor(part: &str) -> (String, usize) {
    let cursor = if part.contains('¦') { '¦' } else { '|' };
    (part.replacen(cursor, "", 1), part.find(cursor).unwrap())
}

/// The position that the cursor marks in a part of a string.
fn position(text: &str, part: &str) -> Value {
    let (part, cursor) = without_cursor(part);
    let offset = text.find(&part).unwrap_or_else(|| panic!("{part}: {text}")) + cursor;
    let line_start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    json!({ "line": text[..offset].matches('\n').count(), "character": offset - line_start })
}

/// The offset of a position in UTF-8.
fn offset(text: &str, position: &Value) -> usize {
    let number = |key: &str| usize::try_from(position[key].as_u64().unwrap()).unwrap();
    let line: usize = text.split_inclusive('\n').take(number("line")).map(str::len).sum();
    line + number("character")
}

/// Asks everything about a place, of which nothing may fail but a rename without a name.
pub(super) fn all_requests(client: &mut Client, path: &Path, position: &Value) {
    let document = json!({ "uri": uri(path) });
    let range = json!({ "start": position, "end": position });
    let params = json!({
        "textDocument": document,
        "position": position,
        "range": range,
        "newName": "other",
    });
    for (method, context) in [
        ("hover", Value::Null),
        ("definition", Value::Null),
        ("references", json!({ "includeDeclaration": true })),
        ("completion", json!({ "triggerKind": 1 })),
        ("codeLens", Value::Null),
        ("codeAction", json!({ "diagnostics": [] })),
        ("documentSymbol", Value::Null),
        ("foldingRange", Value::Null),
        ("semanticTokens/full", Value::Null),
        ("inlayHint", Value::Null),
        ("prepareRename", Value::Null),
        ("rename", Value::Null),
    ] {
        let mut params = params.clone();
        if !context.is_null() {
            params["context"] = context;
        }
        let answer = client.ask(&format!("textDocument/{method}"), &params);
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(!message.contains("mistake in nestling"), "{method} {position}: {answer}");
        let may_refuse = ["rename", "prepareRename"].contains(&method);
        assert!(may_refuse || answer["error"].is_null(), "{method} {position}: {answer}");
    }
    assert_eq!(client.log, Vec::<String>::new());
}
