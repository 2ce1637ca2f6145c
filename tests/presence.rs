//! Jobs that GitLab creates from a file: presence compared with recorded verdicts of GitLab, and with a judge that was written apart
//! from it, in Ruby.

mod judge;
mod random;
mod table;
mod verdict;
mod workspaces;

use crate::support::tool::{Tool, need};
use crate::support::{read, setting};
use judge::judge;
use serde_json::Value;
use verdict::{Verdict, verdict};

#[test]
fn presence_is_gitlabs_verdict() {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for (row, line) in read("tests/oracles/data/presence.jsonl").lines().enumerate() {
        let case: Value = serde_json::from_str(line).unwrap();
        let Some(wanted) = Verdict::read(&case["gitlab"]) else { continue };
        compared += 1;
        let found = verdict(case["yaml"].as_str().unwrap(), &case["context"]);
        if found != wanted {
            wrong.push(format!("row {}: {found:?}\n   GitLab: {wanted:?}", row + 1));
        }
    }
    assert!(compared > 150, "only {compared} rows say something of presence");
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
}

/// 500 files; `NESTLING_TEST_PIPELINES` asks for more.
#[test]
fn presence_agrees_with_the_judge_on_random_files() {
    let Some(ruby) = need(Tool::Ruby, "presence_agrees_with_the_judge_on_random_files") else { return };
    let count = setting("NESTLING_TEST_PIPELINES").map_or(500, |count| count.parse().unwrap());
    let cases: Vec<Value> = random::cases(count);
    let verdicts = judge(ruby, &cases);
    let mut judged = 0;
    let mut wrong = Vec::new();
    for (case, said) in cases.iter().zip(&verdicts) {
        let Some(wanted) = Verdict::of_judge(said) else { continue };
        judged += 1;
        let text = case["yaml"].as_str().unwrap();
        let found = verdict(text, &case["context"]);
        if found != wanted {
            wrong.push(format!("{text}\n{}\n found {found:?}\n judge {wanted:?}", case["context"]));
        }
    }
    assert!(judged * 10 > count * 8, "the judge could say something of {judged} files only");
    assert!(wrong.is_empty(), "{} of {judged}:\n{}", wrong.len(), wrong[..wrong.len().min(3)].join("\n\n"));
}

#[test]
fn a_need_that_may_not_be_met_says_for_which_values() {
    let file = |needed: &str, needing: &str| {
        format!(
            "workflow: {{ rules: [{{ when: always }}] }}\n\
             a: {{ script: x, rules: [{{ if: '{needed}' }}] }}\n\
             b: {{ script: x, needs: [a], rules: [{{ if: '{needing}' }}] }}\n"
        )
    };
    for (needed, needing, wanted) in [
        (
            r#"$PUBLISH == "yes""#,
            "$PUBLISH",
            Some("GitLab rejects a pipeline where `$PUBLISH` is set to something other than `yes`"),
        ),
        (
            r#"$PUBLISH == "yes""#,
            r#"$PUBLISH == "no""#,
            Some("GitLab rejects a pipeline where `$PUBLISH` is `no`"),
        ),
        (r#"$PUBLISH == "yes""#, r#"$PUBLISH == "yes" && $DEPLOY"#, None),
    ] {
        let findings = nestling_gitlab::lint(&file(needed, needing));
        let finding = findings.iter().find(|finding| finding.rule.id == "needs-dropped");
        let note = finding.map(|finding| finding.notes.join("; "));
        assert_eq!(note.as_deref(), wanted, "{needed} and {needing}: {findings:?}");
    }
}
