//! Scripts that no job is proposed for: those that publish, deploy or do not end, and those that are no commands.

use super::super::findings::{Findings, Found, Remark};
use super::super::scripts::Scripts;
use super::super::text::{is_placeholder, json_of};
use super::{Fact, Making, fact};
use crate::json_noun::noun;
use nestling::{ReadError, RepoPath};
use serde_json::Value;

/// The targets of Nx that its template runs.
const TARGETS: [&str; 3] = ["lint", "test", "build"];

impl Making<'_> {
    /// Leaves out the jobs of scripts that must not run by themselves, and reports them.
    pub(super) fn without_refused(
        &self,
        project: &Found,
        mut facts: Vec<Fact>,
        findings: &mut Findings,
    ) -> Result<Vec<Fact>, ReadError> {
        let refused = match project.kind.id {
            "node" => self.refused_scripts(project, &facts, findings)?,
            "nx" => self.refused_targets(project, findings)?,
            _ => Vec::new(),
        };
        facts.retain(|(name, _)| !refused.iter().any(|(other, _)| other == name));
        facts.extend(refused);
        Ok(facts)
    }

    fn scripts_reader(&self) -> Scripts<'_> {
        Scripts::new(self.files, self.inventory)
    }

    /// Returns an empty script for each role of a package whose script is refused.
    fn refused_scripts(
        &self,
        project: &Found,
        facts: &[Fact],
        findings: &mut Findings,
    ) -> Result<Vec<Fact>, ReadError> {
        let template = project.kind.template(self.library).unwrap_or_default();
        let package = json_of(self.files, &project.dir.child(b"package.json"))?;
        let scripts = package.get("scripts");
        if let Some(other) = scripts.filter(|scripts| !scripts.is_object()) {
            let reason = format!("`scripts` must be a mapping, found {}", noun(other));
            findings.notes.push(Remark::new(&project.marker, reason));
            return Ok(Vec::new());
        }
        let reader = self.scripts_reader();
        let of_installation = reader.of_installation(&project.dir);
        if let Some(effect) = &of_installation {
            let reason = format!("its installation {}: no job is proposed for it", effect.shown());
            findings.notes.push(Remark::new(&project.marker, reason));
        }
        let declared = self.declarations.get(&template).into_iter().flatten();
        let roles = declared.filter(|(input, _)| input.ends_with("_script"));
        let mut refused = Vec::new();
        for (input, script) in roles.filter_map(|(input, declared)| Some((input, declared.default.as_ref()?)))
        {
            let Some(command) = scripts.and_then(|scripts| scripts.get(script)) else { continue };
            // What is of the members is none of the root's jobs anyhow.
            let is_left_out = facts.iter().any(|(name, value)| name == input && value == "");
            let reason = if is_left_out {
                None
            } else if !command.is_string() {
                Some(format!("its script `{script}` must be a string, found {}", noun(command)))
            } else if command.as_str().is_some_and(is_placeholder) {
                Some(format!("its script `{script}` is what `npm init` writes, and always fails"))
            } else {
                reader
                    .of_script(&project.dir, script)
                    .map(|effect| format!("its script `{script}` {}", effect.shown()))
            };
            if let Some(reason) = &reason {
                let reason = format!("{reason}: no job is proposed for it");
                findings.notes.push(Remark::new(&project.marker, reason));
            }
            if reason.is_some() || of_installation.is_some() {
                refused.push(fact(input, ""));
            }
        }
        Ok(refused)
    }

    /// Returns the targets of a project of Nx without those that are refused, if any are.
    fn refused_targets(&self, project: &Found, findings: &mut Findings) -> Result<Vec<Fact>, ReadError> {
        let settings = json_of(self.files, &project.marker)?;
        let reader = self.scripts_reader();
        let mut targets = Vec::new();
        for name in TARGETS {
            let target = settings.get("targets").and_then(|targets| targets.get(name));
            let commands = target.map(commands_of).unwrap_or_default();
            let effect = reader.of_commands(&RepoPath::root(), &commands);
            match effect.or_else(|| reader.of_script(&project.dir, name)) {
                Some(effect) => {
                    let reason = format!("its target `{name}` {}: no job is proposed for it", effect.shown());
                    findings.notes.push(Remark::new(&project.marker, reason));
                }
                None => targets.push(name),
            }
        }
        Ok(if targets.len() == TARGETS.len() { Vec::new() } else { vec![fact("targets", targets)] })
    }
}

/// Returns the commands of a target of `nx:run-commands`.
fn commands_of(target: &Value) -> String {
    let options = target.get("options").unwrap_or(&Value::Null);
    let single =
        [target.get("command"), options.get("command")].into_iter().flatten().filter_map(Value::as_str);
    let listed = options.get("commands").and_then(Value::as_array).into_iter().flatten();
    let listed = listed.filter_map(|item| item.as_str().or_else(|| item.get("command")?.as_str()));
    single.chain(listed).collect::<Vec<_>>().join("\n")
}
