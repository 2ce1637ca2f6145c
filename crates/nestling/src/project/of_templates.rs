//! Projects that are made of others: of templates and their cases, whose workspace is in no file, and of other pipelines.

use super::Project;
use crate::changes::{ChangeRequest, Head, KnownComparison, PipelineFacts};
use crate::workspace::Loaded;
use nestling_files::files::Files;
use nestling_gitlab::diagnostic::Sources;

impl<'r> Project<'r> {
    /// A project of templates alone: an empty workspace that is in no file.
    pub(crate) fn of_templates(files: Box<dyn Files + 'r>) -> Self {
        Self {
            files,
            repository: None,
            request: ChangeRequest::local(),
            head: Head::WorkTree { commit: None },
            loaded: Loaded::default(),
            facts: PipelineFacts::local(None, None, None),
            sources: Sources::default(),
            workspace_from: None,
            protected: None,
            compared: KnownComparison::default(),
            is_case: false,
        }
    }

    /// The same files and the same workspace, which is not read again, for another pipeline.
    pub fn for_pipeline(&self, facts: PipelineFacts) -> Project<'_> {
        let other = self.with_workspace(self.loaded.clone(), facts, Box::new(&*self.files));
        Project { is_case: self.is_case, ..other }
    }

    /// The same files with another workspace, for another pipeline.
    pub(crate) fn with_workspace<'a>(
        &'a self,
        loaded: Loaded,
        facts: PipelineFacts,
        files: Box<dyn Files + 'a>,
    ) -> Project<'a> {
        Project {
            files,
            repository: self.repository,
            request: self.request.clone(),
            head: self.head.clone(),
            loaded,
            facts,
            sources: self.sources.clone(),
            workspace_from: self.workspace_from.clone(),
            protected: self.protected.as_ref().map(|files| Box::new(&**files) as Box<dyn Files>),
            compared: KnownComparison::default(),
            is_case: true,
        }
    }
}
