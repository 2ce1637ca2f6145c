//! Rules of whose a `${{ }}` is.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::Severity::Error;
use nestling_gitlab::diagnostic::file;
use nestling_gitlab::rules;

rules! {
    /// All rules of whose an expression is.
    RULES;

    EXPRESSION_OWNER = "expression-owner" {
        severities: &[Error],
        summary: "an expression is neither the template's nor GitLab's",
        documentation: "GitLab's runner evaluates `${{ job.inputs.NAME }}`, and in `run` `env`, `steps`, `output_file`, \
            `export_file`, `work_dir` and `func_dir`. These names always belong to GitLab, so that no expression can mix them with names of the template, and no variable of a template can have one of these names. `\\${{ … }}` passes any expression to GitLab.",
        source: "gitlab-expressions.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("web/nestling.yml", "\
test:
  inputs:
    suite:
      default: smoke
  script: npm test -- ${{ unit.name ~ job.inputs.suite }}
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("web/nestling.yml", "\
test:
  inputs:
    suite:
      default: smoke
  script: npm test -- ${{ unit.name }}${{ job.inputs.suite }}
"),
        ]),
    }
}
