//! Node: the scripts of packages.

use super::super::findings::Found;
use super::super::text::json_of;
use super::super::units::Units;
use super::{Fact, Making, fact};
use nestling::{ReadError, RepoPath};
use serde_json::Value;
use std::collections::BTreeMap;

/// Returns true for a command that runs the scripts of the members.
fn delegates(command: &str) -> bool {
    let words =
        ["turbo", "nx", "lerna", "-r", "--recursive", "--workspaces", "-ws", "workspaces", "--filter", "-F"];
    command.split([' ', '=']).any(|word| words.contains(&word))
}

impl Making<'_> {
    /// The scripts of a root of Nx that run its projects' targets: the projects have jobs for these themselves.
    pub(super) fn own_scripts(&self, project: &Found) -> Result<Vec<Fact>, ReadError> {
        let template = project.kind.template(self.library).unwrap_or_default();
        let own = self.scripts(&project.dir)?;
        let declared = self.declarations.get(&template).into_iter().flatten();
        let roles = declared.filter(|(input, _)| input.ends_with("_script"));
        let delegating = roles.filter(|(_, declared)| {
            declared
                .default
                .as_ref()
                .and_then(|script| own.get(script))
                .is_some_and(|command| delegates(command))
        });
        Ok(delegating.map(|(input, _)| fact(input, "")).collect())
    }

    /// The scripts of a workspace's root that few of its members have: they are of the whole. `None` if there are none.
    pub(super) fn scripts_of_root(
        &self,
        project: &Found,
        units: &mut Units,
    ) -> Result<Option<Vec<Fact>>, ReadError> {
        let template = project.kind.template(self.library).unwrap_or_default();
        let own = self.scripts(&project.dir)?;
        let mut of_members: Vec<BTreeMap<String, String>> = Vec::new();
        for member in &project.members {
            of_members.push(self.scripts(member)?);
        }
        // Projects of Nx have targets beside scripts.
        let has_nx = self.inventory.at_root.contains("nx.json");
        let mut facts = Vec::new();
        let mut has_one = false;
        let declared = self.declarations.get(&template).into_iter().flatten();
        let roles: Vec<(&String, &String)> = declared
            .filter(|(input, _)| input.ends_with("_script"))
            .filter_map(|(input, declared)| Some((input, declared.default.as_ref()?)))
            .collect();
        of_members.retain(|scripts| roles.iter().any(|(_, script)| scripts.contains_key(*script)));
        for (input, script) in roles {
            let having = of_members.iter().filter(|scripts| scripts.contains_key(script)).count();
            let delegates = own.get(script).is_some_and(|command| delegates(command));
            if having * 2 > of_members.len() || (delegates && (having > 0 || has_nx)) {
                facts.push(fact(input, ""));
            } else {
                has_one |= own.contains_key(script);
            }
        }
        if !has_one {
            return Ok(None);
        }
        let unit = units.entry(project.dir.clone()).or_default();
        unit.copies.insert(project.dir.clone());
        Ok(Some(facts))
    }

    /// Returns the scripts of a package.
    fn scripts(&self, dir: &RepoPath) -> Result<BTreeMap<String, String>, ReadError> {
        let package = json_of(self.files, &dir.child(b"package.json"))?;
        let scripts = package.get("scripts").and_then(Value::as_object).into_iter().flatten();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(scripts.map(|(name, command)| (name.clone(), text(command))).collect())
    }
}
