//! Go: modules that `go.work` uses together, and replacements by path
//! (<https://go.dev/ref/mod#workspaces>, <https://go.dev/ref/mod#go-mod-file-replace>).

use super::{Edge, Manifest, Reading};
use crate::diagnostic::Origin;
use crate::files::ReadError;
use crate::path::RepoPath;
use gomod_parser::{GoMod, Replacement};
use std::collections::{BTreeSet, HashMap};
use std::str::FromStr;

/// `go.work`: the directories of its modules, and its replacements.
struct Work {
    uses: Vec<String>,
    replacements: GoMod,
}

pub(super) fn edges(reading: &mut Reading<'_>) -> Result<Vec<Edge>, ReadError> {
    let modules = reading.all("go.mod", GoMod::from_str)?;
    let works = reading.all("go.work", |text| {
        let (uses, rest) = without_uses(text);
        Ok(Work { uses, replacements: GoMod::from_str(&rest)? })
    })?;
    let mut edges = Vec::new();
    for module in &modules {
        for required in &module.content.require {
            let name = required.module.module_path.as_str();
            let replaced = replacement(&module.content, name).map(|path| module.dir.join(path));
            let to = match replaced {
                Some(path) => path.ok(),
                None => works.iter().find_map(|work| by_work(work, &modules, module, name)),
            };
            let origin = place(module, required.module.path_span.start);
            edges.extend(to.map(|to| Edge { from: module.dir.clone(), to, origin }));
        }
    }
    Ok(edges)
}

fn place(module: &Manifest<GoMod>, at: usize) -> Origin {
    let lines = module.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count();
    Origin::line(module.file, u32::try_from(lines + 1).unwrap_or(u32::MAX))
}

/// The directory that a module is replaced by.
fn replacement<'a>(file: &'a GoMod, name: &str) -> Option<&'a str> {
    let replaced = file.replace.iter().find(|replace| replace.module_path == name)?;
    match &replaced.replacement {
        Replacement::FilePath(path) => Some(path.as_str()),
        Replacement::Module(_) => None,
    }
}

/// Where the workspace has a module, if it uses the one that requires it.
fn by_work(
    work: &Manifest<Work>,
    modules: &[Manifest<GoMod>],
    from: &Manifest<GoMod>,
    name: &str,
) -> Option<RepoPath> {
    let dirs: BTreeSet<RepoPath> =
        work.content.uses.iter().filter_map(|used| work.dir.join(used).ok()).collect();
    if !dirs.contains(&from.dir) {
        return None;
    }
    if let Some(path) = replacement(&work.content.replacements, name) {
        return work.dir.join(path).ok();
    }
    let named: HashMap<&str, &RepoPath> = modules
        .iter()
        .filter(|module| dirs.contains(&module.dir))
        .map(|module| (module.content.module.as_str(), &module.dir))
        .collect();
    named.get(name).map(|dir| (*dir).clone())
}

/// `use ./dir` and `use ( … )`, which only `go.work` has; the rest is written as in `go.mod`.
fn without_uses(text: &str) -> (Vec<String>, String) {
    let (mut uses, mut rest, mut inside) = (Vec::new(), String::new(), false);
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default().trim();
        let used = match code.strip_prefix("use") {
            _ if inside && code == ")" => {
                inside = false;
                Some("")
            }
            _ if inside => Some(code),
            Some(list) if list.trim() == "(" => {
                inside = true;
                Some("")
            }
            Some(dir) if dir.starts_with([' ', '\t', '"']) => Some(dir.trim()),
            _ => None,
        };
        match used {
            Some("") => {}
            Some(dir) => uses.push(dir.trim_matches(['"', '`']).to_owned()),
            None => {
                rest.push_str(line);
                rest.push('\n');
            }
        }
    }
    (uses, rest)
}
