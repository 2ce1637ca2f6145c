//! Rules of [`testing`](crate::testing), which is below the catalogue: its runs apply `allow`.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::Severity::Error;
use nestling_gitlab::diagnostic::file;
use nestling_gitlab::rules;

rules! {
    /// All rules of the cases beside templates.
    RULES;

    CASE = "case" {
        severities: &[Error],
        summary: "a case of `nestling test` has an unknown key, names no template or fails",
        documentation: "A case is a file in a directory `tests` beside templates. It has the template, its inputs, the changed paths, and the expected jobs.",
        source: "templates-guide.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace:\n  templates: [ci]\n"),
            file("ci/node.yml", "test:\n  script: npm test\n"),
            file("ci/tests/node.yml", "\
template: node
expects:
  jobs:
    test:
      script: [npm test]
"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace:\n  templates: [ci]\n"),
            file("ci/node.yml", "test:\n  script: npm test\n"),
            file("ci/tests/node.yml", "\
template: node
expect:
  jobs:
    test:
      script: npm test
"),
        ]),
    }
}
