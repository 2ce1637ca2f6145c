//! Makes units of projects: templates with inputs, dependencies, and paths elsewhere that concern them.

use super::dockerfile::{BuildContext, Contexts, build_context};
use super::findings::{Findings, Found, Remark};
use super::inventory::{Directory, Inventory};
use super::material::Material;
use super::terraform::Modules;
use super::text::json_of;
use super::versions::Versions;
use nestling::{Files, ReadError, RepoPath, UnitName};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A template that a unit uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Use {
    /// Its name, with `nestling/`.
    pub template: String,
    /// Inputs by name, as JSON.
    pub inputs: BTreeMap<String, String>,
}

/// A directory that becomes a unit.
#[derive(Debug, Default)]
pub(super) struct Unit {
    pub uses: Vec<Use>,
    /// Globs of paths elsewhere that concern it, from the root with a slash.
    pub changes: BTreeSet<String>,
    /// Paths that its image is made from.
    pub copies: BTreeSet<RepoPath>,
    /// Files that led to it.
    pub because: BTreeSet<RepoPath>,
    /// Ids of the kinds that it is of.
    pub kinds: BTreeSet<&'static str>,
    /// True for a member of a workspace, on which others may depend: it may have no jobs.
    pub is_member: bool,
    /// True if none of its jobs may apply or deploy.
    pub is_tested_only: bool,
    /// The versions that its jobs run with, and the files that state them.
    pub versions: BTreeSet<String>,
    /// Its jobs, once they are rendered.
    pub jobs: Vec<String>,
}

/// Units by directory.
pub(super) type Units = BTreeMap<RepoPath, Unit>;

/// An input that a built-in template declares.
#[derive(Debug)]
pub(super) struct Declared {
    /// The values that it may have; empty for any.
    pub options: Vec<String>,
    /// Its default, if that is a string.
    pub default: Option<String>,
    /// Its default, if that is a list of strings.
    pub default_items: Vec<String>,
}

/// The inputs that each built-in template declares, by its name and theirs.
pub(super) type Declarations = BTreeMap<String, BTreeMap<String, Declared>>;

/// Returns the reason why a directory's path cannot be the name of a unit.
fn unfit_name(dir: &RepoPath) -> Option<String> {
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

/// Returns true for a command that runs the scripts of the members.
fn delegates(command: &str) -> bool {
    let words =
        ["turbo", "nx", "lerna", "-r", "--recursive", "--workspaces", "-ws", "workspaces", "--filter", "-F"];
    command.split([' ', '=']).any(|word| words.contains(&word))
}

/// Returns the directories that the build of code leaves its output in.
fn built_into(kinds: &BTreeSet<&str>) -> Vec<&'static str> {
    let outputs = [("maven", "target/"), ("gradle", "build/"), ("node", "dist"), ("node", "build")];
    outputs.into_iter().filter(|(kind, _)| kinds.contains(kind)).map(|(_, output)| output).collect()
}

fn fact(input: impl Into<String>, value: impl Into<Value>) -> Fact {
    (input.into(), value.into())
}

/// Returns the file with the settings that a `backend` block lacks, if it lacks any.
///
/// # Errors
/// The reason why the directory cannot be planned.
fn backend_settings(
    modules: &Modules,
    dir: &RepoPath,
    directory: &Directory,
) -> Result<Option<String>, String> {
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
        [] => "and no file beside it does".to_owned(),
        several => {
            let names: Vec<&str> = several.iter().map(|file| file.as_str()).collect();
            format!("and several files beside it do ({})", names.join(", "))
        }
    };
    Err(format!(
        "its backend `{name}` names no `{lacking}`, {reason}: it is only validated until `backend_config` of nestling/opentofu does"
    ))
}

/// What files state about several directories at once.
struct Stated {
    modules: Modules,
    contexts: Contexts,
}

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
            let Some(mut facts) = self.facts(project, &stated, &mut units, findings)? else { continue };
            let template = project.kind.template(self.library).unwrap_or_default();
            let unit = units.entry(project.dir.clone()).or_default();
            facts.extend(self.stated_versions(project, &template, unit, findings)?);
            let inputs = self.fitting(&template, facts);
            unit.uses.push(Use { template, inputs });
            unit.because.insert(project.marker.clone());
            unit.because.extend(project.list.clone());
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
        template: &str,
        unit: &mut Unit,
        findings: &mut Findings,
    ) -> Result<Vec<Fact>, ReadError> {
        let declared = self.declarations.get(template);
        let mut facts = Vec::new();
        for version in self.versions.of(project.kind.id, &project.dir)? {
            if version.is_unclear {
                findings.not_understood.push(Remark::new(&project.dir, version.note));
                continue;
            }
            if !declared.is_some_and(|inputs| inputs.contains_key(version.input)) {
                continue;
            }
            unit.because.insert(version.file);
            unit.versions.insert(version.note);
            facts.extend(version.value.map(|value| (version.input.to_owned(), value)));
        }
        Ok(facts)
    }

    /// Returns the facts that a template declares an input for.
    fn fitting(&self, template: &str, facts: Vec<Fact>) -> BTreeMap<String, String> {
        let Some(declared) = self.declarations.get(template) else { return BTreeMap::new() };
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
            "maven" | "gradle" => self.java_tool(project),
            "go" => self.go_binary(&project.dir),
            "opentofu" => self.opentofu(project, &stated.modules, units, findings),
            "docker" => match self.docker(project, &stated.contexts, units)? {
                Ok(facts) => facts,
                Err(reason) => {
                    findings.not_understood.push(Remark::new(&project.marker, reason));
                    return Ok(None);
                }
            },
            _ => Vec::new(),
        }))
    }

    /// The scripts of a workspace's root that few of its members have: they are of the whole. `None` if there are none.
    fn scripts_of_root(&self, project: &Found, units: &mut Units) -> Result<Option<Vec<Fact>>, ReadError> {
        let template = project.kind.template(self.library).unwrap_or_default();
        let own = self.scripts(&project.dir)?;
        let mut of_members: Vec<BTreeMap<String, String>> = Vec::new();
        for member in &project.members {
            of_members.push(self.scripts(member)?);
        }
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
            if having * 2 > of_members.len() || (delegates && having > 0) {
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

    /// An image that is made of a build's output needs that job, unless its template says so by itself.
    fn needs_build(&self, project: &Found) -> Option<Fact> {
        let template = project.kind.template(self.library)?;
        let declared = self.declarations.get(&template)?.get("needs")?;
        let is_default = declared.default_items.iter().any(|need| need.trim_end_matches('?') == "build");
        (!is_default).then(|| fact("needs", vec!["build"]))
    }

    /// A module with one program has a binary to build.
    fn go_binary(&self, dir: &RepoPath) -> Vec<Fact> {
        let Some(directory) = self.inventory.directories.get(dir) else { return Vec::new() };
        if directory.has("main.go") {
            return vec![fact("binary", ".")];
        }
        let commands = self.inventory.directories.get(&dir.child(b"cmd"));
        let mut names = commands.iter().flat_map(|commands| &commands.directories);
        match (names.next(), names.next()) {
            (Some(name), None)
                if self.inventory.is_file(&dir.child(format!("cmd/{name}/main.go").as_bytes())) =>
            {
                vec![fact("binary", format!("./cmd/{name}"))]
            }
            _ => Vec::new(),
        }
    }

    /// A module of others is tested and neither planned nor applied: only what has a state is.
    fn opentofu(
        &self,
        project: &Found,
        modules: &Modules,
        units: &mut Units,
        findings: &mut Findings,
    ) -> Vec<Fact> {
        let directory = &self.inventory.directories[&project.dir];
        let has_values = directory.files.iter().any(|file| file.ends_with(".tfvars"));
        let is_module =
            project.material == Some(Material::Example) || (modules.is_module(&project.dir) && !has_values);
        let backend = if is_module { Ok(None) } else { backend_settings(modules, &project.dir, directory) };
        let is_module = is_module || backend.is_err();
        if let Err(reason) = &backend {
            findings.not_understood.push(Remark::new(&project.dir, reason.clone()));
        }
        let unit = units.entry(project.dir.clone()).or_default();
        if is_module {
            unit.is_tested_only = true;
            // What a template cannot be told, it decides by itself: its jobs are looked at before they are proposed.
            let template = project.kind.template(self.library).unwrap_or_default();
            let declares =
                |name: &str| self.declarations.get(&template).is_some_and(|all| all.contains_key(name));
            return vec![if declares("kind") { fact("kind", "module") } else { fact("apply", "never") }];
        }
        // These names are read without being named; of several others, nobody can tell which one is meant.
        let is_read = |file: &str| file == "terraform.tfvars" || file.ends_with(".auto.tfvars");
        let values: Vec<&String> =
            directory.files.iter().filter(|file| file.ends_with(".tfvars") && !is_read(file)).collect();
        let mut facts = match values.as_slice() {
            [file] => vec![fact("var_files", vec![file.as_str()])],
            _ => Vec::new(),
        };
        facts.extend(backend.ok().flatten().map(|file| fact("backend_config", vec![file])));
        facts
    }

    /// The tool of a Java project, where its template does not find it by itself: a project of Gradle may have no file of its own.
    fn java_tool(&self, project: &Found) -> Vec<Fact> {
        let template = project.kind.template(self.library).unwrap_or_default();
        let declared = self.declarations.get(&template).and_then(|inputs| inputs.get("tool"));
        let is_found = declared.is_some_and(|declared| declared.default.as_deref() == Some("auto"));
        let has_file = project.marker.parent().as_ref() == Some(&project.dir);
        if is_found && has_file { Vec::new() } else { vec![fact("tool", project.kind.id)] }
    }

    /// The build context of a Dockerfile, and the paths that it copies from outside of the unit.
    fn docker(
        &self,
        project: &Found,
        contexts: &Contexts,
        units: &mut Units,
    ) -> Result<Result<Vec<Fact>, String>, ReadError> {
        let context = build_context(&project.marker, self.files, self.inventory, contexts)?;
        let mut facts = Vec::new();
        let outputs = units.get(&project.dir).map(|unit| built_into(&unit.kinds)).unwrap_or_default();
        let is_built =
            |path: &str| outputs.iter().any(|output| path.trim_start_matches("./").starts_with(output));
        let (context, sources) = match context {
            BuildContext::Directory(context, sources) => (context, sources),
            BuildContext::Missing(missing) if is_built(&missing) => {
                facts.extend(self.needs_build(project));
                (project.dir.clone(), Vec::new())
            }
            BuildContext::Missing(missing) => {
                let reason = "which is neither in its directory nor above: no job builds it";
                return Ok(Err(format!("it copies `{missing}`, {reason}")));
            }
            BuildContext::LeftOut { path, by } => {
                return Ok(Err(format!("it copies `{path}`, which {by} leaves out: no job builds it")));
            }
            BuildContext::Unset { path, argument } => {
                let reason =
                    format!("and `{argument}` has no value: give one with `build_args` of nestling/image");
                return Ok(Err(format!("it copies `{path}`, {reason}")));
            }
        };
        let unit = units.entry(project.dir.clone()).or_default();
        if project.marker.file_name() != b"Dockerfile" {
            let name = String::from_utf8_lossy(project.marker.file_name()).into_owned();
            facts.push(fact("dockerfile", name));
        }
        if context != project.dir {
            facts.push(fact("build_context", context.to_directory()));
        }
        for source in sources.iter().filter(|source| !source.contains('$')) {
            unit.copies.extend(context.join(source.trim_matches('/')));
        }
        Ok(Ok(facts))
    }
}
