//! Answers about whole files: outline, folds, tokens, hints; and files in any state.

use super::client::uri;
use super::shop::Shop;
use serde_json::{Value, json};

#[test]
fn the_outline_has_both_documents_and_every_kind_of_line_folds() {
    let mut shop = Shop::open(&["utf-16"]);
    let document = json!({ "textDocument": { "uri": uri(&shop.path("api/nestling.yml")) } });
    let symbols = shop.client.ask("textDocument/documentSymbol", &document)["result"].clone();
    let names = |symbols: &Value| -> Vec<String> {
        symbols
            .as_array()
            .into_iter()
            .flatten()
            .map(|symbol| symbol["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&symbols), ["unit", "test", "check"]);
    assert_eq!(names(&symbols[0]["children"]), ["use", "depends_on"]);
    assert_eq!(names(&symbols[1]["children"]), ["stage", "needs", "script", "when", "rules"]);
    let folds = shop.client.ask("textDocument/foldingRange", &document)["result"].clone();
    let lines: Vec<(u64, u64)> = folds
        .as_array()
        .unwrap()
        .iter()
        .map(|fold| (fold["startLine"].as_u64().unwrap(), fold["endLine"].as_u64().unwrap()))
        .collect();
    assert_eq!(lines, [(0, 2), (4, 9), (10, 11)]);
    shop.client.end();
}

/// The symbols of a file with their lines and those that they hold.
fn symbols(shop: &mut Shop, file: &str) -> String {
    fn in_words(symbols: &Value) -> String {
        let symbol = |symbol: &Value| {
            let line = |end: &str| symbol["range"][end]["line"].as_u64().unwrap() + 1;
            let inside = in_words(&symbol["children"]);
            let inside = if inside.is_empty() { inside } else { format!(" ({inside})") };
            format!("{} {}-{}{inside}", symbol["name"].as_str().unwrap(), line("start"), line("end"))
        };
        symbols.as_array().into_iter().flatten().map(symbol).collect::<Vec<_>>().join(", ")
    }
    let document = json!({ "textDocument": { "uri": uri(&shop.path(file)) } });
    in_words(&shop.client.ask("textDocument/documentSymbol", &document)["result"])
}

#[test]
fn macros_and_cases_are_in_the_outline_and_can_be_folded() {
    let mut shop = super::further::open();
    let found = symbols(&mut shop, "ci/go.yml");
    for expected in
        ["cache 6-9 (key 7-7, paths 8-8), job 10-12 (${{ name }}-job 11-11", "build-${{ unit.name }} 13-17"]
    {
        assert!(found.contains(expected), "{expected}: {found}");
    }
    let found = symbols(&mut shop, "ci/tests/go.yml");
    for expected in ["first 1-4 (name 1-1", "case 2 5-5"] {
        assert!(found.contains(expected), "{expected}: {found}");
    }
    for (file, expected) in [("ci/go.yml", [(5, 8), (21, 28)]), ("ci/tests/go.yml", [(0, 3), (2, 3)])] {
        let document = json!({ "textDocument": { "uri": uri(&shop.path(file)) } });
        let folds = shop.client.ask("textDocument/foldingRange", &document)["result"].clone();
        for (start, end) in expected {
            let is_fold = |fold: &Value| fold["startLine"] == start && fold["endLine"] == end;
            assert!(folds.as_array().unwrap().iter().any(is_fold), "{file} {start}: {folds}");
        }
    }
    shop.client.end();
}

#[test]
fn template_syntax_is_highlighted_and_defaults_are_hinted() {
    let mut shop = Shop::open(&["utf-8"]);
    let template = json!({ "textDocument": { "uri": uri(&shop.path("ci/node.yml")) } });
    let data = shop.client.ask("textDocument/semanticTokens/full", &template)["result"]["data"].clone();
    let numbers: Vec<usize> = data
        .as_array()
        .unwrap()
        .iter()
        .map(|number| usize::try_from(number.as_u64().unwrap()).unwrap())
        .collect();
    let text = shop.text("ci/node.yml");
    let lines: Vec<&str> = text.lines().collect();
    let legend = ["keyword", "variable", "property", "function", "macro"];
    let (mut line, mut column, mut tokens) = (0, 0, Vec::new());
    for token in numbers.chunks(5) {
        column = if token[0] == 0 { column + token[1] } else { token[1] };
        line += token[0];
        tokens.push(format!("{} {}", legend[token[3]], &lines[line][column..column + token[2]]));
    }
    for expected in [
        "macro #%",
        "keyword import",
        "macro ${{",
        "variable inputs",
        "property .image",
        "macro }}",
        "function m",
    ] {
        assert!(tokens.iter().any(|token| token == expected), "{expected}: {tokens:?}");
    }
    let everywhere = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let mut params = json!({ "textDocument": { "uri": uri(&shop.path("api/nestling.yml")) } });
    params["range"] = everywhere;
    let hints = shop.client.ask("textDocument/inlayHint", &params)["result"].clone();
    let labels: Vec<&str> =
        hints.as_array().unwrap().iter().map(|hint| hint["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["image: node:22"]);
    shop.client.end();
}

/// The command of a lens writes the page and names it.
#[test]
fn a_lens_opens_the_preview_page_at_its_job() {
    let mut shop = Shop::open(&["utf-8"]);
    let document = json!({ "textDocument": { "uri": uri(&shop.path("api/nestling.yml")) } });
    let lenses = shop.client.ask("textDocument/codeLens", &document)["result"].clone();
    let command = &lenses[1]["command"];
    let params = json!({ "command": command["command"], "arguments": command["arguments"] });
    let answer = shop.client.ask("workspace/executeCommand", &params);
    let page = answer["result"]["uri"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    let (path, fragment) = page.strip_prefix("file://").unwrap().split_once('#').unwrap();
    assert_eq!(fragment, "job=api%3Atest");
    assert!(std::fs::read_to_string(path).unwrap().contains("api:test"));
    // A link by that name is not followed.
    let target = shop.path("kept");
    std::fs::write(&target, "kept").unwrap();
    std::fs::remove_file(path).unwrap();
    std::os::unix::fs::symlink(&target, path).unwrap();
    shop.client.ask("workspace/executeCommand", &params);
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "kept");
    std::fs::remove_file(path).unwrap();
    let other = json!({ "command": "nestling.other", "arguments": [] });
    let refused = shop.client.ask("workspace/executeCommand", &other);
    assert!(refused["error"]["message"].as_str().unwrap().contains("no command of the server"), "{refused}");
    shop.client.end();
}

/// Every request at places of files that are broken in many ways, in both encodings: none fails.
#[test]
fn nothing_takes_the_server_down() {
    for encoding in ["utf-8", "utf-16"] {
        let mut shop = Shop::open(&[encoding]);
        let whole = shop.text("ci/node.yml");
        let mut texts: Vec<String> = [
            "",
            "\u{feff}",
            "{",
            "[",
            "---\n---\n",
            "a: &b *b",
            "? x",
            "- - - -",
            "\t",
            "a: |",
            "\"",
            "\u{feff}unit: {\r\n",
        ]
        .map(str::to_owned)
        .into();
        texts.extend([120, 200, 300].map(|length| whole.chars().take(length).collect()));
        texts.push(whole.replace('\n', "\r\n"));
        texts.push(whole.replace("make", "\u{1F600}\u{1F600}: \u{e4}"));
        texts.push(format!("\u{feff}{}", whole.replace("${{", "\u{1F600}${{")));
        for text in texts {
            for file in ["ci/node.yml", "api/nestling.yml", ".gitlab-ci.yml"] {
                let path = shop.path(file);
                shop.client.change(&path, &text);
                // The server is asked at every line of the first texts, and at a few of longer ones.
                let step = 1 + text.lines().count() / 6;
                for (line, content) in text.split('\n').enumerate().step_by(step) {
                    for character in [content.len() / 2, content.len() + 5] {
                        let position = json!({ "line": line, "character": character });
                        shop.all_requests(&path, &position);
                    }
                }
                let saved = shop.text(file);
                shop.client.change(&path, &saved);
            }
        }
        shop.client.end();
    }
    // Outside of a repository.
    let directory = tempfile::tempdir().unwrap();
    let mut client = super::client::Client::start(directory.path(), &["utf-16"]);
    let path = directory.path().join("new/.gitlab-ci.yml");
    client.open(&path, "build:\n  script: make\ntest:\n  needs: [build]\n  script: x\n");
    super::shop::all_requests(&mut client, &path, &json!({ "line": 3, "character": 11 }));
    let document = json!({ "uri": uri(&path) });
    let params = json!({ "textDocument": document, "position": { "line": 3, "character": 11 } });
    let found = client.ask("textDocument/definition", &params)["result"].clone();
    assert_eq!(found[0]["range"]["start"]["line"], 0, "{found}");
    client.end();
}
