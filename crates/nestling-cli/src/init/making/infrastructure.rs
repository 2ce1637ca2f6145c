//! OpenTofu and Terraform: what is planned, and with which files.

use super::super::findings::{Findings, Found, Remark};
use super::super::inventory::Directory;
use super::super::material::Material;
use super::super::terraform::Modules;
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
        let backend = if is_module { Ok(None) } else { backend_settings(modules, &project.dir, directory) };
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
        // Terraform reads files of these names without being asked; of several others, the right one is unknown.
        let is_read = |file: &str| file == "terraform.tfvars" || file.ends_with(".auto.tfvars");
        let is_meant = |file: &&String| file.ends_with(".tfvars") && !is_read(file) && !is_example(file);
        let values: Vec<&String> = directory.files.iter().filter(is_meant).collect();
        let mut facts = match values.as_slice() {
            [file] => vec![fact("var_files", vec![file.as_str()])],
            _ => Vec::new(),
        };
        facts.extend(backend.ok().flatten().map(|file| fact("backend_config", vec![file])));
        facts
    }
}
