//! The variables that a job's rules see.
//!
//! Stronger first: what a run, the project or the group gives; the copy's own of a matrix; the job's; what GitLab
//! predefines (<https://docs.gitlab.com/ci/variables/#cicd-variable-precedence>). `rules:if` expands no references:
//! `A: $B` is the string `$B` there.

use super::moment::Moment;
use crate::name::StageName;
use crate::pipeline::environment::environment;
use crate::pipeline::expand::{Replacement, expand};
use crate::pipeline::expression::Variable;
use crate::yaml::{Map, Meaning, Node};

/// The variables of one copy of a job.
pub(super) struct JobVariables<'a, 'm> {
    pub moment: &'a Moment<'m>,
    /// The name of the copy; `None` for `workflow:rules`, which are asked before there are jobs.
    pub name: Option<&'a str>,
    pub body: &'a Map,
    /// The variables that a matrix gives to this copy.
    pub matrix: &'a [(String, String)],
}

impl JobVariables<'_, '_> {
    /// Returns what `rules:if` sees of a variable.
    pub(super) fn get(&self, name: &str) -> Variable {
        let of_pipeline = self.moment.variables.get(name);
        if !is_predefined(name) && matches!(of_pipeline, Variable::Set(_)) {
            return of_pipeline;
        }
        if let Some(value) = self.own(name) {
            return Variable::Set(value);
        }
        match self.name {
            Some(job) => self.predefined(name, job).unwrap_or(of_pipeline),
            None => of_pipeline,
        }
    }

    /// Returns what GitLab predefines for this job alone.
    fn predefined(&self, name: &str, job: &str) -> Option<Variable> {
        match name {
            "CI_JOB_NAME" => Some(Variable::Set(job.to_owned())),
            "CI_JOB_STAGE" => {
                let stage = self.body.get("stage").and_then(Node::text);
                Some(Variable::Set(stage.unwrap_or(StageName::DEFAULT).to_owned()))
            }
            "CI_ENVIRONMENT_NAME" => Some(self.environment_name()),
            _ => None,
        }
    }

    fn own(&self, name: &str) -> Option<String> {
        let of_matrix = self.matrix.iter().find(|(key, _)| key == name);
        if let Some((_, value)) = of_matrix {
            return Some(value.clone());
        }
        let node = self.body.get("variables")?.get(name)?;
        literal(node.get("value").unwrap_or(node))
    }

    /// The environment's name is the one variable of a job whose references are followed.
    fn environment_name(&self) -> Variable {
        let Some(environment) = environment(self.body) else { return Variable::Unset };
        match self.expand(environment.name_text()) {
            Some(name) => Variable::Set(name),
            None => Variable::Unknown,
        }
    }

    /// Puts values in place of `$NAME`, `${NAME}` and `%NAME%`, and in turn in theirs. A variable that is not set is
    /// an empty string; `None` where one is not known.
    pub(super) fn expand(&self, text: &str) -> Option<String> {
        expand(text, &|name| match self.get(name) {
            Variable::Set(value) => Replacement::Value(value),
            Variable::Bool(value) => Replacement::Value(value.to_string()),
            Variable::Unset => Replacement::Literal(String::new()),
            Variable::Unknown => Replacement::Unknown,
        })
    }
}

/// Returns `true` for names that GitLab keeps for the variables that it predefines; they are the weakest.
pub(crate) fn is_predefined(name: &str) -> bool {
    name.starts_with("CI_") || name.starts_with("GITLAB_")
}

/// A variable's value as GitLab keeps it: numbers and booleans as Ruby prints them.
pub(crate) fn literal(node: &Node) -> Option<String> {
    Some(match node.as_scalar()?.meaning() {
        Meaning::Null => String::new(),
        Meaning::Bool(value) => value.to_string(),
        Meaning::Int(number) => number.to_string(),
        Meaning::Text(text) => text.to_owned(),
        Meaning::Float(_) | Meaning::Date | Meaning::Symbol => node.text()?.to_owned(),
    })
}
