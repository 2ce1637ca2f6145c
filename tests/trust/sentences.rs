//! `docs/security.md` sentence by sentence: each has what makes it true, in `sentences.txt` beside this file.
//!
//! Below a sentence is a line that begins with `=`: `test` and the names of tests, `code` with a file and a string in it, or
//! `GitLab` and `reader` where the sentence states nothing of Nestling. `NESTLING_TEST_UPDATE=1` writes new sentences without
//! such a line, which then has to be written.

use crate::support::{read, root, setting, tracked};
use std::collections::BTreeMap;

const LIST: &str = "tests/trust/sentences.txt";

/// Splits a page into its sentences: those of paragraphs, rows of tables and items of lists. Headings and blocks of code are
/// left out.
fn sentences(page: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut is_code = false;
    let mut continues = false;
    for line in page.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        }
        let is_left_out =
            is_code || line.starts_with("```") || line.starts_with('#') || line.starts_with("|---");
        if is_left_out || line.is_empty() {
            continues = false;
            continue;
        }
        let is_row = line.starts_with('|');
        let starts = is_row || line.starts_with("- ");
        match blocks.last_mut().filter(|_| continues && !starts) {
            Some(block) => *block = format!("{block} {line}"),
            None => blocks.push(line.to_owned()),
        }
        continues = !is_row;
    }
    blocks.iter().flat_map(|block| split(block)).collect()
}

/// Splits a block after each point that ends a sentence. A row is one.
fn split(block: &str) -> Vec<String> {
    if block.starts_with('|') {
        return vec![block.to_owned()];
    }
    let mut sentences = Vec::new();
    let mut rest = block;
    let mut searched = 0;
    while let Some(end) = rest[searched..].find(". ").map(|end| searched + end) {
        let next = rest[end + 2..].chars().next();
        if next.is_some_and(|c| c.is_uppercase() || matches!(c, '`' | '[' | '*')) {
            sentences.push(rest[..=end].to_owned());
            rest = &rest[end + 2..];
            searched = 0;
        } else {
            searched = end + 2;
        }
    }
    sentences.push(rest.to_owned());
    sentences
}

/// Reads the list: sentences and what is below each.
fn reasons(list: &str) -> BTreeMap<String, Vec<String>> {
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut sentence = String::new();
    for line in list.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("    = ") {
            Some(reason) => reasons.entry(sentence.clone()).or_default().push(reason.to_owned()),
            None => sentence = line.to_owned(),
        }
    }
    reasons
}

/// The texts of the tests, of all crates.
fn tests() -> String {
    let sources =
        tracked().into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    sources.map(|path| std::fs::read_to_string(root().join(path)).unwrap()).collect()
}

/// Returns what is wrong with a reason.
fn fault(reason: &str, tests: &str) -> Option<String> {
    let (kind, rest) = reason.split_once(' ').unwrap_or((reason, ""));
    match kind {
        "test" => {
            let missing = rest.split(' ').find(|name| {
                let name = name.rsplit("::").next().unwrap_or(name);
                !tests.contains(&format!("#[test]\nfn {name}()"))
                    && !tests.contains(&format!("#[test]\n    fn {name}()"))
            });
            missing.map(|name| format!("there is no test `{name}`"))
        }
        "code" => {
            let Some((file, text)) = rest.split_once(": ") else {
                return Some("write `code FILE: text`".to_owned());
            };
            (!read(file).contains(text)).then(|| format!("`{file}` has no `{text}`"))
        }
        "GitLab" | "reader" => None,
        _ => Some(format!("`{kind}` is none of test, code, GitLab, reader")),
    }
}

#[test]
fn every_sentence_of_the_page_has_what_makes_it_true() {
    let sentences = sentences(&read("docs/security.md"));
    assert!(sentences.len() >= 70, "only {}", sentences.len());
    let reasons = reasons(&read(LIST));
    if setting("NESTLING_TEST_UPDATE").is_some() {
        let entry = |sentence: &String| {
            let reasons = reasons.get(sentence).into_iter().flatten();
            format!("{sentence}\n{}\n", reasons.map(|reason| format!("    = {reason}\n")).collect::<String>())
        };
        let list: String = sentences.iter().map(entry).collect();
        std::fs::write(root().join(LIST), list).unwrap();
    }
    let tests = tests();
    let mut faults = Vec::new();
    for sentence in &sentences {
        match reasons.get(sentence) {
            None => faults.push(format!("{sentence}\n    has no reason in {LIST}")),
            Some(reasons) => faults.extend(
                reasons
                    .iter()
                    .filter_map(|reason| Some(format!("{sentence}\n    {}", fault(reason, &tests)?))),
            ),
        }
    }
    let gone = reasons.keys().filter(|sentence| !sentences.contains(sentence));
    faults.extend(gone.map(|sentence| format!("{sentence}\n    is no longer in the page")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
