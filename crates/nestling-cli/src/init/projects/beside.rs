//! Markers of several kinds in one directory: which of them its unit has the jobs of.

use super::super::findings::Findings;
use super::super::inventory::material;
use super::super::kinds::{KINDS, Kind, Role};
use super::super::text::text_of;
use super::super::text::{is_placeholder, json_of};
use super::Evidence;
use nestling::{ReadError, RepoPath};

/// The scripts of a package that its template runs.
const SCRIPTS: [&str; 4] = ["build", "lint", "typecheck", "test"];

impl Evidence<'_> {
    /// Returns the reason why the unit of a directory has the jobs of another marker there.
    pub(super) fn left_to_others(
        &self,
        kind: &Kind,
        dir: &RepoPath,
        marker: &RepoPath,
        findings: &Findings,
    ) -> Result<Option<&'static str>, ReadError> {
        // Stacks of CloudFormation and of other tools are in files of this name too.
        if marker.file_name() == b"stack.yaml"
            && material(dir).is_none()
            && !text_of(self.files, marker)?.is_some_and(|text| names_a_snapshot(&text))
        {
            return Ok(Some("it names no snapshot of Haskell packages, and is of another tool than Stack"));
        }
        if kind.id == "node" && !self.has_script(dir)? && self.has_other_code(dir) {
            return Ok(Some(
                "it has no script that a job would run, and the unit has the jobs of the code next to it",
            ));
        }
        Ok(self.is_of_other_reading(kind, dir, findings)?.then_some(match kind.id {
            "nx" => "its package has scripts, and the unit has jobs for these",
            _ => "its project has targets of Nx and no scripts, and the unit has a job for these",
        }))
    }

    /// Returns true if a package of a workspace of Nx is read as the other of the two: by its targets if it has no scripts, and by its
    /// scripts if it has.
    fn is_of_other_reading(
        &self,
        kind: &Kind,
        dir: &RepoPath,
        findings: &Findings,
    ) -> Result<bool, ReadError> {
        match kind.id {
            "nx" => Ok(findings.found.iter().any(|other| other.dir == *dir && other.kind.id == "node")),
            "node" if self.inventory.at_root.contains("nx.json") && !dir.is_root() => {
                let directory = self.inventory.directories.get(dir);
                let has_targets = directory.is_some_and(|directory| directory.has("project.json"));
                Ok(has_targets && !self.has_script(dir)?)
            }
            _ => Ok(false),
        }
    }

    /// Returns true for a package with one of the scripts that its template runs, or for an invalid one, which is reported elsewhere.
    fn has_script(&self, dir: &RepoPath) -> Result<bool, ReadError> {
        let path = dir.child(b"package.json");
        if self.unreadable.contains(&path) {
            return Ok(true);
        }
        let package = json_of(self.files, &path)?;
        let scripts = package.get("scripts");
        let of_role = SCRIPTS.iter().filter_map(|script| scripts?.get(*script));
        // A value that is not a string is reported with its package.
        Ok(of_role
            .map(|command| command.as_str().unwrap_or_default())
            .any(|command| !is_placeholder(command)))
    }

    /// Returns true for a directory with code of another kind, of which jobs are proposed.
    fn has_other_code(&self, dir: &RepoPath) -> bool {
        let Some(directory) = self.inventory.directories.get(dir) else { return false };
        // Targets of Nx are those of the package itself.
        let mut others = KINDS.iter().filter(|kind| {
            kind.role == Role::Code
                && !["node", "nx"].contains(&kind.id)
                && kind.template(self.library).is_some()
        });
        others.any(|kind| {
            let marker = directory.marker(kind).map(|marker| dir.child(marker.as_bytes()));
            marker.is_some_and(|marker| !self.unreadable.contains(&marker))
        })
    }
}

/// Returns true for a file of Stack (<https://docs.haskellstack.org/en/stable/configure/yaml/project/>).
fn names_a_snapshot(text: &str) -> bool {
    ["resolver:", "snapshot:"].iter().any(|key| text.lines().any(|line| line.starts_with(key)))
}
