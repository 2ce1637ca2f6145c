//! Any text as YAML: read, written, and read again.

#![no_main]

#[path = "../../tests/smoke/feed.rs"]
mod feed;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| feed::yaml(text));
