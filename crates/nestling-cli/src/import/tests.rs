//! Small repositories that are imported and proven in memory.

use super::plans::Plans;
use super::proof::{History, Outcome, Proof};
use super::proposal::Proposal;
use super::side::Direction;
use nestling::MemoryFiles;
use std::collections::BTreeSet;

const HISTORY: History<'_> = History { git: None, head: None, merges: 0, default_branch: "main" };

/// Returns what a proof finds to be lost.
fn lost(proof: &Proof) -> BTreeSet<String> {
    let outcomes = proof.rows.iter().flat_map(|row| &row.outcomes);
    let less =
        outcomes.filter_map(|outcome| if let Outcome::Less(lines) = outcome { Some(lines) } else { None });
    less.flatten().cloned().collect()
}

#[test]
fn what_moves_is_proven() {
    const TRIGGER: &str = "api: { trigger: { include: api/.gitlab-ci.yml, strategy: depend }, rules: [{ changes: ['api/**/*'] }] }";
    const JOB: &str = "test: { script: make, rules: [{ changes: ['api/**/*'] }] }";
    for (root, child, written, expected) in [
        // The rules of a child's `workflow` are those of its jobs.
        (
            TRIGGER,
            "workflow: { rules: [{ if: $A }] }\ntest: { script: make, rules: [{ if: $B }, { when: manual }] }",
            "api/nestling.yml",
            "- if: $A && $B\n    - if: $A\n      when: manual\n",
        ),
        (
            TRIGGER,
            "workflow: { rules: [{ if: $A, when: never }, { when: always }] }\ntest: { script: make }",
            "api/nestling.yml",
            "- if: $A\n      when: never\n",
        ),
        (TRIGGER, "prepare: { stage: .pre, script: make }", "api/nestling.yml", "stage: .pre"),
        // GitLab refuses a hidden key that extends one that is not there.
        (
            &format!(".a: {{ image: x }}\n.b: {{ extends: .a }}\n{JOB}\nother: {{ extends: .a, script: x }}")
                .replace("script: make", "extends: .a, script: make")
                .replace("other: { extends: .a, ", "other: { "),
            "",
            ".gitlab-ci.yml",
            ".a: { image: x }",
        ),
        (
            &format!("workflow: {{ auto_cancel: {{ on_job_failure: all }} }}\n{JOB}"),
            "",
            "nestling.yml",
            "on_job_failure: all",
        ),
    ] {
        let files =
            MemoryFiles::new([(".gitlab-ci.yml", root), ("api/.gitlab-ci.yml", child), ("api/main.go", "")]);
        let proposal = Proposal::make(&files, "main", None, true).unwrap();
        let text = proposal.written.get(written).map(String::as_str).unwrap_or_default();
        assert!(text.contains(expected), "{root}\n{child}: {text}");
        let proof = Proof::make(&proposal, &files, &HISTORY).unwrap();
        assert_eq!(lost(&proof), BTreeSet::new(), "{root}\n{child}");
    }
}

#[test]
fn a_child_whose_workflow_says_more_stays() {
    let root = "api: { trigger: { include: api/.gitlab-ci.yml }, rules: [{ changes: ['api/**/*'] }] }";
    for (workflow, expected) in [
        ("{ auto_cancel: { on_job_failure: all } }", "the child has `workflow:auto_cancel`"),
        (
            "{ rules: [{ if: $A, variables: { B: c } }] }",
            "the child has `workflow:rules`, and a rule of it has `variables`",
        ),
        (
            "{ rules: [{ changes: [api/x], when: never }] }",
            "and a rule of it has `changes` and `when: never`",
        ),
    ] {
        let child = format!("workflow: {workflow}\ntest: {{ script: make }}");
        let files = MemoryFiles::new([
            (".gitlab-ci.yml", root),
            ("api/.gitlab-ci.yml", &*child),
            ("api/main.go", ""),
        ]);
        let proposal = Proposal::make(&files, "main", None, true).unwrap();
        let reasons = proposal.division.reasons.iter().flatten();
        assert!(
            reasons.into_iter().any(|reason| reason.contains(expected)),
            "{workflow}: {:?}",
            proposal.division.reasons
        );
    }
}

/// The keywords of a file beside its jobs: the first is the old value, the second the new one.
#[test]
fn keywords_of_a_file_are_compared_or_named() {
    let none = "variables: {}";
    let rows = [
        ("spec", "", "", None),
        ("default", "default: { image: a }", "default: { image: b }", Some("`image` differs")),
        ("include", "include: { template: A.yml }", none, Some("an include that is not read is gone")),
        ("stages", "stages: [build, test]", "stages: [test, build]", Some("b no longer waits for a")),
        ("variables", "variables: { A: b }", "variables: { A: c }", Some("`variables` differs")),
        (
            "workflow",
            "workflow: { rules: [{ if: $A }, { if: $B }] }",
            "workflow: { rules: [{ if: $A }] }",
            Some("it is created if"),
        ),
        (
            "workflow",
            "workflow: { rules: [{ variables: { A: b } }] }",
            none,
            Some("no longer has `variables: A: b`"),
        ),
        (
            "workflow",
            "workflow: { auto_cancel: { on_job_failure: all } }",
            none,
            Some("no longer has `auto_cancel:on_job_failure`"),
        ),
        (
            "workflow",
            "workflow: { rules: [{ auto_cancel: { on_job_failure: all } }] }",
            "workflow: { auto_cancel: { on_job_failure: none } }",
            Some("no longer has `auto_cancel:on_job_failure`"),
        ),
        // A title, and what the parent of a workspace needs.
        ("workflow", "workflow: { name: a }", none, None),
        ("workflow", "workflow: { auto_cancel: { on_new_commit: interruptible } }", none, None),
        ("image", "image: a", "image: b", Some("`image` differs")),
        ("services", "services: [a]", "services: [b]", Some("`services` differs")),
        ("cache", "cache: { paths: [a] }", none, Some("`cache` differs")),
        ("before_script", "before_script: [a]", none, Some("`before_script` differs")),
        ("after_script", "after_script: [a]", none, Some("`after_script` differs")),
    ];
    for keyword in nestling_gitlab::table::ROOT.keys {
        assert!(rows.iter().any(|(known, ..)| *known == keyword.name), "`{}` is not compared", keyword.name);
    }
    for (_, old, new, expected) in rows {
        let jobs = "a: { stage: build, script: x }\nb: { stage: test, script: x }";
        let stages = |text: &str| if text.contains("stages") { "" } else { "stages: [build, test]\n" };
        let of = |text: &str| format!("{}{text}\n{jobs}\n", stages(text));
        let plan = "nestling:plan: { stage: build, script: nestling generate --output c.yml, artifacts: { paths: [c.yml] } }\n\
                    nestling:run: { stage: test, trigger: { include: [{ artifact: c.yml, job: 'nestling:plan' }] } }\n";
        let (old, new) = (of(old), of(new) + plan);
        let old_files = MemoryFiles::new([(".gitlab-ci.yml", &*old)]);
        let new_files = MemoryFiles::new([(".gitlab-ci.yml", &*new), ("nestling.yml", "workspace: {}\n")]);
        let proposal = Proposal::of_old(&old_files).unwrap();
        let plans = Plans::read(&new_files).unwrap();
        let files: [&dyn nestling::Files; 2] = [&old_files, &new_files];
        let proof = Proof::compare(&proposal, files, Direction::Import, None, &HISTORY, &plans).unwrap();
        let lost = lost(&proof);
        let is_found = |expected: &str| lost.iter().any(|line| line.contains(expected));
        assert!(expected.map_or(lost.is_empty(), is_found), "{old}\n-> {new}: {lost:?}");
    }
}

/// A variable that `workflow:rules` set is not in a child.
#[test]
fn variables_of_workflow_rules_are_missed_where_a_job_names_them() {
    let old = "workflow: { rules: [{ variables: { TARGET: b } }] }\n\"api:a\": { script: 'make $TARGET' }\n";
    let parent = "workflow: { rules: [{ variables: { TARGET: b } }] }\nstages: [build, test]\n\
        nestling:plan: { stage: build, script: nestling generate --output c.yml, artifacts: { paths: [c.yml] } }\n\
        nestling:run: { stage: test, FORWARDED trigger: { include: [{ artifact: c.yml, job: 'nestling:plan' }], strategy: depend } }\n";
    for (forwarded, is_lost) in [("", true), ("variables: { TARGET: $TARGET },", false)] {
        let parent = parent.replace("FORWARDED", forwarded);
        let old_files = MemoryFiles::new([(".gitlab-ci.yml", old)]);
        let new_files = MemoryFiles::new([
            (".gitlab-ci.yml", &*parent),
            ("nestling.yml", "workspace: { pipelines: { merge_request: all, branch: all } }\n"),
            ("api/nestling.yml", "a: { script: 'make $TARGET' }"),
        ]);
        let proposal = Proposal::of_old(&old_files).unwrap();
        let plans = Plans::read(&new_files).unwrap();
        let files: [&dyn nestling::Files; 2] = [&old_files, &new_files];
        let proof = Proof::compare(&proposal, files, Direction::Import, None, &HISTORY, &plans).unwrap();
        let lost = lost(&proof);
        let expected = "api:a: `$TARGET` is set by `workflow:rules` of the parent alone";
        assert_eq!(lost.iter().any(|line| line == expected), is_lost, "{lost:?}");
    }
}
