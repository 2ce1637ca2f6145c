//! Node and its package managers: `engines`, `volta` and `devEngines` of package.json, and the form of pnpm's lock file.

use super::{Choice, Statement, Version, Versions};
use crate::init::inventory::and_above;
use crate::init::text::json_of;
use nestling::{ReadError, RepoPath};
use serde_json::Value;

/// Versions of Node, those with long support first.
const NODE: Choice = Choice {
    noun: "Node",
    input: "node_version",
    lines: &["22", "24", "20", "18", "16", "14", "12", "10", "25", "23", "21", "19", "17", "15", "13"],
};

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
        let mut versions = Vec::new();
        // These the template reads.
        if self.nearest(dir, &[".nvmrc", ".node-version"]).is_none() {
            let stated = match self.of_tool_files(dir, &["nodejs", "node"])? {
                Some(stated) => Some(stated),
                None => self.in_packages(dir, &PLACES)?,
            };
            versions.extend(stated.map(|stated| NODE.of(stated)));
        }
        versions.extend(self.pnpm(dir)?);
        Ok(versions)
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

    /// Returns the version of pnpm where nothing but its lock file tells it: a newer one refuses the older form.
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
