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
