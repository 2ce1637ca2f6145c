//! A project whose merge request has passed, and what becomes of the next pipeline: with honest records, and with others.

mod forged;
mod header;
mod failed;
mod kept;
mod made_from;
mod page;

use super::*;
use crate::passed::{ApiAnswers, PassedV1, Recording, VerifiedV1, record, verify};
use crate::{ChangeRequest, CiVariables, Planning, Repository};
use nestling_git::testing::Fixture;
use serde_json::{Value, json};

const NOW: u64 = 1_796_000_000;
const FINISHED: &str = "2026-11-30T00:35:55.000Z";
const PARENT: &str = "plan: { script: nestling generate }\nchild: { trigger: { include: [{ artifact: c.yml, job: plan }], strategy: depend } }\n";
const WORKSPACE: &str = "workspace: { stages: [test, deploy], templates: [ci], reuse: { trust: members } }\n";
const TEMPLATE: &str = "test: { stage: test, script: make test }\nlint: { stage: test, script: make lint, allow_failure: true }\n\
    deploy: { stage: deploy, script: make deploy, needs: [test], environment: production, rules: [{ if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH }] }\n";

/// A repository with the units `api` and `web`, on the branch `feature`, which changes `api`.
struct Simulated {
    fixture: Fixture,
    /// The commit of the merge request.
    feature: String,
}

impl Simulated {
    fn new(files: &[(&str, &str)]) -> Self {
        let fixture = Fixture::new();
        fixture.write(".gitlab-ci.yml", PARENT);
        fixture.write("nestling.yml", WORKSPACE);
        fixture.write("ci/job.yml", TEMPLATE);
        for unit in ["api", "web"] {
            fixture.write(format!("{unit}/nestling.yml"), "unit: { use: job }\n");
            fixture.write(format!("{unit}/main.c"), "1");
        }
        files.iter().for_each(|(path, text)| fixture.write(path, text));
        fixture.commit("start");
        fixture.git(&["checkout", "--quiet", "-b", "feature"]);
        Self { fixture, feature: String::new() }
    }

    /// Commits changes of the merge request.
    fn change(mut self, files: &[(&str, &str)]) -> Self {
        self.fixture.write("api/main.c", "2");
        files.iter().for_each(|(path, text)| self.fixture.write(path, text));
        self.feature = self.fixture.commit("feature").to_string();
        self
    }

    fn variables(&self, of: &[(&str, &str)], commit: &str) -> CiVariables {
        let common = [
            ("GITLAB_CI", "true"),
            ("CI_PROJECT_ID", "7"),
            ("CI_DEFAULT_BRANCH", "main"),
            ("CI_COMMIT_SHA", commit),
        ];
        common.into_iter().chain(of.iter().copied()).collect()
    }

    /// Plans a pipeline, and does something with it.
    fn plan<T>(&self, variables: &CiVariables, act: impl FnOnce(Planning<'_>) -> T) -> T {
        let repository = Repository::discover(&self.fixture.root).unwrap();
        let project = Project::open(&repository, ChangeRequest::from_ci(variables)).unwrap();
        act(project.plan(project.changes().unwrap()))
    }

    /// Runs the pipeline of the merge request, in which every job passes: the record, and what GitLab answers.
    fn merge_request(&self) -> (PassedV1, Value) {
        let base = self.fixture.id("main").to_string();
        let variables = self.variables(
            &[
                ("CI_PIPELINE_SOURCE", "merge_request_event"),
                ("CI_MERGE_REQUEST_IID", "3"),
                ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "feature"),
                ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
                ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base),
                ("CI_PIPELINE_ID", "100"),
                ("CI_PIPELINE_URL", "https://gitlab.example.com/g/p/-/pipelines/100"),
                ("CI_COMMIT_REF_NAME", "feature"),
            ],
            &self.feature,
        );
        let plan = self.plan(&variables, |planning| planning.fingerprints().run().unwrap());
        assert!(!plan.has_errors(), "{:?}", plan.diagnostics);
        let names = plan.presence.iter().flat_map(JobPresence::copies).map(|(copy, _)| copy.name.clone());
        let answers = self.answers(names);
        let text = serde_json::to_string(&crate::view::json_v1::plan_v1(&plan)).unwrap();
        let recorded = record(&Recording::new(&text, &answers_of(&answers), &variables)).unwrap();
        (recorded, answers)
    }

    fn answers(&self, names: impl Iterator<Item = String>) -> Value {
        let pipeline = |id: u64, source: &str| json!({ "id": id, "project_id": 7, "sha": self.feature, "source": source });
        let job = |(number, name): (usize, String)| {
            let is_lint = name.ends_with(":lint");
            json!({
                "id": 1000 + number, "name": name, "status": "success", "allow_failure": is_lint,
                "ref": "refs/merge-requests/3/head", "finished_at": FINISHED,
                "web_url": format!("https://gitlab.example.com/g/p/-/jobs/{}", 1000 + number),
                "commit": { "id": self.feature }, "pipeline": pipeline(101, "parent_pipeline"),
            })
        };
        json!({
            "jobs": names.enumerate().map(job).collect::<Vec<_>>(),
            "bridges": [{ "name": "child", "pipeline": pipeline(100, "merge_request_event"), "downstream_pipeline": pipeline(101, "parent_pipeline") }],
        })
    }

    /// Merges, and plans the pipeline of main with these records.
    fn main(&self, verified: VerifiedV1, now: u64) -> Plan {
        let before = self.fixture.id("main").to_string();
        self.fixture.git(&["checkout", "--quiet", "main"]);
        self.fixture.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "feature"]);
        let head = self.fixture.id("HEAD").to_string();
        let branch = [
            ("CI_PIPELINE_SOURCE", "push"),
            ("CI_COMMIT_BRANCH", "main"),
            ("CI_COMMIT_BEFORE_SHA", before.as_str()),
        ];
        let passed = Passed::of(verified, now);
        self.plan(&self.variables(&branch, &head), |planning| planning.passed(&passed).run().unwrap())
    }
}

fn answers_of(answers: &Value) -> ApiAnswers {
    let mut read = ApiAnswers::default();
    read.jobs.insert(101, serde_json::from_value(answers["jobs"].clone()).unwrap());
    read.bridges.insert(100, serde_json::from_value(answers["bridges"].clone()).unwrap());
    read.protected.extend(
        answers["protected"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap().to_owned()),
    );
    read
}

fn verified(record: &PassedV1, answers: &Value) -> VerifiedV1 {
    verify(&[("100.json".to_owned(), serde_json::to_vec(record).unwrap())], &answers_of(answers), "7")
}

fn names(plan: &Plan) -> Vec<&str> {
    plan.pipeline.jobs.iter().map(|job| job.name.as_str()).collect()
}

/// Returns why a job stays, with the records that do not count.
fn kept(plan: &Plan, job: &str) -> String {
    let reuse = plan.reuse.iter().find(|(name, _)| name.as_str() == job);
    match reuse.unwrap().1 {
        JobReuse::Reused(record) => panic!("{job} is left out: {record:?}"),
        JobReuse::Kept { why, refused } => format!("{why}; {}", refused.join("; ")),
    }
}

#[test]
fn main_runs_only_deploys_after_a_merge_request_has_passed() {
    let project = Simulated::new(&[]).change(&[]);
    let (record, answers) = project.merge_request();
    let plan = project.main(verified(&record, &answers), NOW);
    assert!(!plan.has_errors(), "{:?}", plan.diagnostics);
    assert_eq!(names(&plan), ["api:lint", "api:deploy", "reused"]);
    let needs = plan.pipeline.job("api:deploy").unwrap().body.get("needs").unwrap();
    assert_eq!(needs.as_seq().map(<[_]>::len), Some(0), "the job that it needs is left out");
    let reused = plan.pipeline.job("reused").unwrap().body.get("script").unwrap();
    let lines: Vec<&str> = reused.items_or_self().iter().filter_map(|line| line.text()).collect();
    assert_eq!(
        lines,
        [
            "printf '%s\\n' '1 job left out, which passed with the same content:'",
            "printf '%s\\n' 'api:test: https://gitlab.example.com/g/p/-/jobs/1000'",
        ]
    );
    assert_eq!(kept(&plan, "api:lint"), "it is allowed to fail; ");
    assert_eq!(kept(&plan, "api:deploy"), "jobs with `environment` are never omitted; ");
    let left_out = &plan.left_out.values().next().unwrap()[0];
    assert_eq!(
        left_out.reason,
        "it passed with the same content in pipeline 100, https://gitlab.example.com/g/p/-/pipelines/100"
    );
}

/// Plans main with a record that was changed in some way: the job stays, for a reason that has these words.
fn refused(words: &str, change: impl FnOnce(&mut PassedV1, &mut Value)) {
    let project = Simulated::new(&[]).change(&[]);
    let (mut record, mut answers) = project.merge_request();
    change(&mut record, &mut answers);
    let verified = verified(&record, &answers);
    let whole: Vec<String> = verified.refused.iter().map(|refused| refused.why.clone()).collect();
    let plan = project.main(verified, NOW);
    assert!(names(&plan).contains(&"api:test"), "{words}");
    let why = format!("{}; {}", kept(&plan, "api:test"), whole.join("; "));
    assert!(why.contains(words), "{why}, not {words}");
}

#[test]
fn records_that_gitlab_does_not_confirm_do_not_count() {
    refused("`failed`", |_, answers| answers["jobs"][0]["status"] = json!("failed"));
    refused("`canceled`", |_, answers| answers["jobs"][0]["status"] = json!("canceled"));
    refused("`skipped`", |_, answers| answers["jobs"][0]["status"] = json!("skipped"));
    refused("was allowed to fail", |_, answers| answers["jobs"][0]["allow_failure"] = json!(true));
    refused("but the record has", |_, answers| answers["jobs"][0]["name"] = json!("web:test"));
    refused("GitLab knows no job", |_, answers| answers["jobs"] = json!([]));
    refused("GitLab knows no trigger job", |_, answers| answers["bridges"] = json!([]));
    refused("GitLab knows no job", |_, answers| {
        answers["bridges"][0]["downstream_pipeline"]["id"] = json!(5);
    });
    refused("GitLab knows no job", |_, answers| {
        answers["bridges"][0]["downstream_pipeline"]["project_id"] = json!(8);
    });
    refused("of another project", |_, answers| answers["bridges"][0]["pipeline"]["project_id"] = json!(8));
    refused("belongs to project 8", |record, _| record.project = "8".to_owned());
    refused("its format is 2", |record, _| record.format = 2);
    refused("is of commit", |record, _| record.commit = "1".repeat(40));
    refused("is of `refs/merge-requests/3/head`", |record, _| record.r#ref = "refs/heads/main".to_owned());
    for source in ["web", "api", "trigger", "pipeline", "parent_pipeline"] {
        let why = format!("source `{source}`");
        refused(&why, |_, answers| answers["bridges"][0]["pipeline"]["source"] = json!(source));
    }
    refused("ended in the future", |_, answers| {
        answers["jobs"][0]["finished_at"] = json!("2026-12-09T00:00:00Z");
    });
    refused("has no time", |_, answers| answers["jobs"][0]["finished_at"] = Value::Null);
    refused("no pipeline has passed it", |record, _| record.jobs[0].fingerprint = "0".repeat(64));
}

#[test]
fn records_that_are_old_or_of_another_job_do_not_count() {
    refused("is 10 days old", |_, answers| answers["jobs"][0]["finished_at"] = json!("2026-11-20T00:00:00Z"));
    refused("it is of another job", |record, _| record.jobs[0].unit = "web".to_owned());
    refused("it does not name all copies", |_, answers| {
        let mut copy = answers["jobs"][0].clone();
        copy["id"] = json!(5);
        copy["name"] = json!("api:test 2/2");
        answers["jobs"].as_array_mut().unwrap().push(copy);
    });
    refused("which does not follow from its commit", |record, _| record.units = vec!["web".to_owned()]);
    refused("which does not follow from its commit", |_, answers| {
        let mut other = answers["jobs"][0].clone();
        other["id"] = json!(5);
        other["name"] = json!("web:test");
        answers["jobs"].as_array_mut().unwrap().push(other);
    });
}

#[test]
fn a_truncated_record_does_not_count() {
    let project = Simulated::new(&[]).change(&[]);
    let (record, answers) = project.merge_request();
    let mut bytes = serde_json::to_vec(&record).unwrap();
    bytes.truncate(bytes.len() - 5);
    let verified = verify(&[("100.json".to_owned(), bytes)], &answers_of(&answers), "7");
    assert!(verified.refused[0].why.starts_with("it is truncated or not JSON"), "{:?}", verified.refused);
    assert!(names(&project.main(verified, NOW)).contains(&"api:test"));
}

#[test]
fn only_protected_references_count_where_that_is_asked() {
    let protected = WORKSPACE.replace("members", "protected");
    let project = Simulated::new(&[("nestling.yml", &protected)]).change(&[]);
    let (record, mut answers) = project.merge_request();
    answers["protected"] = json!(["main"]);
    let plan = project.main(verified(&record, &answers), NOW);
    assert!(
        kept(&plan, "api:test").contains("`refs/merge-requests/3/head` is not protected"),
        "{}",
        kept(&plan, "api:test")
    );
}
