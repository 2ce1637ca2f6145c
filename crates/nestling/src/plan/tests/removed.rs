//! Units that head has removed: the jobs that stop their environments, and the units that depended on them.

use super::{NOOP_JOB, Repo, WORKSPACE, between, jobs, planned, reasons, repo};

#[test]
fn a_unit_that_is_gone_leaves_its_stop_jobs() {
    let base = repo();
    let head = base.clone().without("web/nestling.yml");
    let plan = planned(&base, &head, "merge_request", true);
    assert_eq!(reasons(&plan), ["web: it was removed: its environments are stopped"]);
    assert_eq!(jobs(&plan), ["web:deploy:review:stop", NOOP_JOB]);
    assert!(plan.diagnostics.is_empty(), "{:?}", plan.diagnostics);
    let stop = crate::emit::emit_job(&plan.pipeline.jobs[0]);
    for line in
        ["needs: []", "when: manual", "allow_failure: true", "action: stop", "name: review/web", "destroy.sh"]
    {
        assert!(stop.contains(line), "{line} in\n{stop}");
    }
    assert!(stop.contains(&format!("NESTLING_UNIT_COMMIT: {}", "b".repeat(40))), "{stop}");
    let main = planned(&base, &head, "branch:main", true);
    assert_eq!(jobs(&main), ["web:deploy:production:stop", NOOP_JOB]);
    let head = base.clone().without("lib/nestling.yml");
    let plan = planned(&base, &head, "merge_request", true);
    assert_eq!((reasons(&plan).len(), jobs(&plan)), (1, vec![NOOP_JOB]), "it had no environment");
}

#[test]
fn an_environment_that_others_deploy_to_is_not_stopped() {
    let shared = WORKSPACE.replace("review/${{ unit.slug }}", "review/all");
    let base = repo().with("nestling.yml", shared);
    let head = base.clone().without("web/nestling.yml");
    let plan = planned(&base, &head, "merge_request", true);
    assert_eq!(plan.removed.len(), 1);
    assert_eq!(jobs(&plan), [NOOP_JOB], "api deploys there, selected or not");
}

#[test]
fn a_stop_job_that_needs_lost_files_is_told() {
    let base = repo().edit("ci/service.yml", "./destroy.sh", "./${{ unit.dir }}/destroy.sh");
    let plan = planned(&base, &base.clone().without("web/nestling.yml"), "merge_request", true);
    assert_eq!(plan.diagnostics.len(), 1);
    assert_eq!(plan.diagnostics[0].rule.id, "removed-unit");
    assert!(plan.diagnostics[0].help.as_ref().unwrap().contains("git checkout $NESTLING_UNIT_COMMIT -- web"));
}

#[test]
fn a_unit_that_moved_is_one_story() {
    let base = repo().with("web/main.js", "1");
    let unit = "unit: { use: service }\n";
    let moved = base.clone().without("web/nestling.yml").without("web/main.js");
    let moved = moved.with("apps/web/nestling.yml", unit).with("apps/web/main.js", "1");
    let plan = planned(&base, &moved, "merge_request", true);
    assert_eq!(
        reasons(&plan),
        [
            "apps/web: apps/web/main.js changed (and 1 other path); moved here from web",
            "web: moved to apps/web: environments left behind are stopped",
        ]
    );
    assert!(jobs(&plan).contains(&"web:deploy:review:stop"));
    let named = |repo: Repo, dir: &str| {
        repo.with(&format!("{dir}/nestling.yml"), "unit: { name: web, use: service }\n")
    };
    let plan = planned(&named(base.clone(), "web"), &named(moved.clone(), "apps/web"), "merge_request", true);
    assert_eq!(reasons(&plan), ["web: apps/web/main.js changed (and 1 other path); moved here from web"]);
    assert!(plan.removed.is_empty());
}

#[test]
fn those_that_depended_on_what_is_gone_are_selected() {
    let tools = "unit: { depends_on: [\"li*\"] }\n---\nbuild: { stage: test, script: b }\n";
    let base = repo().with("tools/nestling.yml", tools).with("links/nestling.yml", "a: { script: a }\n");
    let head = base.clone().without("lib/nestling.yml");
    assert_eq!(
        between(&base, &head),
        ["lib: it was removed: its environments are stopped", "tools: depended on lib, which was removed"]
    );
}

/// The packages of a unit that is gone belong to those that need it, though neither the lock file nor a manifest has changed.
#[test]
fn a_unit_takes_its_part_of_a_lock_file_with_it() {
    let lock = "version = 1\n[[package]]\nname = \"q\"\nversion = \"2\"\n\
        [[package]]\nname = \"a\"\nsource = { editable = \"a\" }\ndependencies = [{ name = \"b\" }]\n\
        [[package]]\nname = \"b\"\nsource = { editable = \"b\" }\ndependencies = [{ name = \"q\" }]\n";
    let with_b = Repo::default()
        .with("nestling.yml", "workspace: { depends_from: [python] }\n")
        .with("uv.lock", lock)
        .with("a/nestling.yml", "test: { script: a }\n")
        .with("b/nestling.yml", "test: { script: b }\n");
    let without = with_b.clone().without("b/nestling.yml");
    for (before, after) in [(&with_b, &without), (&without, &with_b)] {
        let lines = between(before, after);
        assert!(lines.iter().any(|line| line.starts_with("a: uv.lock changed: q 2 ")), "{lines:?}");
    }
}
