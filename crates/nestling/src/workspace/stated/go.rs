//! Go: modules that `go.work` uses together, and replacements by path
//! (<https://go.dev/ref/mod#workspaces>, <https://go.dev/ref/mod#go-mod-file-replace>).

use super::manifest::Manifest;
use super::{Edges, Reading};
use gomod_parser::{GoMod, Replacement};
use nestling_files::path::RepoPath;
use std::collections::{BTreeSet, HashMap};
use std::str::FromStr;

/// `go.work`: the directories of its modules, and its replacements.
struct Work {
    uses: Vec<String>,
    replacements: GoMod,
}

pub(super) fn edges(reading: &mut Reading<'_>, edges: &mut Edges<'_>) {
    let modules = reading.all("go.mod", |text| Ok(GoMod::from_str(text)?));
    let works = reading.all("go.work", |text| {
        let (uses, rest) = without_uses(text);
        Ok(Work { uses, replacements: GoMod::from_str(&rest)? })
    });
    let uses: Vec<Uses<'_>> = works.iter().map(|work| Uses::new(work, &modules)).collect();
    for module in &modules {
        for required in &module.content.require {
            let name = required.module.module_path.as_str();
            let replaced = replacement(&module.content, name).map(|path| module.dir.join(path));
            let to = match replaced {
                Some(path) => path.ok(),
                None => uses.iter().find_map(|uses| uses.module(module, name)),
            };
            if let Some(to) = to {
                edges.add(&module.dir, &to, || module.line_of(required.module.path_span.start));
            }
        }
    }
}

/// The directory that a module is replaced by.
fn replacement<'a>(file: &'a GoMod, name: &str) -> Option<&'a str> {
    let replaced = file.replace.iter().find(|replace| replace.module_path == name)?;
    match &replaced.replacement {
        Replacement::FilePath(path) => Some(path.as_str()),
        Replacement::Module(_) => None,
    }
}

/// The modules that a workspace uses together.
struct Uses<'a> {
    work: &'a Manifest<Work>,
    dirs: BTreeSet<RepoPath>,
    named: HashMap<&'a str, &'a RepoPath>,
}

impl<'a> Uses<'a> {
    fn new(work: &'a Manifest<Work>, modules: &'a [Manifest<GoMod>]) -> Self {
        let dirs: BTreeSet<RepoPath> =
            work.content.uses.iter().filter_map(|used| work.dir.join(used).ok()).collect();
        let used = modules.iter().filter(|module| dirs.contains(&module.dir));
        let named = used.map(|module| (module.content.module.as_str(), &module.dir)).collect();
        Self { work, dirs, named }
    }

    /// Directory of a module in the workspace, if the workspace uses the module that requires it.
    fn module(&self, from: &Manifest<GoMod>, name: &str) -> Option<RepoPath> {
        if !self.dirs.contains(&from.dir) {
            return None;
        }
        if let Some(path) = replacement(&self.work.content.replacements, name) {
            return self.work.dir.join(path).ok();
        }
        self.named.get(name).map(|dir| (*dir).clone())
    }
}

/// `use ./dir` and `use ( … )`, which only `go.work` has; the rest is written as in `go.mod`.
pub(crate) fn without_uses(text: &str) -> (Vec<String>, String) {
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
