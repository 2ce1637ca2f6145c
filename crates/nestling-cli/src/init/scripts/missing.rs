//! Scripts of packages whose first command names a script or a file that does not exist.

use super::commands::commands;
use super::references::{Reference, references};
use super::wrappers::unwrapped;
use super::{DEPTH, MAKEFILES, Scripts};
use nestling::RepoPath;
use serde_json::Value;
use std::collections::BTreeSet;

/// Programs that run the file which their first argument names.
const INTERPRETERS: [&str; 8] = ["node", "sh", "bash", "zsh", "tsx", "ts-node", "python3", "python"];

/// Ends of names of files that people write. What is generated mostly ends with `.js` as well, in one of `GENERATED`.
const WRITTEN: [&str; 9] = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".sh", ".bash", ".py"];

/// Directories that a build or an installation makes.
const GENERATED: [&str; 12] =
    ["dist", "build", "out", "output", "lib", "libs", "bin", "es", "esm", "cjs", "tmp", "node_modules"];

impl Scripts<'_> {
    /// Returns what the first command of a package's script lacks.
    pub(in crate::init) fn missing(&self, dir: &RepoPath, name: &str) -> Option<String> {
        self.lacking(dir, name, &mut BTreeSet::new())
    }

    fn lacking(&self, dir: &RepoPath, name: &str, seen: &mut BTreeSet<(RepoPath, String)>) -> Option<String> {
        if seen.len() > DEPTH || !seen.insert((dir.clone(), name.to_owned())) {
            return None;
        }
        let package = self.package(dir);
        let scripts = package.get("scripts").and_then(Value::as_object)?;
        let before = format!("pre{name}");
        if scripts.contains_key(&before) {
            // It may write what the script needs.
            return self.lacking(dir, &before, seen);
        }
        let text = scripts.get(name)?.as_str()?;
        // A command may fail where another one is there instead.
        if text.contains("||") || text.contains("--if-present") {
            return None;
        }
        let mut place = dir.clone();
        for command in commands(text) {
            let unwrapped = unwrapped(&command.words)?;
            if let ["cd", path, ..] = unwrapped.words.as_slice() {
                place = place.join(path).ok().filter(|path| self.inventory.is_directory(path))?;
                continue;
            }
            let by = || format!("which the script `{name}` of {} runs", dir.child(b"package.json"));
            if let Some(file) = self.missing_file(&unwrapped.words, unwrapped.path, &place) {
                return Some(format!("`{file}`, {} and which does not exist", by()));
            }
            let reference = references(&unwrapped.words, &place).into_iter().next()?;
            if let Reference::Target { dir: other, .. } = &reference {
                let has_one =
                    MAKEFILES.iter().any(|file| self.inventory.is_file(&other.child(file.as_bytes())));
                let is_named =
                    unwrapped.words.iter().any(|word| word.starts_with("-f") || word.starts_with("--file"));
                return (!has_one && !is_named)
                    .then(|| format!("{}, {} and which does not exist", other.child(b"Makefile"), by()));
            }
            let Reference::Script { dir: other, name: script, .. } = reference else { return None };
            let package = self.package(&other);
            let scripts = package.get("scripts").and_then(Value::as_object);
            let is_known = scripts.is_some_and(|scripts| scripts.contains_key(&script));
            let is_built_in = ["start", "restart"].contains(&script.as_str()) || script.contains(['*', '$']);
            // Yarn, pnpm and Bun run a program of a package by the same words.
            if !is_known && package.is_object() && unwrapped.words[0] == "npm" && !is_built_in {
                return Some(format!("the script `{script}`, {} and which does not exist", by()));
            }
            return self.lacking(&other, &script, seen);
        }
        None
    }

    /// Returns the path of a file that a command runs, if it is of a kind that people write, and not there.
    fn missing_file(&self, words: &[&str], path: Option<&str>, dir: &RepoPath) -> Option<String> {
        let named = match words {
            [program, file, ..] if INTERPRETERS.contains(program) => file,
            _ => path.filter(|path| path.starts_with("./") || path.starts_with("../"))?,
        };
        let parts: Vec<&str> = named.split('/').collect();
        let is_written = WRITTEN.iter().any(|end| named.ends_with(end));
        let is_generated =
            parts.iter().any(|part| GENERATED.contains(part) || part.starts_with('.') && part.len() > 2);
        if !is_written || is_generated || named.contains(['$', '*', '{']) {
            return None;
        }
        let path = dir.join(named).ok()?;
        // A link may lead to it.
        let parent = self.inventory.directories.get(&path.parent()?)?;
        let name = String::from_utf8_lossy(path.file_name()).into_owned();
        (!parent.has(&name) && !parent.links.contains(&name) && !parent.directories.contains(&name))
            .then(|| (*named).to_owned())
    }
}
