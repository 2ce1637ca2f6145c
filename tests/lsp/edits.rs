//! Random edits: after each, what the editor shows is what a server says that was started for this state.

use super::client::{Client, uri};
use super::workspace;
use crate::support::setting;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

/// The texts that are typed.
const TYPED: [&str; 12] =
    ["\n", " ", "  ", "{", "}", ":", "[", "- ", "script", "${{ x }}", "\u{1F600}", "---\n"];

fn edited(text: &str, numbers: &mut Numbers) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let at = numbers.below(chars.len() + 1);
    if numbers.below(2) == 0 {
        let end = (at + 1 + numbers.below(4)).min(chars.len());
        chars.drain(at.min(end)..end);
    } else {
        let typed = TYPED[numbers.below(TYPED.len())];
        chars.splice(at..at, typed.chars());
    }
    chars.into_iter().collect()
}

/// The position of an offset in UTF-8, or of the character that it is in.
fn position(text: &str, offset: usize) -> Value {
    let before = &text[..text.floor_char_boundary(offset)];
    let line = before.rsplit('\n').next().unwrap();
    json!({ "line": before.matches('\n').count(), "character": line.len() })
}

/// `NESTLING_TEST_EDITS` sets the number of edits; every tenth state is compared with a fresh server.
#[test]
fn after_any_edits_findings_and_answers_are_those_of_a_fresh_server() {
    let count = setting("NESTLING_TEST_EDITS").map_or(120, |count| count.parse().unwrap());
    let repository = workspace();
    let files = ["nestling.yml", "ci/node.yml", "api/nestling.yml", "web/nestling.yml"];
    let paths: Vec<PathBuf> = files.iter().map(|file| repository.path().join(file)).collect();
    let saved: Vec<String> = paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let mut texts = saved.clone();
    let mut client = Client::start(repository.path(), &["utf-8"]);
    for (path, text) in paths.iter().zip(&texts) {
        client.open(path, text);
    }
    let mut numbers = Numbers(7);
    for edit in 0..count {
        let file = numbers.below(paths.len());
        // From time to time it is right again.
        texts[file] =
            if numbers.below(6) == 0 { saved[file].clone() } else { edited(&texts[file], &mut numbers) };
        client.change(&paths[file], &texts[file]);
        if edit % 10 != 9 {
            continue;
        }
        client.actions(&paths[file]);
        let mut fresh = Client::start(repository.path(), &["utf-8"]);
        for (path, text) in paths.iter().zip(&texts) {
            fresh.open(path, text);
        }
        fresh.actions(&paths[file]);
        assert_eq!(client.shown, fresh.shown, "after {edit} edits: {texts:#?}");
        let position = position(&texts[file], numbers.below(texts[file].len() + 1));
        for method in ["hover", "completion", "definition", "codeLens", "documentSymbol", "prepareRename"] {
            let params = json!({ "textDocument": { "uri": uri(&paths[file]) }, "position": position });
            let method = format!("textDocument/{method}");
            let answers = [client.ask(&method, &params), fresh.ask(&method, &params)];
            let results = answers.map(|answer| answer["result"].clone());
            assert_eq!(results[0], results[1], "{method} {position} after {edit} edits: {texts:#?}");
        }
        assert_eq!(client.log, Vec::<String>::new(), "after {edit} edits: {texts:#?}");
        fresh.end();
    }
    client.end();
}
