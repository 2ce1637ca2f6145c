//! The workspace as it was at base, read when it is first asked for.

use super::fingerprints::{CommittedTree, FingerprintSource};
use crate::cdk::Assemblies;
use crate::changes::PipelineFacts;
use crate::given_vars::GivenVars;
use crate::graph_outputs::GraphOutputs;
use crate::template::UnitPrints;
use crate::unit::UnitRenderer;
use crate::workspace::rules::WORKSPACE_MISSING;
use crate::workspace::{self, Templates, Workspace};
use nestling_files::files::{Files, Revision, Revisions};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Sources, has_errors};
use std::sync::Arc;

/// The repository at base.
pub(crate) struct Before<'a> {
    files: Option<&'a dyn Files>,
    /// The files that templates include from, if it is another revision than base.
    protected: Option<&'a dyn Files>,
    revisions: &'a dyn Revisions,
    sources: &'a Sources,
    /// The directory of the workspace, as at head.
    root: RepoPath,
    /// The revision of the templates, if it is another one than base.
    templates_from: Option<Revision>,
    /// The answers of commands at head: none runs for base.
    graph_outputs: GraphOutputs,
    /// The values of variables from the command line, which are the same on both sides.
    given_vars: GivenVars,
    read: Option<Result<Arc<Workspace>, String>>,
    /// The tree at base, for the fingerprints of units there.
    tree: Option<&'a dyn CommittedTree>,
}

impl<'a> Before<'a> {
    pub(crate) fn new(
        files: Option<&'a dyn Files>,
        protected: Option<&'a dyn Files>,
        revisions: &'a dyn Revisions,
        sources: &'a Sources,
        head: &Workspace,
    ) -> Self {
        let (root, templates_from) = (head.root.clone(), head.templates_from.clone());
        let graph_outputs = head.graph_outputs.clone();
        let given_vars = head.given_vars.clone();
        Self {
            files,
            protected,
            revisions,
            sources,
            root,
            templates_from,
            graph_outputs,
            given_vars,
            read: None,
            tree: None,
        }
    }

    /// Lets templates at base ask for the fingerprints of units there.
    pub(crate) fn with_tree(self, tree: Option<&'a dyn CommittedTree>) -> Self {
        Self { tree, ..self }
    }

    /// Takes the workspace at base from one who has read it.
    pub(crate) fn having_read(self, workspace: Option<Arc<Workspace>>) -> Self {
        Self { read: workspace.map(Ok), ..self }
    }

    /// Reads the workspace at base, once.
    ///
    /// # Errors
    /// Why it cannot be read, in words for a reason.
    pub(crate) fn read(&mut self) -> Result<&Workspace, &str> {
        let (files, sources, root) = (self.files, self.sources, &self.root);
        let (templates_from, given) = (&self.templates_from, (&self.graph_outputs, &self.given_vars));
        let read = self.read.get_or_insert_with(|| {
            let files = files.ok_or("no base to compare with")?;
            let mut loaded = workspace::load_with(files, sources, root, given)
                .map_err(|error| format!("base: {error}"))?;
            if loaded.diagnostics.iter().any(|problem| problem.rule == &WORKSPACE_MISSING) {
                return Err("no workspace at base".to_owned());
            }
            if has_errors(&loaded.diagnostics) {
                return Err("the workspace at base has errors".to_owned());
            }
            if let Some(revision) = templates_from {
                Arc::make_mut(&mut loaded.workspace).read_templates_from(revision);
            }
            Ok(loaded.workspace)
        });
        match read {
            Ok(workspace) => Ok(workspace),
            Err(why) => Err(why),
        }
    }

    /// The workspace at base, if it was read and can be.
    pub(crate) fn workspace(&self) -> Option<&Workspace> {
        self.read.as_ref()?.as_deref().ok()
    }

    /// The files at base.
    pub(crate) fn files(&self) -> Option<&'a dyn Files> {
        self.files
    }

    /// Does something with a renderer of the units at base, for the pipeline that is made now.
    pub(crate) fn rendering<T>(
        &self,
        facts: &PipelineFacts,
        assemblies: &dyn Assemblies,
        act: impl FnOnce(&UnitRenderer<'_>) -> T,
    ) -> Option<T> {
        let (files, workspace) = (self.files?, self.workspace()?);
        let templates = Templates::new(files, self.revisions, &workspace.template_directories, self.sources);
        let prints = self.tree.map(|tree| FingerprintSource::new(tree, workspace));
        let renderer = UnitRenderer::new(files, assemblies, self.sources, workspace, &templates, facts)
            .including_from(self.protected)
            .with_prints(prints.as_ref().map(|source| source as &dyn UnitPrints));
        Some(act(&renderer))
    }
}
