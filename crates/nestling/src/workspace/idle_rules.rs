//! Rules of keys and globs in headers that have no effect, or less than they seem to.

use nestling_gitlab::diagnostic::Example;
use nestling_gitlab::diagnostic::Severity::{Note, Warning};
use nestling_gitlab::diagnostic::file;
use nestling_gitlab::rules;

rules! {
    /// All rules of what has no effect.
    RULES;

    GLOB_FORM = "glob-form" {
        severities: &[Warning],
        summary: "a glob of a header does not match what it appears to",
        documentation: "`ignore`, `everything` and `changes` match as `rules:changes` does in GitLab: the whole path must match, `docs/**` is one level deep, and `docs/**/*` matches at every level. `match` of `units` matches directories, and there `services/**` matches at every level.",
        source: "files/workspace.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace:\n  ignore: [\"docs/**\"]\n"),
            file("docs/guide/start.md", ""),
            file("docs/README.md", ""),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace:\n  ignore: [\"docs/**/*\"]\n"),
            file("docs/guide/start.md", ""),
            file("docs/README.md", ""),
        ]),
    }

    GLOB_UNMATCHED = "glob-unmatched" {
        severities: &[Warning],
        summary: "a glob or a path of a header, or of a job's rules, matches nothing",
        documentation: "A glob of `match` that matches no directory defines no unit. A missing directory of `templates` has no templates. A glob that matches no file never selects or ignores anything. If `changes` of a job match no file, the rule never applies in a merge request: GitLab matches them from the root of the repository, so in a unit they start with its directory. Only files that git does not ignore count.",
        source: "files/workspace.md",
        bad: Example::Repository(&[
            file("nestling.yml", "\
workspace:
  units:
    - match: \"srevices/*\"
"),
            file("services/api/nestling.yml", "build:\n  script: make\n"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "\
workspace:
  units:
    - match: \"services/*\"
"),
            file("services/api/nestling.yml", "build:\n  script: make\n"),
        ]),
    }

    CHANGES_UNSELECTED = "changes-unselected" {
        severities: &[Warning],
        summary: "`rules:changes` of a job waits for files that do not select its unit",
        documentation: "The jobs of a unit are in the pipeline if a change selects the unit. `rules:changes` can only leave out some of them. If it names files outside of the unit, a change of those alone runs no job. Add them to the unit's `changes`, or let the unit depend on the one that they belong to.",
        source: "change-detection.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", "\
build:
  script: make
  rules:
    - changes: [shared/**/*]
"),
            file("shared/schema.json", "{}"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace: {}\n"),
            file("api/nestling.yml", "\
unit:
  changes: [/shared/**/*]
---
build:
  script: make
  rules:
    - changes: [shared/**/*]
"),
            file("shared/schema.json", "{}"),
        ]),
    }

    KEY_UNUSED = "key-unused" {
        severities: &[Warning, Note],
        summary: "a key or an entry of a header has no effect",
        documentation: "Remove the entry, or correct it. These have no effect: a duplicate entry, a value that no template reads, an environment that no job uses, a directory that is a separate workspace, an expression in a header (only the strings of `environments` are evaluated, without its `inputs`), a file such as `nestling.yaml`, a `nestling.yml`, a template or an included file that git ignores. Neither do `reuse: true` of a job that is never omitted, and a unit without jobs that no other unit depends on. A glob of `changes` has no effect for paths that select the unit anyway.",
        source: "files/README.md",
        bad: Example::Repository(&[
            file("nestling.yml", "\
workspace:
  vars:
    regoin: eu
"),
            file("api/nestling.yml", "build:\n  script: make\n"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "\
workspace:
  vars:
    region: eu
"),
            file("api/nestling.yml", "build:\n  script: make REGION=${{ vars.region }}\n"),
        ]),
    }
}
