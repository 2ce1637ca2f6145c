//! Renders what a unit uses and adds, for itself and for each environment that it deploys to.

use super::fan_out::{Deploying, fan_out};
use super::fold;
use super::for_environment::{SLUG_VARIABLE, differs, entry_value, given};
use super::jobs::UnitJobs;
use super::values::{pipeline_value, unit_value};
use crate::cdk::report::Report;
use crate::cdk::{self, Assemblies, Fragment, Purpose};
use crate::changes::PipelineFacts;
use crate::environments::default_title;
use crate::select::Selection;
use crate::template::rules::TEMPLATE_MISSING;
use crate::template::{
    EnvironmentScope, RenderLimits, Rendered, Renderer, Scope, bind, find_unbound, plain_value,
};
use crate::unit::rules::ENVIRONMENT_UNBOUND;
use crate::workspace::{Body, Environment, Template, Templates, Unit, Use, Workspace};
use nestling_files::files::Files;
use nestling_gitlab::configuration::Surroundings;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Sources, did_you_mean, has_errors};
use nestling_gitlab::name::{UnitName, environment_slug};
use nestling_gitlab::pipeline::known::KnownVariables;
use nestling_gitlab::yaml::{Map, Node};
use serde_json::{Value, json};
use std::rc::Rc;

/// Everything that rendering units has in common. Templates are compiled once for all of them.
pub(crate) struct UnitRenderer<'a> {
    files: &'a dyn Files,
    assemblies: &'a dyn Assemblies,
    sources: &'a Sources,
    workspace: &'a Workspace,
    templates: &'a Templates<'a>,
    facts: &'a PipelineFacts,
    known: KnownVariables,
    renderer: Renderer<'a>,
    vars: Value,
    pipeline: Value,
    purpose: Purpose,
}

/// What rendered, with what went wrong on the way.
type Outcome = (UnitJobs, Vec<Diagnostic>);

/// What a unit becomes in this pipeline.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// Its jobs, fanned out over the environments.
    pub jobs: UnitJobs,
    /// What of its CDK assembly could not be carried over; empty without one.
    pub report: Report,
    /// What went wrong on the way.
    pub problems: Vec<Diagnostic>,
}

impl<'a> UnitRenderer<'a> {
    pub(crate) fn new(
        files: &'a dyn Files,
        assemblies: &'a dyn Assemblies,
        sources: &'a Sources,
        workspace: &'a Workspace,
        templates: &'a Templates<'a>,
        facts: &'a PipelineFacts,
    ) -> Self {
        Self {
            files,
            assemblies,
            sources,
            workspace,
            templates,
            facts,
            known: KnownVariables::of_child(facts),
            renderer: Renderer::new(sources, templates, RenderLimits::default()),
            vars: plain_value(&Node::map(
                Origin::file(nestling_gitlab::diagnostic::FileId::from_index(0)),
                workspace.vars.clone(),
            )),
            pipeline: pipeline_value(facts),
            purpose: Purpose::Deploy,
        }
    }

    /// The same for units that are gone.
    pub(crate) fn tearing_down(&self) -> Self {
        Self { purpose: Purpose::TearDown, ..self.looking(self.assemblies) }
    }

    pub(crate) fn assemblies(&self) -> &'a dyn Assemblies {
        self.assemblies
    }

    /// The same with other assemblies.
    pub(crate) fn looking(&self, assemblies: &'a dyn Assemblies) -> Self {
        Self::new(self.files, assemblies, self.sources, self.workspace, self.templates, self.facts)
    }

    pub(crate) fn workspace(&self) -> &'a Workspace {
        self.workspace
    }

    pub(crate) fn templates(&self) -> &'a Templates<'a> {
        self.templates
    }

    pub(crate) fn files(&self) -> &'a dyn Files {
        self.files
    }

    /// The pipeline that is rendered for.
    pub(crate) fn facts(&self) -> &'a PipelineFacts {
        self.facts
    }

    /// The workspace's own jobs.
    pub(crate) fn workspace_jobs(&self) -> Outcome {
        let Some(body) = &self.workspace.body else { return (UnitJobs::default(), Vec::new()) };
        let scope = self.scope(Value::Null, Value::Null, EnvironmentScope::Unbound);
        match self.renderer.render(body, &scope) {
            Ok(rendered) => {
                let (jobs, mut problems) = fold::workspace_jobs(vec![rendered.node], &self.surroundings());
                problems.extend(rendered.warnings);
                let (jobs, found) = self.deploy(jobs, None, &Value::Null, rendered.environment_read);
                problems.extend(found);
                (jobs, problems)
            }
            Err(problems) => (UnitJobs::default(), problems),
        }
    }

    /// All jobs of a unit, fanned out over the environments of this pipeline.
    pub(crate) fn unit_jobs(&self, name: &UnitName, selection: &Selection) -> Made {
        let Some(unit) = self.workspace.unit(name.as_str()) else { return Made::default() };
        let value = unit_value(unit, selection);
        let mut fragment = self.assembly(unit, &value);
        let report = std::mem::take(&mut fragment.report);
        let (jobs, problems) = self.jobs(unit, &value, fragment);
        Made { jobs, report, problems }
    }

    /// The jobs of a unit as they are whatever changed, without those of its assembly: to tell whether two states of
    /// what it is made from differ.
    pub(crate) fn definition(&self, unit: &Unit) -> Outcome {
        self.jobs(unit, &unit_value(unit, &Selection::default()), Fragment::default())
    }

    fn jobs(&self, unit: &Unit, value: &Value, mut fragment: Fragment) -> Outcome {
        let name = &unit.name;
        let (rendered, mut problems) = self.render(unit, value, None);
        let environment_read = rendered.iter().any(|rendered| rendered.environment_read);
        problems.append(&mut fragment.problems);
        // What the unit itself writes goes over what its assembly becomes.
        let nodes = rendered.into_iter().map(|rendered| rendered.node);
        let nodes = fragment.rendered.take().into_iter().chain(nodes).collect();
        let (mut jobs, found) = fold::unit_jobs(name, nodes, &self.surroundings());
        problems.extend(found);
        fold::drop_overrides(&mut jobs, &fragment.left_out);
        let (mut jobs, found) = self.deploy(jobs, Some(unit), value, environment_read);
        problems.extend(found);
        jobs.left_out.extend(fragment.left_out);
        (jobs, problems.into_iter().map(|problem| problem.for_unit(name)).collect())
    }

    fn deploy(&self, jobs: UnitJobs, unit: Option<&Unit>, value: &Value, environment_read: bool) -> Outcome {
        let evaluate = |node: &Node, environment: &Environment| self.evaluate(node, value, environment);
        let render_for = |environment: &Environment| {
            let unit = unit.filter(|unit| environment_read || differs(unit, environment))?;
            let bound = match self.environment_value(environment, unit, value) {
                Ok(bound) => bound,
                Err(problems) => return Some(Err(problems)),
            };
            let (rendered, problems) = self.render(unit, value, Some((environment, bound)));
            if has_errors(&problems) {
                return Some(Err(problems));
            }
            let own = rendered.into_iter().map(|rendered| rendered.node);
            let nodes = self.assembly(unit, value).rendered.into_iter().chain(own).collect();
            let (jobs, problems) = fold::unit_jobs(&unit.name, nodes, &self.surroundings());
            Some(if problems.is_empty() { Ok(jobs) } else { Err(problems) })
        };
        let catalogue = &self.workspace.environments;
        let deploying = Deploying {
            catalogue,
            pipeline: self.facts,
            stages: &self.workspace.stages,
            evaluate: &evaluate,
            render_for: &render_for,
        };
        let (jobs, mut problems) = fan_out(jobs, &deploying);
        if environment_read {
            problems.extend(jobs.jobs.values().filter_map(|job| unbound(&job.body, job.origin)));
        }
        (jobs, problems)
    }

    /// The jobs of a unit's CDK assembly, if its header names one.
    fn assembly(&self, unit: &Unit, value: &Value) -> Fragment {
        let Some(header) = &unit.cdk else { return Fragment::default() };
        let evaluate = |node: &Node, environment: &Environment| self.evaluate(node, value, environment);
        cdk::fragment(&cdk::Request {
            unit,
            header,
            files: self.files,
            assemblies: self.assemblies,
            catalogue: &self.workspace.environments,
            pipeline: self.facts,
            evaluate: &evaluate,
            needs_limit: self.workspace.gitlab.limits.needs,
            purpose: self.purpose,
            sources: self.sources,
        })
    }

    /// Renders the templates that a unit uses, then its own fragment.
    fn render(
        &self,
        unit: &Unit,
        value: &Value,
        sent_to: Option<(&Environment, Value)>,
    ) -> (Vec<Rendered>, Vec<Diagnostic>) {
        let mut rendered = Vec::new();
        let mut problems = Vec::new();
        let entry = sent_to.as_ref().map(|(entry, _)| *entry);
        let environment = sent_to
            .map_or(EnvironmentScope::Unbound, |(_, environment)| EnvironmentScope::Bound(environment));
        for used in &unit.uses {
            let result = self.template(used).and_then(|template| {
                let given = given(used, entry, template.inputs.as_ref());
                let inputs = bind(template.inputs.as_ref(), &given, used.origin)?;
                let scope = self.scope(value.clone(), inputs, environment.clone());
                self.renderer.render(&template.body, &scope)
            });
            keep(result, &mut rendered, &mut problems);
        }
        if let Some(body) = &unit.fragment {
            keep(self.fragment(body, value, environment), &mut rendered, &mut problems);
        }
        (rendered, problems)
    }

    /// Evaluates a text of the catalogue for a unit.
    fn evaluate(
        &self,
        node: &Node,
        unit: &Value,
        environment: &Environment,
    ) -> Result<Node, Vec<Diagnostic>> {
        let bound = EnvironmentScope::Bound(entry_value(environment));
        self.renderer.evaluate(node, &self.scope(unit.clone(), Value::Null, bound))
    }

    /// What `environment` is in the jobs of a unit that were sent to one.
    fn environment_value(
        &self,
        environment: &Environment,
        unit: &Unit,
        value: &Value,
    ) -> Result<Value, Vec<Diagnostic>> {
        let text =
            |node: &Node| self.evaluate(node, value, environment).map(|node| node.text().map(str::to_owned));
        let title = environment.title.as_ref().map(&text).transpose()?.flatten();
        let title = title.unwrap_or_else(|| default_title(environment, Some(&unit.name)));
        let mut bound = entry_value(environment);
        // What GitLab expands later has a slug that only GitLab knows.
        let slug = if title.contains('$') { SLUG_VARIABLE.to_owned() } else { environment_slug(&title) };
        bound["slug"] = slug.into();
        bound["title"] = title.into();
        bound["url"] = environment.settings.get("url").map(&text).transpose()?.flatten().into();
        let group = environment.job.get("resource_group");
        bound["resource_group"] = group.map(&text).transpose()?.flatten().into();
        let variables = environment.job.get("variables");
        let variables = variables.map(|node| self.evaluate(node, value, environment)).transpose()?;
        bound["variables"] = variables.map_or_else(|| json!({}), |node| plain_value(&node));
        Ok(bound)
    }

    fn fragment(
        &self,
        body: &Body,
        value: &Value,
        environment: EnvironmentScope,
    ) -> Result<Rendered, Vec<Diagnostic>> {
        self.renderer.render(body, &self.scope(value.clone(), Value::Null, environment))
    }

    fn template(&self, used: &Use) -> Result<Rc<Template>, Vec<Diagnostic>> {
        self.templates.find(&used.template)?.ok_or_else(|| {
            let message = format!("there is no template `{}`", used.template);
            let problem = Diagnostic::error(&TEMPLATE_MISSING, used.origin, message);
            let names = self.templates.names();
            vec![match did_you_mean(&used.template, names.iter().map(String::as_str)) {
                Some(near) => problem.with_help(format!("did you mean `{near}`?")),
                None => problem.with_help("`use:` looks in the folders of `workspace: { templates: […] }`"),
            }]
        })
    }

    /// What includes are read with.
    fn surroundings(&self) -> Surroundings<'_> {
        Surroundings { files: self.files, sources: self.sources, variables: &self.known }
    }

    fn scope(&self, unit: Value, inputs: Value, environment: EnvironmentScope) -> Scope {
        Scope { unit, inputs, vars: self.vars.clone(), environment, pipeline: self.pipeline.clone() }
    }
}

fn keep(
    result: Result<Rendered, Vec<Diagnostic>>,
    values: &mut Vec<Rendered>,
    problems: &mut Vec<Diagnostic>,
) {
    match result {
        Ok(mut rendered) => {
            problems.append(&mut rendered.warnings);
            values.push(rendered);
        }
        Err(found) => problems.extend(found),
    }
}

/// A job that asks for `environment` without being sent to one.
fn unbound(body: &Map, origin: Origin) -> Option<Diagnostic> {
    let (origin, key) = find_unbound(&Node::map(origin, body.clone()))?;
    Some(
        Diagnostic::error(
            &ENVIRONMENT_UNBOUND,
            origin,
            format!("`environment.{key}` is asked for in a job without an environment"),
        )
        .with_help("`environment.*` exists in jobs with a list of catalogue names: `environment: [review]`"),
    )
}
