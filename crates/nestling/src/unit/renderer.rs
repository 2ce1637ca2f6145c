//! Shared state of rendering the units of a workspace.

use super::root_body::RootBody;
use super::shared::{Folded, SharedRenderings};
use super::values::pipeline_value;
use crate::cdk::{Assemblies, Purpose};
use crate::changes::PipelineFacts;
use crate::template::rules::TEMPLATE_MISSING;
use crate::template::{
    EnvironmentScope, FactsRead, InputsRead, RenderLimits, Renderer, RenderingWork, Scope, UnitPrints,
    plain_value,
};
use crate::vendor;
use crate::workspace::{Component, Dependencies, Template, Templates, Unit, Use, Workspace};
use nestling_files::files::Files;
use nestling_gitlab::check::global_variables;
use nestling_gitlab::configuration::Surroundings;
use nestling_gitlab::diagnostic::{Diagnostic, Sources, Suggestion};
use nestling_gitlab::name::{EnvironmentName, UnitName};
use nestling_gitlab::pipeline::defaults::Defaults;
use nestling_gitlab::pipeline::known::KnownVariables;
use nestling_gitlab::pipeline::presence::Changed;
use nestling_gitlab::yaml::{Map, Node};
use serde_json::Value;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// Renders the units of one workspace for one pipeline. Templates are compiled once for all of them.
pub(crate) struct UnitRenderer<'a> {
    /// The repository.
    pub(crate) files: &'a dyn Files,
    /// The repository at base, if there is one and something is to be compared with it.
    pub(super) base_files: Option<&'a dyn Files>,
    /// CDK assemblies that are not in it.
    pub(crate) assemblies: &'a dyn Assemblies,
    /// The files that the includes of templates and of the workspace's file are read from, if not from the repository.
    protected: Option<&'a dyn Files>,
    /// The contents of the files that are read.
    pub(crate) sources: &'a Sources,
    /// The workspace.
    pub(crate) workspace: &'a Workspace,
    /// Its templates.
    pub(crate) templates: &'a Templates<'a>,
    /// The pipeline that is rendered for.
    facts: &'a PipelineFacts,
    /// The source of units' fingerprints.
    prints: Option<&'a dyn UnitPrints>,
    /// The engine.
    pub(crate) engine: Renderer<'a>,
    /// Purposes of the jobs of CDK assemblies.
    pub(super) purpose: Purpose,
    variables: KnownVariables,
    vars: Value,
    pipeline: Value,
    root: OnceCell<RootBody>,
    dependencies: OnceCell<Arc<Dependencies>>,
    /// Notes that what is rendered depends on the facts of the pipeline.
    pub(super) facts_read: FactsRead,
    /// The units whose jobs depend on the pipeline, and not on the commit alone.
    reading_facts: RefCell<BTreeSet<UnitName>>,
    /// Renderings that other kinds of pipelines share.
    shared: Option<&'a SharedRenderings>,
    /// Number of units so far whose jobs are made from further files: those of includes, or of an assembly.
    pub(super) reading_files: Cell<u64>,
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
            base_files: None,
            protected: None,
            assemblies,
            sources,
            workspace,
            templates,
            facts,
            prints: None,
            engine: Renderer::new(sources, templates, files, RenderLimits::default()),
            purpose: Purpose::Deploy,
            variables: KnownVariables::of_child(facts),
            vars: plain_value(&Node::map(workspace.origin(), workspace.vars.clone())),
            pipeline: pipeline_value(facts),
            root: OnceCell::new(),
            dependencies: OnceCell::new(),
            facts_read: FactsRead::default(),
            reading_facts: RefCell::default(),
            shared: None,
            reading_files: Cell::new(0),
        }
    }

    /// Takes over what renderers for other pipelines made of the same files, and leaves there what this one makes.
    pub(crate) fn sharing(self, shared: Option<&'a SharedRenderings>) -> Self {
        Self { shared, ..self }
    }

    /// Returns the work of all renderings so far. A file that is read for jobs counts as a question.
    pub(crate) fn work(&self) -> RenderingWork {
        let work = self.engine.work();
        RenderingWork { questions: work.questions + self.reading_files.get(), ..work }
    }

    /// Returns the facts of the pipeline that is rendered for.
    pub(crate) fn facts(&self) -> &'a PipelineFacts {
        self.facts_read.note();
        self.facts
    }

    /// Returns what each unit depends on.
    pub(crate) fn dependencies(&self) -> Arc<Dependencies> {
        Arc::clone(self.dependencies.get_or_init(|| Arc::new(Dependencies::new(self.workspace))))
    }

    /// Returns what the root's file has below its header, rendered when it is first asked for.
    pub(super) fn root(&self) -> &RootBody {
        self.root.get_or_init(|| {
            let Some(body) = &self.workspace.body else { return RootBody::default() };
            let (mut root, reads_facts) = self.facts_read.during(|| {
                RootBody::read(body, &self.engine, &self.values(Value::Null), &self.root_surroundings())
            });
            root.reads_facts = reads_facts;
            let globals = &root.configuration.globals;
            root.problems.extend(global_variables(globals, &self.workspace.gitlab));
            root
        })
    }

    /// Folds a unit for an environment or for none yet, or takes over what is the same in every pipeline.
    pub(super) fn folded(
        &self,
        unit: &UnitName,
        environment: Option<&EnvironmentName>,
        fold: impl FnOnce() -> Folded,
    ) -> Rc<Folded> {
        // The root's `default:` and `variables:` are part of every unit's jobs.
        let of_root = self.root().reads_facts;
        let shared = self.shared.filter(|_| !of_root);
        let key = (unit.clone(), environment.cloned());
        if let Some(folded) = shared.and_then(|shared| shared.get(&key)) {
            return folded;
        }
        let (folded, reads_facts) = self.facts_read.during(fold);
        let folded = Rc::new(folded);
        if reads_facts || of_root {
            self.reading_facts.borrow_mut().insert(key.0);
        } else if let Some(shared) = shared {
            shared.insert(key, Rc::clone(&folded));
        }
        folded
    }

    /// Notes which of the inputs that a unit gives are read, if several kinds of pipelines are compared.
    pub(super) fn note_inputs(
        &self,
        template: &Template,
        used: &Use,
        given: &Map,
        read: Option<&InputsRead>,
    ) {
        let Some(shared) = self.shared else { return };
        shared.inputs.borrow_mut().note(template, used, given, read);
    }

    /// Returns the `default:` and `variables:` of the root's file: the weakest layer of every unit's jobs.
    pub(crate) fn defaults(&self) -> &Defaults {
        &self.root().configuration.defaults
    }

    /// Returns the units rendered so far whose jobs depend on the pipeline, and not on the commit alone.
    pub(crate) fn reading_facts(&self) -> BTreeSet<UnitName> {
        self.reading_facts.borrow().clone()
    }

    /// Returns a renderer for units that were removed: their CDK assemblies are destroyed.
    pub(crate) fn tearing_down(&self) -> Self {
        Self { purpose: Purpose::TearDown, ..self.with_assemblies(self.assemblies) }
    }

    /// Returns a renderer that looks for CDK assemblies elsewhere.
    pub(crate) fn with_assemblies(&self, assemblies: &'a dyn Assemblies) -> Self {
        Self::new(self.files, assemblies, self.sources, self.workspace, self.templates, self.facts)
            .including_from(self.protected)
            .comparing_with(self.base_files)
            .with_prints(self.prints)
    }

    /// Lets templates and the workspace's file include from other files than those of the repository.
    pub(crate) fn including_from(self, protected: Option<&'a dyn Files>) -> Self {
        Self { protected, ..self }
    }

    /// Lets CDK assemblies be compared with those of these files.
    pub(crate) fn comparing_with(self, base_files: Option<&'a dyn Files>) -> Self {
        Self { base_files, ..self }
    }

    /// Lets templates ask for the fingerprints of units.
    pub(crate) fn with_prints(self, prints: Option<&'a dyn UnitPrints>) -> Self {
        Self { engine: self.engine.with_prints(prints), prints, ..self }
    }

    /// Returns a template that a unit uses.
    ///
    /// # Errors
    /// There is none of this name, or it cannot be read.
    pub(super) fn template(&self, used: &Use) -> Result<Rc<Template>, Vec<Diagnostic>> {
        let template = self.templates.find_leniently(&used.template)?;
        let is_component = used.component.is_some();
        let is_published = template.as_ref().is_some_and(|found| found.component.published.is_some());
        match template {
            Some(template) if is_published == is_component => Ok(template),
            _ if is_component => Err(vec![vendor::not_vendored(&used.template, used.origin, None)]),
            _ => Err(vec![self.unknown_template(used, is_published)]),
        }
    }

    fn unknown_template(&self, used: &Use, is_component: bool) -> Diagnostic {
        let message = format!("unknown template `{}`", used.template);
        let problem = Diagnostic::error(&TEMPLATE_MISSING, used.origin, message);
        if is_component {
            // Named as a template, `nestling vendor` would not find it.
            return problem.with_help(format!("write `component: {}`", used.template));
        }
        let names = self.templates.names();
        let help = Suggestion::among(&used.template, names.iter().map(String::as_str))
            .help_or("`use:` searches the directories of `workspace: { templates: […] }`".to_owned());
        problem.with_help(help)
    }

    /// Returns what a unit's files are folded with. Its own file includes from the repository; its templates do not, where
    /// the workspace is of another revision.
    pub(super) fn surroundings(&self, unit: &Unit) -> Surroundings<'_> {
        let root_file = self.workspace.body.as_ref().map(|body| body.file);
        let own_file = unit.fragment.as_ref().map(|body| body.file).filter(|file| Some(*file) != root_file);
        let elsewhere = self.protected.and(own_file).map(|file| (file, self.files));
        Surroundings { elsewhere, defaults: Some(self.defaults()), ..self.root_surroundings() }
    }

    /// Returns what the root's file is folded with.
    fn root_surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            files: self.protected.unwrap_or(self.files),
            elsewhere: None,
            revisions: Some(self.templates),
            sources: self.sources,
            variables: &self.variables,
            changed: Changed::Unknown,
            defaults: None,
        }
    }

    /// Returns what the templates of a unit can read, without inputs and environment.
    pub(super) fn values(&self, unit: Value) -> Scope {
        Scope {
            unit,
            dependencies: None,
            is_compared: false,
            inputs: Value::Null,
            inputs_read: InputsRead::default(),
            component: Component::default(),
            vars: self.vars.clone(),
            environment: EnvironmentScope::Unbound,
            environments: Value::Null,
            pipeline: self.pipeline.clone(),
            directory: self.workspace.root.clone(),
            facts_read: self.facts_read.clone(),
        }
    }
}
