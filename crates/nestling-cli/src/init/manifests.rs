//! Manifests, and the files that they refer to: tools read them before their commands begin. A command cannot run if its tool
//! fails to read them.

mod cargo;
mod go_constraints;
mod go;
mod javascript;
mod yarn;
mod gradle;
mod maven;
mod python;
mod backend;
mod locks;
mod programs;
mod terraform;

use super::inventory::Inventory;
use super::lists::List;
use nestling::{Files, RepoPath};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Verbs of Cargo that read the manifests.
const OF_CARGO: [&str; 8] = ["build", "check", "test", "nextest", "llvm-cov", "clippy", "fmt", "run"];

/// Verdicts by the directory that they are about.
type Verdicts = RefCell<BTreeMap<RepoPath, Option<String>>>;

/// The repository whose manifests are read. What is found out about a build is kept, since its jobs are many.
pub(super) struct Manifests<'m> {
    pub files: &'m dyn Files,
    pub inventory: &'m Inventory,
    pub lists: &'m [List],
    of_crates: Verdicts,
    of_workspaces: Verdicts,
    of_gradle: Verdicts,
    of_maven: RefCell<BTreeMap<RepoPath, Rc<maven::Reactor>>>,
    /// By the lock file; of pnpm by the project.
    of_locks: Verdicts,
    /// Files of data that are read already.
    data: RefCell<BTreeMap<RepoPath, Rc<Value>>>,
    of_go_packages: RefCell<BTreeMap<RepoPath, bool>>,
}

impl<'m> Manifests<'m> {
    pub(super) fn new(files: &'m dyn Files, inventory: &'m Inventory, lists: &'m [List]) -> Self {
        Self {
            files,
            inventory,
            lists,
            of_crates: RefCell::default(),
            of_workspaces: RefCell::default(),
            of_gradle: RefCell::default(),
            of_maven: RefCell::default(),
            of_locks: RefCell::default(),
            data: RefCell::default(),
            of_go_packages: RefCell::default(),
        }
    }
}

impl Manifests<'_> {
    /// Returns what the manifests of a command in a directory lack.
    pub(super) fn fault(&self, words: &[&str], dir: &RepoPath, has_go_work: bool) -> Option<String> {
        let fault = self.manifest_fault(words, dir, has_go_work);
        fault.or_else(|| self.lock_fault(words, dir))
    }

    fn manifest_fault(&self, words: &[&str], dir: &RepoPath, has_go_work: bool) -> Option<String> {
        match words {
            [.., "--version"] => None,
            ["cargo", verb, rest @ ..] if OF_CARGO.contains(verb) && !rest.contains(&"--version") => {
                self.cargo_fault(dir)
            }
            ["go", "vet" | "test" | "build" | "mod", ..]
            | ["gotestsum", ..]
            | ["golangci-lint", "run", ..] => self.go_fault(dir, has_go_work),
            ["tofu" | "terraform", "fmt" | "init" | "validate" | "plan", ..] => {
                self.terraform_fault(words, dir)
            }
            ["npm" | "pnpm" | "yarn" | "bun", "run", ..] | ["npm", "test", ..] => {
                self.program_fault(words, dir)
            }
            ["npx", "nx", ..] => self.nx_fault(dir),
            ["npm", "ci" | "install", ..] => self.javascript_fault("npm", dir),
            ["bun", "install" | "ci", ..] => self.javascript_fault("bun", dir),
            ["pnpm", "install", rest @ ..] => {
                let member = rest
                    .iter()
                    .find_map(|word| word.trim_start_matches('{').split("}...").next()?.strip_prefix("./"));
                let member = member.and_then(|member| dir.join(member).ok());
                self.javascript_fault("pnpm", member.as_ref().unwrap_or(dir))
            }
            ["yarn", "install", ..] => self.yarn_fault(dir).or_else(|| self.javascript_fault("yarn", dir)),
            ["gradle", ..] | ["./gradlew", ..] => self.gradle_fault(dir),
            ["sh", program, ..] if program.ends_with("/gradlew") => self.gradle_fault(dir),
            ["mvn", ..] => self.maven_fault(words, dir),
            ["sh", program, ..] if program.ends_with("/mvnw") => self.maven_fault(words, dir),
            ["uv", "sync", ..]
            | ["poetry", "install", ..]
            | ["pdm", "install", ..]
            | ["pip", "install", ..] => self.python_fault(words, dir),
            _ => None,
        }
    }

    /// Returns a verdict that is known, or finds it out.
    fn known(
        verdicts: &Verdicts,
        dir: &RepoPath,
        verdict: impl FnOnce() -> Option<String>,
    ) -> Option<String> {
        if let Some(known) = verdicts.borrow().get(dir) {
            return known.clone();
        }
        let verdict = verdict();
        verdicts.borrow_mut().insert(dir.clone(), verdict.clone());
        verdict
    }

    /// Returns true for a regular file of the repository, in a directory that is not entered too.
    fn is_there(&self, path: &RepoPath) -> bool {
        self.inventory.is_file(path) || self.files.read(path).ok().flatten().is_some()
    }

    /// Returns true for a directory of the repository that has this file.
    fn has(&self, dir: &RepoPath, name: &str) -> bool {
        dir.join(name).is_ok_and(|path| self.is_there(&path))
    }

    /// Returns the text of a file; `None` if it is missing.
    fn text(&self, path: &RepoPath) -> Option<String> {
        super::text::text_of(self.files, path).ok().flatten()
    }
}

#[cfg(test)]
mod tests;
