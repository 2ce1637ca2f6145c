//! OpenTofu and Terraform: what is planned, and with which files.

use super::super::findings::{Findings, Found, Remark};
use super::super::inventory::Directory;
use super::super::material::Material;
use super::super::terraform::{Modules, is_read_by_itself};
use super::super::text::text_of;
use super::super::units::Units;
use super::{Fact, Making, fact};
use nestling::RepoPath;

/// Returns the file with the settings that a `backend` block lacks, if it lacks any.
///
/// # Errors
/// The reason why the directory cannot be planned.
fn backend_settings(
    modules: &Modules,
    dir: &RepoPath,
    directory: &Directory,
) -> Result<Option<String>, String> {
    let is_remote = modules.backends.get(dir).is_some_and(|backend| backend.name == "remote");
    if is_remote || modules.with_cloud.contains(dir) {
        let reason = "which wants a token: it is only validated until you give the jobs one, such as TF_TOKEN_app_terraform_io";
        return Err(format!(
            "its state is kept by HCP Terraform, {reason}, and write `kind: root` of nestling/opentofu"
        ));
    }
    let Some(backend) = modules.backends.get(dir) else { return Ok(None) };
    let name = &backend.name;
    if name == "local" {
        let reason =
            "keeps the state in a file, which a job loses: it is only validated until it has another";
        return Err(format!("its backend `local` {reason}"));
    }
    let Some(lacking) = backend.lacks() else { return Ok(None) };
    let ends = [".tfbackend", ".hcl", ".conf", ".config"];
    let has_settings = |file: &&String| {
        let is_named_so = file.contains("backend") && ends.iter().any(|end| file.ends_with(end));
        is_named_so && !file.contains(".lock.")
    };
    let files: Vec<&String> = directory.files.iter().filter(has_settings).collect();
    let reason = match files.as_slice() {
        [file] => return Ok(Some((*file).clone())),
        [] => "and no file next to it does".to_owned(),
        several => {
            let names: Vec<&str> = several.iter().map(|file| file.as_str()).collect();
            format!("and several files next to it do ({})", names.join(", "))
        }
    };
    Err(format!(
        "its backend `{name}` names no `{lacking}`, {reason}: it is only validated until `backend_config` of nestling/opentofu does"
    ))
}

/// Returns true for a file that is to be copied and changed, such as `terraform.example.tfvars`.
fn is_example(file: &str) -> bool {
    ["example", "sample", "template"].iter().any(|word| file.contains(word))
}

/// Returns the only file with values that has to be named: of several, the right one is unknown.
fn values_file(directory: &Directory) -> Option<&str> {
    let is_meant =
        |file: &&String| file.ends_with(".tfvars") && !is_read_by_itself(file) && !is_example(file);
    let mut files = directory.files.iter().filter(is_meant);
    files.next().filter(|_| files.next().is_none()).map(String::as_str)
}

impl Making<'_> {
    /// A module of others is tested and neither planned nor applied: only what has a state is.
    pub(super) fn opentofu(
        &self,
        project: &Found,
        modules: &Modules,
        units: &mut Units,
        findings: &mut Findings,
    ) -> Vec<Fact> {
        let directory = &self.inventory.directories[&project.dir];
        let has_values = directory.files.iter().any(|file| file.ends_with(".tfvars") && !is_example(file));
        let is_module =
            project.material == Some(Material::Example) || (modules.is_module(&project.dir) && !has_values);
        let values = values_file(directory);
        let backend = if is_module { Ok(None) } else { backend_settings(modules, &project.dir, directory) };
        let backend = match self.without_value(modules, &project.dir, values) {
            Some(reason) if !is_module && backend.is_ok() => Err(reason),
            _ => backend,
        };
        let is_module = is_module || backend.is_err();
        if let Err(reason) = &backend {
            findings.notes.push(Remark::new(&project.dir, reason.clone()));
        }
        let unit = units.entry(project.dir.clone()).or_default();
        if is_module {
            unit.is_tested_only = true;
            // A template decides by itself what no input sets: its jobs are examined before they are proposed.
            let template = project.kind.template(self.library).unwrap_or_default();
            let declares =
                |name: &str| self.declarations.get(&template).is_some_and(|all| all.contains_key(name));
            return vec![if declares("kind") { fact("kind", "module") } else { fact("apply", "never") }];
        }
        let mut facts: Vec<Fact> = values.map(|file| fact("var_files", vec![file])).into_iter().collect();
        facts.extend(backend.ok().flatten().map(|file| fact("backend_config", vec![file])));
        facts
    }

    /// Returns the reason why a directory cannot be planned that has a variable without a value.
    fn without_value(&self, modules: &Modules, dir: &RepoPath, values: Option<&str>) -> Option<String> {
        let directory = &self.inventory.directories[dir];
        // A link may lead to a file with any values.
        if directory.links.iter().any(|name| name.contains(".tfvars")) {
            return None;
        }
        let text = values.and_then(|name| text_of(self.files, &dir.child(name.as_bytes())).ok().flatten());
        let name = modules.without_value(dir, values.zip(text.as_deref()))?;
        let several =
            directory.files.iter().filter(|file| file.ends_with(".tfvars") && !is_example(file)).count() > 1;
        let reason = if several {
            "and of several files with values, the right one is unknown"
        } else {
            "and no file next to it does"
        };
        Some(format!(
            "its variable `{name}` has no default value, {reason}: it is only validated until `var_files` of nestling/opentofu \
             or a CI/CD variable TF_VAR_{name} gives one, and you write `kind: root`"
        ))
    }
}
