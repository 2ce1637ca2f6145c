//! The rule of the headers that configure Nestling.

use crate::diagnostic::Example;
use crate::diagnostic::Severity::Error;
use crate::diagnostic::file;
use crate::rules;

rules! {
    /// All rules of headers in general.
    RULES;

    HEADER = "header" {
        severities: &[Error],
        summary: "the header of a `nestling.yml` has an unknown key or a value of the wrong type",
        documentation: "The header is the document above the line `---`. A key that Nestling does not know would have \
            no effect, so it is an error. The jobs below the header are checked nevertheless.",
        source: "files/README.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", "\
unit:
  depend_on: lib
---
build:
  script: make
"),
            file("lib/nestling.yml", "build:\n  script: make\n"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", "\
unit:
  depends_on: lib
---
build:
  script: make
"),
            file("lib/nestling.yml", "build:\n  script: make\n"),
        ]),
    }
}
