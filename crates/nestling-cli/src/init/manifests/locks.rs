//! Lock files that lack what the manifests require: a command that must not change its lock file stops there. What is reported is
//! certain. A lock file may be stale in ways that only its package manager sees.

mod node;
mod yarn;
mod others;
mod go;
mod dotnet;
mod terraform;

use super::Manifests;
use crate::init::inventory::and_above;
use crate::init::text::jsonc;
use nestling::RepoPath;
use serde_json::Value;
use std::rc::Rc;

/// Something that a manifest requires and that a lock file lacks.
pub(super) struct Stale {
    /// The package.
    pub package: String,
    /// The file that requires it.
    pub manifest: RepoPath,
}

impl Stale {
    /// A package of the registry of npm, in the version that a package.json asks for.
    fn of_package(name: &str, asked: &str, dir: &RepoPath) -> Self {
        Self { package: format!("{name}@{asked}"), manifest: dir.child(b"package.json") }
    }
}

/// Returns what a lock file lacks, for a message that begins with the command.
fn lacks(package: &str, lock: &RepoPath, manifest: &RepoPath, command: &str) -> String {
    format!("`{package}` in {lock}, since {manifest} requires it: run `{command}`, and commit {lock}")
}

impl Manifests<'_> {
    /// Returns what the lock file of a command lacks.
    pub(super) fn lock_fault(&self, words: &[&str], dir: &RepoPath) -> Option<String> {
        if let Some(lock) = self.conflicting_lock(words, dir) {
            return Some(format!(
                "a valid {lock}, which contains a merge conflict: resolve it, and commit {lock}"
            ));
        }
        let has = |option: &str| words.contains(&option);
        let (names, command): (&[&str], &str) = match words {
            ["npm", "ci", ..] => (&["npm-shrinkwrap.json", "package-lock.json"], "npm install"),
            ["pnpm", "install", ..] if has("--frozen-lockfile") => (&["pnpm-lock.yaml"], "pnpm install"),
            ["yarn", "install", ..] if has("--frozen-lockfile") || has("--immutable") => {
                (&["yarn.lock"], "yarn install")
            }
            ["bun", "ci", ..] => (&["bun.lock"], "bun install"),
            ["bun", "install", ..] if has("--frozen-lockfile") => (&["bun.lock"], "bun install"),
            ["cargo", verb, ..] if has("--locked") && *verb != "install" => (&["Cargo.lock"], "cargo check"),
            ["uv", "sync", ..] if has("--locked") => (&["uv.lock"], "uv lock"),
            ["poetry", "install" | "sync", ..] => (&["poetry.lock"], "poetry lock"),
            ["pdm", "install" | "sync", ..] => (&["pdm.lock"], "pdm lock"),
            ["composer", "install", ..] => (&["composer.lock"], "composer update"),
            ["terraform", "init", ..] if has("-lockfile=readonly") => {
                (&[".terraform.lock.hcl"], "terraform init -upgrade")
            }
            ["tofu", "init", ..] if has("-lockfile=readonly") => {
                (&[".terraform.lock.hcl"], "tofu init -upgrade")
            }
            _ => {
                let fault = self.dotnet_lock_fault(words, dir);
                return fault.or_else(|| self.go_lock_fault(words, dir));
            }
        };
        // These look for their lock file beside the manifest alone.
        let is_beside = ["npm", "poetry", "pdm", "composer", "terraform", "tofu"].contains(&words[0]);
        let levels = if is_beside { 1 } else { usize::MAX };
        let lock = and_above(dir).take(levels).find_map(|dir| {
            names.iter().map(|name| dir.child(name.as_bytes())).find(|lock| self.inventory.is_file(lock))
        })?;
        let member = self.filtered_member(words, dir);
        let of = member.as_ref().unwrap_or(dir);
        // Of pnpm a job installs one member and what it needs; the others install or read all of a workspace.
        let key = if words[0] == "pnpm" { of.child(b"pnpm-lock.yaml") } else { lock.clone() };
        Self::known(&self.of_locks, &key, || {
            if let Some(reason) = self.unreadable_lock(words, &lock) {
                return Some(format!("a valid {lock}, {reason}: run `{command}`, and commit {lock}"));
            }
            let Stale { package, manifest } = self.stale(words[0], &lock, of)?;
            Some(lacks(&package, &lock, &manifest, command))
        })
    }

    /// Returns the lock file of a command that somebody committed in the middle of a merge. Formats that are parsed are invalid anyhow.
    fn conflicting_lock(&self, words: &[&str], dir: &RepoPath) -> Option<RepoPath> {
        let name = match words {
            ["yarn", "install", ..] => "yarn.lock",
            ["bundle", "install", ..] => "Gemfile.lock",
            ["mix", "deps.get", ..] => "mix.lock",
            ["go", "vet" | "test" | "build", ..] | ["gotestsum", ..] | ["golangci-lint", ..] => "go.sum",
            _ => return None,
        };
        let mut locks = and_above(dir).map(|dir| dir.child(name.as_bytes()));
        let lock = locks.find(|lock| self.inventory.is_file(lock))?;
        let text = self.text(&lock)?;
        text.lines().any(|line| line.starts_with("<<<<<<< ")).then_some(lock)
    }

    /// Returns the reason why a package manager refuses a lock file, whatever the manifests require.
    fn unreadable_lock(&self, words: &[&str], lock: &RepoPath) -> Option<&'static str> {
        let text = self.text(lock)?;
        // For Terraform and for the first Yarn, an empty file is the lock file of a project without dependencies. PDM resolves again.
        let may_be_empty = match words[0] {
            "terraform" | "tofu" | "pdm" => true,
            "yarn" => !words.contains(&"--immutable"),
            _ => false,
        };
        if text.trim().is_empty() {
            return (!may_be_empty).then_some("which is empty");
        }
        let is_valid = match words[0] {
            "npm" | "composer" => {
                serde_json::from_str::<Value>(&text).is_ok_and(|content| content.is_object())
            }
            "bun" => serde_json::from_str::<Value>(&jsonc(&text)).is_ok_and(|content| content.is_object()),
            "pnpm" => serde_yaml::from_str::<Value>(&text).is_ok_and(|content| content.is_object()),
            "cargo" | "uv" | "poetry" | "pdm" => text.parse::<toml::Table>().is_ok(),
            _ => true,
        };
        (!is_valid).then_some("which is invalid")
    }

    /// Returns the member that `--filter {./DIR}...` names.
    fn filtered_member(&self, words: &[&str], dir: &RepoPath) -> Option<RepoPath> {
        let name = |word: &&str| {
            word.trim_start_matches('{').split("}...").next()?.strip_prefix("./").map(str::to_owned)
        };
        let member = words.iter().find_map(name)?;
        dir.join(member).ok().filter(|dir| self.inventory.is_directory(dir))
    }

    fn stale(&self, program: &str, lock: &RepoPath, dir: &RepoPath) -> Option<Stale> {
        match program {
            "npm" => self.stale_npm(lock),
            "pnpm" => self.stale_pnpm(lock, dir),
            "yarn" => self.stale_yarn(lock),
            "bun" => self.stale_bun(lock),
            "cargo" => self.stale_cargo(lock),
            "uv" => self.stale_uv(lock),
            "poetry" => self.stale_poetry(lock),
            "pdm" => self.stale_pdm(lock),
            "composer" => self.stale_composer(lock),
            "terraform" | "tofu" => self.stale_terraform(lock),
            _ => None,
        }
    }

    /// Returns the directories of a lock file's projects: its own, and the members of the workspace there.
    fn locked_directories(&self, lock: &RepoPath, kind: &str) -> Vec<RepoPath> {
        let root = lock.parent().unwrap_or_default();
        let lists = self.lists.iter().filter(|list| list.kind == kind && list.dir == root);
        let members: Vec<RepoPath> = lists.flat_map(|list| list.members.iter().cloned()).collect();
        std::iter::once(root).chain(members).collect()
    }

    /// Reads a file of JSON or YAML once.
    fn data(&self, path: &RepoPath) -> Option<Rc<Value>> {
        if let Some(known) = self.data.borrow().get(path) {
            return Some(Rc::clone(known));
        }
        let text = self.text(path)?;
        let is_yaml = path.file_name().ends_with(b".yaml");
        let value: Value = if is_yaml {
            serde_yaml::from_str(&text).ok()?
        } else {
            serde_json::from_str(&text).or_else(|_| serde_json::from_str(&jsonc(&text))).ok()?
        };
        let value = Rc::new(value);
        self.data.borrow_mut().insert(path.clone(), Rc::clone(&value));
        Some(value)
    }
}
