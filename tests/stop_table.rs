//! Deploys and their stop jobs: every kind of pipeline, automatic and manual, with rules and without, in one stage and in
//! two, in a resource group or in none. Each file under `cases/stop` is the pipeline that one row of the table gives.
//!
//! `NESTLING_TEST_UPDATE=1` writes them; GitLab's rules for the pair are held below, whatever the files say.

use crate::support::memory::{facts, planned};
use crate::support::{self, expect_file, judge};
use nestling::{ChangeSet, Comments, EmitOptions, MemoryFiles, Plan};
use nestling_gitlab::yaml::{Map, Node};
use std::path::PathBuf;

/// One row: what is written, and the pipeline that it is written for.
#[derive(Debug, Clone, Copy)]
struct Row {
    pipeline: &'static str,
    manual: bool,
    rules: bool,
    later_stage: bool,
    resource_group: bool,
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let both = [false, true];
    for pipeline in ["merge_request", "branch:feature", "tag:v1.0"] {
        for manual in both {
            for rules in both {
                for later_stage in both {
                    for resource_group in both {
                        rows.push(Row { pipeline, manual, rules, later_stage, resource_group });
                    }
                }
            }
        }
    }
    rows
}

impl Row {
    fn file(&self) -> PathBuf {
        let mut words = vec![self.pipeline.split(':').next().unwrap().replace('_', "-")];
        words.push(if self.manual { "manual" } else { "auto" }.to_owned());
        words.push(if self.rules { "rules" } else { "no-rules" }.to_owned());
        words.push(if self.later_stage { "later-stage" } else { "same-stage" }.to_owned());
        words.extend(self.resource_group.then(|| "resource-group".to_owned()));
        support::root().join("tests/cases/stop").join(words.join("-") + ".yml")
    }

    fn workspace(&self) -> String {
        let mut entry = String::from(
            "      when: [merge_request, branch, tag]\n      name: review/$CI_COMMIT_REF_SLUG\n      \
             url: https://$CI_ENVIRONMENT_SLUG.shop.example\n      deployment_tier: development\n      \
             auto_stop_in: 1 week\n",
        );
        if self.manual {
            entry.push_str("      manual: true\n");
        }
        if self.resource_group {
            entry.push_str("      resource_group: review/$CI_COMMIT_REF_SLUG\n");
        }
        format!("workspace:\n  stages: [build, deploy, cleanup]\n  environments:\n    review:\n{entry}")
    }

    fn unit(&self) -> String {
        let rules = "  rules: [{ if: $SKIP_DEPLOY, when: never }, { if: $CI_COMMIT_REF_SLUG }]\n";
        let stage = if self.later_stage { "    stage: cleanup\n" } else { "" };
        format!(
            "build:\n  stage: build\n  script: make\n\
             deploy:\n  stage: deploy\n  image: alpine\n  environment: [review]\n  script: ./deploy\n{}  \
             stop:\n{stage}    script: destroy-review\n",
            if self.rules { rules } else { "" },
        )
    }

    fn plan(&self) -> Plan {
        let files = [("nestling.yml", self.workspace()), ("shop/nestling.yml", self.unit())];
        planned(&MemoryFiles::new(files), ChangeSet::everything(), facts(self.pipeline))
    }
}

#[test]
fn each_row_of_the_table_gives_the_pair_that_its_file_states() {
    let mut failed = Vec::new();
    for row in rows() {
        let mut options = EmitOptions::default();
        options.comments = Comments::None;
        let emitted = row.plan().emit(&options);
        failed.extend(expect_file(&row.file(), &emitted.files[0].text).err());
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let files = std::fs::read_dir(support::root().join("tests/cases/stop")).unwrap().count();
    assert_eq!(files, rows().len(), "a file of no row");
}

#[test]
fn gitlabs_reader_and_gitlabs_schema_accept_every_row() {
    let test = "gitlabs_reader_and_gitlabs_schema_accept_every_row";
    let files: Vec<PathBuf> = rows().iter().map(Row::file).collect();
    judge::psych(test, &files);
    judge::schema(test, &files);
}

#[test]
fn check_finds_nothing_in_any_row() {
    for row in rows() {
        let problems = row.plan().diagnostics;
        assert!(problems.is_empty(), "{row:?}: {problems:?}");
    }
}

/// <https://docs.gitlab.com/ci/environments/#stopping-an-environment>, rule by rule.
#[test]
fn every_pair_keeps_gitlabs_rules() {
    for row in rows() {
        let pipeline = row.plan().pipeline;
        let body = |name: &str| &pipeline.jobs.iter().find(|job| job.name.as_str() == name).unwrap().body;
        let (deploy, stop) = (body("shop:deploy:review"), body("shop:deploy:review:stop"));
        let environment = |body: &Map, key: &str| {
            body.get("environment").unwrap().get(key).and_then(Node::text).map(str::to_owned)
        };
        assert_eq!(environment(deploy, "on_stop").unwrap(), "shop:deploy:review:stop", "{row:?}");
        assert_eq!(environment(deploy, "name"), environment(stop, "name"), "{row:?}");
        assert_eq!(environment(stop, "action").unwrap(), "stop", "{row:?}");
        for key in ["url", "auto_stop_in", "on_stop"] {
            assert_eq!(environment(stop, key), None, "{row:?}: {key} in a stop job");
        }
        assert_eq!(text(deploy, "resource_group"), text(stop, "resource_group"), "{row:?}");
        let strategy = stop.get("variables").and_then(|variables| variables.get("GIT_STRATEGY"));
        let checkout = if row.pipeline.starts_with("branch") { Some("none") } else { None };
        assert_eq!(strategy.and_then(Node::text), checkout, "{row:?}: branches go, other refs stay");
        manual_and_in_nobodys_way(row, deploy, stop);
        can_run(row, deploy, stop);
    }
}

/// `when: manual` blocks under `rules`, unless it is said otherwise; and the conditions are those of the deploy.
fn manual_and_in_nobodys_way(row: Row, deploy: &Map, stop: &Map) {
    let Some(rules) = stop.get("rules").and_then(Node::as_seq) else {
        assert!(!deploy.contains("rules"), "{row:?}");
        assert_eq!(
            (text(stop, "when"), text(stop, "allow_failure")),
            (Some("manual"), Some("true")),
            "{row:?}"
        );
        return;
    };
    let of_deploy = deploy.get("rules").and_then(Node::as_seq).unwrap();
    assert_eq!(rules.len(), of_deploy.len(), "{row:?}");
    for (rule, of_deploy) in rules.iter().zip(of_deploy) {
        let get = |rule: &Node, key: &str| rule.get(key).and_then(Node::text).map(str::to_owned);
        assert_eq!(get(rule, "if"), get(of_deploy, "if"), "{row:?}");
        if get(of_deploy, "when").as_deref() == Some("never") {
            assert_eq!(get(rule, "when").as_deref(), Some("never"), "{row:?}");
        } else {
            assert_eq!(get(rule, "when").as_deref(), Some("manual"), "{row:?}");
            assert_eq!(get(rule, "allow_failure").as_deref(), Some("true"), "{row:?}");
        }
    }
}

/// In the deploy's stage it waits for what the deploy waits for; elsewhere for the deploy alone.
fn can_run(row: Row, deploy: &Map, stop: &Map) {
    let needs = stop.get("needs").and_then(Node::as_seq);
    if text(deploy, "stage") == text(stop, "stage") {
        assert!(needs.is_none(), "{row:?}: {needs:?}");
    } else {
        let names: Vec<_> = needs.unwrap().iter().filter_map(|need| need.get("job")?.text()).collect();
        assert_eq!(names, ["shop:deploy:review"], "{row:?}");
    }
}

fn text<'a>(body: &'a Map, key: &str) -> Option<&'a str> {
    body.get(key).and_then(Node::text)
}
