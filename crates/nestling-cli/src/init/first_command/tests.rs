//! Commands that are followed to the first one that cannot run.

use super::*;
use crate::init::lists::{self, Reader};
use nestling::MemoryFiles;
use nestling_gitlab::diagnostic::Origin;

fn fault(script: &[&str]) -> Option<String> {
    let files = MemoryFiles::new([
        ("package.json", "{ \"workspaces\": [\"packages/*\"] }"),
        ("package-lock.json", "{}"),
        ("packages/a/package.json", "{ \"scripts\": { \"build\": \"x\" } }"),
        ("other/package.json", "{}"),
        ("yarn/package.json", "{}"),
        ("yarn/yarn.lock", "__metadata:\n  version: 8\n"),
        ("py/requirements.txt", ""),
        ("go/go.work", "use ./a"),
        ("go/a/go.mod", "module a\n"),
        ("go/a/a.go", "package a\n"),
        ("go/b/go.mod", "module b\n"),
        ("go/b/b.go", "package b\n"),
        ("it's here/Cargo.toml", "[package]\n"),
        ("it's here/src/lib.rs", ""),
    ]);
    let inventory = Inventory::read(&files).unwrap();
    let mut reader = Reader { files: &files, inventory: &inventory, unreadable: Vec::new() };
    let lists = lists::read(&mut reader).unwrap();
    let shell = Shell::new(&files, &inventory, &lists);
    let file = nestling::Sources::default().add("x", "");
    let origin = Origin::file(file);
    let lines = script.iter().map(|line| Node::string(origin, *line)).collect();
    let mut job = Map::default();
    job.set("script", Node::seq(origin, lines));
    shell.first_fault(&job).map(|fault| fault.text)
}

#[test]
fn commands_are_followed_to_the_first_that_cannot_run() {
    for (script, expected) in [
        (&["npm ci"][..], None),
        (&["npm ci --cache x", "cd packages/a", "npm run --silent build"], None),
        (&["cd packages/a", "npm ci"], Some("package-lock.json, npm-shrinkwrap.json")),
        (&["npm ci && cd packages/a && npm run test"], Some("script `test`")),
        (&["cd packages/a", "npm test -- --shard 1"], Some("script `test`")),
        (&["cd yarn", "yarn install --immutable"], None),
        (&["cd other", "yarn install --immutable"], Some("yarn.lock")),
        (&["cd other", "yarn install"], None),
        (&["cd py", "pip install --requirement requirements.txt"], None),
        (&["cd py", "pip install --requirement nothing.txt"], Some("nothing.txt")),
        (&["cd py", "pip install \\\n --editable ."], Some("pyproject.toml")),
        (&["cd go/a", "GOFLAGS=-mod=mod go test ./..."], None),
        (&["cd go/b", "go test ./..."], Some("GOWORK=off")),
        (&["cd go/b", "export GOWORK=off", "go test ./..."], None),
        (&["cd 'it'\\''s here'", "cargo test"], None),
        (&["cd 'it'\\''s here'", "npm ci"], Some("package-lock.json")),
        (&["cd \"it's here\"", "cargo test"], None),
        (&["cargo test"], Some("Cargo.toml")),
        (&["cargo install --locked cargo-nextest", "cd \"it's here\"", "cargo test"], None),
        (&["cd \"it's here\"", "cargo test --locked"], Some("Cargo.lock")),
        (&["if [ -x ./mvnw ]; then ./mvnw test; fi"], None),
        (&["mvn --batch-mode verify"], Some("pom.xml")),
        (&["sh \"$CI_PROJECT_DIR\"/gradlew check"], Some("gradlew")),
        (&["sh \"$CI_PROJECT_DIR\"/package.json"], None),
        (&["mkdir out", "cd out", "npm ci"], None),
        (&["cd \"$DIR\"", "npm ci"], None),
        (&["# npm ci", "echo npm ci", "unknown"], None),
    ] {
        let found = fault(script);
        match expected {
            None => assert_eq!(found, None, "{script:?}"),
            Some(part) => {
                assert!(found.as_ref().is_some_and(|it| it.contains(part)), "{script:?}: {found:?}");
            }
        }
    }
}
