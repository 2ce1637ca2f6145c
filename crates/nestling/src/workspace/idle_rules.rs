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
        summary: "a glob of a header does not match what it seems to",
        documentation: "`ignore`, `everything` and `changes` are read as GitLab reads `rules:changes`: the whole path has to \
            match, `docs/**` is one level deep, and `docs/**/*` is every level. `match` of `units` names directories, and there \
            `services/**` is every level.",
        source: "files/workspace.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: { ignore: [\"docs/**\"] }\n"),
            file("docs/guide/start.md", ""),
            file("docs/README.md", ""),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace: { ignore: [\"docs/**/*\"] }\n"),
            file("docs/guide/start.md", ""),
            file("docs/README.md", ""),
        ]),
    }

    GLOB_UNMATCHED = "glob-unmatched" {
        severities: &[Warning],
        summary: "a glob or a path of a header, or of a job's rules, matches nothing",
        documentation: "A glob of `match` that no directory matches makes no unit, a folder of `templates` that is not there has \
            no template, and a glob that matches no file never selects or ignores anything. `changes` of a job that match no file hold in no merge request: GitLab \
            reads them from the root of the repository, so in a unit they begin with its directory. Only files that git sees \
            count.",
        source: "files/workspace.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: { units: [{ match: \"srevices/*\" }] }\n"),
            file("services/api/nestling.yml", "build: { script: make }\n"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace: { units: [{ match: \"services/*\" }] }\n"),
            file("services/api/nestling.yml", "build: { script: make }\n"),
        ]),
    }

    KEY_UNUSED = "key-unused" {
        severities: &[Warning, Note],
        summary: "a key or an entry of a header has no effect",
        documentation: "An entry that is written twice, a value that no template reads, an environment that no job names, a \
            directory that is a workspace of its own, `reuse: true` of a job that is never left out, a unit without jobs that no other \
            depends on, a glob of `changes` for paths that select the unit already: each can be removed, or was meant otherwise.",
        source: "files/README.md",
        bad: Example::Repository(&[
            file("nestling.yml", "workspace: { vars: { regoin: eu } }\n"),
            file("api/nestling.yml", "build: { script: make }\n"),
        ]),
        good: Example::Repository(&[
            file("nestling.yml", "workspace: { vars: { region: eu } }\n"),
            file("api/nestling.yml", "build: { script: \"make REGION=${{ vars.region }}\" }\n"),
        ]),
    }
}
