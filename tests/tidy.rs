//! The house rules that no compiler and no linter holds.

mod order;
mod paths;
pub(crate) mod source;

use crate::support::{read, root, tracked};
use order::Modules;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The Rust files of the project.
fn rust_files() -> Vec<PathBuf> {
    let files: Vec<PathBuf> =
        tracked().into_iter().filter(|path| path.extension().is_some_and(|it| it == "rs")).collect();
    assert!(files.len() > 100, "only {} Rust files found", files.len());
    files
}

/// Cargo holds the order of the crates; inside a crate the order is that of the `mod` lines, on every level.
#[test]
fn a_module_uses_only_what_stands_above_it() {
    let files = rust_files();
    let crates = files.iter().filter(|path| path.ends_with("src/lib.rs"));
    let mut wrong = Vec::new();
    for lib in crates {
        let root = lib.parent().unwrap();
        let name = root.parent().unwrap().file_name().unwrap().to_string_lossy();
        let inside = |path: &PathBuf| Some((path.strip_prefix(root).ok()?.to_owned(), read(path)));
        let sources: Vec<(PathBuf, String)> = files.iter().filter_map(inside).collect();
        wrong.extend(Modules::read(&name, &sources).violations());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A reader who sees `Rule` in a signature need not ask whose. The commands of the program each have their `Args`.
#[test]
fn no_two_public_types_of_the_library_crates_have_one_name() {
    let mut definitions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in rust_files() {
        let is_library = path.starts_with("crates") && !path.starts_with("crates/nestling-cli");
        if !is_library || source::is_test(&path) {
            continue;
        }
        for name in read(&path).lines().filter_map(source::public_type) {
            definitions.entry(name.to_owned()).or_default().push(path.display().to_string());
        }
    }
    assert!(definitions.len() > 100, "only {} public types found", definitions.len());
    definitions.retain(|_, files| files.len() > 1);
    assert!(definitions.is_empty(), "{definitions:#?}");
}

#[test]
fn files_are_short() {
    let mut lengths: Vec<(usize, PathBuf)> =
        rust_files().into_iter().map(|path| (read(&path).lines().count(), path)).collect();
    lengths.sort();
    let median = &lengths[lengths.len() / 2];
    let ninetieth = &lengths[lengths.len() * 9 / 10];
    let longest = &lengths[lengths.len() - 1];
    assert!(median.0 <= 150, "the median file has {median:?} lines");
    assert!(ninetieth.0 <= 350, "one in ten files is as long as {ninetieth:?}");
    assert!(longest.0 <= 500, "the longest file is {longest:?}");
}

/// At its top; a rule of `check` says it in the documentation that it carries.
#[test]
fn every_file_says_what_it_is_for() {
    let says = |text: &str| text.starts_with("//!") || text.contains("static RULE: Rule = Rule {");
    let silent: Vec<_> =
        rust_files().into_iter().filter(|path| !source::is_test(path) && !says(&read(path))).collect();
    assert!(silent.is_empty(), "no `//!` at the top of {silent:?}");
}

#[test]
fn nothing_is_left_to_do_and_nothing_is_swept_under_an_allow() {
    let marks = [
        "TO".to_owned() + "DO",
        "FIX".to_owned() + "ME",
        "todo".to_owned() + "!",
        "#[al".to_owned() + "low(",
    ];
    let mut found = Vec::new();
    for path in rust_files() {
        for (number, line) in read(&path).lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark)) {
                found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The project builds anywhere: no file names the host of a package registry, a home directory, or this checkout.
#[test]
fn no_registry_and_no_machine_is_named() {
    let places = [
        ["crates", ".io/api"],
        ["index.crates", ".io"],
        ["static.crates", ".io"],
        ["registry.npmjs", ".org"],
        ["registry.yarnpkg", ".com"],
        ["pypi", ".org"],
        ["files.pythonhosted", ".org"],
        ["deb.debian", ".org"],
        ["rubygems", ".org"],
        ["/ho", "me/"],
        ["/Us", "ers/"],
        ["/ro", "ot/"],
        // Where an assembly was synthesized, which CDK writes into its stack traces.
        ["/.cache/cdk/npm/node_modules", "/aws-cdk-lib"],
    ]
    .map(|halves| halves.concat());
    let checkout = root().display().to_string();
    let names = [&places[..], &[checkout]].concat();
    let mut found = Vec::new();
    for path in tracked() {
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        found.extend(
            names
                .iter()
                .filter(|name| text.contains(*name))
                .map(|name| format!("{}: {name}", path.display())),
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_top_level_holds_what_the_house_has_rooms_for() {
    let rooms = ["crates", "editors", "templates", "examples", "tests", "docs", "ci", "fuzz"];
    let files = [
        "Cargo.toml",
        "Cargo.lock",
        "README.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "RELEASING.md",
        "SECURITY.md",
        "clippy.toml",
        "deny.toml",
        "rustfmt.toml",
        "nestling.yml",
    ];
    for path in tracked() {
        let mut parts = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
        let (first, is_folder) = (parts.next().unwrap(), parts.next().is_some());
        let known = if is_folder { &rooms[..] } else { &files[..] };
        assert!(first.starts_with('.') || known.contains(&&*first), "what is `{}` for?", path.display());
    }
}
