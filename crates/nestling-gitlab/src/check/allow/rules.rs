//! Rules of the comments and entries that allow a warning.

use crate::diagnostic::Example;
use crate::diagnostic::Severity::Warning;
use crate::diagnostic::file;
use crate::rules;

rules! {
    /// All rules of allowed warnings.
    RULES;

    ALLOW_UNKNOWN = "allow-unknown" {
        severities: &[Warning],
        summary: "a comment or an entry of `allow` names a rule that does not exist",
        documentation: "Such an entry silences nothing. Messages have the ID of their rule in brackets: `# nestling: allow(retry)` allows `warning[retry]`.",
        source: "allow.md",
        bad: Example::Pipeline("deploy:
  script: make deploy
  only: [web] # nestling: allow(only-exept)
build:
  script: make
"),
        good: Example::Pipeline("deploy:
  script: make deploy
  only: [web] # nestling: allow(only-except)
build:
  script: make
"),
    }

    ALLOW_UNUSED = "allow-unused" {
        severities: &[Warning],
        summary: "a comment or an entry of `allow` silences nothing",
        documentation: "Its warning no longer occurs, or it is on the wrong line, and it would silence the next mistake. Only `nestling check` reports it, because it checks all units and all kinds of pipelines. An entry without `where` applies to all warnings of its unit or workspace; comments in a template are checked if a unit uses the template.",
        source: "allow.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", "\
build:
  script: make # nestling: allow(only-except)
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", "\
build:
  script: make
"),
        ]),
    }
}
