//! Makes units of projects: templates with inputs, dependencies, and paths elsewhere that concern them.

mod node;
mod code;
mod target;
mod plain;
mod image;
mod infrastructure;
mod python;
mod pnpm;
mod refused;

use super::dockerfile::Contexts;
use super::findings::{Findings, Found, Remark};
use super::inventory::Inventory;
use super::terraform::Modules;
use super::units::{Declarations, Declared, Unit, Units, Use};
use super::versions::{Version, Versions};
use nestling::{Files, ReadError, RepoPath, UnitName};
use serde_json::Value;
use std::collections::BTreeMap;

/// Returns the reason why a directory's path cannot be the name of a unit.
fn unfit_name(dir: &RepoPath) -> Option<String> {
    // The unit at the root is called `root`.
    if dir.is_root() {
        return None;
    }
    let path = dir.to_directory();
    if path.starts_with('-') {
        return Some(
            "its path begins with `-`, and commands would read it as an option: rename it".to_owned(),
        );
    }
    let reason = match UnitName::parse(&path) {
        Err(error) => error.to_string(),
        Ok(_) if path == "workspace" => "no unit can have the name `workspace`".to_owned(),
        Ok(_) => return None,
    };
    Some(format!("{reason}: write `unit: {{ name: … }}` into a `nestling.yml` there"))
}

fn fact(input: impl Into<String>, value: impl Into<Value>) -> Fact {
    (input.into(), value.into())
}

/// Facts that files state about several directories at once.
struct Stated {
    modules: Modules,
    contexts: Contexts,
}

/// Kinds whose template has an input for the name of its job: another kind in the directory may have one named `test`.
const OTHERS_JOB: [&str; 3] = ["php", "ruby", "elixir"];

/// Makes units.
pub(super) struct Making<'m> {
    pub files: &'m dyn Files,
    pub inventory: &'m Inventory,
    pub declarations: &'m Declarations,
    pub versions: Versions<'m>,
    /// The built-in templates.
    pub library: &'m [String],
}

/// A value that would fit an input of some name. It is given only to a template that declares it.
type Fact = (String, Value);

impl Making<'_> {
    /// Makes a unit of each project, or a part of one.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn units(&self, findings: &mut Findings) -> Result<Units, ReadError> {
        let modules = Modules::read(self.files, self.inventory)?;
        let contexts = Contexts::read(self.files, self.inventory)?;
        let stated = Stated { modules, contexts };
        let mut units = Units::new();
        let found = std::mem::take(&mut findings.found);
        for project in &found {
            if self.inventory.own_files.contains(&project.dir) {
                let reason = "it has a `nestling.yml` of its own";
                findings.no_unit.push(Remark::new(&project.dir, reason));
                continue;
            }
            if let Some(problem) = unfit_name(&project.dir) {
                findings.not_understood.push(Remark::new(&project.marker, problem));
                continue;
            }
            let Some(facts) = self.facts(project, &stated, &mut units, findings)? else { continue };
            let mut facts = self.without_refused(project, facts, findings)?;
            let has_other_code = units.get(&project.dir).is_some_and(|unit| !unit.uses.is_empty());
            if has_other_code && OTHERS_JOB.contains(&project.kind.id) {
                facts.push(fact("job", format!("{} test", project.kind.id)));
            }
            let template = project.kind.template(self.library).unwrap_or_default();
            let kind = if project.kind.id == "nx" { "node" } else { project.kind.id };
            let versions = self.versions.of(kind, &project.dir)?;
            if let Some(refused) = versions.iter().find(|version| version.is_refused) {
                findings.not_understood.push(Remark::new(&project.marker, refused.note.clone()));
                // A unit without anything to run would have been made for its paths alone.
                if units.get(&project.dir).is_some_and(|unit| unit.uses.is_empty()) {
                    units.remove(&project.dir);
                }
                continue;
            }
            let unit = units.entry(project.dir.clone()).or_default();
            facts.extend(self.stated_versions(project, versions, &template, unit, findings));
            let inputs = self.fitting(&template, facts);
            let because = unit.because.entry(template.clone()).or_default();
            because.insert(project.marker.clone());
            because.extend(project.list.clone());
            unit.uses.push(Use { template, inputs });
            unit.kinds.insert(project.kind.id);
            unit.is_member |= project.list.is_some();
        }
        findings.found = found;
        Ok(units)
    }

    /// Returns the versions that files state for a template. One that is not understood is remarked.
    fn stated_versions(
        &self,
        project: &Found,
        versions: Vec<Version>,
        template: &str,
        unit: &mut Unit,
        findings: &mut Findings,
    ) -> Vec<Fact> {
        let declared = self.declarations.get(template);
        let mut facts = Vec::new();
        for version in versions {
            let is_own = declared.is_none() && ["node_version", "ruby", "elixir"].contains(&version.input);
            if !is_own && !declared.is_some_and(|inputs| inputs.contains_key(version.input)) {
                continue;
            }
            if version.is_unclear {
                findings.notes.push(Remark::new(&project.dir, version.note));
            } else {
                unit.because.entry(template.to_owned()).or_default().insert(version.file);
                unit.versions.insert(version.note);
            }
            facts.extend(version.value.map(|value| (version.input.to_owned(), value)));
        }
        facts
    }

    /// Returns the facts that a template declares an input for.
    fn fitting(&self, template: &str, facts: Vec<Fact>) -> BTreeMap<String, String> {
        let Some(declared) = self.declarations.get(template) else {
            // A template of the repository's own is written for these facts.
            return facts.into_iter().map(|(name, value)| (name, value.to_string())).collect();
        };
        let fits = |(name, value): &Fact| {
            let Some(Declared { options, .. }) = declared.get(name) else { return false };
            options.is_empty()
                || value.as_str().is_some_and(|value| options.iter().any(|option| option == value))
        };
        let fitting = facts.into_iter().filter(fits);
        fitting.map(|(name, value)| (name, value.to_string())).collect()
    }

    /// Returns what is known of a project beside its kind. `None` if it cannot be a unit, which is remarked.
    fn facts(
        &self,
        project: &Found,
        stated: &Stated,
        units: &mut Units,
        findings: &mut Findings,
    ) -> Result<Option<Vec<Fact>>, ReadError> {
        Ok(Some(match project.kind.id {
            "node" if !project.members.is_empty() => match self.scripts_of_root(project, units)? {
                Some(facts) => facts,
                None => {
                    findings
                        .no_unit
                        .push(Remark::new(&project.marker, "it lists packages, and they have its scripts"));
                    return Ok(None);
                }
            },
            "node" if project.dir.is_root() && self.inventory.at_root.contains("nx.json") => {
                self.own_scripts(project)?
            }
            "node" => self.pnpm_workspace(project, findings)?,
            "maven" | "gradle" => self.java_tool(project),
            "go" => self.go_binary(&project.dir),
            "opentofu" => self.opentofu(project, &stated.modules, units, findings),
            "docker" => match self.docker(project, &stated.contexts, units, findings)? {
                Ok(facts) => facts,
                Err(refusal) => {
                    refusal.remark(&project.marker, findings);
                    return Ok(None);
                }
            },
            _ => return self.plain(project, findings),
        }))
    }
}
