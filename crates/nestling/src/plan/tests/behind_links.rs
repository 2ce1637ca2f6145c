//! Files that jobs are made from, behind symbolic links, and hashes of files elsewhere: a change to them selects the units.

use crate::{ChangeRequest, Project, Repository};
use nestling_git::testing::Fixture;
use nestling_gitlab::diagnostic::has_errors;
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
        name: "a file elsewhere",
        files: &[("common/providers.tf", "1")],
        links: &[("a/providers.tf", "../common/providers.tf")],
        change: ("common/providers.tf", "2"),
        selected: &["a"],
    },
    Case {
        name: "a directory elsewhere",
        files: &[("common/deep/er/f", "1")],
        links: &[("a/common", "../common")],
        change: ("common/deep/er/f", "2"),
        selected: &["a"],
    },
    Case {
        name: "a file that is not there yet",
        files: &[],
        links: &[("a/made", "../common/made")],
        change: ("common/made", "1"),
        selected: &["a"],
    },
    Case {
        name: "a link below the target of another",
        files: &[("common/f", "1"), ("shared/g", "1")],
        links: &[("a/shared", "../shared"), ("shared/f", "../common/f")],
        change: ("common/f", "2"),
        selected: &["a"],
    },
    Case {
        name: "a link on the way of another",
        files: &[("v1/f", "1")],
        links: &[("a/f", "../current/f"), ("current", "v1")],
        change: ("v1/f", "2"),
        selected: &["a"],
    },
    Case {
        name: "another file beside the target",
        files: &[("common/f", "1"), ("common/g", "1"), ("common/f.md", "1")],
        links: &[("a/f", "../common/f")],
        change: ("common/f.md", "2"),
        selected: &[],
    },
    Case {
        name: "a file of another unit",
        files: &[("b/api/openapi.yml", "1")],
        links: &[("a/openapi.yml", "../b/api/openapi.yml")],
        change: ("b/api/openapi.yml", "2"),
        selected: &["a", "b"],
    },
    Case {
        name: "a link that the unit's globs match",
        files: &[
            ("common/f", "1"),
            ("a/nestling.yml", "unit: { changes: [/links/**/*] }\n---\nbuild: { script: make }\n"),
        ],
        links: &[("links/f", "../common/f")],
        change: ("common/f", "2"),
        selected: &["a"],
    },
    Case {
        name: "a link that globs of all units match",
        files: &[("common/f", "1"), ("nestling.yml", "workspace: { everything: [\"links/**/*\"] }\n")],
        links: &[("links/f", "../common/f")],
        change: ("common/f", "2"),
        selected: &["a", "b"],
    },
    Case {
        name: "a part of the target that the unit excludes",
        files: &[
            ("common/docs/f", "1"),
            ("a/nestling.yml", "unit: { changes: [\"!/common/docs/**/*\"] }\n---\nbuild: { script: make }\n"),
        ],
        links: &[("a/common", "../common")],
        change: ("common/docs/f", "2"),
        selected: &[],
    },
    Case {
        name: "a link that the workspace ignores",
        files: &[("common/f", "1"), ("nestling.yml", "workspace: { ignore: [a/common] }\n")],
        links: &[("a/common", "../common")],
        change: ("common/f", "2"),
        selected: &[],
    },
    Case {
        name: "the whole repository, with the link itself",
        files: &[("common/f", "1")],
        links: &[("a/repository", "..")],
        change: ("common/f", "2"),
        selected: &["a"],
    },
    Case {
        name: "links to each other, and out of the repository",
        files: &[("common/f", "1")],
        links: &[("a/x", "y"), ("a/y", "x"), ("a/out", "../../../elsewhere"), ("a/host", "/etc")],
        change: ("common/f", "2"),
        selected: &[],
    },
    Case {
        name: "a manifest",
        files: &[
            ("nestling.yml", "workspace: { depends_from: [npm] }\n"),
            ("manifests/a.json", "{ \"name\": \"a\", \"dependencies\": { \"b\": \"workspace:*\" } }"),
            ("package.json", "{ \"workspaces\": [\"*\"] }"),
            ("b/package.json", "{ \"name\": \"b\", \"version\": \"1.0.0\" }"),
        ],
        links: &[("a/package.json", "../manifests/a.json")],
        change: ("b/src", "2"),
        selected: &["a", "b"],
    },
    Case {
        name: "the file by which a rule finds units",
        files: &[
            (
                "nestling.yml",
                "workspace: { units: [{ match: { marker: Dockerfile }, use: t }], templates: [ci] }\n",
            ),
            ("ci/t.yml", "build: { script: docker build }\n"),
            ("docker/Dockerfile.base", "FROM a\n"),
            ("c/README", ""),
        ],
        links: &[("c/Dockerfile", "../docker/Dockerfile.base")],
        change: ("docker/Dockerfile.base", "FROM b\n"),
        selected: &["c"],
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

/// Writes the files and the links of a case, and commits them.
#[cfg(unix)]
fn before(case: &Case) -> Fixture {
    let fixture = Fixture::new();
    fixture.write("nestling.yml", "workspace: {}\n");
    fixture.write("a/nestling.yml", JOB);
    fixture.write("b/nestling.yml", JOB);
    case.files.iter().for_each(|(path, content)| fixture.write(path, content));
    for (link, target) in case.links {
        let link = fixture.root.join(link);
        let _ = std::fs::remove_file(&link);
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, link).unwrap();
    }
    fixture.commit("before");
    fixture
}

/// Returns the units that the last commit selects, with the first reason of each.
#[cfg(unix)]
fn selected(fixture: &Fixture) -> Vec<(String, String)> {
    let repository = Repository::discover(&fixture.root).unwrap();
    let request = ChangeRequest::local().base("HEAD~1").head("HEAD");
    let project = Project::open(&repository, request).unwrap();
    let plan = project.plan(project.changes().unwrap()).run().unwrap();
    assert!(!has_errors(&plan.diagnostics), "{:?}", plan.diagnostics);
    let selected = plan.selection.verdicts.iter().filter(|(_, verdict)| verdict.is_selected());
    selected.map(|(name, verdict)| (name.to_string(), verdict.reasons()[0].to_string())).collect()
}

#[cfg(unix)]
#[test]
fn a_change_behind_a_link_or_a_hash_selects_the_units_that_are_made_from_it() {
    for case in CASES {
        let fixture = before(case);
        fixture.write(case.change.0, case.change.1);
        fixture.commit("after");
        let selected: Vec<String> = selected(&fixture).into_iter().map(|(unit, _)| unit).collect();
        assert_eq!(selected, case.selected, "{}", case.name);
    }
}

#[cfg(unix)]
#[test]
fn a_target_that_is_deleted_or_behind_another_link_selects_the_unit() {
    let case = Case {
        name: "a link on the way",
        files: &[("common/v1/f", "1"), ("common/v2/f", "2")],
        links: &[("a/f", "../current/f"), ("current", "common/v1")],
        change: ("", ""),
        selected: &[],
    };
    let fixture = before(&case);
    let because = |path: &str| [("a".to_owned(), format!("{path} changed, which the link a/f leads to"))];
    std::fs::remove_file(fixture.root.join("common/v1/f")).unwrap();
    fixture.commit("deleted");
    assert_eq!(selected(&fixture), because("common/v1/f"));
    std::fs::remove_file(fixture.root.join("current")).unwrap();
    std::os::unix::fs::symlink("common/v2", fixture.root.join("current")).unwrap();
    fixture.commit("another version");
    assert_eq!(selected(&fixture), because("current"));
}

/// A workspace in a directory of the repository: a link is the one way for its units to what is outside of it.
#[cfg(unix)]
#[test]
fn a_link_leads_out_of_the_workspace() {
    let case = Case {
        name: "a workspace below the root",
        files: &[("shop/nestling.yml", "workspace: {}\n"), ("shop/web/nestling.yml", JOB), ("common/f", "1")],
        links: &[("shop/web/common", "../../common")],
        change: ("", ""),
        selected: &[],
    };
    let fixture = before(&case);
    fixture.write("common/f", "2");
    fixture.write("other/f", "2");
    fixture.commit("after");
    let repository = Repository::discover(fixture.root.join("shop")).unwrap();
    let request = ChangeRequest::local().base("HEAD~1").head("HEAD");
    let project = Project::open(&repository, request).unwrap();
    let plan = project.plan(project.changes().unwrap()).run().unwrap();
    assert_eq!(plan.selection.selected().map(UnitName::as_str).collect::<Vec<_>>(), ["web"]);
    assert_eq!(plan.selection.unclaimed, []);
}
