//! The parameters that an action gives a stack, beside those in the manifest.

use crate::template::Resolved;
use serde_json::{Map, Value};

/// The ending of the files that CDK writes for the tags of a stack, which the manifest has as well.
const TAGS_OF_CDK: &str = ".template.json.config.json";

/// Reads `ParameterOverrides`, JSON in a string, and looks at `TemplateConfiguration`, a file that may have parameters, too.
///
/// # Errors
/// A job could not give the stack the same values, in words.
pub(crate) fn parameters(
    overrides: Option<&Resolved>,
    configuration: Option<&str>,
) -> Result<Vec<(String, String)>, String> {
    if let Some(file) = configuration.filter(|file| !file.ends_with(TAGS_OF_CDK)) {
        return Err(format!("CloudFormation with parameters in the file `{file}`"));
    }
    let Some(overrides) = overrides else { return Ok(Vec::new()) };
    let values: Map<String, Value> = serde_json::from_str(overrides.shown())
        .map_err(|error| format!("CloudFormation with parameters that cannot be read ({error})"))?;
    let mut parameters = Vec::new();
    for (name, value) in values {
        let text = match value {
            Value::String(text) => text,
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            // `Fn::GetParam` and `Fn::GetArtifactAtt` take it from an artifact.
            _ => {
                return Err(format!("CloudFormation with a parameter from another action (`{name}`)"));
            }
        };
        if text.contains("#{") {
            return Err(format!(
                "CloudFormation with a parameter that only the pipeline knows (`{name}`: `{text}`)"
            ));
        }
        if let Some(token) = overrides.unknown().iter().find(|token| text.contains(*token)) {
            return Err(format!("CloudFormation with a parameter that needs `{token}` (`{name}`)"));
        }
        parameters.push((name, text));
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_known_or_the_action_is_none_of_ours() {
        let known = |text: &str| Resolved::Known(text.to_owned());
        let own = |pairs: &[(&str, &str)]| -> Option<Vec<(String, String)>> {
            Some(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        };
        let token =
            Resolved::Token { shown: r#"{"A":"${Topic}"}"#.to_owned(), unknown: vec!["${Topic}".to_owned()] };
        for (overrides, file, want) in [
            (None, None, own(&[])),
            (None, Some("Synth::a/Live.template.json.config.json"), own(&[])),
            (None, Some("Source::prod.json"), None),
            (
                Some(known(r#"{"A":"x = 'y'","N":2,"B":true}"#)),
                None,
                own(&[("A", "x = 'y'"), ("N", "2"), ("B", "true")]),
            ),
            (Some(known(r#"{"A":{"Fn::GetParam":["Out","file.json","key"]}}"#)), None, None),
            (Some(known(r##"{"A":"#{Source.CommitId}"}"##)), None, None),
            (Some(known("[]")), None, None),
            (Some(token), None, None),
        ] {
            assert_eq!(parameters(overrides.as_ref(), file).ok(), want, "{overrides:?} {file:?}");
        }
    }
}
