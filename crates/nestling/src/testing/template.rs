//! Renders templates with given values, without a unit and a pipeline.

use crate::project::Project;
use crate::template::rules::TEMPLATE_MISSING;
use crate::template::{EnvironmentScope, RenderLimits, Renderer, Scope, bind};
use crate::workspace::{Template, Templates};
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Severity};
use nestling_gitlab::yaml::{Map, Node};
use serde_json::Value;
use std::rc::Rc;

/// Renders the templates of a project, for tests of templates. Created by [`with_templates`].
pub struct TemplateRenderer<'a> {
    templates: &'a Templates<'a>,
    renderer: Renderer<'a>,
}

/// The values of a template, as JSON.
#[derive(Debug, Clone, Default)]
pub struct TemplateValues {
    /// `unit`.
    pub unit: Value,
    /// `vars`.
    pub vars: Value,
    /// `environment`; `None` for a job that has none yet.
    pub environment: Option<Value>,
    /// `pipeline`.
    pub pipeline: Value,
}

/// Calls a function with a renderer of a project's templates, and of the built-in ones.
///
/// ```
/// use nestling::testing::{RenderLimits, TemplateValues, with_templates};
/// use nestling::{MemoryFiles, PipelineFacts, Project};
/// use nestling_gitlab::yaml::{Map, emit};
///
/// let files = MemoryFiles::new([
///     ("nestling.yml", "workspace: { templates: [ci] }"),
///     ("ci/hello.yml", "hello: { script: \"echo ${{ unit.name }}\" }"),
/// ]);
/// let project = Project::of_files(&files, PipelineFacts::local(None, None, None))?;
/// let values = TemplateValues { unit: serde_json::json!({ "name": "api" }), ..TemplateValues::default() };
/// let text = with_templates(&project, RenderLimits::default(), |templates| {
///     templates.render("hello", &Map::default(), &values).map(|node| emit(&node))
/// });
/// assert_eq!(text.unwrap(), "hello:\n  script: echo api\n");
/// # Ok::<(), nestling::Error>(())
/// ```
pub fn with_templates<T>(
    project: &Project<'_>,
    limits: RenderLimits,
    act: impl FnOnce(&TemplateRenderer<'_>) -> T,
) -> T {
    let directories = &project.workspace().template_directories;
    let templates = Templates::new(project.files(), project.revisions(), directories, project.sources());
    let renderer = Renderer::new(project.sources(), &templates, project.files(), limits);
    act(&TemplateRenderer { templates: &templates, renderer })
}

impl TemplateRenderer<'_> {
    /// Returns the description of a template.
    ///
    /// # Errors
    /// The template does not exist, or its header is invalid.
    pub fn description(&self, name: &str) -> Result<Option<String>, Vec<Diagnostic>> {
        Ok(self.find(name)?.description.clone())
    }

    /// Returns `spec: inputs:` of a template.
    ///
    /// # Errors
    /// As [`TemplateRenderer::description`].
    pub fn inputs(&self, name: &str) -> Result<Option<Node>, Vec<Diagnostic>> {
        Ok(self.find(name)?.inputs.clone())
    }

    /// Renders a template to its jobs.
    ///
    /// # Errors
    /// The template does not exist, an input is invalid, or the template cannot be rendered.
    pub fn render(&self, name: &str, inputs: &Map, values: &TemplateValues) -> Result<Node, Vec<Diagnostic>> {
        let template = self.find(name)?;
        let inputs = bind(template.inputs.as_ref(), inputs, Origin::file(template.file))?;
        let values = values.clone();
        let environment = match values.environment {
            Some(environment) => EnvironmentScope::Bound(environment),
            None => EnvironmentScope::Unbound,
        };
        let TemplateValues { unit, vars, pipeline, .. } = values;
        let component = template.component.clone();
        let scope = Scope { unit, inputs, component, vars, environment, pipeline, ..Scope::empty() };
        Ok(self.renderer.render(&template.body, &scope)?.node)
    }

    fn find(&self, name: &str) -> Result<Rc<Template>, Vec<Diagnostic>> {
        if let Some(template) = self.templates.find(name)? {
            return Ok(template);
        }
        let message = format!("unknown template `{name}`");
        Err(vec![Diagnostic::new(&TEMPLATE_MISSING, Severity::Error, message)])
    }
}
