//! `preview --watch` draws again when a file is saved. `tests/perf` measures how soon.

use crate::support::example::Example;
use crate::support::tool::{Tool, need};
use crate::support::watching::Watching;
use crate::support::{output, root};
use std::time::Duration;

fn mentions(drawing: &[String], unit: &str) -> bool {
    drawing.iter().any(|line| line.starts_with(unit))
}

#[test]
fn saving_a_file_draws_the_preview_again() {
    let shop = Example::new("shop");
    let (watching, first) = Watching::start(&shop);
    assert!(!mentions(&first, "infra"), "{first:?}");
    for turn in 0..3 {
        std::fs::write(shop.path().join("infra/validate.js"), format!("// {turn}\n")).unwrap();
        let drawing = watching.drawing();
        assert!(mentions(&drawing, "infra"), "{drawing:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_new_directory_is_watched_too() {
    let shop = Example::new("shop");
    let (watching, _) = Watching::start(&shop);
    std::fs::create_dir_all(shop.path().join("new/deep")).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    std::fs::write(shop.path().join("new/deep/nestling.yml"), "hello: { script: echo }\n").unwrap();
    loop {
        if mentions(&watching.drawing(), "new/deep") {
            return;
        }
    }
}

#[test]
fn a_moved_directory_is_watched_by_its_new_path() {
    let shop = Example::new("shop");
    std::fs::create_dir_all(shop.path().join("old/deep")).unwrap();
    std::fs::write(shop.path().join("old/deep/file"), "").unwrap();
    let (watching, _) = Watching::start(&shop);
    std::fs::rename(shop.path().join("old"), shop.path().join("new")).unwrap();
    watching.drawing();
    std::fs::write(shop.path().join("new/deep/nestling.yml"), "hello: { script: echo }\n").unwrap();
    while !mentions(&watching.drawing(), "new/deep") {}
}

#[test]
fn moved_references_and_rules_of_the_clone_count() {
    let shop = Example::new("shop");
    let exclude = shop.path().join(".git/info/exclude");
    std::fs::create_dir_all(exclude.parent().unwrap()).unwrap();
    std::fs::write(&exclude, "notes.js\n").unwrap();
    std::fs::write(shop.path().join("infra/notes.js"), "").unwrap();
    let (watching, first) = Watching::start(&shop);
    assert!(mentions(&first, "services/api") && !mentions(&first, "infra"), "{first:?}");
    std::fs::write(&exclude, "").unwrap();
    while !mentions(&watching.drawing(), "infra") {}
    // From now on, base is head.
    let git = |args: &[&str]| output(std::process::Command::new("git").args(args).current_dir(shop.path()));
    git(&["branch", "--force", "main", "HEAD"]);
    while mentions(&watching.drawing(), "services/api") {}
}

/// The end of a drawing is what a window shows: the first error is there, with the number of all.
#[test]
fn a_terminal_shows_the_first_error_follows_its_size_and_quits() {
    let test = "a_terminal_shows_the_first_error_follows_its_size_and_quits";
    let Some(mut python) = need(Tool::Python, test) else { return };
    let shop = Example::new("shop");
    python.arg(root().join("tests/watch/terminal.py")).arg(env!("CARGO_BIN_EXE_nestling"));
    let seen = output(python.arg("services/api/nestling.yml").current_dir(shop.path()));
    let seen: serde_json::Value = serde_json::from_str(&seen).unwrap();
    let lines = |key: &str| -> Vec<String> {
        seen[key].as_str().unwrap().lines().map(|line| line.trim_end_matches('\r').to_owned()).collect()
    };
    let position_of = |lines: &[String], text: &str| lines.iter().position(|line| line.contains(text));
    let broken = lines("broken");
    let (units, error) =
        (position_of(&broken, " units, ").unwrap(), position_of(&broken, "error[job-key]").unwrap());
    assert!(units < error, "{broken:?}");
    assert!(broken.last().unwrap().starts_with(|c: char| c.is_ascii_digit()), "{broken:?}");
    let longest = |key: &str| {
        let units = lines(key).into_iter().filter(|line| line.starts_with("services/"));
        units.map(|line| line.chars().count()).max().unwrap()
    };
    assert!(longest("first") > 60 && longest("narrow") <= 60, "{seen}");
    assert_eq!(seen["exit"], 1, "there is an error");
}
