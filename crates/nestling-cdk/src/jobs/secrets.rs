//! Secrets and parameters: fetched when the job runs, so that no pipeline has them as text.

use crate::codepipeline::VariableValue;
use crate::shell::quoted;

/// The function that reads a secret of several values and prints one of them. The AWS command line cannot do it.
pub(crate) const SECRET_KEY: &str = r#"secret_key() {
  if command -v jq > /dev/null; then
    jq -e -r --arg key "$1" 'if has($key) then .[$key] | tostring else error("the secret has no key " + $key) end'
  elif command -v python3 > /dev/null; then
    python3 -c 'import json, sys; value = json.load(sys.stdin)[sys.argv[1]]; print(value if isinstance(value, str) else json.dumps(value))' "$1"
  elif command -v node > /dev/null; then
    node -e 'const value = JSON.parse(require("fs").readFileSync(0, "utf8"))[process.argv[1]]; if (value === undefined) throw new Error(`the secret has no key ${process.argv[1]}`); console.log(typeof value === "string" ? value : JSON.stringify(value))' "$1"
  else
    echo 'The keys of secrets are read with jq, python3 or node: the image must have one of them.' >&2
    return 1
  fi
}"#;

/// A secret as CodeBuild names it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Secret<'a> {
    id: &'a str,
    key: Option<&'a str>,
    version_stage: Option<&'a str>,
    version_id: Option<&'a str>,
}

impl<'a> Secret<'a> {
    /// Reads `id:json-key:version-stage:version-id`, of which all but the id may be missing or empty. The id may be an ARN,
    /// which has six colons itself.
    fn parse(written: &'a str) -> Self {
        let colons = if written.starts_with("arn:") { 6 } else { 0 };
        let end = written.match_indices(':').nth(colons).map_or(written.len(), |(end, _)| end);
        let rest = written[end..].strip_prefix(':').unwrap_or_default();
        let mut rest = rest.splitn(3, ':');
        let mut next = || rest.next().filter(|part| !part.is_empty());
        Self { id: &written[..end], key: next(), version_stage: next(), version_id: next() }
    }
}

/// Returns the lines that fetch the value of a variable. The job ends where that fails, which it would not if one line
/// fetched and exported.
pub(crate) fn fetch(name: &str, value: &VariableValue) -> Vec<String> {
    let command = match value {
        VariableValue::Secret(written) => of_secret(&Secret::parse(written)),
        VariableValue::Parameter(parameter) => format!(
            "aws ssm get-parameter --with-decryption --name {}{} --query Parameter.Value --output text",
            quoted(parameter),
            region(parameter)
        ),
        VariableValue::Text(_) | VariableValue::Token(_) | VariableValue::Reference(_) => return Vec::new(),
    };
    vec![format!("{name}=\"$({command})\""), format!("export {name}")]
}

fn of_secret(secret: &Secret<'_>) -> String {
    let mut command =
        format!("aws secretsmanager get-secret-value --secret-id {}{}", quoted(secret.id), region(secret.id));
    for (option, value) in [("--version-stage", secret.version_stage), ("--version-id", secret.version_id)] {
        if let Some(value) = value {
            command.push_str(&format!(" {option} {}", quoted(value)));
        }
    }
    command.push_str(" --query SecretString --output text");
    match secret.key {
        Some(key) => format!("{command} | secret_key {}", quoted(key)),
        None => command,
    }
}

/// Returns the option for the region that an ARN names.
fn region(id: &str) -> String {
    let region = id.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(2));
    region
        .filter(|region| !region.is_empty())
        .map_or_else(String::new, |region| format!(" --region {}", quoted(region)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_named_with_its_parts() {
        let arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-AbCdEf";
        let secret = |id, key, version_stage, version_id| Secret { id, key, version_stage, version_id };
        for (written, want) in [
            ("db", secret("db", None, None, None)),
            ("db:password", secret("db", Some("password"), None, None)),
            ("db:password:AWSPREVIOUS", secret("db", Some("password"), Some("AWSPREVIOUS"), None)),
            ("db::AWSPREVIOUS", secret("db", None, Some("AWSPREVIOUS"), None)),
            ("db:::id", secret("db", None, None, Some("id"))),
            ("db:password::id", secret("db", Some("password"), None, Some("id"))),
            (arn, secret(arn, None, None, None)),
            (&format!("{arn}:password:AWSCURRENT:"), secret(arn, Some("password"), Some("AWSCURRENT"), None)),
        ] {
            assert_eq!(Secret::parse(written), want, "{written}");
        }
    }

    #[test]
    fn a_name_cannot_become_a_command() {
        let lines = fetch("X", &VariableValue::Secret("a'; id; ':$(id)".to_owned()));
        assert_eq!(
            lines[0],
            r#"X="$(aws secretsmanager get-secret-value --secret-id 'a'\''; id; '\''' --query SecretString --output text | secret_key '$(id)')""#
        );
        let parameter = "arn:aws:ssm:us-east-1:111111111111:parameter/a";
        let lines = fetch("X", &VariableValue::Parameter(parameter.to_owned()));
        assert!(lines[0].contains(" --region us-east-1 "), "{lines:?}");
    }
}
