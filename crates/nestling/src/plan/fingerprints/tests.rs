//! Fingerprints that templates read.

use crate::{ChangeRequest, CiVariables, Plan, Project, Repository};
use nestling_git::testing::Fixture;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::Node;

const WORKSPACE: &str = "workspace: { templates: [ci], units: [{ match: [api, lib, web], use: image }] }\n";
const IMAGE: &str = "push: { script: \"push ${{ unit.fingerprint[:12] }}\" }\n";
const API: &str = "unit: { depends_on: [lib] }\n---\n\
    deploy: { script: [\"${{ unit.fingerprint }}\", \"${{ units.lib.fingerprint }}\", \"${{ units['lib'].name }}\"] }\n";

fn repository() -> Fixture {
    let fixture = Fixture::new();
    fixture.write("nestling.yml", WORKSPACE);
    fixture.write("ci/image.yml", IMAGE);
    fixture.write("api/nestling.yml", API);
    for unit in ["api", "lib", "web"] {
        fixture.write(format!("{unit}/main.c"), "1");
    }
    fixture.commit("start");
    fixture
}

/// Plans the commit that is checked out, or the work tree, compared with the commit before.
fn plan(fixture: &Fixture, request: ChangeRequest) -> Plan {
    let repository = Repository::discover(&fixture.root).unwrap();
    let project = Project::open(&repository, request).unwrap();
    project.plan(project.changes().unwrap()).fingerprints().run().unwrap()
}

fn at_head() -> ChangeRequest {
    ChangeRequest::local().head("HEAD")
}

/// Returns the lines of a job's script.
fn script(plan: &Plan, job: &str) -> Vec<String> {
    let job = plan.pipeline.job(job).unwrap_or_else(|| panic!("there is no {job}: {:?}", plan.diagnostics));
    let lines = job.body.get("script").unwrap().items_or_self();
    lines.iter().filter_map(Node::text).map(str::to_owned).collect()
}

fn print(plan: &Plan, unit: &str) -> String {
    let units = &plan.fingerprints.as_ref().unwrap().units;
    units.iter().find(|(name, _)| name.as_str() == unit).unwrap().1.to_string()
}

#[test]
fn templates_read_the_fingerprints_that_the_plan_has() {
    let fixture = repository();
    let plan = plan(&fixture, at_head().everything());
    let (api, lib) = (print(&plan, "api"), print(&plan, "lib"));
    assert_eq!(script(&plan, "api:push"), [format!("push {}", &api[..12])]);
    assert_eq!(script(&plan, "api:deploy"), [api, lib, "lib".to_owned()]);
}

#[test]
fn content_decides_and_nothing_else() {
    let fixture = repository();
    let image = |fixture: &Fixture, unit: &str| {
        script(&plan(fixture, at_head().everything()), &format!("{unit}:push"))
    };
    let (web, api) = (image(&fixture, "web"), image(&fixture, "api"));
    fixture.write("lib/main.c", "2");
    fixture.write("ci/image.yml", &format!("# {IMAGE}{IMAGE}"));
    fixture.commit("lib, and a template");
    assert_eq!(image(&fixture, "web"), web);
    assert_ne!(image(&fixture, "api"), api, "it depends on lib");
    fixture.write("lib/main.c", "1");
    fixture.commit("back");
    assert_eq!(image(&fixture, "api"), api);
}

#[test]
fn files_that_are_not_committed_have_a_word_in_its_place() {
    let fixture = repository();
    assert_ne!(
        script(&plan(&fixture, ChangeRequest::local().everything()), "web:push"),
        ["push uncommitted"]
    );
    fixture.write("web/main.c", "2");
    assert_eq!(
        script(&plan(&fixture, ChangeRequest::local().everything()), "web:push"),
        ["push uncommitted"]
    );
}

#[test]
fn a_unit_that_is_no_dependency_has_none_to_read() {
    let fixture = repository();
    fixture.write("web/nestling.yml", "deploy: { script: \"${{ units['lib'].fingerprint }}\" }\n");
    fixture.write("lib/nestling.yml", "deploy: { script: \"${{ units.lib.color }}\" }\n");
    fixture.commit("no dependency");
    let plan = plan(&fixture, at_head().everything());
    let messages: Vec<&str> = plan.diagnostics.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert_eq!(messages[0], "`units.lib.color` is undefined");
    assert!(
        messages[1].contains("`units` has only the dependencies of `web`: add `lib` to its `depends_on`"),
        "{messages:?}"
    );
}

#[test]
fn a_template_that_changes_for_no_unit_selects_none() {
    let fixture = repository();
    fixture.write("ci/image.yml", &format!("# a comment\n{IMAGE}"));
    fixture.write("web/main.c", "2");
    fixture.commit("web, and a comment");
    let plan = plan(&fixture, at_head().base("HEAD~1"));
    let selected: Vec<&str> = plan.selection.selected().map(UnitName::as_str).collect();
    assert_eq!(selected, ["web"], "the fingerprint of web is its own");
}

#[test]
fn the_definition_has_the_templates_of_a_branch_as_they_are() {
    let fixture = repository();
    fixture.write("nestling.yml", &WORKSPACE.replace("[ci]", "[ci, { git: shared, path: ci }]"));
    fixture.write("ci/image.yml", "push: { script: \"${{ unit.definition }}\" }\n");
    fixture.commit("templates of a branch");
    fixture.git(&["branch", "shared"]);
    let definition = || script(&plan(&fixture, at_head().everything()), "web:push");
    let before = definition();
    let change = |path: &str| {
        fixture.git(&["checkout", "--quiet", "shared"]);
        fixture.write(path, "other: { script: make }\n");
        fixture.commit("the branch moves");
        fixture.git(&["checkout", "--quiet", "-"]);
    };
    change("beside.yml");
    assert_eq!(definition(), before);
    change("ci/other.yml");
    assert_ne!(definition(), before);
}

#[cfg(unix)]
#[test]
fn a_path_is_hashed_behind_its_links() {
    let fixture = repository();
    fixture.write("shared/v1/Dockerfile", "FROM a\n");
    for (target, link) in
        [("v1", "shared/current"), ("../shared/v1/Dockerfile", "web/Dockerfile"), ("/etc", "outside")]
    {
        std::os::unix::fs::symlink(target, fixture.root.join(link)).unwrap();
    }
    let line = |path: &str| format!("${{{{ files.fingerprint(\"/{path}\") }}}}");
    let lines = ["shared/current/Dockerfile", "shared/current", "web/Dockerfile", "shared/v1"].map(line);
    fixture.write("ci/image.yml", &format!("push: {{ script: ['{}'] }}\n", lines.join("', '")));
    fixture.commit("links");
    let before = script(&plan(&fixture, at_head().everything()), "web:push");
    assert_eq!(before[0], before[2], "the same file");
    assert_eq!(before[1], before[3], "the same directory");
    fixture.write("shared/v1/Dockerfile", "FROM b\n");
    fixture.commit("behind the links");
    let after = script(&plan(&fixture, at_head().everything()), "web:push");
    for (before, after) in before.iter().zip(&after) {
        assert_ne!(before, after);
    }
    fixture.write("ci/image.yml", &format!("push: {{ script: '{}' }}\n", line("outside")));
    fixture.commit("a link that leads out");
    let plan = plan(&fixture, at_head().everything());
    let message = &plan.diagnostics[0].message;
    assert!(message.contains("link `outside` points outside of the repository"), "{message}");
}

#[test]
fn stop_jobs_of_a_removed_unit_have_its_last_fingerprint() {
    let fixture = repository();
    fixture.write(
        "web/nestling.yml",
        "review: { script: deploy, environment: { name: review/web, on_stop: stop } }\n\
         stop: { script: \"remove ${{ unit.fingerprint }}\", when: manual, environment: { name: review/web, action: stop } }\n",
    );
    fixture.commit("an environment");
    let last = print(&plan(&fixture, at_head().everything()), "web");
    fixture.git(&["rm", "-rq", "web"]);
    fixture.write("nestling.yml", &WORKSPACE.replace(", web", ""));
    fixture.commit("removed");
    let request = at_head().base("HEAD~1").simulate(crate::As::MergeRequest);
    assert_eq!(script(&plan(&fixture, request), "web:stop"), [format!("remove {last}")]);
}

#[test]
fn a_record_counts_for_a_job_that_reads_fingerprints() {
    let fixture = repository();
    let head = fixture.id("HEAD").to_string();
    let variables: CiVariables = [
        ("GITLAB_CI", "true"),
        ("CI_COMMIT_SHA", head.as_str()),
        ("CI_COMMIT_BRANCH", "main"),
        ("CI_DEFAULT_BRANCH", "main"),
    ]
    .into_iter()
    .collect();
    let first = plan(&fixture, ChangeRequest::from_ci(&variables).everything());
    let second = plan(&fixture, at_head().everything());
    assert_eq!(script(&first, "api:deploy"), script(&second, "api:deploy"));
    assert!(first.reading_facts.is_empty(), "a fingerprint is content, and no fact of the pipeline");
}
