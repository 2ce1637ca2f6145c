//! The table of the page on editors: request, file, place and answer, each asked of the server.

use super::client::{Client, uri};
use crate::support::example::Example;
use crate::support::read;
use serde_json::{Value, json};

/// A row of the table.
struct Row {
    request: String,
    file: String,
    place: String,
    answers: Vec<String>,
}

fn rows() -> Vec<Row> {
    let page = read("docs/editor.md");
    let table = page.split("### Try it").nth(1).unwrap().split("### ").next().unwrap();
    let lines = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [request, file, place, answers] = cells.as_slice() else { panic!("{line}") };
        Row {
            request: (*request).to_owned(),
            file: quoted(file)[0].clone(),
            place: (*place).to_owned(),
            answers: quoted(answers),
        }
    };
    lines.map(row).collect()
}

/// The strings in back-ticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn asked(client: &mut Client, example: &Example, row: &Row) -> String {
    let path = example.path().join(&row.file);
    let saved = std::fs::read_to_string(&path).unwrap_or_default();
    let parts = quoted(&row.place);
    let text = match row.place.as_str() {
        place if place.contains(" as `") => saved.replacen(&parts[0], &parts[1], 1),
        place if place.starts_with("a new file") => format!("{}\n", parts[0]),
        _ => saved.clone(),
    };
    client.open(&path, &text);
    let document = json!({ "uri": uri(&path) });
    let mut params = json!({ "textDocument": document });
    if row.request == "references" {
        params["context"] = json!({ "includeDeclaration": true });
    }
    if let Some((before, behind)) = parts.first().and_then(|part| part.split_once('¦')) {
        let start = text.find(&format!("{before}{behind}")).unwrap_or_else(|| panic!("{}", row.place));
        let offset = start + before.len();
        let line_start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[..offset].matches('\n').count();
        params["position"] = json!({ "line": line, "character": offset - line_start });
    }
    let (method, new_name) = match row.request.split_once(" to `") {
        Some((method, name)) => (method, name.trim_end_matches('`')),
        None => (row.request.as_str(), ""),
    };
    if !new_name.is_empty() {
        params["newName"] = json!(new_name);
    }
    let answer = match method {
        "finding" => json!(client.findings(&path)),
        "quick fix" => json!(client.actions(&path)),
        "code lens" => client.ask("textDocument/codeLens", &params),
        "outline" => client.ask("textDocument/documentSymbol", &params),
        method => client.ask(&format!("textDocument/{method}"), &params),
    };
    client.close(&path);
    match method {
        "definition" | "references" => places(&answer["result"], &uri(&example.path())),
        _ => strings(&answer).replace(['`', '*'], ""),
    }
}

/// Locations as `path:line`.
fn places(locations: &Value, root: &str) -> String {
    let place = |location: &Value| {
        let path =
            location["uri"].as_str().unwrap().trim_start_matches(root).trim_start_matches('/').to_owned();
        format!("{path}:{}\n", location["range"]["start"]["line"].as_u64().unwrap() + 1)
    };
    locations.as_array().unwrap().iter().map(place).collect()
}

/// All strings and keys of an answer, one a line.
fn strings(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text}\n"),
        Value::Array(items) => items.iter().map(strings).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| format!("{key}\n{}", strings(value))).collect(),
        _ => String::new(),
    }
}

#[test]
fn the_answers_of_the_page_are_those_of_the_server() {
    let example = Example::new("shop");
    let mut client = Client::start(&example.path(), &["utf-8"]);
    let mut wrong = Vec::new();
    let rows = rows();
    assert!(rows.len() > 25, "{} rows", rows.len());
    for row in rows {
        let answer = asked(&mut client, &example, &row);
        for expected in row.answers.iter().filter(|expected| !answer.contains(expected.as_str())) {
            wrong.push(format!("{} {} {}: no {expected} in\n{answer}", row.request, row.file, row.place));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    client.end();
}
