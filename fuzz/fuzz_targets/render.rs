//! Any text as a template: marked, rendered, read, and its values put back.

#![no_main]

#[path = "../../tests/smoke/template.rs"]
mod template;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| template::render(text));
