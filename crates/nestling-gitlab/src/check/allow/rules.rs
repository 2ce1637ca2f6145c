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
        documentation: "It silences nothing. The id of a rule stands in brackets in its messages: `warning[retry]` is \
            allowed with `# nestling: allow(retry)`.",
        source: "allow.md",
        bad: Example::Pipeline("\
deploy:
  script: make deploy
  only: [web] # nestling: allow(only-exept)
build: { script: make }
"),
        good: Example::Pipeline("\
deploy:
  script: make deploy
  only: [web] # nestling: allow(only-except)
build: { script: make }
"),
    }

    ALLOW_UNUSED = "allow-unused" {
        severities: &[Warning],
        summary: "a comment or an entry of `allow` silences nothing",
        documentation: "What it was written for is gone, or it stands on another line than the warning, and it would \
            silence the next mistake. It is reported by `nestling check`, which looks at all units: in a run for some \
            units, or for one kind of pipeline only, a warning that is missing may just not have been looked for. An \
            entry without `where` is judged by all warnings of its unit or workspace; the comments of templates are \
            judged if a unit uses the template.",
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
