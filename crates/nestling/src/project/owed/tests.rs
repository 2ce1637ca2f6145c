//! A branch whose pipelines fail, are canceled, or pass, and what the next push selects.

use super::*;
use crate::passed::{ApiAnswers, PassedV1, Recording, VerifiedV1, record, verify};
use crate::{ChangeRequest, CiVariables, Repository};
use nestling_git::testing::Fixture;
use serde_json::{Value, json};

const WORKSPACE: &str =
    "workspace: { stages: [test, deploy], templates: [ci], pipelines: { branch: unpassed } }\n";
const TEMPLATE: &str = "test: { stage: test, script: make test }\n\
    lint: { stage: test, script: make lint, allow_failure: true }\n\
    deploy: { stage: deploy, script: make deploy, needs: [test], environment: production }\n\
    button: { stage: deploy, script: make button, needs: [test], when: manual }\n\
    after: { stage: deploy, script: make after, needs: [button] }\n";

/// A repository with the units `api` and `web`, and the records of the pipelines of `main`.
struct Branch {
    fixture: Fixture,
    records: Vec<(String, Vec<u8>)>,
    answers: ApiAnswers,
    last: Option<String>,
    id: u64,
}

/// Statuses of jobs that are not `success`, by name.
type Statuses<'s> = &'s [(&'s str, &'s str)];

impl Branch {
    fn new(workspace: &str) -> Self {
        let fixture = Fixture::new();
        fixture.write("nestling.yml", workspace);
        fixture.write("ci/job.yml", TEMPLATE);
        for unit in ["api", "web"] {
            fixture.write(format!("{unit}/nestling.yml"), "unit: { use: job }\n");
            fixture.write(format!("{unit}/main.c"), "1");
        }
        let answers = ApiAnswers::default();
        Self { fixture, records: Vec::new(), answers, last: None, id: 0 }
    }

    /// Commits a change of files, and returns the variables of the pipeline of its push to a branch.
    fn push(&mut self, files: &[(&str, &str)], branch: &str) -> CiVariables {
        files.iter().for_each(|(path, text)| self.fixture.write(path, text));
        let commit = self.fixture.commit("push").to_string();
        self.id += 100;
        let before = self.last.replace(commit.clone()).unwrap_or_else(|| "0".repeat(40));
        let id = self.id.to_string();
        [
            ("GITLAB_CI", "true"),
            ("CI_PROJECT_ID", "7"),
            ("CI_DEFAULT_BRANCH", "main"),
            ("CI_COMMIT_SHA", commit.as_str()),
            ("CI_PIPELINE_SOURCE", "push"),
            ("CI_COMMIT_BRANCH", branch),
            ("CI_COMMIT_REF_NAME", branch),
            ("CI_COMMIT_BEFORE_SHA", before.as_str()),
            ("CI_PIPELINE_ID", id.as_str()),
        ]
        .into_iter()
        .collect()
    }

    fn verified(&self) -> VerifiedV1 {
        verify(&self.records, &self.answers, "7")
    }

    fn planned(&self, variables: &CiVariables) -> Plan {
        let repository = Repository::discover(&self.fixture.root).unwrap();
        let project = Project::open(&repository, ChangeRequest::from_ci(variables)).unwrap();
        let passed = Passed::of(self.verified(), 1_796_000_000);
        project.plan(project.changes_with(Some(&passed)).unwrap()).fingerprints().run().unwrap()
    }

    /// Ends the pipeline of a plan, and records it. Returns the record, for a test to change.
    fn end(&mut self, variables: &CiVariables, plan: &Plan, statuses: Statuses<'_>) -> PassedV1 {
        let (id, commit) = (self.id, variables.get("CI_COMMIT_SHA").unwrap_or_default().to_owned());
        let branch = variables.get("CI_COMMIT_BRANCH").unwrap_or_default().to_owned();
        let pipeline =
            |id: u64, source: &str| json!({ "id": id, "project_id": 7, "sha": commit, "source": source });
        let job = |(number, job): (usize, &Job)| {
            let status = statuses.iter().find(|(name, _)| *name == job.name.as_str());
            json!({
                "id": id * 100 + number as u64, "name": job.name.as_str(), "status": status.map_or("success", |(_, status)| status),
                "allow_failure": job.body.get("allow_failure").is_some(), "ref": branch,
                "finished_at": "2026-11-30T00:35:55.000Z", "commit": { "id": commit }, "pipeline": pipeline(id + 1, "parent_pipeline"),
            })
        };
        let jobs: Vec<Value> = plan.pipeline.jobs.iter().enumerate().map(job).collect();
        let bridge = json!([{ "name": "child", "status": "success", "pipeline": pipeline(id, "push"), "downstream_pipeline": pipeline(id + 1, "parent_pipeline") }]);
        self.answers.jobs.insert(id, Vec::new());
        self.answers.jobs.insert(id + 1, serde_json::from_value(jobs.into()).unwrap());
        self.answers.bridges.insert(id, serde_json::from_value(bridge).unwrap());
        self.answers.bridges.insert(id + 1, Vec::new());
        let text = serde_json::to_string(&crate::view::json_v1::plan_v1(plan)).unwrap();
        let recorded = record(&Recording::new(&text, &self.answers, variables)).unwrap();
        self.keep(&recorded);
        recorded
    }

    fn keep(&mut self, record: &PassedV1) {
        let name = format!("{}.json", record.pipeline);
        self.records.retain(|(known, _)| *known != name);
        self.records.push((name, serde_json::to_vec(record).unwrap()));
    }

    /// Pushes a change to `main` and lets its pipeline end with these statuses.
    fn pass(&mut self, files: &[(&str, &str)], statuses: Statuses<'_>) -> Vec<String> {
        let variables = self.push(files, "main");
        let plan = self.planned(&variables);
        self.end(&variables, &plan, statuses);
        reasons(&plan)
    }
}

/// The selected units with their first reason.
fn reasons(plan: &Plan) -> Vec<String> {
    let selected = plan.selection.verdicts.iter().filter(|(_, verdict)| verdict.is_selected());
    selected.map(|(unit, verdict)| format!("{unit}: {}", verdict.reasons()[0])).collect()
}

const FIRST: [&str; 2] = [
    "api: everything is owed on `main`, since there is no record of a pipeline of `main`",
    "web: everything is owed on `main`, since there is no record of a pipeline of `main`",
];

#[test]
fn a_unit_that_failed_is_selected_until_it_has_passed() {
    let mut branch = Branch::new(WORKSPACE);
    assert_eq!(branch.pass(&[], &[]), FIRST);
    let failed = [("api:test", "failed"), ("api:deploy", "skipped")];
    assert_eq!(branch.pass(&[("api/main.c", "2")], &failed), ["api: api/main.c changed"]);
    let owed = "api: owed since pipeline 200, in which `api:test` did not pass";
    assert_eq!(branch.pass(&[("web/main.c", "2")], &failed), [owed, "web: web/main.c changed"]);
    let again = format!("{owed}, nor in the one after it");
    assert_eq!(branch.pass(&[("other", "1")], &[]), [again]);
    assert_eq!(branch.pass(&[("other", "2")], &[]), [""; 0]);
}

#[test]
fn what_waits_for_a_person_or_may_fail_is_not_owed() {
    let mut branch = Branch::new(WORKSPACE);
    branch.pass(&[], &[]);
    let statuses = [
        ("api:button", "manual"),
        ("api:after", "skipped"),
        ("api:lint", "failed"),
        ("api:deploy", "success"),
    ];
    branch.pass(&[("api/main.c", "2")], &statuses);
    assert_eq!(branch.pass(&[("other", "1")], &[]), [""; 0]);
    branch.pass(&[("api/main.c", "3")], &[("api:deploy", "failed")]);
    let owed = "api: owed since pipeline 400, in which `api:deploy` did not pass";
    assert_eq!(branch.pass(&[("other", "2")], &[]), [owed]);
}

#[test]
fn a_stage_that_waits_for_a_person_is_not_owed() {
    let template = "test: { stage: test, script: make test }\n\
        approve: { stage: test, script: make approve, when: manual, allow_failure: false }\n\
        deploy: { stage: deploy, script: make deploy, environment: production }\n";
    let mut branch = Branch::new(WORKSPACE);
    branch.pass(&[("ci/job.yml", template)], &[]);
    let waiting = [("api:approve", "manual"), ("api:deploy", "created")];
    branch.pass(&[("api/main.c", "2")], &waiting);
    assert_eq!(branch.pass(&[("other", "1")], &[]), [""; 0]);
    branch.pass(
        &[("api/main.c", "3")],
        &[("api:test", "failed"), ("api:approve", "skipped"), ("api:deploy", "skipped")],
    );
    let owed = "api: owed since pipeline 400, in which `api:test` did not pass";
    assert_eq!(branch.pass(&[("other", "2")], &[]), [owed]);
}

#[test]
fn a_pipeline_without_a_record_is_passed_over_and_what_it_changed_counts() {
    let mut branch = Branch::new(WORKSPACE);
    branch.pass(&[], &[]);
    // Canceled: the job that records did not run.
    branch.push(&[("api/main.c", "2"), ("ci/job.yml", "test: { script: other }\n")], "main");
    branch.push(&[("api/main.c", "1"), ("ci/job.yml", TEMPLATE)], "main");
    let restored = "web: ci/job.yml, a source of it, changed (and changed back; a pipeline without a record may have used it)";
    assert_eq!(branch.pass(&[("other", "1")], &[]), ["api: api/main.c changed", restored]);
    assert_eq!(branch.pass(&[("other", "2")], &[]), [""; 0]);
}

#[test]
fn a_record_counts_only_if_it_is_of_a_whole_pipeline_of_the_branch() {
    type Change = fn(&mut Branch, PassedV1);
    let cases: [(Change, &str); 6] = [
        (
            |branch, record| branch.keep(&PassedV1 { whole: false, ..record }),
            "an option narrowed it, or not all of its child pipelines are known",
        ),
        (|branch, _| drop(branch.answers.jobs.insert(201, Vec::new())), ""),
        (|branch, record| branch.keep(&PassedV1 { project: "8".to_owned(), ..record }), ""),
        (|branch, _| set_source(branch, "web"), ""),
        (|branch, record| branch.keep(&PassedV1 { commit: "0".repeat(40), ..record }), ""),
        (
            |branch, _| branch.answers.bridges.get_mut(&201).unwrap().push(lost()),
            "an option narrowed it, or not all of its child pipelines are known",
        ),
    ];
    for (change, why) in cases {
        let mut branch = Branch::new(WORKSPACE);
        branch.pass(&[], &[]);
        branch.records.clear();
        let variables = branch.push(&[("api/main.c", "2")], "main");
        let record = branch.end(&variables, &branch.planned(&variables), &[]);
        change(&mut branch, record);
        let variables = branch.push(&[("other", "1")], "main");
        let reasons = reasons(&branch.planned(&variables));
        let expected = if why.is_empty() {
            FIRST[0].to_owned()
        } else {
            format!(
                "api: everything is owed on `main`, since the record of pipeline 200 does not count: {why}"
            )
        };
        assert_eq!(reasons[0], expected);
    }
}

fn set_source(branch: &mut Branch, source: &str) {
    let bridges = branch.answers.bridges.get_mut(&200).unwrap();
    bridges[0].pipeline.source = Some(source.to_owned());
}

fn lost() -> crate::ApiBridge {
    let pipeline = json!({ "id": 201, "project_id": 7, "sha": "", "source": "parent_pipeline" });
    serde_json::from_value(json!({ "name": "part 1 of 2", "status": "skipped", "pipeline": pipeline }))
        .unwrap()
}

#[test]
fn another_policy_or_another_history_owes_everything_once() {
    let mut branch = Branch::new("workspace: { templates: [ci], stages: [test, deploy] }\n");
    branch.pass(&[], &[]);
    let reasons = branch.pass(&[("nestling.yml", WORKSPACE)], &[]);
    assert!(reasons[0].ends_with("`pipelines` had another policy"), "{reasons:?}");
    branch.fixture.git(&["checkout", "--quiet", "--orphan", "rewritten"]);
    let reasons = branch.pass(&[("other", "1")], &[]);
    assert!(reasons.is_empty(), "GitLab compares with the commit before as well: {reasons:?}");
    branch.last = Some("1".repeat(40));
    branch.fixture.git(&["checkout", "--quiet", "--orphan", "again"]);
    let reasons = branch.pass(&[("other", "2")], &[]);
    assert!(reasons[0].ends_with("is not among the commits of `main` in this clone"), "{reasons:?}");
}

#[test]
fn a_branch_without_records_owes_what_it_changed() {
    let mut branch = Branch::new(WORKSPACE);
    branch.pass(&[], &[]);
    branch.fixture.git(&["checkout", "--quiet", "-b", "feature"]);
    branch.push(&[("api/main.c", "2")], "feature");
    let variables = branch.push(&[("web/main.c", "2")], "feature");
    assert_eq!(reasons(&branch.planned(&variables)), ["api: api/main.c changed", "web: web/main.c changed"]);
}

#[test]
fn since_passed_compares_with_the_newest_pipeline_that_passed_as_a_whole() {
    let mut branch = Branch::new(&WORKSPACE.replace("unpassed", "{ since: passed }"));
    assert_eq!(branch.pass(&[], &[]), FIRST);
    assert_eq!(branch.pass(&[("api/main.c", "2")], &[("api:test", "failed")]), ["api: api/main.c changed"]);
    let both = ["api: api/main.c changed", "web: web/main.c changed"];
    assert_eq!(branch.pass(&[("web/main.c", "2")], &[("web:deploy", "canceled")]), both);
    assert_eq!(branch.pass(&[("other", "1")], &[]), both);
    assert_eq!(branch.pass(&[("other", "2")], &[]), [""; 0]);
}

#[test]
fn a_run_that_is_no_pipeline_needs_no_records() {
    let mut branch = Branch::new(WORKSPACE);
    let variables = branch.push(&[], "main");
    branch.push(&[("api/main.c", "2")], "main");
    let repository = Repository::discover(&branch.fixture.root).unwrap();
    let project = Project::open(&repository, ChangeRequest::local()).unwrap();
    assert!(project.changes().unwrap().paths().is_some());
    let project = Project::open(&repository, ChangeRequest::from_ci(&variables)).unwrap();
    let reason = "everything is owed on `main`, since there are no records (`--passed`)";
    let Extent::Everything(why) = project.changes().unwrap().extent else { panic!("there are no records") };
    assert_eq!(why.to_string(), reason);
}
