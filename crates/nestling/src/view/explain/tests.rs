use super::*;
use crate::cdk::InRepository;
use crate::changes::{As, Change, ChangeSet, Everything, Extent, Head, PipelineFacts, Status};
use crate::plan::{self, made_from};
use crate::select::Narrowing;
use crate::view::Paint;
use crate::workspace::load;
use nestling_files::files::{MemoryFiles, NoRevisions};
use nestling_git::History;
use nestling_gitlab::diagnostic::Sources;

const FILES: [(&str, &str); 8] = [
    (
        "nestling.yml",
        "workspace:\n  templates: [ci]\n  ignore: [\"**/*.md\"]\n  everything: [lock]\n  environments:\n    live: { when: default_branch }\n---\nlint: { script: l }\n",
    ),
    ("ci/service.yml", "test: { script: t }\ndeploy: { environment: [live], script: d, needs: [test] }\n"),
    (
        "core/nestling.yml",
        "unit: { changes: [\"/proto/**/*\", \"!docs/**/*\"] }\n---\nbuild: { script: b }\n",
    ),
    ("core/a.rs", ""),
    ("core/inner/nestling.yml", "job: { script: j }\n"),
    ("api/nestling.yml", "unit:\n  depends_on: [core]\n  use: service\n"),
    ("web/nestling.yml", "unit:\n  depends_on: [api]\n  use: service\n"),
    ("tool/nestling.yml", "run: { script: r, needs: [\"core:build\"] }\n"),
];

fn explained(extent: Extent, pipeline: &str, asked: &str) -> Explanation {
    let (files, sources) = (MemoryFiles::new(FILES), Sources::default());
    let facts = PipelineFacts::local(Some("feature".into()), Some("main".into()), None);
    let plan = plan::plan(&plan::Request {
        fingerprints: None,
        base_tree: None,
        wants_fingerprints: false,
        parent_path: None,
        parent_files: None,
        replayed: None,
        files: &files,
        loaded: &load(&files, &sources).unwrap(),
        base: None,
        protected: None,
        revisions: &NoRevisions,
        changes: ChangeSet {
            base: None,
            head: Head::WorkTree { commit: None },
            extent,
            history: History::Complete,
            unknown_paths: Vec::new(),
            workspace_from: None,
            recorded: None,
        },
        pipeline: facts.seen_as(&As::parse(pipeline).unwrap()),
        narrowing: Narrowing::default(),
        assemblies: &InRepository,
        sources: &sources,
    })
    .unwrap();
    let found = Asked::find(&plan, asked).unwrap_or_else(|| {
        let path = RepoPath::parse(asked).unwrap();
        let made = made_from(&files, &plan.workspace, &sources, &path);
        Asked::Path { path, made }
    });
    explain(&plan, &found)
}

fn explanation_text(changed: &[&str], asked: &str) -> String {
    let change = |path: &&str| Change { path: RepoPath::parse(path).unwrap(), status: Status::Modified };
    explained(Extent::Paths(changed.iter().map(change).collect()), "merge_request", asked).text(Paint::Plain)
}

#[test]
fn a_unit_is_traced_to_the_changed_path_and_to_its_consequences() {
    assert_eq!(
        explanation_text(&["core/a.rs"], "core/"),
        "core is selected\n  because core/a.rs changed\n  → jobs in this pipeline: core:build\n  → api depends on it: api:test\n  → web depends on it through api: web:test\n\nchanged paths that affect it:\n  core/a.rs\n\ndeclared at core/nestling.yml:1\n"
    );
    assert_eq!(
        explanation_text(&["core/a.rs"], "web"),
        "web is selected\n  because web depends on api  web/nestling.yml:2:16\n     since api depends on core  api/nestling.yml:2:16\n     since core/a.rs changed\n  → jobs in this pipeline: web:test\n\ndeclared at web/nestling.yml:1\n"
    );
    assert!(
        explanation_text(&["proto/x.proto"], "core").starts_with(
            "core is selected\n  because `changes: /proto/**/*` matches proto/x.proto  core/nestling.yml:1:19\n     since proto/x.proto was modified\n"
        ),
        "{}",
        explanation_text(&["proto/x.proto"], "core")
    );
}

#[test]
fn a_unit_that_is_not_selected_has_the_nearest_reasons() {
    for (changed, asked, expected) in [
        (&[][..], "core", "no path changed"),
        (&["web/x"], "core", "the changed path is not in core/"),
        (&["core/docs/x"], "core", "`!docs/**/*` excludes core/docs/x (core/nestling.yml:1:34)"),
        (&["core/README.md"], "core", "`ignore: **/*.md` excludes core/README.md"),
        (&["core/inner/x"], "core", "core/inner/x belongs to the inner unit core/inner"),
        (&["core/x"], "core/inner", "the nearest is core/x"),
        (&["web/x"], "core", "no changed path matches `/proto/**/*` (core/nestling.yml:1:19)"),
        (&["web/x"], "api", "it depends on core (api/nestling.yml:2:16), which is not selected either"),
    ] {
        let explanation = explanation_text(changed, asked);
        assert!(
            explanation.lines().any(|line| line.trim() == expected),
            "{changed:?} {asked}:\n{explanation}"
        );
    }
}

#[test]
fn a_job_is_in_the_pipeline_by_its_unit_or_by_a_need() {
    let needed = explanation_text(&["tool/x"], "core:build");
    assert!(
        needed.starts_with(
            "core:build is in this pipeline\n  because tool:run needs it\n     since needed by tool:run  tool/nestling.yml:1:1\n     since tool/x changed\n  → tool:run needs it\n"
        ),
        "{needed}"
    );
    let unit = explanation_text(&["tool/x"], "core");
    assert!(unit.contains("is not selected, but other units need some of its jobs"), "{unit}");
    let selected = explanation_text(&["api/x"], "api:test");
    assert!(selected.contains("because api is selected\n     since api/x changed\n"), "{selected}");
    for (asked, expected) in [
        ("api:deploy", "this kind of pipeline deploys to none of its environments"),
        ("api:nothing", "api has no job of this name; it has api:test"),
        ("tool:run", "tool is not selected, so it has no jobs here"),
    ] {
        let explanation = explanation_text(&["api/x"], asked);
        assert!(
            explanation.lines().nth(1).is_some_and(|line| line.trim() == expected),
            "{asked}:\n{explanation}"
        );
    }
    let fanned = explained(Extent::Everything(Everything::Asked), "branch:main", "api:deploy");
    assert_eq!(fanned.why_not, ["it became api:deploy:live, one job per environment"]);
    assert!(explanation_text(&[], "lint").contains("every pipeline has the jobs of the workspace"));
}

#[test]
fn a_path_has_the_units_that_it_affects_changed_or_not() {
    assert_eq!(
        explanation_text(&["core/a.rs"], "core/a.rs"),
        "core/a.rs was modified\n  → it is in the directory of core: core:build\n  → api depends on core: api:test\n  → web depends on api, which depends on core: web:test\n"
    );
    let unchanged = explanation_text(&["web/x"], "core/a.rs");
    assert!(
        unchanged.starts_with("core/a.rs did not change; if it did:\n  → it is in the directory of core\n"),
        "{unchanged}"
    );
    assert!(unchanged.contains("→ web depends on api, which depends on core: web:test"), "{unchanged}");
    for (asked, expected) in [
        ("ci/service.yml", "→ api is generated from it and would be compared"),
        ("lock", "because `everything: lock` matches it: it selects all units"),
        ("core/x.md", "`ignore: **/*.md` matches it: it selects nothing"),
        ("proto/a", "→ `changes: /proto/**/*` of core matches it"),
        ("other", "it does not belong to a unit"),
        ("core/docs/x", "it is in the directory of core, whose `changes` exclude it"),
    ] {
        let explanation = explanation_text(&[], asked);
        assert!(explanation.lines().any(|line| line.trim() == expected), "{asked}:\n{explanation}");
    }
}

#[test]
fn an_explanation_as_json() {
    let change = Change { path: RepoPath::parse("core/a.rs").unwrap(), status: Status::Added };
    let explanation = explained(Extent::Paths(vec![change]), "merge_request", "api");
    let json = serde_json::to_value(&explanation).unwrap();
    assert_eq!(json["subject"], serde_json::json!({ "kind": "unit", "name": "api" }));
    assert_eq!(json["because"][0][0]["place"], "api/nestling.yml:2:16");
    assert_eq!(json["effects"][0]["jobs"], serde_json::json!(["api:test"]));
    assert_eq!(json["included"], true);
}
