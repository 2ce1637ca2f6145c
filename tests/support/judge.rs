//! Checks of a generated pipeline: GitLab's YAML reader without a surprise, and GitLab's schema.

use super::output;
use super::tool::{Tool, need};
use super::{root, run, said};
use serde_json::Value;
use std::path::PathBuf;

/// Reads files as GitLab does: no key twice, no scalar that is not what it looks like. `None` where Ruby is missing.
pub(crate) fn psych(test: &str, files: &[PathBuf]) -> Option<Vec<Value>> {
    let mut ruby = need(Tool::Ruby, test)?;
    let lines =
        output(ruby.args(["-W0", "-EUTF-8"]).arg(root().join("tests/oracles/psych_check.rb")).args(files));
    let read = |line: &str| {
        let mut said: Value = serde_json::from_str(line).unwrap();
        for list in ["surprises", "typed", "duplicates"] {
            assert_eq!(said[list], Value::Array(Vec::new()), "{} in {}", list, said["file"]);
        }
        said["doc"].take()
    };
    Some(lines.lines().map(read).collect())
}

/// Holds files against GitLab's schema. It finds less than half of what GitLab refuses, and nothing that it accepts.
pub(crate) fn schema(test: &str, files: &[PathBuf]) {
    let Some(mut check) = need(Tool::CheckJsonschema, test) else { return };
    let options = ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"];
    let output = run(check.args(options).args(files));
    assert!(output.status.success(), "{}", said(&output));
}
