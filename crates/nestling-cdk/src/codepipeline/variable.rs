//! Variables of a build, by where their values come from, and which definition of several counts
//! (<https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env>).

/// A variable of a build: its name and its value.
pub(crate) type Variable = (String, VariableValue);

/// The source of a variable's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableValue {
    /// A fixed string.
    Text(String),
    /// Known to CloudFormation alone, as in `${TopicBFC7AF6E}`.
    Token(String),
    /// A string with `#{namespace.variable}` of other actions.
    Reference(String),
    /// A secret of Secrets Manager, as CodeBuild names it: `id:json-key:version-stage:version-id`.
    Secret(String),
    /// A parameter of the Parameter Store, by name.
    Parameter(String),
}

impl VariableValue {
    /// Returns the value of a variable of one of CodeBuild's types.
    pub(crate) fn of_type(variable_type: &str, value: &str) -> Self {
        match variable_type {
            "SECRETS_MANAGER" => Self::Secret(value.to_owned()),
            "PARAMETER_STORE" => Self::Parameter(value.to_owned()),
            _ => Self::Text(value.to_owned()),
        }
    }

    /// Returns the string in which other actions may be named.
    pub(crate) fn reference(&self) -> Option<&str> {
        match self {
            Self::Reference(value) => Some(value),
            _ => None,
        }
    }

    /// Returns `true` if the value is fetched from AWS when the build runs.
    pub(crate) fn is_fetched(&self) -> bool {
        matches!(self, Self::Secret(_) | Self::Parameter(_))
    }
}

/// Joins definitions, the weakest first: the build specification's, the project's, those of the start of the build, which
/// for CodePipeline are the action's. A later definition replaces an earlier one, whatever the type of the two.
pub(crate) fn merged<'a>(levels: impl IntoIterator<Item = &'a [Variable]>) -> Vec<Variable> {
    let mut variables: Vec<Variable> = Vec::new();
    for (name, value) in levels.into_iter().flatten() {
        match variables.iter_mut().find(|(known, _)| known == name) {
            Some((_, replaced)) => *replaced = value.clone(),
            None => variables.push((name.clone(), value.clone())),
        }
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_a_build_precedes_the_project_which_precedes_the_specification() {
        let level = |pairs: &[(&str, VariableValue)]| -> Vec<Variable> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
        };
        let text = |value: &str| VariableValue::Text(value.to_owned());
        let secret = VariableValue::Secret("db:password".to_owned());
        let spec = level(&[("A", text("spec")), ("B", text("spec")), ("C", secret.clone())]);
        let project = level(&[("B", secret.clone()), ("C", text("project")), ("D", text("project"))]);
        let action = level(&[("D", text("action"))]);
        let want =
            level(&[("A", text("spec")), ("B", secret), ("C", text("project")), ("D", text("action"))]);
        assert_eq!(merged([&spec[..], &project, &action]), want);
    }
}
