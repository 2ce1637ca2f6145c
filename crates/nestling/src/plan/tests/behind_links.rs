//! Files that jobs are made from, behind symbolic links, and hashes of files elsewhere: a change to them selects the units.

use crate::{ChangeRequest, Project, Repository};
use nestling_git::testing::Fixture;
use nestling_gitlab::name::UnitName;

const JOB: &str = "build: { script: make }\n";
const TEMPLATES: &str = "workspace: { templates: [ci] }\n";
const USE: &str = "unit: { use: t }\n";

/// A change of a file behind a link.
struct Case {
    name: &'static str,
    files: &'static [(&'static str, &'static str)],
    /// Links, each with its target.
    links: &'static [(&'static str, &'static str)],
    change: (&'static str, &'static str),
    selected: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        name: "the workspace's file",
        files: &[("ci/ws.yml", "workspace: {}\n")],
        links: &[("nestling.yml", "current/ws.yml"), ("current", "ci")],
        change: ("ci/ws.yml", "workspace: {}\n---\ndefault: { image: a }\n"),
        selected: &["a", "b"],
    },
    Case {
        name: "the workspace's file, where no job differs",
        files: &[("ws.yml", "workspace: {}\n")],
        links: &[("nestling.yml", "ws.yml")],
        change: ("ws.yml", "workspace: {}\n# as before\n"),
        selected: &[],
    },
    Case {
        name: "a graph",
        files: &[
            ("nestling.yml", "workspace: { depends_from: [{ file: graph.json }] }\n"),
            ("tools/graph.json", "{ \"a\": [] }"),
        ],
        links: &[("graph.json", "tools/graph.json")],
        change: ("tools/graph.json", "{ \"a\": [\"b\"] }"),
        selected: &["a"],
    },
    Case {
        name: "inputs of a template",
        files: &[
            ("nestling.yml", TEMPLATES),
            ("a/nestling.yml", USE),
            (
                "ci/t.yml",
                "spec: { include: [{ local: /inputs.yml }] }\n---\nbuild: { script: \"${{ inputs.x }}\" }\n",
            ),
            ("shared/inputs.yml", "inputs: { x: { default: one } }\n"),
        ],
        links: &[("inputs.yml", "shared/inputs.yml")],
        change: ("shared/inputs.yml", "inputs: { x: { default: two } }\n"),
        selected: &["a"],
    },
    Case {
        name: "a file whose hash a template prints",
        files: &[
            ("nestling.yml", TEMPLATES),
            ("a/nestling.yml", USE),
            ("ci/t.yml", "build: { script: \"${{ files.fingerprint('/current/Dockerfile') }}\" }\n"),
            ("v1/Dockerfile", "FROM a\n"),
        ],
        links: &[("current", "v1")],
        change: ("v1/Dockerfile", "FROM b\n"),
        selected: &["a"],
    },
    Case {
        name: "a directory whose hash a template prints, without a link",
        files: &[
            ("nestling.yml", TEMPLATES),
            ("a/nestling.yml", USE),
            ("ci/t.yml", "build: { script: \"${{ files.fingerprint('/' ~ 'shared') }}\" }\n"),
            ("shared/Dockerfile", "FROM a\n"),
        ],
        links: &[],
        change: ("shared/Dockerfile", "FROM b\n"),
        selected: &["a"],
    },
    Case {
        name: "another file than the one whose hash a template prints",
        files: &[
            ("nestling.yml", TEMPLATES),
            ("a/nestling.yml", USE),
            ("ci/t.yml", "build: { script: \"${{ files.fingerprint('/' ~ 'shared') }}\" }\n"),
            ("shared/Dockerfile", "FROM a\n"),
            ("docs/x", "1"),
        ],
        links: &[],
        change: ("docs/x", "2"),
        selected: &[],
    },
];

#[cfg(unix)]
#[test]
fn a_change_behind_a_link_or_a_hash_selects_the_units_that_are_made_from_it() {
    for case in CASES {
        let fixture = Fixture::new();
        fixture.write("nestling.yml", "workspace: {}\n");
        fixture.write("a/nestling.yml", JOB);
        fixture.write("b/nestling.yml", JOB);
        case.files.iter().for_each(|(path, content)| fixture.write(path, content));
        for (link, target) in case.links {
            let link = fixture.root.join(link);
            let _ = std::fs::remove_file(&link);
            std::os::unix::fs::symlink(target, link).unwrap();
        }
        fixture.commit("before");
        fixture.write(case.change.0, case.change.1);
        fixture.commit("after");
        let repository = Repository::discover(&fixture.root).unwrap();
        let request = ChangeRequest::local().base("HEAD~1").head("HEAD");
        let project = Project::open(&repository, request).unwrap();
        let plan = project.plan(project.changes().unwrap()).run().unwrap();
        let selected: Vec<&str> = plan.selection.selected().map(UnitName::as_str).collect();
        assert_eq!(selected, case.selected, "{}: {:?}", case.name, plan.diagnostics);
    }
}
