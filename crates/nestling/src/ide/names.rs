//! The names of a workspace: units, templates with their inputs, environments, stages and variables.

use crate::project::Project;
use crate::testing::{CaseFile, case_files};
use crate::workspace::{self, Declaration, FILE_NAME, Template, Templates, Unit, Use, template_stem};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::yaml::{self, Map, Node};
use std::collections::BTreeSet;

/// The names that files of a workspace define. What cannot be read is left out.
///
/// [`crate::ide`] has an example.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct WorkspaceFacts {
    /// The workspace's own file.
    pub file: RepoPath,
    /// The units by name.
    pub units: Vec<UnitFacts>,
    /// The templates of the workspace's directories and the built-in ones, by name.
    pub templates: Vec<TemplateFacts>,
    /// The directories of templates that are in the planned files.
    pub template_directories: Vec<RepoPath>,
    /// The names of the environments in the catalogue, in order.
    pub environments: Vec<String>,
    /// The stages that the workspace lists, in order.
    pub stages: Vec<String>,
    /// The workspace's `vars` as YAML, by name.
    pub vars: Vec<(String, String)>,
    /// The files with test cases beside the templates.
    pub case_files: Vec<CaseFile>,
}

/// A unit as its header and the workspace's rules describe it.
///
/// [`crate::ide`] has an example.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UnitFacts {
    /// Its name.
    pub name: String,
    /// Its directory.
    pub directory: RepoPath,
    /// Its own file; `None` for a unit that only a rule of the workspace makes.
    pub file: Option<RepoPath>,
    /// The templates that it uses.
    pub uses: Vec<UseFacts>,
    /// The units that it depends on.
    pub dependencies: Vec<String>,
}

/// A use of a template.
///
/// [`crate::ide`] has an example.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UseFacts {
    /// The template's name as [`WorkspaceFacts`] has it.
    pub template: String,
    /// The inputs that are given, as YAML.
    pub inputs: Vec<(String, String)>,
}

/// A template with its inputs.
///
/// [`crate::ide`] has an example.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TemplateFacts {
    /// Its name, as `use` takes it; for a vendored component its path with the version.
    pub name: String,
    /// Set for a vendored component.
    pub is_component: bool,
    /// Its file; `None` for a built-in template, or one of another revision.
    pub path: Option<RepoPath>,
    /// Description in its header.
    pub description: Option<String>,
    /// Its inputs in order. Of built-in templates, only those that are used have them.
    pub inputs: Vec<InputFacts>,
    /// The templates that it includes, imports or extends.
    pub reads: Vec<String>,
}

/// An input of a template.
///
/// [`crate::ide`] has an example.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct InputFacts {
    /// Its name.
    pub name: String,
    /// Its type.
    pub type_name: String,
    /// Its default as YAML; `None` for an input that must be given.
    pub default: Option<String>,
    /// Description in its definition.
    pub description: Option<String>,
    /// The values that it may have; empty for any.
    pub options: Vec<String>,
}

impl WorkspaceFacts {
    /// Returns a template by its name, with or without the ending of its file.
    pub fn template(&self, name: &str) -> Option<&TemplateFacts> {
        let name = template_stem(name);
        self.templates.iter().find(|template| template.name == name)
    }

    /// Returns the unit of this name.
    pub fn unit(&self, name: &str) -> Option<&UnitFacts> {
        self.units.iter().find(|unit| unit.name == name)
    }

    /// Returns the units that use a template, or one that reads it, with the use of theirs that brings it in.
    pub fn users<'a>(&'a self, template: &'a str) -> impl Iterator<Item = (&'a UnitFacts, &'a UseFacts)> {
        self.units.iter().filter_map(move |unit| {
            let brings = |used: &&UseFacts| self.closure(&used.template).contains(&template);
            unit.uses.iter().find(brings).map(|used| (unit, used))
        })
    }

    /// Returns the names of a template and of all that it reads, each once.
    pub fn closure<'a>(&'a self, template: &'a str) -> Vec<&'a str> {
        let mut names = vec![template];
        let mut position = 0;
        while let Some(name) = names.get(position) {
            let reads = self.template(name).map(|template| template.reads.as_slice()).unwrap_or_default();
            for read in reads.iter().map(|read| template_stem(read)) {
                if !names.contains(&read) {
                    names.push(read);
                }
            }
            position += 1;
        }
        names
    }
}

/// Returns the names of a project's workspace.
pub fn workspace_facts(project: &Project<'_>) -> WorkspaceFacts {
    let workspace = project.workspace();
    let sources = Sources::default();
    let directories = &workspace.template_directories;
    let templates = Templates::new(project.files(), project.revisions(), directories, &sources);
    let own = directories.iter().filter(|dir| dir.is_of_templates());
    let template_directories: Vec<RepoPath> = own.map(|dir| dir.path.clone()).collect();
    let units: Vec<UnitFacts> = workspace.units().map(unit_facts).collect();
    let used: BTreeSet<&str> =
        units.iter().flat_map(|unit| &unit.uses).map(|used| used.template.as_str()).collect();
    let mut names: BTreeSet<String> = templates.names().into_iter().collect();
    names.extend(used.iter().map(ToString::to_string));
    names.extend(workspace.vendor_lock().into_iter().flat_map(|lock| lock.components.keys().cloned()));
    let library = workspace::library_names();
    let mut read = Vec::new();
    for name in names {
        let is_built_in = name.starts_with("nestling/");
        let wanted = !is_built_in || used.contains(name.as_str());
        let template = if wanted { templates.find_leniently(&name).ok().flatten() } else { None };
        match template {
            Some(template) => read.push(template_facts(name, &template)),
            None if is_built_in && library.contains(&name) => {
                let (inputs, reads) = (Vec::new(), Vec::new());
                let (path, description) = (None, None);
                read.push(TemplateFacts { name, is_component: false, path, description, inputs, reads });
            }
            None => {}
        }
    }
    WorkspaceFacts {
        file: workspace.own_file(),
        templates: read,
        template_directories,
        environments: workspace.environments.names().map(str::to_owned).collect(),
        stages: workspace.stages.iter().map(|stage| stage.name.to_string()).collect(),
        vars: as_yaml(&workspace.vars),
        case_files: case_files(project).unwrap_or_default(),
        units,
    }
}

fn unit_facts(unit: &Unit) -> UnitFacts {
    let own = matches!(unit.declaration, Declaration::File(_)).then(|| unit.dir.child(FILE_NAME.as_bytes()));
    UnitFacts {
        name: unit.name.to_string(),
        directory: unit.dir.clone(),
        file: own,
        uses: unit.uses.iter().map(use_facts).collect(),
        dependencies: unit.dependencies().map(ToString::to_string).collect(),
    }
}

fn use_facts(used: &Use) -> UseFacts {
    UseFacts { template: used.stem().to_owned(), inputs: as_yaml(&used.inputs) }
}

fn template_facts(name: String, template: &Template) -> TemplateFacts {
    let inputs = template.inputs.as_ref().and_then(Node::as_map);
    let reads = template.body.reads().into_iter().filter_map(|read| match read {
        workspace::Read::Named(name) => Some(name),
        workspace::Read::Computed => None,
    });
    TemplateFacts {
        name,
        is_component: template.component.published.is_some(),
        path: template.path.clone(),
        description: template.description.clone(),
        inputs: inputs.into_iter().flat_map(Map::iter).map(|(name, node)| input_facts(name, node)).collect(),
        reads: reads.collect(),
    }
}

fn input_facts(name: &str, definition: &Node) -> InputFacts {
    let text = |key: &str| definition.get(key).and_then(Node::text).map(str::to_owned);
    let options = definition.get("options").and_then(Node::as_seq).unwrap_or_default();
    InputFacts {
        name: name.to_owned(),
        type_name: text("type").unwrap_or_else(|| "string".to_owned()),
        default: definition.get("default").map(one_line),
        description: text("description"),
        options: options.iter().map(one_line).collect(),
    }
}

fn as_yaml(map: &Map) -> Vec<(String, String)> {
    map.iter().map(|(name, node)| (name.to_owned(), one_line(node))).collect()
}

/// Returns a value as YAML; a scalar in one line.
fn one_line(node: &Node) -> String {
    yaml::emit(node).trim_end().to_owned()
}
