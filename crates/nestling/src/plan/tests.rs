use super::*;
use crate::cdk::InRepository;
use crate::changes::{As, Base, Change, Extent, Head, Obtained, Provenance, Status};
use crate::workspace;
use nestling_files::files::{MemoryFiles, NoRevisions};
use nestling_files::path::RepoPath;
use nestling_git::{CommitId, History};
use std::collections::BTreeMap;

mod behind_links;
mod named_files;
mod noop;
#[cfg(unix)]
mod random_links;
mod removed;
mod rewired;

/// A repository: text by path.
#[derive(Clone, Default)]
struct Repo(BTreeMap<String, String>);

const WORKSPACE: &str = "\
workspace:
  templates: [ci]
  stages: [test, deploy]
  ignore: [\"**/*.md\"]
  vars: { registry: r.example }
  environments:
    review: { when: merge_request, name: \"review/${{ unit.slug }}\", deployment_tier: development }
    production: { when: default_branch, deployment_tier: production }
";

const SERVICE: &str = "\
#% import \"parts.yml\" as parts
test:
  stage: test
  image: node:22
  script: ${{ parts.run() }} ${{ unit.changed_files | length }} ${{ vars.registry }}
deploy:
  stage: deploy
  environment: [review, production]
  needs: [test]
  script: ./deploy.sh
  stop: { script: ./destroy.sh }
";

/// Three services by one template, which reads another; a fragment that includes a file; a unit without any of it.
fn repo() -> Repo {
    let unit = "unit: { use: service }\n";
    Repo::default()
        .with("nestling.yml", WORKSPACE)
        .with("ci/service.yml", SERVICE)
        .with("ci/parts.yml", "#% macro run()\nmake test\n#% endmacro\n")
        .with("shared/lint.yml", "lint: { stage: test, script: lint }\n")
        .with("api/nestling.yml", unit)
        .with("web/nestling.yml", unit)
        .with("tools/nestling.yml", "include: { local: shared/lint.yml }\n")
        .with("lib/nestling.yml", "check: { stage: test, script: check }\n")
}

impl Repo {
    fn with(mut self, path: &str, text: impl Into<String>) -> Self {
        self.0.insert(path.to_owned(), text.into());
        self
    }

    fn without(mut self, path: &str) -> Self {
        self.0.remove(path).unwrap();
        self
    }

    fn edit(mut self, path: &str, from: &str, to: &str) -> Self {
        let text = self.0.get_mut(path).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        *text = text.replace(from, to);
        self
    }

    fn files(&self) -> MemoryFiles {
        MemoryFiles::new(self.0.iter().map(|(path, text)| (path, text.as_bytes())))
    }
}

fn changes(base: &Repo, head: &Repo) -> Vec<Change> {
    let paths: BTreeSet<&String> = base.0.keys().chain(head.0.keys()).collect();
    let change = |path: &String| {
        let status = match (base.0.get(path), head.0.get(path)) {
            (None, _) => Status::Added,
            (_, None) => Status::Deleted,
            (a, b) if a == b => return None,
            _ => Status::Modified,
        };
        Some(Change { path: RepoPath::parse(path).unwrap(), status })
    };
    paths.into_iter().filter_map(change).collect()
}

/// The plan of a pipeline for what differs; without base where it cannot be read.
fn planned(base: &Repo, head: &Repo, pipeline: &str, readable: bool) -> Plan {
    let sources = Sources::default();
    let (old, new) = (base.files(), head.files());
    let facts = PipelineFacts::local(Some("feature".into()), Some("main".into()), None);
    let found = Provenance::Variable("CI_MERGE_REQUEST_DIFF_BASE_SHA");
    let commit = CommitId::parse(&"b".repeat(40)).unwrap();
    plan(&Request {
        fingerprints: None,
        base_tree: None,
        wants_fingerprints: false,
        parent_path: None,
        parent_files: None,
        replayed: None,
        files: &new,
        protected: None,
        revisions: &NoRevisions,
        loaded: &workspace::load(&new, &sources).unwrap(),
        base: readable.then_some(&old as &dyn Files),
        changes: ChangeSet {
            base: Some(Base { commit, found, obtained: Obtained::Present }),
            head: Head::WorkTree { commit: None },
            extent: Extent::Paths(changes(base, head)),
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
    .unwrap()
}

/// The units that are in, each with its reasons.
fn reasons(plan: &Plan) -> Vec<String> {
    let messages = plan.included().into_iter().map(|(unit, verdict)| {
        let reasons: Vec<String> = verdict.reasons().iter().map(ToString::to_string).collect();
        format!("{unit}: {}", reasons.join("; "))
    });
    messages.collect()
}

fn between(base: &Repo, head: &Repo) -> Vec<String> {
    reasons(&planned(base, head, "merge_request", true))
}

fn jobs(plan: &Plan) -> Vec<&str> {
    plan.pipeline.jobs.iter().map(|job| job.name.as_str()).collect()
}

#[test]
fn a_comment_in_a_template_or_in_the_workspace_selects_nothing() {
    let base = repo();
    for (path, from) in [
        ("nestling.yml", "workspace:\n"),
        ("ci/service.yml", "test:\n"),
        ("ci/parts.yml", "#% macro"),
        ("shared/lint.yml", "lint:"),
    ] {
        let head = base.clone().edit(path, from, &format!("# a comment\n{from}"));
        assert_eq!(between(&base, &head), [""; 0], "{path}");
        let plan = planned(&base, &head, "merge_request", true);
        assert_eq!(plan.selection.unclaimed, [], "{path} was looked at");
        assert_eq!(jobs(&plan), [NOOP_JOB]);
    }
}

#[test]
fn what_a_unit_is_made_from_selects_it_where_its_jobs_differ() {
    let base = repo();
    let cases = [
        (
            base.clone().edit("ci/service.yml", "node:22", "node:24"),
            vec![
                "api: ci/service.yml changed: job `test` differs in image",
                "web: ci/service.yml changed: job `test` differs in image",
            ],
        ),
        (
            base.clone().edit("ci/parts.yml", "make test", "make check"),
            vec![
                "api: ci/parts.yml changed: job `test` differs in script",
                "web: ci/parts.yml changed: job `test` differs in script",
            ],
        ),
        (
            base.clone().edit("shared/lint.yml", "script: lint", "script: lint --all"),
            vec!["tools: shared/lint.yml changed: job `lint` differs in script"],
        ),
        (
            base.clone().edit("nestling.yml", "r.example", "s.example"),
            vec![
                "api: nestling.yml changed: job `test` differs in script",
                "web: nestling.yml changed: job `test` differs in script",
            ],
        ),
        (
            base.clone().with("ci/service.yml", "test: { stage: test, script: t }\n"),
            vec![
                "api: ci/service.yml changed: job `test` differs in image, script, job `deploy:review` was removed, 1 more",
                "web: ci/service.yml changed: job `test` differs in image, script, job `deploy:review` was removed, 1 more",
            ],
        ),
    ];
    for (head, expected) in cases {
        assert_eq!(between(&base, &head), expected);
    }
}

#[test]
fn templates_that_read_each_other_or_compute_a_name_are_followed_for_every_unit() {
    let service =
        "#% include \"shared.yml\"\n#% if unit.name == \"api\"\n#% include \"parts.yml\"\n#% endif\n";
    let parts =
        "a: { stage: test, script: a }\n#% if unit.name == \"web\"\n#% include \"service.yml\"\n#% endif\n";
    let circle = repo()
        .with("ci/service.yml", service)
        .with("ci/parts.yml", parts)
        .with("ci/shared.yml", "b: { stage: test, script: b }\n")
        .with("web/nestling.yml", "unit: { use: parts }\n");
    let head = circle.clone().edit("ci/shared.yml", "script: b", "script: c");
    assert_eq!(between(&circle, &head).len(), 2, "api by its template, web by one that reads it back");

    let computed = repo()
        .with("ci/service.yml", "#% include \"of-\" ~ unit.name ~ \".yml\"\n")
        .with("ci/of-api.yml", "a: { stage: test, script: a }\n")
        .with("ci/of-web.yml", "b: { stage: test, script: b }\n");
    let head = computed.clone().edit("ci/of-web.yml", "script: b", "script: c");
    assert_eq!(between(&computed, &head), ["web: ci/of-web.yml changed: job `b` differs in script"]);
}

#[test]
fn an_environment_of_other_pipelines_changes_nothing_here() {
    let base = repo();
    let head = base.clone().edit("nestling.yml", "tier: production", "tier: other");
    assert_eq!(between(&base, &head), [""; 0]);
    assert_eq!(reasons(&planned(&base, &head, "branch:main", true)).len(), 2);
}

#[test]
fn rules_and_globs_of_the_workspace_are_no_jobs() {
    let base = repo().with("jobs/new/file", "1");
    for (from, to) in [("**/*.md", "**/*.txt"), ("vars:", "everything: [lock]\n  vars:")] {
        let head = base.clone().edit("nestling.yml", from, to);
        assert_eq!(between(&base, &head), [""; 0], "{to}");
    }
    let rule = "units: [{ match: \"jobs/*\", use: service }]\n  vars:";
    let head = base.clone().edit("nestling.yml", "vars:", rule);
    let reasons_of_new = "jobs/new: jobs/new changed: it was not a unit before; nestling.yml changed: it was not a unit before; \
        nestling.yml changed: the paths that select it differ";
    assert_eq!(between(&base, &head), [reasons_of_new]);
    let plan = planned(&head, &base, "branch:main", true);
    assert_eq!(reasons(&plan), ["jobs/new: it was removed: its environments are stopped"]);
    assert_eq!(jobs(&plan), ["jobs/new:deploy:production:stop", NOOP_JOB]);
}

#[test]
fn a_template_that_another_takes_the_place_of_is_a_change_too() {
    let base = repo().edit("nestling.yml", "[ci]", "[own, ci]").with("own/service.yml", SERVICE);
    let head = base.clone().without("own/service.yml");
    assert_eq!(between(&base, &head), [""; 0], "the other one says the same");
    let base = base.edit("own/service.yml", "node:22", "node:20");
    assert_eq!(between(&base, &head).len(), 2);
    assert_eq!(between(&head, &base).len(), 2);
}

#[test]
fn without_a_base_to_compare_with_files_decide() {
    let base = repo();
    let head = base.clone().edit("ci/parts.yml", "#% macro", "# a comment\n#% macro");
    let by_file = reasons(&planned(&base, &head, "merge_request", false));
    let why = "ci/parts.yml, a source of it, changed (no base to compare with)";
    let those = ["api", "tools", "web"].map(|unit| format!("{unit}: {why}"));
    assert_eq!(by_file, those, "what the file that `tools` includes may include is not known");
    let head = base.clone().edit("nestling.yml", "workspace:\n", "# a comment\nworkspace:\n");
    assert_eq!(reasons(&planned(&base, &head, "merge_request", false)).len(), 4, "every unit");
    let broken = base.clone().edit("nestling.yml", "stages:", "stagez:");
    let messages = between(&broken, &base);
    assert_eq!(messages.len(), 4);
    assert!(messages[0].contains("(the workspace at base has errors)"), "{messages:?}");
    let messages = between(&base.clone().without("nestling.yml"), &base);
    assert!(messages[0].contains("(no workspace at base)"), "{messages:?}");
    let broken = base.clone().edit("ci/parts.yml", "endmacro", "endmacros");
    let messages = between(&broken, &base);
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].ends_with("(it has errors at base)"), "{messages:?}");
}
