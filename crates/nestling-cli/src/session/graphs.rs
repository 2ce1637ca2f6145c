//! Runs the commands that print graphs of dependencies, where that is allowed.

use super::Session;
use crate::ci_env::ProcessEnvironment;
use crate::exit::Failure;
use crate::graph_commands;
use nestling::{ChangeRequest, GraphAnswer, Head, Project};

/// Returns true in the pipeline of a merge request from another project.
pub(super) fn is_fork(environment: &ProcessEnvironment) -> bool {
    let source = environment.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID");
    source.is_some() && source != environment.get("CI_PROJECT_ID")
}

impl Session {
    /// Reads the workspace at head, with the graphs that commands print.
    pub(super) fn opened(&self, request: ChangeRequest) -> Result<Project<'_>, Failure> {
        let project = Project::open(&self.repository, request.clone())?;
        if project.graph_commands().is_empty() {
            return Ok(project);
        }
        Ok(Project::open(&self.repository, self.answered(&project, request))?)
    }

    /// Adds the graphs that commands print to a request.
    pub(super) fn with_graphs(&self, request: ChangeRequest) -> Result<ChangeRequest, Failure> {
        let project = Project::open(&self.repository, request.clone())?;
        Ok(self.answered(&project, request))
    }

    fn answered(&self, project: &Project<'_>, mut request: ChangeRequest) -> ChangeRequest {
        for command in project.graph_commands() {
            let answer = self.answer(&command, project);
            request = request.graph(command, answer);
        }
        request
    }

    /// Runs a command once, if its output is that of head.
    fn answer(&self, command: &str, project: &Project<'_>) -> GraphAnswer {
        if let Some(why) = self.reason_not_to_run(project.head()) {
            return GraphAnswer::NotRun(why);
        }
        if let Some(answer) = self.graphs.borrow().get(command) {
            return answer.clone();
        }
        let directory = self.root().join(project.root().as_str().unwrap_or_default());
        let answer = graph_commands::run(command, &directory, &self.secrets);
        self.graphs.borrow_mut().insert(command.to_owned(), answer.clone());
        answer
    }

    fn reason_not_to_run(&self, head: &Head) -> Option<String> {
        if self.no_run {
            return Some("commands are not run (`--no-run`)".to_owned());
        }
        if self.is_fork {
            return Some("commands are not run for a fork".to_owned());
        }
        let Head::Commit { commit, .. } = head else { return None };
        let checked_out = self.repository.git().head().ok().flatten();
        (checked_out != Some(*commit)).then(|| "another commit is checked out".to_owned())
    }
}
