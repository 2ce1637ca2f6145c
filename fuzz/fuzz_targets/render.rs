//! Any text as a template: marked, rendered, read, and its values put back.

#![no_main]

#[path = "../../tests/smoke/feed.rs"]
mod feed;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| feed::render(text));
