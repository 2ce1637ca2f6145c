//! Any text as YAML: read, written, and read again.

#![no_main]

#[path = "../../tests/smoke/document.rs"]
mod document;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| document::yaml(text));
