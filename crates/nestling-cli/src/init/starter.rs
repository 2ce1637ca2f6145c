//! Templates to start from, for kinds that the built-in library has none for. They are written into the repository,
//! for its people to change.

use super::look::Kind;

/// A template that builds and tests one kind of project.
pub(super) fn template(kind: Kind) -> String {
    let (image, about, lines) = match kind {
        Kind::Node => ("node:22", "Test a Node project", vec!["npm ci", "npm test"]),
        Kind::Cdk => ("node:22", "Synthesize a CDK application", vec!["npm ci", "npx cdk synth --quiet"]),
        Kind::Rust => ("rust:1", "Test a Rust project", vec!["cargo test"]),
        Kind::Go => ("golang:1", "Test a Go module", vec!["go vet ./...", "go test ./..."]),
        Kind::Python => {
            ("python:3", "Test a Python project", vec!["pip install --editable .", "python -m unittest"])
        }
        Kind::Java => ("maven:3-eclipse-temurin-21", "Test a Java project", vec!["mvn --batch-mode verify"]),
        Kind::Opentofu => {
            let image = "ghcr.io/opentofu/opentofu:latest";
            (image, "Validate OpenTofu configuration", vec!["tofu init -backend=false", "tofu validate"])
        }
        Kind::Docker => ("docker:27", "Build an image", vec!["docker build --tag \"$CI_PROJECT_NAME\" ."]),
        Kind::StaticSite => ("alpine:3", "Look at a static site", vec!["test -s index.html"]),
    };
    let script: String = lines.iter().map(|line| format!("    - {line}\n")).collect();
    format!(
        "\
# A template: GitLab CI YAML in which `${{{{ }}}}` are values and `#%` starts a line of control.
spec:
  description: {about}
  inputs:
    image: {{ type: string, default: \"{image}\" }}
---
test:
  stage: test
  image: ${{{{ inputs.image }}}}
  script:
    - cd ${{{{ unit.dir | sh }}}}
{script}"
    )
}
