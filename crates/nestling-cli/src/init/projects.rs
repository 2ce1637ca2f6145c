//! Decides which of the marked directories are projects of their own.

mod beside;

use super::dockerfile_names::chosen;
use super::findings::{Findings, Found, Remark};
use super::inventory::{Directory, Inventory, material};
use super::kinds::{KINDS, Kind, Role, fits};
use super::lists::{List, Standing, standing};
use super::material::Material;
use super::sources::has_sources;
use super::text::text_of;
use super::unmarked;
use nestling::{Files, ReadError, RepoPath};
use std::collections::BTreeSet;
use toml::Table;

/// The facts that the decision is made from.
pub(super) struct Evidence<'e> {
    pub files: &'e dyn Files,
    pub inventory: &'e Inventory,
    pub lists: &'e [List],
    /// The built-in templates.
    pub library: &'e [String],
    /// Files that cannot be parsed.
    pub unreadable: BTreeSet<RepoPath>,
}

/// Finds the projects.
///
/// # Errors
/// A file cannot be read.
pub(super) fn find(evidence: &Evidence<'_>) -> Result<Findings, ReadError> {
    let mut findings = Findings::default();
    for kind in KINDS.iter().filter(|kind| kind.role == Role::Code) {
        for (dir, marker) in evidence.marked(kind) {
            evidence.code(kind, dir, &marker, &mut findings)?;
        }
    }
    for kind in KINDS.iter().filter(|kind| kind.role == Role::Delivery) {
        for (dir, marker) in evidence.marked(kind) {
            evidence.delivery(kind, dir, marker, &mut findings);
        }
    }
    for kind in KINDS.iter().filter(|kind| kind.role == Role::Tool) {
        for (_, marker) in evidence.marked(kind) {
            findings.no_unit.push(Remark::new(&marker, kind.advice));
        }
    }
    unmarked::remark(evidence.files, evidence.inventory, &mut findings)?;
    Ok(findings)
}

/// The reason why nothing is made of a file that cannot be parsed.
pub(super) const INVALID: &str = "invalid, so its directory is not a unit";

impl Evidence<'_> {
    /// Returns the directories of a kind with the path of what marks them: a file, or the list that has them.
    fn marked(&self, kind: &'static Kind) -> Vec<(RepoPath, RepoPath)> {
        let by_file = self.inventory.of_kind(kind);
        let mut marked: Vec<(RepoPath, RepoPath)> =
            by_file.map(|(dir, marker)| (dir.clone(), dir.child(marker.as_bytes()))).collect();
        // Gradle's projects may be configured elsewhere, and have no file of their own.
        for list in self.lists.iter().filter(|list| list.kind == kind.id && kind.id == "gradle") {
            for member in list.members.iter().filter(|dir| has_sources(self.inventory, dir, &BTreeSet::new()))
            {
                if !marked.iter().any(|(dir, _)| dir == member) {
                    marked.push((member.clone(), list.file.clone()));
                }
            }
        }
        marked.sort();
        marked
    }

    fn code(
        &self,
        kind: &'static Kind,
        dir: RepoPath,
        marker: &RepoPath,
        findings: &mut Findings,
    ) -> Result<(), ReadError> {
        if let Some(reason) = self.left_to_others(kind, &dir, marker, findings)? {
            findings.no_unit.push(Remark::new(marker, reason));
            return Ok(());
        }
        let standing = standing(self.lists, kind, &dir);
        let material = material(&dir);
        if self.unreadable.contains(marker) {
            // A fixture may be invalid on purpose.
            match material {
                Some(material) => findings.no_unit.push(Remark::new(marker, material.noun())),
                None => findings.not_understood.push(Remark::new(marker, INVALID)),
            }
            return Ok(());
        }
        if kind.template(self.library).is_none() {
            match (material, standing) {
                (Some(material), _) => findings.no_unit.push(Remark::new(marker, material.noun())),
                (None, Standing::Root(_)) => {
                    findings.no_unit.push(Remark::new(marker, "it lists the members of a workspace"));
                }
                _ => findings
                    .not_understood
                    .push(Remark::new(marker, format!("{}: {}", kind.noun, kind.advice))),
            }
            return Ok(());
        }
        let Some(marker) = self.own_marker(kind, &dir, marker, standing)? else {
            let reason = match (standing, kind.id) {
                (Standing::Root(_), _) => "it lists the members of a workspace, and has no code of its own",
                (_, "python") => "it only configures tools",
                (_, "rust") => "it has no `[package]`",
                _ => "it has no code of its own",
            };
            findings.no_unit.push(Remark::new(marker, reason));
            return Ok(());
        };
        if let Some(reason) = self.reason_against(kind, &dir, standing, material) {
            findings.no_unit.push(Remark::new(&dir, reason));
            return Ok(());
        }
        // Plain jobs have names of their own beside those of another kind.
        let is_plain = kind.template(self.library).is_some_and(|template| !template.contains('/'));
        if let Some(other) = findings.found.iter().find(|other| other.dir == dir && !is_plain) {
            let reason = format!(
                "{} beside a {}: the unit has the jobs of the latter; add those of the former to a `nestling.yml` there",
                kind.noun, other.kind.noun
            );
            findings.not_understood.push(Remark::new(&marker, reason));
            return Ok(());
        }
        let list = match standing {
            Standing::Member(list) => Some(list.file.clone()),
            _ => None,
        };
        let members = self.bare_root_of(&dir, standing);
        findings.found.push(Found { dir, kind, marker, list, members, material });
        Ok(())
    }

    /// Returns the file that a directory's project is made from, if it has one. A pyproject.toml with settings of tools is often beside
    /// the file that the project is installed from.
    fn own_marker(
        &self,
        kind: &'static Kind,
        dir: &RepoPath,
        marker: &RepoPath,
        standing: Standing<'_>,
    ) -> Result<Option<RepoPath>, ReadError> {
        if self.is_project(kind, dir, marker, standing)? {
            return Ok(Some(marker.clone()));
        }
        let is_python = kind.id == "python" && !matches!(standing, Standing::Root(_));
        let mut others = kind.markers.iter().skip(1).map(|name| dir.child(name.as_bytes()));
        Ok(others.find(|other| is_python && self.inventory.is_file(other)))
    }

    /// Returns true for a marker that is a project's. Some files only list other projects, or configure tools.
    fn is_project(
        &self,
        kind: &Kind,
        dir: &RepoPath,
        marker: &RepoPath,
        standing: Standing<'_>,
    ) -> Result<bool, ReadError> {
        let text = text_of(self.files, marker)?.unwrap_or_default();
        let none = BTreeSet::new();
        let members = match standing {
            Standing::Root(list) => &list.members,
            _ => &none,
        };
        let has_sources = || has_sources(self.inventory, dir, members);
        Ok(match kind.id {
            "rust" => text
                .parse::<Table>()
                .map_or_else(|_| text.contains("[package]"), |all| all.contains_key("package")),
            "python" if marker.file_name() == b"pyproject.toml" => {
                let says = |table: &str| text.lines().any(|line| line.trim().starts_with(table));
                let names_one = says("[project]") || says("[tool.poetry]") || says("[build-system]");
                names_one && (!matches!(standing, Standing::Root(_)) || has_sources())
            }
            "maven" => {
                let lists = text.contains("<packaging>pom</packaging>") || text.contains("<modules>");
                !lists || self.inventory.is_directory(&dir.child(b"src"))
            }
            "gradle" => has_sources(),
            _ => true,
        })
    }

    /// Returns the members of the workspace that a directory is the root of, if it has no code beside them.
    fn bare_root_of(&self, dir: &RepoPath, standing: Standing<'_>) -> Vec<RepoPath> {
        match standing {
            Standing::Root(list) if !has_sources(self.inventory, dir, &list.members) => {
                list.members.iter().cloned().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns the reason why a project is not a unit.
    fn reason_against(
        &self,
        kind: &Kind,
        dir: &RepoPath,
        standing: Standing<'_>,
        material: Option<Material>,
    ) -> Option<String> {
        if kind.id == "gradle"
            && ["buildSrc", "build-logic"].iter().any(|name| dir.file_name() == name.as_bytes())
        {
            return Some("it configures the build around it".to_owned());
        }
        if matches!(standing, Standing::Member(_)) && material != Some(Material::Fixture) {
            return None;
        }
        if let Some(material @ (Material::Fixture | Material::Template | Material::Hidden)) = material {
            return Some(material.noun().to_owned());
        }
        let directory = self.inventory.directories.get(dir);
        let is_independent = directory.is_some_and(|directory| is_independent(kind, directory));
        match standing {
            Standing::Excluded(list) if !is_independent => Some(format!("excluded by {}", list.file)),
            Standing::Unlisted(list) if !is_independent => {
                Some(format!("not a member of the {} in {}", list.noun, list.file))
            }
            Standing::Free if !is_independent => {
                material.map(|material| format!("{}, without a lock file of its own", material.noun()))
            }
            _ => None,
        }
    }

    /// Returns true for a chart in the directory `charts` of another.
    fn is_subchart(&self, dir: &RepoPath) -> bool {
        let above = dir.parent().filter(|above| above.file_name() == b"charts");
        let around = above.and_then(|above| above.parent());
        around.is_some_and(|around| self.inventory.is_file(&around.child(b"Chart.yaml")))
    }

    /// Returns true if one of a directory's Dockerfiles is its unit's, and reports the others.
    fn is_image_of_unit(&self, dir: &RepoPath, findings: &mut Findings) -> bool {
        let Some(directory) = self.inventory.directories.get(dir) else { return false };
        let files = chosen(&directory.files);
        for name in &files.development {
            let path = dir.child(name.as_bytes());
            findings.no_unit.push(Remark::new(&path, "by its name an image for development or tests"));
        }
        for name in &files.others {
            let reason = match files.own {
                Some(own) => format!("a unit builds one image, and this one's is of {own}: move it to another directory"),
                // Quarkus writes one for each form of its output.
                None if dir.to_string().ends_with("src/main/docker") => {
                    "an image of what the build writes: add nestling/image with `dockerfile` to a `nestling.yml` of the project, and what it copies to `artifacts` of nestling/java".to_owned()
                }
                None => {
                    "a unit builds one image, and of several their names do not show which: move it to a directory of its own".to_owned()
                }
            };
            findings.not_understood.push(Remark::new(&dir.child(name.as_bytes()), reason));
        }
        files.own.is_some()
    }

    fn delivery(&self, kind: &'static Kind, dir: RepoPath, marker: RepoPath, findings: &mut Findings) {
        let material = material(&dir);
        if self.unreadable.contains(&marker) && material.is_none() {
            findings.not_understood.push(Remark::new(&marker, INVALID));
            return;
        }
        let is_tested_only = kind.id == "opentofu" && material == Some(Material::Example);
        if let Some(material) = material.filter(|_| !is_tested_only) {
            findings.no_unit.push(Remark::new(&marker, format!("{}: it is not delivered", material.noun())));
            return;
        }
        if kind.id == "site" {
            let is_code = |found: &Found| found.kind.role == Role::Code && is_in(&dir, &found.dir);
            let is_other = findings.found.iter().any(|found| found.dir == dir && found.kind.id != "site");
            if findings.found.iter().any(is_code) || is_other {
                findings.no_unit.push(Remark::new(&marker, "a page of the project around it"));
                return;
            }
        }
        if kind.template(self.library).is_none() {
            findings.not_understood.push(Remark::new(&marker, format!("{}: {}", kind.noun, kind.advice)));
            return;
        }
        if kind.id == "site" {
            findings.no_unit.push(Remark::new(&marker, UNASKED));
            return;
        }
        if kind.id == "helm" && self.is_subchart(&dir) {
            findings.no_unit.push(Remark::new(&marker, "a part of the chart around it"));
            return;
        }
        if kind.id == "docker" && !self.is_image_of_unit(&dir, findings) {
            return;
        }
        findings.found.push(Found { dir, kind, marker, list: None, members: Vec::new(), material });
    }
}

/// The reason why a static site is not a unit.
const UNASKED: &str =
    "a static site, and nothing is published unless you ask for it: `nestling/static-site` does so";

/// Returns true for a directory that is another one, or below it.
fn is_in(dir: &RepoPath, above: &RepoPath) -> bool {
    above.is_root() || dir == above || dir.is_in(above)
}

/// Returns true for a project that does not need the workspace above it.
fn is_independent(kind: &Kind, directory: &Directory) -> bool {
    kind.own.iter().any(|own| directory.files.iter().any(|file| fits(own, file)))
}
