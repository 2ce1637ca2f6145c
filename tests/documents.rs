//! The documents of the repository say what is so.

use crate::support::example::Example;
use crate::support::tool::{Tool, need};
use crate::support::{expect_file, nestling, output, read, root};
use nestling_cli::Exit;
use std::fs::File;

#[test]
fn the_table_of_exit_codes_is_the_programs() {
    let documented: Vec<String> = read("docs/exit-codes.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" |").next().map(str::to_owned))
        .filter(|cell| cell.parse::<u8>().is_ok())
        .collect();
    let codes = [Exit::Done, Exit::Errors, Exit::Usage, Exit::Repository, Exit::Output];
    assert_eq!(documented, codes.map(|exit| exit.code().to_string()));
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = read("Cargo.toml");
    let reasons = read("docs/dependencies.md");
    let section = manifest.split("[workspace.dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let names: Vec<&str> = section.lines().filter_map(|line| Some(line.split_once(" = ")?.0)).collect();
    assert!(names.len() > 20, "{names:?}");
    for name in names.into_iter().filter(|name| *name != "nestling") {
        let explained = reasons.lines().any(|line| {
            let cell = line.strip_prefix("| ").and_then(|line| line.split(" |").next()).unwrap_or_default();
            cell.split([',', ' ']).any(|word| word == name)
        });
        assert!(explained, "docs/dependencies.md does not say what `{name}` is for");
    }
}

/// A command that the README or an example shows is a command that is there.
#[test]
fn the_scripts_that_documents_name_are_there() {
    for path in ["README.md", "CONTRIBUTING.md", "examples/shop/README.md"] {
        for line in read(path).lines().filter(|line| line.starts_with("./")) {
            let script = line.split_whitespace().next().unwrap();
            assert!(root().join(script).is_file(), "{path}: {line}");
        }
    }
}

/// `NESTLING_TEST_UPDATE=1` draws it anew.
#[test]
fn the_picture_in_the_readme_is_what_the_program_shows() {
    let Some(mut python) = need(Tool::Python, "the_picture_in_the_readme_is_what_the_program_shows") else {
        return;
    };
    let shop = Example::new("shop");
    let shown =
        output(nestling(&shop.path()).args(["preview", "--as", "merge_request", "--color", "always"]));
    let file = shop.beside().join("shown");
    std::fs::write(&file, shown).unwrap();
    python.arg(root().join("docs/picture")).args(["nestling", "preview", "--as", "merge_request"]);
    let drawn = python.stdin(File::open(file).unwrap()).output().unwrap();
    let picture = String::from_utf8(drawn.stdout).unwrap();
    expect_file(&root().join("docs/preview.svg"), &picture)
        .unwrap_or_else(|difference| panic!("{difference}"));
}
