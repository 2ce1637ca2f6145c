//! `preview --watch` draws again when a file is saved. `tests/perf` measures how soon.

use crate::support::example::Example;
use crate::support::watching::Watching;
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
