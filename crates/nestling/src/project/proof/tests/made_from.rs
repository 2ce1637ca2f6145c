//! Jobs that are made from something else than at the merge request's commit, or from what cannot be known: they stay.

use super::*;

/// Returns why `api:test` stays on main after it has passed in the merge request; `None` where it is left out.
fn why(files: &[(&str, &str)]) -> Option<String> {
    let project = Simulated::new(files).change(&[]);
    let (record, answers) = project.merge_request();
    let plan = project.main(verified(&record, &answers), NOW);
    assert!(!plan.has_errors(), "{:?}", plan.diagnostics);
    names(&plan).contains(&"api:test").then(|| kept(&plan, "api:test"))
}

#[track_caller]
fn stays(files: &[(&str, &str)], words: &str) {
    let why = why(files).unwrap_or_else(|| panic!("{files:?}: left out"));
    assert!(why.contains(words), "{files:?}: {why}, not {words}");
}

#[track_caller]
fn left_out(files: &[(&str, &str)]) {
    assert_eq!(why(files), None, "{files:?}");
}

/// A parent with these lines beside the jobs, and these keywords of the trigger job.
fn parent(global: &str, child: &str) -> String {
    format!(
        "{global}\nplan: {{ script: nestling generate }}\n\
         child: {{ trigger: {{ include: [{{ artifact: c.yml, job: plan }}], strategy: depend }}, {child} }}\n"
    )
}

const RULES: &str = "[{ if: $CI_COMMIT_BRANCH, variables: { FAST: '0' } }, { if: $CI_MERGE_REQUEST_IID, variables: { FAST: '1' } }]";
const SAME: &str = "[{ if: $CI_COMMIT_BRANCH, variables: { FAST: '0' } }, { if: $CI_MERGE_REQUEST_IID, variables: { FAST: '0' } }]";
const NONE: &str = "no pipeline has passed it with this content";

#[test]
fn variables_that_differ_by_kind_of_pipeline_are_part_of_a_job() {
    let workspace = |rules: &str| format!("{WORKSPACE}---\nworkflow: {{ rules: {rules} }}\n");
    stays(&[("nestling.yml", &workspace(RULES))], NONE);
    left_out(&[("nestling.yml", &workspace(SAME))]);
    let undecided = "[{ if: $MINE, variables: { FAST: '0' } }, { variables: { FAST: '1' } }]";
    stays(
        &[("nestling.yml", &workspace(undecided))],
        "`workflow: rules` sets variables by values that are not known yet",
    );
    let workflow = |rules: &str| format!("workflow: {{ rules: {rules} }}");
    for (global, child, is_same) in [
        (workflow(RULES), "variables: {}".to_owned(), false),
        (workflow(SAME), "variables: {}".to_owned(), true),
        (workflow(RULES), "inherit: { variables: false }".to_owned(), true),
        (String::new(), format!("rules: {RULES}"), false),
        (String::new(), format!("rules: {SAME}"), true),
        (
            "include: [{ local: mr.yml, rules: [{ if: $CI_MERGE_REQUEST_IID }] }]".to_owned(),
            "variables: {}".to_owned(),
            false,
        ),
    ] {
        let files = [(".gitlab-ci.yml", &*parent(&global, &child)), ("mr.yml", "variables: { FAST: '1' }\n")];
        if is_same { left_out(&files) } else { stays(&files, NONE) }
    }
    let undecided = parent("", &format!("rules: {undecided}"));
    stays(&[(".gitlab-ci.yml", &undecided)], "the parent pipeline passes `FAST` to the child");
}

/// Returns the template with other keywords of `test`.
fn template(keywords: &str) -> String {
    TEMPLATE.replace("script: make test", keywords)
}

#[test]
fn values_of_one_pipeline_count_wherever_they_come_from() {
    let image = template("script: make, image: $IMG");
    for (global, child) in [
        ("variables: { IMG: \"a:$CI_COMMIT_SHA\" }", "variables: {}"),
        ("variables: { BASE: \"$CI_COMMIT_SHA\", IMG: \"a:$BASE\" }", "variables: {}"),
        ("", "variables: { IMG: \"a:$CI_PIPELINE_ID\" }"),
        ("", "rules: [{ variables: { IMG: \"a:$CI_COMMIT_SHA\" } }]"),
        ("workflow: { rules: [{ variables: { IMG: \"a:$CI_COMMIT_SHA\" } }] }", "variables: {}"),
    ] {
        let parent = parent(global, child);
        stays(&[(".gitlab-ci.yml", &parent), ("ci/job.yml", &image)], "it reads `IMG`");
        // Anyone who does not name it is not made from it, as with the predefined variable itself.
        left_out(&[(".gitlab-ci.yml", &parent)]);
    }
    let plain = parent("variables: { IMG: \"a:1\" }", "variables: { PARENT_PIPELINE_ID: $CI_PIPELINE_ID }");
    left_out(&[(".gitlab-ci.yml", &plain), ("ci/job.yml", &image)]);
    let workspace = format!(
        "{WORKSPACE}---\nworkflow: {{ rules: [{{ variables: {{ IMG: \"a:$CI_COMMIT_SHA\" }} }}] }}\n"
    );
    stays(&[("nestling.yml", &workspace), ("ci/job.yml", &image)], "it reads `IMG`");
    left_out(&[("nestling.yml", &workspace)]);
    let fetch = template("script: 'fetch $PARENT_PIPELINE_ID'");
    stays(&[(".gitlab-ci.yml", &plain), ("ci/job.yml", &fetch)], "it reads `PARENT_PIPELINE_ID`");
}

#[test]
fn values_of_one_pipeline_count_in_every_keyword() {
    for (keywords, name) in [
        ("script: make, rules: [{ variables: { TAG: $CI_COMMIT_SHA } }]", "CI_COMMIT_SHA"),
        ("script: 'echo $GITLAB_USER_LOGIN'", "GITLAB_USER_LOGIN"),
        ("script: make, variables: { GITLAB_USER_LOGIN: me, A: $GITLAB_USER_LOGIN }", "GITLAB_USER_LOGIN"),
        ("script: make, variables: { CI_COMMIT_SHA: $CI_COMMIT_SHA }", "CI_COMMIT_SHA"),
        ("script: 'echo $CI_UPSTREAM_SHA'", "CI_UPSTREAM_SHA"),
        ("script: 'echo $CI_RUNNER_ID'", "CI_RUNNER_ID"),
        ("script: 'echo $CI_CONCURRENT_ID'", "CI_CONCURRENT_ID"),
        ("script: 'echo $CHAT_INPUT'", "CHAT_INPUT"),
        ("script: make, services: ['db:$CI_PIPELINE_IID']", "CI_PIPELINE_IID"),
        ("script: make, parallel: { matrix: [{ A: [$CI_COMMIT_SHA] }] }", "CI_COMMIT_SHA"),
    ] {
        stays(&[("ci/job.yml", &template(keywords))], &format!("it reads `{name}`"));
    }
    for keywords in [
        "script: 'echo $CI_PROJECT_DIR $CI_REGISTRY_IMAGE $CI_JOB_TOKEN'",
        "script: 'echo $CI_TEST_IMAGE', variables: { CI_TEST_IMAGE: alpine }",
        "script: 'echo $GITLAB_OIDC', id_tokens: { GITLAB_OIDC: { aud: x } }",
        "script: make, cache: { key: $CI_COMMIT_REF_SLUG, paths: [x] }",
    ] {
        left_out(&[("ci/job.yml", &template(keywords))]);
    }
}

#[test]
fn a_job_that_reads_the_files_otherwise_stays() {
    for (variables, words) in [
        ("GIT_STRATEGY: none", "it has no checkout (`GIT_STRATEGY: none`)"),
        ("GIT_STRATEGY: NONE", "it has no checkout (`GIT_STRATEGY: NONE`)"),
        ("GIT_STRATEGY: empty", "it has no checkout"),
        ("GIT_STRATEGY: $X", "it has no checkout (`GIT_STRATEGY: $X`)"),
        ("GIT_CHECKOUT: 'false'", "it has no checkout (`GIT_CHECKOUT: false`)"),
        ("GIT_CHECKOUT: $X", "it has no checkout"),
        ("GIT_CLEAN_FLAGS: none", "it uses files of earlier jobs"),
        ("GIT_CLEAN_FLAGS: -ffdx -e cache/", "it uses files of earlier jobs"),
        ("GIT_CLEAN_FLAGS: -ffdX", "it uses files of earlier jobs"),
        ("GIT_SUBMODULE_UPDATE_FLAGS: --remote", "its submodules may differ from those of the commit"),
    ] {
        stays(&[("ci/job.yml", &template(&format!("script: make, variables: {{ {variables} }}")))], words);
        let rule = format!("script: make, rules: [{{ variables: {{ {variables} }} }}]");
        stays(&[("ci/job.yml", &template(&rule))], words);
        let matrix = format!("script: make, parallel: {{ matrix: [{{ {variables} }}] }}");
        stays(&[("ci/job.yml", &template(&matrix))], words);
        // A value that is not known in the parent either is refused as such.
        let of_parent = if variables.contains('$') { "the value refers to `X`" } else { words };
        stays(&[(".gitlab-ci.yml", &parent("", &format!("variables: {{ {variables} }}")))], of_parent);
        let workspace =
            format!("{WORKSPACE}---\nworkflow: {{ rules: [{{ variables: {{ {variables} }} }}] }}\n");
        stays(&[("nestling.yml", &workspace)], words);
    }
    stays(
        &[("ci/job.yml", &template("script: make, variables: { GIT_CHECKOUT: false }"))],
        "it has no checkout",
    );
    for keywords in [
        "script: make, variables: { GIT_STRATEGY: clone, GIT_CHECKOUT: 'true', GIT_CLEAN_FLAGS: -ffdx, GIT_DEPTH: 1 }",
        "script: make, variables: { GIT_CLEAN_FLAGS: -f -xqdf }",
        "script: make, variables: { GIT_STRATEGY: none }, rules: [{ variables: { GIT_STRATEGY: fetch } }]",
    ] {
        left_out(&[("ci/job.yml", &template(keywords))]);
    }
}

#[test]
fn flags_that_keep_files_of_earlier_jobs_keep_the_job() {
    for flags in [
        "-ff",
        "-ffd",
        "-ffx",
        "-fdx",
        "-dx",
        "-ffdX",
        "-ffdxX",
        "-ffdxn",
        "-ffdxi",
        "-ffdxe a",
        "-ffdx --dry-run",
        "-ffdx --exclude=a",
        "-ffdx src",
        "-ffdx -- src",
        "-ffdx $MORE",
    ] {
        let keywords = format!("script: make, variables: {{ GIT_CLEAN_FLAGS: '{flags}' }}");
        stays(&[("ci/job.yml", &template(&keywords))], "it uses files of earlier jobs");
    }
}

#[test]
fn a_job_without_needs_is_made_from_the_jobs_of_earlier_stages() {
    let workspace = WORKSPACE.replace("stages: [", "stages: [build, ");
    let own = format!("{workspace}---\nown: {{ stage: build, script: x }}\n");
    let warm = "warm: { stage: build, script: X, cache: { key: deps, paths: [deps], policy: push } }\n";
    let depending = "unit: { use: job, depends_on: [web] }\n";
    let web = "unit: { use: warm, changes: [/api/main.c] }\n";
    for (place, text, needs, api, is_same) in [
        ("ci/job.yml", format!("{warm}{TEMPLATE}"), "", "unit: { use: job }\n", false),
        ("ci/job.yml", format!("{warm}{TEMPLATE}"), ", needs: []", "unit: { use: job }\n", true),
        ("ci/job.yml", format!("{warm}{TEMPLATE}"), ", dependencies: []", "unit: { use: job }\n", false),
        ("nestling.yml", own.replace("script: x", "script: X"), "", "unit: { use: job }\n", false),
        ("nestling.yml", own.replace("script: x", "script: X"), ", needs: []", "unit: { use: job }\n", true),
        ("ci/warm.yml", warm.to_owned(), "", depending, false),
        ("ci/warm.yml", warm.to_owned(), "", "unit: { use: job }\n", true),
    ] {
        let test = format!("script: make test{needs}");
        // No deploy waits for earlier stages through it.
        let job = format!("test: {{ stage: test, {test} }}\n");
        let files = [
            ("nestling.yml", &*workspace),
            ("ci/warm.yml", warm),
            ("ci/job.yml", &*job),
            ("api/nestling.yml", api),
            ("web/nestling.yml", web),
        ];
        let text = text.replace("script: make test", &test);
        let before = text.replace("script: X", "script: make deps");
        let after = text.replace("script: X", "script: make other");
        let mut first = files.to_vec();
        first.push((place, &before));
        let project = Simulated::new(&first).change(&[]);
        let (record, answers) = project.merge_request();
        project.fixture.git(&["checkout", "--quiet", "main"]);
        project.fixture.write(place, &after);
        project.fixture.commit("another job");
        let plan = project.main(verified(&record, &answers), NOW);
        assert!(!plan.has_errors(), "{:?}", plan.diagnostics);
        let is_left_out = !names(&plan).contains(&"api:test");
        assert_eq!(is_left_out, is_same, "{place}{needs} {api}");
        assert!(is_left_out || kept(&plan, "api:test").contains(NONE), "{}", kept(&plan, "api:test"));
    }
}

#[test]
fn a_job_that_makes_no_site_is_left_out() {
    left_out(&[("ci/job.yml", &template("script: make, pages: false"))]);
    stays(&[("ci/job.yml", &template("script: make, pages: true"))], "jobs with `pages` are never omitted");
}

#[test]
fn a_job_behind_one_that_is_never_left_out_stays() {
    for (before, words) in [
        ("script: make, environment: review", "jobs with `environment` are never omitted"),
        ("script: 'docker push a:$CI_COMMIT_SHA'", "it reads `CI_COMMIT_SHA`"),
        ("script: make, reuse: false", "`reuse: false` is set on it"),
        ("script: make, variables: { GIT_STRATEGY: none }", "it has no checkout"),
        ("trigger: { project: a/b }", "jobs with `trigger` are never omitted"),
    ] {
        let with = |needs: &str| {
            let test = format!("script: make test{needs}");
            format!("before: {{ stage: build, {before} }}\n{}", template(&test))
        };
        let workspace = WORKSPACE.replace("stages: [", "stages: [build, ");
        for needs in [", needs: [before]", ", needs: [{ job: before, artifacts: false }]", ""] {
            stays(&[("nestling.yml", &workspace), ("ci/job.yml", &with(needs))], words);
        }
        left_out(&[("nestling.yml", &workspace), ("ci/job.yml", &with(", needs: []"))]);
    }
}

#[test]
fn a_job_without_needs_stays_behind_the_deploy_of_what_its_unit_depends_on_alone() {
    let workspace = WORKSPACE.replace("stages: [", "stages: [build, ");
    let template = "test: { stage: test, script: make test }\n";
    let deploy = "push: { stage: build, script: make, environment: review }\n";
    let api = |depends_on: &str| format!("unit: {{ use: job, depends_on: [{depends_on}] }}\n");
    let files = |api: &str, web: &str| {
        why(&[
            ("nestling.yml", &workspace),
            ("ci/job.yml", template),
            ("ci/push.yml", deploy),
            ("api/nestling.yml", api),
            ("web/nestling.yml", web),
            ("web/main.c", "1"),
        ])
    };
    // Both units are selected by the change of this file.
    let web = "unit: { use: push, changes: [/api/main.c] }\n";
    assert_eq!(files(&api(""), web), None);
    let why = files(&api("web"), web).expect("`api` may test what `web` deploys");
    assert!(why.contains("`web:push` of an earlier stage has none"), "{why}");
}

#[test]
fn a_parent_with_a_template_of_gitlab_has_no_fingerprint() {
    let parent = parent("include: [{ template: Jobs/SAST.gitlab-ci.yml }]", "inherit: { variables: false }");
    stays(&[(".gitlab-ci.yml", &parent)], "differs between GitLab versions");
}

#[test]
fn the_start_of_the_child_is_the_trigger_job_of_nestling() {
    let two = format!(
        "{PARENT}gen: {{ script: ./gen }}\nother: {{ trigger: {{ include: [{{ artifact: d.yml, job: gen }}] }} }}\n"
    );
    left_out(&[(".gitlab-ci.yml", &two)]);
    // A script that no fingerprint has makes the other child, with a job of the same name.
    let project = Simulated::new(&[(".gitlab-ci.yml", &two)]).change(&[]);
    let (record, mut answers) = project.merge_request();
    answers["bridges"][0]["name"] = json!("other");
    let plan = project.main(verified(&record, &answers), NOW);
    let why = kept(&plan, "api:test");
    assert!(why.contains("`other` started its pipeline, and `child` starts the child"), "{why}");
    // A job of the child starts a pipeline of its own.
    let project = Simulated::new(&[]).change(&[]);
    let (record, mut answers) = project.merge_request();
    let mut inner = answers["bridges"][0].clone();
    inner["name"] = json!("api:more");
    inner["pipeline"]["id"] = json!(101);
    inner["downstream_pipeline"]["id"] = json!(102);
    for job in answers["jobs"].as_array_mut().unwrap() {
        job["pipeline"]["id"] = json!(102);
    }
    let mut read = answers_of(&answers);
    let jobs = read.jobs.remove(&101).unwrap();
    read.jobs.insert(102, jobs);
    read.bridges.insert(101, serde_json::from_value(json!([inner])).unwrap());
    let file = ("100.json".to_owned(), serde_json::to_vec(&record).unwrap());
    let verified = verify(&[file], &read, "7");
    assert!(
        verified.refused[0].why.contains("is of a pipeline that a job of the child started"),
        "{:?}",
        verified.refused
    );
}
