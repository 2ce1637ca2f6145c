//! Reads the scripts of a repository through what they refer to: the job of a script that publishes, deploys or does not end is not
//! proposed.

mod commands;
mod wrappers;
mod effects;
mod references;
mod missing;
mod recipes;

use super::inventory::Inventory;
use super::text::{json_of, text_of};
use commands::commands;
use effects::{EffectKind, effect};
use nestling::{Files, RepoPath};
use references::{Reference, references};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use wrappers::unwrapped;

/// The most references that are followed from one command to the next.
const DEPTH: usize = 16;

/// Programs that stop what they wait for once something else has ended.
const STOPPING: [&str; 7] = [
    "start-server-and-test",
    "start-test",
    "server-test",
    "--kill-others",
    "-k",
    "--race",
    "--success=first",
];

/// Names of the file that `make` reads, in its order.
const MAKEFILES: [&str; 3] = ["GNUmakefile", "makefile", "Makefile"];

/// Scripts that an installation runs.
const OF_INSTALLATION: [&str; 4] = ["preinstall", "install", "postinstall", "prepare"];

/// The reason why no job of a script is proposed.
#[derive(Debug, Clone)]
pub(super) struct Effect {
    kind: EffectKind,
    /// The commands that lead to it, the last of which has it.
    chain: Vec<String>,
}

impl Effect {
    /// Returns the reason: `` runs `npm run release`, which runs `npm publish`, which publishes ``.
    pub(super) fn shown(&self) -> String {
        let commands: Vec<String> = self.chain.iter().map(|command| format!("runs `{command}`")).collect();
        let meaning = match self.kind {
            EffectKind::Publishes => "publishes or deploys",
            EffectKind::Waits => "does not end by itself",
        };
        format!("{}, which {meaning}", commands.join(", which "))
    }
}

/// Returns the program that a script begins with, and the one that it runs with other variables.
pub(super) fn first_programs(script: &str) -> Vec<String> {
    let Some(first) = commands(script).into_iter().next() else { return Vec::new() };
    let mut programs = Vec::new();
    for word in first.words.into_iter().filter(|word| !wrappers::is_setting(word)) {
        let is_wrapper = word == "cross-env";
        programs.push(word);
        if !is_wrapper {
            break;
        }
    }
    programs
}

/// Reads scripts.
pub(super) struct Scripts<'s> {
    files: &'s dyn Files,
    inventory: &'s Inventory,
    /// The packages that are read already.
    packages: RefCell<BTreeMap<RepoPath, Rc<Value>>>,
}

impl<'s> Scripts<'s> {
    pub(super) fn new(files: &'s dyn Files, inventory: &'s Inventory) -> Self {
        Self { files, inventory, packages: RefCell::default() }
    }
}

impl Scripts<'_> {
    /// Returns the effect of a script of a package, with those that run before it and behind it.
    pub(super) fn of_script(&self, dir: &RepoPath, name: &str) -> Option<Effect> {
        self.followed(&Reference::Script {
            dir: dir.clone(),
            name: name.to_owned(),
            arguments: String::new(),
        })
    }

    /// Returns the effect of installing a package.
    pub(super) fn of_installation(&self, dir: &RepoPath) -> Option<Effect> {
        OF_INSTALLATION.iter().find_map(|name| self.of_script(dir, name))
    }

    /// Returns the effect of what a command refers to. What the command does itself is what its template is for.
    pub(super) fn of_references(&self, dir: &RepoPath, text: &str) -> Option<Effect> {
        let mut seen = BTreeSet::new();
        commands(text).iter().find_map(|command| {
            let unwrapped = unwrapped(&command.words)?;
            references(&unwrapped.words, dir)
                .iter()
                .find_map(|reference| self.follow(reference, false, &mut seen))
        })
    }

    /// Returns the effect of commands in a directory.
    pub(super) fn of_commands(&self, dir: &RepoPath, text: &str) -> Option<Effect> {
        self.walk(dir, text, false, &mut BTreeSet::new())
    }

    fn followed(&self, reference: &Reference) -> Option<Effect> {
        self.follow(reference, false, &mut BTreeSet::new())
    }

    /// Returns the effect of a script. `may_wait` is true if something else stops it.
    fn walk(
        &self,
        dir: &RepoPath,
        text: &str,
        may_wait: bool,
        seen: &mut BTreeSet<Reference>,
    ) -> Option<Effect> {
        let mut dir = dir.clone();
        for command in commands(text) {
            let Some(unwrapped) = unwrapped(&command.words) else { continue };
            let words = &unwrapped.words;
            let stops = words.iter().any(|word| STOPPING.contains(word));
            let may_wait = may_wait || command.is_background || stops;
            if let ["cd", path, ..] = words.as_slice() {
                dir = dir.join(path).unwrap_or(dir);
                continue;
            }
            // The options of a script are its own commands'.
            let is_reference = !references(words, &dir).is_empty();
            let may_wait_here = may_wait || is_reference;
            let kind = effect(words).filter(|kind| *kind == EffectKind::Publishes || !may_wait_here);
            if let Some(kind) = kind {
                return Some(Effect { kind, chain: vec![words.join(" ")] });
            }
            // `sh -c` and `concurrently` have commands in quotes.
            let texts = words.iter().skip(1).filter(|word| word.contains(' ') && takes_commands(words[0]));
            for text in texts {
                if let Some(effect) = self.walk(&dir, text, may_wait, seen) {
                    return Some(effect);
                }
            }
            let mut referred = references(words, &dir);
            if let Some(path) = unwrapped.path.and_then(|path| dir.join(path).ok()) {
                referred.push(Reference::File { path });
            }
            if unwrapped.may_be_task {
                referred.push(Reference::Task { dir: dir.clone(), name: words[0].to_owned() });
            }
            for reference in &referred {
                if let Some(mut effect) = self.follow(reference, may_wait, seen) {
                    effect.chain.insert(0, words.join(" "));
                    return Some(effect);
                }
            }
        }
        None
    }

    fn follow(
        &self,
        reference: &Reference,
        may_wait: bool,
        seen: &mut BTreeSet<Reference>,
    ) -> Option<Effect> {
        if seen.len() > DEPTH * DEPTH || !seen.insert(reference.clone()) {
            return None;
        }
        match reference {
            Reference::Script { dir, name, arguments } => self.script(dir, name, arguments, may_wait, seen),
            Reference::OfPackage { package, name } => {
                let dir = self.packages().find(|(_, known)| known == package).map(|(dir, _)| dir)?;
                self.script(&dir, name, "", may_wait, seen)
            }
            Reference::OfEach { dir, name } => {
                let dirs: Vec<RepoPath> = self.packages().map(|(dir, _)| dir).collect();
                let mut below =
                    dirs.iter().filter(|other| *other != dir && (dir.is_root() || other.is_in(dir)));
                below.find_map(|other| self.script(other, name, "", may_wait, seen))
            }
            Reference::Target { dir, name } => {
                let file = MAKEFILES
                    .iter()
                    .map(|file| dir.child(file.as_bytes()))
                    .find(|file| self.inventory.is_file(file))?;
                let text = text_of(self.files, &file).ok().flatten()?;
                self.walk(dir, &recipes::of_make(&text, name)?, may_wait, seen)
            }
            Reference::Task { dir, name } => {
                let text = recipes::of_task(self.files, dir, name).ok().flatten()?;
                self.walk(dir, &text, may_wait, seen)
            }
            Reference::File { path } => {
                let bytes = self.files.read(path).ok().flatten()?;
                let text = String::from_utf8(bytes).ok().filter(|text| is_shell(path, text))?;
                // Paths in it are mostly those of where it is called, or of the root.
                self.walk(&RepoPath::root(), &text, may_wait, seen)
            }
        }
    }

    /// Returns the effect of the scripts that a name stands for: a pattern such as `test:*` stands for several.
    fn script(
        &self,
        dir: &RepoPath,
        name: &str,
        arguments: &str,
        may_wait: bool,
        seen: &mut BTreeSet<Reference>,
    ) -> Option<Effect> {
        let package = self.package(dir);
        let scripts = package.get("scripts").and_then(Value::as_object)?;
        let start = name.split('*').next().unwrap_or(name);
        let is_meant =
            |script: &str| if name.contains('*') { script.starts_with(start) } else { script == name };
        for (script, command) in scripts.iter().filter(|(script, _)| is_meant(script)) {
            let texts =
                [scripts.get(&format!("pre{script}")), Some(command), scripts.get(&format!("post{script}"))];
            for text in texts.into_iter().flatten().filter_map(Value::as_str) {
                let text = if Some(text) == command.as_str() {
                    format!("{text} {arguments}")
                } else {
                    text.to_owned()
                };
                if let Some(effect) = self.walk(dir, &text, may_wait, seen) {
                    return Some(effect);
                }
            }
        }
        None
    }

    /// Returns the package.json of a directory; null if there is none.
    fn package(&self, dir: &RepoPath) -> Rc<Value> {
        if let Some(package) = self.packages.borrow().get(dir) {
            return Rc::clone(package);
        }
        let package = Rc::new(json_of(self.files, &dir.child(b"package.json")).unwrap_or_default());
        self.packages.borrow_mut().insert(dir.clone(), Rc::clone(&package));
        package
    }

    /// Returns the directories of packages with their names.
    fn packages(&self) -> impl Iterator<Item = (RepoPath, String)> {
        let having = self.inventory.directories.iter().filter(|(_, directory)| directory.has("package.json"));
        having.map(|(dir, _)| {
            let package = self.package(dir);
            (dir.clone(), package.get("name").and_then(Value::as_str).unwrap_or_default().to_owned())
        })
    }
}

/// Returns true for a program that runs the commands in its arguments.
fn takes_commands(program: &str) -> bool {
    ["sh", "bash", "zsh", "concurrently", "eval", "watchexec", "start-server-and-test", "wait-on"]
        .contains(&program)
}

/// Returns true for a file of the shell.
fn is_shell(path: &RepoPath, text: &str) -> bool {
    let is_named_so = path.as_str().is_some_and(|path| path.ends_with(".sh") || path.ends_with(".bash"));
    let first = text.lines().next().unwrap_or_default();
    is_named_so || (first.starts_with("#!") && (first.contains("sh") && !first.contains("fish")))
}

#[cfg(test)]
mod tests;
