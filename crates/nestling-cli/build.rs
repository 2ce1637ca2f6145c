//! Leaves the tables for unwinding out of a release: a panic there ends the program after its message, and without
//! names of functions a backtrace would be a list of numbers. They are a twentieth of the binary.

#![expect(
    clippy::disallowed_methods,
    reason = "Cargo tells a build script all that it says in the environment"
)]

use std::env::var;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=no_unwind.ld");
    let is = |name: &str, value: &str| var(name).is_ok_and(|is| is == value);
    // Here Rust brings its own linker; who chose another one, or its flags, may have one that reads no such script.
    let brought = is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ARCH", "x86_64")
        && is("CARGO_CFG_TARGET_ENV", "gnu");
    let chosen =
        var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| !flags.is_empty()) || var("RUSTC_LINKER").is_ok();
    // The profile for flame graphs keeps what they need.
    let release = is("PROFILE", "release") && is("DEBUG", "false");
    if brought && !chosen && release {
        let folder = var("CARGO_MANIFEST_DIR").unwrap_or_default();
        println!("cargo::rustc-link-arg-bins=-T{folder}/no_unwind.ld");
    }
}
