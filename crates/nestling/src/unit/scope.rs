//! One unit while its jobs are made: its templates and its assembly, with the values that they read.

use super::fold;
use super::for_environment::given;
use super::renderer::UnitRenderer;
use super::shared::Folded;
use super::template_reuse;
use super::use_conflicts::{self, use_conflicts};
use super::values::{UnitChange, unit_value};
use crate::cdk::{self, Fragment};
use crate::environments::{CatalogueStrings, default_title, entry_value};
use crate::template::{DependenciesOf, EnvironmentScope, InputsRead, Rendered, Scope, bind, plain_value};
use crate::workspace::{Environment, Template, Unit, Use};
use nestling_gitlab::configuration::{RemoteIncludes, fold as fold_files};
use nestling_gitlab::diagnostic::{Diagnostic, FileId};
use nestling_gitlab::name::environment_slug;
use nestling_gitlab::yaml::{Map, Node};
use serde_json::{Value, json};

/// The variable that contains an environment's slug while a job of it runs
/// (<https://docs.gitlab.com/ci/variables/predefined_variables/>).
const SLUG_VARIABLE: &str = "$CI_ENVIRONMENT_SLUG";

/// A unit, or the workspace's own body, with what it is rendered with.
pub(super) struct UnitScope<'a> {
    /// State that all units share.
    pub renderer: &'a UnitRenderer<'a>,
    /// The unit; `None` for the workspace's own body.
    pub unit: Option<&'a Unit>,
    /// The strings of the catalogue as this unit reads them.
    pub texts: CatalogueStrings<'a>,
    values: Scope,
}

/// Rendered documents, and problems on the way.
#[derive(Default)]
pub(super) struct RenderedBodies {
    /// The rendered files, in the order in which later ones override earlier ones.
    pub files: Vec<Rendered>,
    /// Index of the use of each of the first files.
    uses: Vec<usize>,
    /// Errors and warnings.
    pub problems: Vec<Diagnostic>,
}

impl RenderedBodies {
    /// Returns `true` if a template reads `environment`, which is not known before the jobs are fanned out.
    pub(super) fn read_environment(&self) -> bool {
        self.files.iter().any(|rendered| rendered.environment_read)
    }

    fn add(&mut self, result: Result<Rendered, Vec<Diagnostic>>) {
        match result {
            Ok(mut rendered) => {
                self.problems.append(&mut rendered.warnings);
                self.files.push(rendered);
            }
            Err(problems) => self.problems.extend(problems),
        }
    }
}

impl<'a> UnitScope<'a> {
    /// The scope of a unit.
    pub(super) fn of_unit(renderer: &'a UnitRenderer<'a>, unit: &'a Unit, change: &UnitChange<'_>) -> Self {
        let mut scope = Self::new(renderer, Some(unit), unit_value(unit, change));
        scope.values.is_compared = change.is_compared;
        scope
    }

    /// The scope of the workspace's own body.
    pub(super) fn of_workspace(renderer: &'a UnitRenderer<'a>) -> Self {
        Self::new(renderer, None, Value::Null)
    }

    fn new(renderer: &'a UnitRenderer<'a>, unit: Option<&'a Unit>, value: Value) -> Self {
        let mut values = renderer.values(value);
        if let Some(unit) = unit {
            values.directory = unit.dir.clone();
            let dependencies = renderer.dependencies();
            values.dependencies = Some(DependenciesOf {
                dependencies,
                unit: unit.name.clone(),
                depth: renderer.workspace.depth,
            });
        }
        let texts = CatalogueStrings::new(&renderer.engine, values.clone());
        Self { renderer, unit, texts, values }
    }

    /// Renders the templates that the unit uses, then its own fragment: for an environment, or for none yet.
    pub(super) fn render(&self, unit: &Unit, environment: Option<(&Environment, Value)>) -> RenderedBodies {
        let entry = environment.as_ref().map(|(entry, _)| *entry);
        let bound = match environment {
            Some((_, value)) => EnvironmentScope::Bound(value),
            None => EnvironmentScope::Unbound,
        };
        let values = Scope { environment: bound, ..self.values.clone() };
        let mut rendered = RenderedBodies::default();
        for (index, used) in unit.uses.iter().enumerate() {
            let files = rendered.files.len();
            // Where jobs are rendered once more for an environment, the header's mistakes are reported already.
            if entry.is_none()
                && let Ok(template) = self.renderer.template(used)
            {
                rendered.problems.extend(template.problems.iter().cloned());
            }
            rendered.add(self.render_template(used, entry, &values));
            rendered.uses.extend((rendered.files.len() > files).then_some(index));
        }
        // Where jobs are rendered once more for an environment, conflicts are reported already.
        if entry.is_none() {
            let uses = rendered.uses.iter().filter_map(|index| unit.uses.get(*index));
            let of_uses: Vec<_> = uses.zip(&rendered.files).collect();
            let conflicts = use_conflicts(&of_uses);
            rendered.problems.extend(conflicts);
        }
        if let Some(body) = &unit.fragment {
            rendered.add(self.renderer.engine.render(body, &values));
        }
        rendered
    }

    /// Reports jobs that two uses define, where at least one of them has it from an include.
    pub(super) fn nested_conflicts(&self, unit: &Unit, rendered: &RenderedBodies) -> Vec<Diagnostic> {
        let uses = rendered.uses.iter().filter_map(|index| unit.uses.get(*index));
        let of_uses: Vec<(&Use, &Rendered)> = uses.zip(&rendered.files).collect();
        let is_nested = |(_, rendered): &(&Use, &Rendered)| rendered.node.get("include").is_some();
        if of_uses.len() < 2 || !of_uses.iter().any(is_nested) {
            return Vec::new();
        }
        let surroundings = self.renderer.surroundings(unit);
        let jobs = of_uses.into_iter().map(|(used, rendered)| {
            let file = rendered.node.origin.file;
            // Its problems are those of the fold of all files.
            let (folded, _) = fold_files(vec![rendered.node.clone()], &surroundings, RemoteIncludes::Refuse);
            let jobs = folded.jobs.into_iter();
            let jobs = jobs.map(|(name, job)| (name, job.origin, Node::map(job.origin, job.body)));
            (used, file, jobs.collect())
        });
        use_conflicts::nested_conflicts(&jobs.collect::<Vec<_>>())
    }

    /// Folds what was rendered, and the jobs of the unit's CDK assembly below it, into complete jobs.
    pub(super) fn fold(&self, unit: &Unit, assembly: Option<&Node>, rendered: RenderedBodies) -> Folded {
        let reads_environment = rendered.read_environment();
        let bodies = rendered.files.into_iter().map(|rendered| rendered.node);
        // What the unit itself writes overrides its assembly's jobs.
        let files: Vec<Node> = assembly.cloned().into_iter().chain(bodies).collect();
        // `include:rules` may ask for variables of the pipeline, in this file or in one that it includes.
        if unit.cdk.is_some() || files.iter().any(|file| file.get("include").is_some()) {
            self.renderer.facts_read.note();
            self.renderer.reading_files.set(self.renderer.reading_files.get() + 1);
        }
        let gitlab = &self.renderer.workspace.gitlab;
        let surroundings = self.renderer.surroundings(unit);
        let uses_component = unit.uses.iter().any(|used| used.component.is_some());
        let (workspace, sources) = (self.renderer.workspace, self.renderer.sources);
        let is_vendored = |file| uses_component && workspace.is_vendored(&sources.path(file));
        let components = self.components(unit);
        let (jobs, problems) =
            fold::unit_jobs(&unit.name, files, &surroundings, gitlab, &components, &is_vendored);
        Folded { jobs, reads_environment, problems }
    }

    /// Returns the files of the unit's templates that have a header.
    fn components(&self, unit: &Unit) -> Vec<FileId> {
        let templates = unit.uses.iter().filter_map(|used| self.renderer.template(used).ok());
        templates.filter(|template| template.is_component).map(|template| template.file).collect()
    }

    fn render_template(
        &self,
        used: &Use,
        entry: Option<&Environment>,
        values: &Scope,
    ) -> Result<Rendered, Vec<Diagnostic>> {
        let template = self.renderer.template(used)?;
        // What it declares is not known where its header cannot be read, which is reported: nothing is said of its inputs.
        if template.inputs.is_none() && !template.problems.is_empty() {
            let inputs = bind(None, &Map::default(), used.origin)?;
            let component = template.component.clone();
            let scope = Scope { inputs, component, ..values.clone() };
            let rendered = self.renderer.engine.render(&template.body, &scope);
            return rendered.map_err(|_| Vec::new());
        }
        let given = given(used, entry, template.inputs.as_ref());
        let read = InputsRead::default();
        let rendered =
            self.render_with(&template, used, &given, Scope { inputs_read: read.clone(), ..values.clone() });
        self.renderer.note_inputs(&template, used, &given, rendered.is_ok().then_some(&read));
        let mut rendered = rendered?;
        if let Some(reuse) = &template.reuse {
            template_reuse::give(&mut rendered.node, reuse);
        }
        Ok(rendered)
    }

    fn render_with(
        &self,
        template: &Template,
        used: &Use,
        given: &Map,
        values: Scope,
    ) -> Result<Rendered, Vec<Diagnostic>> {
        let inputs = bind(template.inputs.as_ref(), given, used.origin)?;
        let component = template.component.clone();
        let environments = self.environments_asked(used, template);
        self.renderer.engine.render(&template.body, &Scope { inputs, component, environments, ..values })
    }

    /// Returns the entries of the catalogue with the inputs that the template has there, if it asks for them.
    fn environments_asked(&self, used: &Use, template: &Template) -> Value {
        let text = &template.body.text;
        if text.matches("environments").count() == text.matches("inputs.environments").count() {
            return Value::Null;
        }
        let entries = self.renderer.workspace.environments.entries.values();
        let values = entries.filter_map(|entry| {
            // Mistakes in inputs are reported where the template is rendered for the entry.
            let given = given(used, Some(entry), template.inputs.as_ref());
            let inputs = bind(template.inputs.as_ref(), &given, used.origin).ok()?;
            let title = entry.title.as_ref().and_then(Node::text);
            let title =
                title.map_or_else(|| default_title(entry, self.unit.map(|unit| &unit.name)), str::to_owned);
            Some(json!({ "name": entry.name.as_str(), "title": title, "inputs": inputs }))
        });
        Value::Array(values.collect())
    }

    /// Returns the jobs of the unit's CDK assembly, if its header names one.
    pub(super) fn assembly(&self, unit: &Unit) -> Fragment {
        let Some(header) = &unit.cdk else { return Fragment::default() };
        let renderer = self.renderer;
        cdk::fragment(&cdk::Request {
            unit,
            header,
            files: renderer.files,
            base_files: renderer.base_files,
            assemblies: renderer.assemblies,
            catalogue: &renderer.workspace.environments,
            pipeline: renderer.facts(),
            texts: &self.texts,
            needs_limit: renderer.workspace.gitlab.limits.needs,
            purpose: renderer.purpose,
            sources: renderer.sources,
        })
    }

    /// Returns `environment` as the unit's templates see it in jobs that are sent to this entry.
    ///
    /// # Errors
    /// A string of the entry cannot be evaluated.
    pub(super) fn environment_value(&self, entry: &Environment) -> Result<Value, Vec<Diagnostic>> {
        let title = self.texts.string(entry.title.as_ref(), entry)?;
        let title = title.unwrap_or_else(|| default_title(entry, self.unit.map(|unit| &unit.name)));
        let mut value = entry_value(entry);
        // Only GitLab knows the slug of a name that it expands variables in.
        let slug = if title.contains('$') { SLUG_VARIABLE.to_owned() } else { environment_slug(&title) };
        value["slug"] = slug.into();
        value["title"] = title.into();
        value["url"] = self.texts.string(entry.settings.get("url"), entry)?.into();
        value["resource_group"] = self.texts.string(entry.job.get("resource_group"), entry)?.into();
        value["variables"] = match entry.job.get("variables") {
            Some(variables) => plain_value(&self.texts.evaluate(variables, entry)?),
            None => json!({}),
        };
        Ok(value)
    }
}
