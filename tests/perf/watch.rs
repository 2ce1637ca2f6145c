//! The time from a saved file to the new drawing of `preview --watch`.

use crate::support::example::Example;
use crate::support::watching::Watching;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_millis(100);

#[test]
#[ignore = "measures time"]
fn saving_a_file_draws_the_preview_again_within_a_tenth_of_a_second() {
    let shop = Example::new("shop");
    let (watching, _) = Watching::start(&shop);
    let mut quickest = Duration::MAX;
    for turn in 0..8 {
        let saved = Instant::now();
        std::fs::write(shop.path().join("infra/validate.js"), format!("// {turn}\n")).unwrap();
        watching.drawing();
        quickest = quickest.min(saved.elapsed());
        std::thread::sleep(Duration::from_millis(100));
    }
    // Other programs can only slow a drawing down, so the quickest of several is closest to the program's own time.
    assert!(quickest < LIMIT, "{quickest:?}");
}
