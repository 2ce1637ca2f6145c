//! The meaning of names in an expression: GitHub's contexts as variables of GitLab, inputs as what was passed for them.

use super::context::{Value, value, variable_name, version};
use super::expression::{Expr, Variable};
use super::facts;
use super::fold::fold;
use std::collections::BTreeMap;

/// The names that expressions of a place can use.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// The inputs that a caller passed; `None` where the workflow is started by itself.
    pub inputs: Option<BTreeMap<String, Expr>>,
    /// The secrets that a caller passed under another name.
    pub secrets: BTreeMap<String, Expr>,
    /// The outputs of earlier steps, by the step's id.
    pub steps: BTreeMap<String, Outputs>,
    /// The outputs of jobs that are needed, by the job's name.
    pub needs: BTreeMap<String, BTreeMap<String, Expr>>,
    /// The name of the workflow.
    pub workflow: String,
    /// The directory of a composite action.
    pub action: Option<String>,
    /// True if a runner of another system may run the job.
    pub is_elsewhere: bool,
}

/// The outputs of a step.
#[derive(Debug, Clone)]
pub(super) enum Outputs {
    /// Values that it writes to `$GITHUB_OUTPUT`: variables with this prefix.
    File(String),
    /// Values of a composite action.
    Values(BTreeMap<String, Expr>),
}

impl Scope {
    /// Returns an expression over the variables of GitLab, without parts that are known.
    pub(super) fn resolve(&self, expression: &Expr) -> Expr {
        let each = |parts: &[Expr]| parts.iter().map(|part| self.resolve(part)).collect::<Vec<_>>();
        fold(match expression {
            Expr::Context(name) => self.context(name),
            Expr::Not(inner) => self.resolve(inner).not(),
            Expr::All(parts) => Expr::All(each(parts)),
            Expr::Any(parts) => Expr::Any(each(parts)),
            Expr::Joined(parts) => Expr::Joined(each(parts)),
            Expr::Compare { left, operator, right } => self.compared(left, operator, right),
            Expr::Call(name, arguments) => match facts::call(name, arguments) {
                Some(fact) => fact,
                None => Expr::Call(name.clone(), each(arguments)),
            },
            other => other.clone(),
        })
    }

    /// Returns `true` for an input or a secret that a caller passed.
    pub(super) fn is_passed(&self, context: &str) -> bool {
        match context.split_once('.') {
            Some(("inputs", _)) => self.inputs.is_some(),
            Some(("secrets", name)) => self.secrets.contains_key(name),
            _ => false,
        }
    }

    fn compared(&self, left: &Expr, operator: &'static str, right: &Expr) -> Expr {
        if let Some(fact) = facts::compared(left, operator, right) {
            return fact;
        }
        let is_matrix = |side: &Expr| matches!(side, Expr::Context(name) if name.starts_with("matrix."));
        let has_matrix = is_matrix(left) || is_matrix(right);
        let resolved = |side: &Expr| match side {
            // The matrix has the version in this form as well.
            Expr::Text(text) if has_matrix => Expr::Text(version(text)),
            side => self.resolve(side),
        };
        resolved(left).compare(operator, resolved(right))
    }

    fn context(&self, name: &str) -> Expr {
        let parts: Vec<&str> = name.split('.').collect();
        match parts.as_slice() {
            ["runner", "os" | "arch" | "temp"] if self.is_elsewhere => return Expr::Unknown(name.to_owned()),
            ["github", "event", "repository", "fork"]
            | ["github", "event", "pull_request", "head", "repo", "fork"] => {
                return Expr::Bool(false);
            }
            ["github", "workflow"] => return Expr::Text(self.workflow.clone()),
            ["github", "action_path"] => {
                if let Some(directory) = &self.action {
                    return Expr::Joined(vec![
                        Expr::variable("CI_PROJECT_DIR"),
                        Expr::Text(format!("/{directory}")),
                    ]);
                }
            }
            ["inputs", input] | ["github", "event", "inputs", input] => {
                if let Some(inputs) = &self.inputs {
                    return inputs.get(*input).cloned().unwrap_or_else(|| Expr::Text(String::new()));
                }
            }
            ["secrets", secret] => {
                if let Some(known) = self.secrets.get(*secret) {
                    return known.clone();
                }
            }
            ["steps", step, "outputs", output] => {
                return match self.steps.get(*step) {
                    Some(Outputs::File(prefix)) => late(format!("{prefix}{}", variable_name(output))),
                    Some(Outputs::Values(values)) => {
                        values.get(*output).cloned().unwrap_or_else(|| Expr::Text(String::new()))
                    }
                    None => Expr::Unknown(name.to_owned()),
                };
            }
            ["needs" | "jobs", job, "outputs", output] => {
                let known = self.needs.get(*job).and_then(|outputs| outputs.get(*output));
                return known.cloned().unwrap_or_else(|| Expr::Unknown(name.to_owned()));
            }
            _ => {}
        }
        match value(name) {
            Some(Value::Text(text)) => Expr::Text(text),
            Some(Value::Variable(variable)) => Expr::Variable(Variable {
                name: variable,
                is_flag: matches!(parts[0], "matrix" | "inputs"),
                is_late: false,
            }),
            None => Expr::Unknown(name.to_owned()),
        }
    }
}

/// Returns a variable that has its value while the job runs.
pub(super) fn late(name: String) -> Expr {
    Expr::Variable(Variable { name, is_flag: false, is_late: true })
}
