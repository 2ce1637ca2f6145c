//! The library's example program, as a stranger runs it.

use crate::support::repository::Repository;
use crate::support::{output, root};
use std::process::Command;

#[test]
fn the_example_program_plans_a_repository() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: {}\n");
    repository.write("api/nestling.yml", "build: { stage: build, script: make }\n");
    repository.write("web/nestling.yml", "build: { stage: build, script: make }\n");
    repository.commit("two units");
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    repository.write("api/main.rs", "fn main() {}\n");
    let mut example = Command::new(env!("CARGO"));
    example.args(["run", "--quiet", "--locked", "--package", "nestling", "--example", "plan", "--"]);
    let said = output(example.arg(repository.path()).current_dir(root()));
    assert!(said.contains("api\n  because api/main.rs changed"), "{said}");
    assert!(said.contains("api:build: stage build") && !said.contains("web:build"), "{said}");
    assert!(said.contains("child-pipeline.yml: "), "{said}");
}
