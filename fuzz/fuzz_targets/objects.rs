//! Any damage to a pack, an index or a loose object: what is read is what git reads, or an error.

#![no_main]

#[path = "../../tests/smoke/objects.rs"]
mod objects;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|damage: &[u8]| objects::damaged(damage));
