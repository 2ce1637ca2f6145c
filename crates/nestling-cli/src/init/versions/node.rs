//! Node and its package managers: `engines`, `volta` and `devEngines` of package.json, and the form of pnpm's lock file.

use super::pinned::Meaning;
use super::{Choice, Statement, Version, Versions};
use crate::init::inventory::and_above;
use crate::init::text::json_of;
use nestling::{ReadError, RepoPath};
use serde_json::Value;

/// Versions of Node, those with long support first.
const NODE: Choice = Choice {
    noun: "Node",
    input: "node_version",
    lines: &["22", "24", "20", "18", "16", "14", "12", "10", "26", "25", "23", "21", "19", "17", "15", "13"],
};

/// Names of the versions with long support, each a tag, the newest first.
const NAMES: [&str; 11] = [
    "krypton", "jod", "iron", "hydrogen", "gallium", "fermium", "erbium", "dubnium", "carbon", "boron",
    "argon",
];

/// Versions of Bun.
const BUN: Choice = Choice { noun: "Bun", input: "node_version", lines: &["1"] };

/// Versions of pnpm. Without an input the newest is installed, which does what the first of these does.
const PNPM: Choice = Choice {
    noun: "pnpm",
    input: "package_manager_version",
    lines: &["10", "9", "8", "7", "6", "5", "4", "3"],
};

/// A place in package.json that states a version of Node: its name, and the keys to it.
const PLACES: [(&str, &[&str]); 3] = [
    ("volta.node", &["volta", "node"]),
    ("devEngines.runtime", &["devEngines", "runtime", "version"]),
    ("engines.node", &["engines", "node"]),
];

impl Versions<'_> {
    pub(super) fn node(&self, dir: &RepoPath) -> Result<Vec<Version>, ReadError> {
        if self.is_of_bun(dir)? {
            return self.bun(dir);
        }
        let mut versions = Vec::new();
        if let Some((file, text, lines)) = self.pinning(dir, &[".nvmrc", ".node-version"])? {
            let line = lines.into_iter().next().unwrap_or_default();
            let statement = Statement { file, key: "", text: line.clone() };
            versions.extend(NODE.pinned(statement, meaning(&line), &tag_of_template(&text)));
        } else {
            let stated = match self.of_tool_files(dir, &["nodejs", "node"])? {
                Some(stated) => Some(stated),
                None => self.in_packages(dir, &PLACES)?,
            };
            versions.extend(stated.map(|stated| NODE.of(stated)));
        }
        versions.extend(self.pnpm(dir)?);
        Ok(versions)
    }

    /// Returns true for a package that Bun installs.
    fn is_of_bun(&self, dir: &RepoPath) -> Result<bool, ReadError> {
        if let Some(manager) = self.in_packages(dir, &[("packageManager", &["packageManager"])])? {
            return Ok(manager.text.starts_with("bun@"));
        }
        let locks = ["bun.lock", "bun.lockb", "pnpm-lock.yaml", "yarn.lock", "package-lock.json"];
        let lock = self.nearest(dir, &locks);
        Ok(lock.is_some_and(|lock| lock.file_name().starts_with(b"bun")))
    }

    /// Returns the version of Bun that files state. That of Node is none of its image's.
    fn bun(&self, dir: &RepoPath) -> Result<Vec<Version>, ReadError> {
        if self.in_packages(dir, &[("packageManager", &["packageManager"])])?.is_some() {
            return Ok(Vec::new());
        }
        let stated = match self.pinning(dir, &[".bun-version"])? {
            Some((file, _, lines)) => {
                let text = lines.into_iter().next().unwrap_or_default();
                Some(Statement { file, key: "", text })
            }
            None => match self.of_tool_files(dir, &["bun"])? {
                Some(stated) => Some(stated),
                None => self.in_packages(dir, &[("engines.bun", &["engines", "bun"])])?,
            },
        };
        Ok(stated.map(|stated| BUN.of(stated)).into_iter().collect())
    }

    /// Returns what the nearest package.json states at one of these places.
    fn in_packages(
        &self,
        dir: &RepoPath,
        places: &[(&'static str, &[&str])],
    ) -> Result<Option<Statement>, ReadError> {
        // What `volta` of the root pins holds for packages whose own `engines` are wider.
        for (key, path) in places {
            for above in and_above(dir) {
                let file = above.child(b"package.json");
                let package = json_of(self.files, &file)?;
                let value = path.iter().try_fold(&package, |value, key| value.get(key));
                if let Some(text) = value.and_then(Value::as_str) {
                    return Ok(Some(Statement { file, key, text: text.to_owned() }));
                }
            }
        }
        Ok(None)
    }

    /// Returns the version of pnpm if only its lock file determines it: a newer one refuses the older form.
    fn pnpm(&self, dir: &RepoPath) -> Result<Option<Version>, ReadError> {
        let locks = ["pnpm-lock.yaml", "yarn.lock", "package-lock.json", "bun.lock", "bun.lockb"];
        let Some(lock) = self.nearest(dir, &locks).filter(|lock| lock.file_name() == b"pnpm-lock.yaml")
        else {
            return Ok(None);
        };
        if self.in_packages(dir, &[("packageManager", &["packageManager"])])?.is_some() {
            return Ok(None);
        }
        let places: [(&str, &[&str]); 2] =
            [("volta.pnpm", &["volta", "pnpm"]), ("engines.pnpm", &["engines", "pnpm"])];
        let stated = match self.of_tool_files(dir, &["pnpm"])? {
            Some(stated) => Some(stated),
            None => self.in_packages(dir, &places[..1])?,
        };
        if let Some(stated) = stated {
            return Ok(Some(PNPM.of(stated)));
        }
        let text = self.text(&lock)?.unwrap_or_default();
        if let Some(stated) = of_lock(lock, &text) {
            return Ok(Some(PNPM.of(stated)));
        }
        Ok(self.in_packages(dir, &places[1..])?.map(|stated| PNPM.of(stated)))
    }
}

/// Returns the tag that the template makes of a file.
fn tag_of_template(text: &str) -> String {
    let tag = text.trim();
    let tag = tag.strip_prefix('v').unwrap_or(tag);
    let tag = if tag.starts_with("lts/") { tag.rsplit('/').next().unwrap_or(tag) } else { tag };
    if ["*", "node"].contains(&tag) { "lts".to_owned() } else { tag.to_owned() }
}

/// Returns the meaning of a line of `.nvmrc` (<https://github.com/nvm-sh/nvm#nvmrc>).
fn meaning(line: &str) -> Meaning {
    let line = line.to_lowercase();
    let of_support = line.strip_prefix("lts/").unwrap_or(&line);
    if NAMES.contains(&of_support) {
        return Meaning::Tag(of_support.to_owned());
    }
    if let Some(back) = line.strip_prefix("lts/-") {
        let name = back.parse().ok().and_then(|back: usize| NAMES.get(back));
        return name.map_or(Meaning::Unknown, |name| Meaning::Tag((*name).to_owned()));
    }
    match line.as_str() {
        "lts/*" | "lts" | "node" | "*" => Meaning::Tag("lts".to_owned()),
        "stable" | "current" | "latest" => Meaning::Tag("current".to_owned()),
        line => Meaning::Version(line.trim_start_matches("node-").trim_start_matches("node/").to_owned()),
    }
}

/// Returns the version of pnpm that wrote a lock file, if it is an older one.
fn of_lock(file: RepoPath, text: &str) -> Option<Statement> {
    let form = text.lines().find_map(|line| line.strip_prefix("lockfileVersion:"))?;
    let form = form.trim().trim_matches(['"', '\'']);
    let version = match form.split('.').next()? {
        "9" => return None,
        "7" => "9",
        "6" => "8",
        "5" if form.starts_with("5.4") => "7",
        "5" if form.starts_with("5.3") => "6",
        _ => "5",
    };
    Some(Statement { file, key: "lockfileVersion", text: version.to_owned() })
}
