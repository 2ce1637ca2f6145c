//! Single jobs in the terminal's views, and graphs that the programs which draw them can read.

use crate::support::memory::{changed, facts, planned};
use crate::support::said;
use crate::support::tool::{Tool, need};
use nestling::MemoryFiles;
use nestling::view::{Paint, Screen, dot, mermaid, stages, tree};
use std::io::Write as _;
use std::process::Stdio;

const WORKSPACE: &str = "workspace: { stages: [build, test, deploy] }\n";

/// A view of one unit, `api`, that is written like this.
fn seen<T>(unit: &str, view: impl Fn(&nestling::Plan) -> T) -> T {
    let files = MemoryFiles::new([("nestling.yml", WORKSPACE), ("api/nestling.yml", unit)]);
    let plan = planned(&files, changed(&["api/x"]), facts("branch:main"));
    assert!(!plan.has_errors(), "{:?}", plan.diagnostics);
    view(&plan)
}

/// The line of the job `it` in the tree.
fn line(unit: &str) -> String {
    let tree = seen(unit, |plan| tree(plan, Screen::PLAIN));
    let found = tree.lines().find(|line| line.contains("─ it "));
    found.unwrap_or_else(|| panic!("{tree}")).trim_start_matches(['├', '└', '─', ' ']).to_owned()
}

#[test]
fn the_tree_says_how_a_job_starts_what_it_needs_and_where_it_deploys() {
    let build = "b: { stage: build, script: x }\n";
    for (job, want) in [
        ("it: { script: x }", "it  test"),
        ("it: { script: x, when: manual }", "it  test  manual"),
        ("it: { script: x, when: delayed, start_in: 3 days }", "it  test  after 3 days"),
        ("it: { script: x, when: on_failure }", "it  test  on failure"),
        ("it: { script: x, rules: [{ if: $A, when: manual }, { when: manual }] }", "it  test  manual"),
        (
            "it: { script: x, rules: [{ if: $A, when: manual }, { if: $B }] }",
            "it  test  manual if `$A` is set and not empty, otherwise…  if `$A` is set an…",
        ),
        (
            "it: { script: x, rules: [{ if: '$A == \"1\"', when: manual }] }",
            "it  test  manual  if `$A` is `1`",
        ),
        ("it: { script: x, parallel: 3 }", "it ×3  test"),
        ("it: { trigger: group/project }", "it  test  triggers group/project"),
        ("it: { trigger: { include: child.yml } }", "it  test  triggers child pipeline"),
        ("it: { script: x, rules: [{ when: delayed, start_in: 1 hour }] }", "it  test  after 1 hour"),
        ("it: { script: x, needs: [b] }", "it  test   needs b"),
        ("it: { script: x, needs: [{ job: b, optional: true }] }", "it  test   needs b (optional)"),
        ("it: { script: x, needs: [] }", "it  test"),
        ("it: { script: x, environment: prod }", "it  test  → prod"),
        ("it: { script: x, environment: { name: prod, action: verify } }", "it  test  verify prod"),
    ] {
        let build = if job.contains("needs: [") && !job.contains("needs: []") { build } else { "" };
        assert_eq!(line(&format!("{build}{job}\n")), want, "{job}");
    }
}

#[test]
fn what_does_not_fit_is_shortened_and_counted() {
    let names: Vec<String> = (1..=12).map(|n| format!("a-job-with-a-long-name-{n}")).collect();
    let jobs: String = names.iter().map(|name| format!("{name}: {{ stage: build, script: x }}\n")).collect();
    let it = format!("it: {{ script: x, needs: [{}] }}\n", names.join(", "));
    let wide = line(&format!("{jobs}{it}"));
    assert!(wide.ends_with("needs a-job-with-a-long-name-1, +11"), "{wide}");
    let names = "deploy-to-an-environment-with-a-name: { script: x, needs: [] }\n";
    let long = format!(
        "{names}it: {{ script: x, when: manual, needs: [deploy-to-an-environment-with-a-name], environment: review/$CI_COMMIT_REF_SLUG/services-api-and-more-of-it-than-fits }}\n"
    );
    for view in [tree, stages] {
        for line in seen(&long, |plan| view(plan, Screen::PLAIN)).lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

/// Kinds differ by what GitLab makes: copies, conditions and starts.
#[test]
fn kinds_of_pipelines_are_compared_by_the_jobs_that_gitlab_makes() {
    let unit = "\
build: { stage: build, script: make }
lint: { script: x, rules: [{ if: $CI_MERGE_REQUEST_IID && $L, when: manual }, { if: $CI_COMMIT_BRANCH }] }
test: { script: x, parallel: 3, rules: [{ if: $CI_COMMIT_BRANCH }] }
";
    let files = MemoryFiles::new([("nestling.yml", WORKSPACE), ("api/nestling.yml", unit)]);
    let [branch, request] =
        ["branch:main", "merge_request"].map(|kind| planned(&files, changed(&["api/x"]), facts(kind)));
    let shown = |jobs: nestling::view::KindJobs| format!("{} {}", jobs.count, jobs.names.join(" "));
    let there = nestling::view::kind_difference(&request, &branch);
    assert_eq!([there.added, there.removed, there.changed].map(shown), ["3 api:test ×3", "0 ", "1 api:lint"]);
    let back = nestling::view::kind_difference(&branch, &request);
    assert_eq!([back.added, back.removed, back.changed].map(shown), ["0 ", "3 api:test ×3", "1 api:lint"]);
    let same = nestling::view::kind_difference(&branch, &branch);
    assert_eq!(same, nestling::view::KindDifference::default());
}

/// Every view distinguishes the ways in which a job starts.
#[test]
fn each_start_has_its_words_in_every_view() {
    let unit = "\
it: { script: x, environment: prod, when: delayed, start_in: 1 hour }
failed: { script: x, environment: { name: prod, action: verify }, when: on_failure }
asked: { script: x, environment: { name: prod, action: verify }, rules: [{ if: $A, when: manual }] }
";
    let views: [fn(&nestling::Plan) -> String; 6] = [
        |plan| tree(plan, Screen::PLAIN),
        |plan| stages(plan, Screen::PLAIN),
        |plan| nestling::view::environments(plan, Screen::PLAIN),
        nestling::view::markdown,
        mermaid,
        dot,
    ];
    for (index, view) in views.into_iter().enumerate() {
        let text = seen(unit, view);
        for words in ["after 1 hour", "on failure", "manual"] {
            assert!(text.contains(words), "view {index} has no `{words}`: {text}");
        }
        assert!(text.contains("if ") || text.contains("conditional"), "view {index}: {text}");
    }
}

/// A job that is in the pipeline and may be manual looks like neither, in every view.
#[test]
fn a_start_that_depends_on_a_condition_is_told_in_every_view() {
    let unit =
        "it: { script: x, environment: prod, rules: [{ if: $GATE, when: manual }, { when: on_success }] }\n";
    let screen = Screen { paint: Paint::Plain, columns: Screen::UNLIMITED };
    let views: [fn(&nestling::Plan, Screen) -> String; 6] = [
        tree,
        stages,
        nestling::view::environments,
        |plan, _| nestling::view::markdown(plan),
        |plan, _| mermaid(plan),
        |plan, _| dot(plan),
    ];
    for (index, view) in views.into_iter().enumerate() {
        let text = seen(unit, |plan| view(plan, screen));
        assert!(text.contains("manual if") && text.contains("otherwise automatic"), "view {index}: {text}");
    }
    assert_eq!(seen(unit, nestling::view::summary), "1 of 1 unit, 1 job (up to 1 manual), 1 deployment\n");
    // A manual job that may be missing is no certain one.
    let absent = "it: { script: x }\nask: { script: x, rules: [{ if: $A, when: manual }] }\n";
    let summary = seen(absent, nestling::view::summary);
    assert_eq!(summary, "1 of 1 unit, 1 job, up to 2 (up to 1 manual), 0 deployments\n");
    let json = seen(unit, |plan| serde_json::to_value(nestling::view::json_v1::plan_v1(plan)).unwrap());
    let starts = serde_json::json!([
        { "start": "manual", "if": "`$GATE` is set and not empty" },
        { "start": "automatic", "if": null },
    ]);
    assert_eq!(json["jobs"][0]["presence"]["starts"], starts);
    let environment = &json["environments"][0];
    assert_eq!((&environment["manual"], &environment["may_be_manual"]), (&false.into(), &true.into()));
    let delayed = "it: { script: x, rules: [{ if: $A, when: delayed, start_in: 1 day }, { if: $B, when: manual }, { when: always }] }\n";
    let text = seen(delayed, |plan| tree(plan, screen));
    let words =
        "after 1 day if `$A` is set and not empty, manual if `$B` is set and not empty, otherwise automatic";
    assert!(text.contains(words), "{text}");
    // Rules that agree are one start, whatever their conditions are.
    let agreed = "it: { script: x, rules: [{ if: $A, when: manual }, { when: manual }] }\n";
    assert!(!seen(agreed, |plan| tree(plan, screen)).contains("otherwise"));
}

/// Of a name that does not fit, both ends are shown, and what is told of it stays beside it.
#[test]
fn a_long_name_leaves_room_for_what_is_told_of_it() {
    let name = |end: &str| format!("{}-{end}", "a-name-of-some-length".repeat(6));
    let (stage, unit, job, left_out) = (name("stage"), name("unit"), name("job"), name("absent"));
    let workspace = format!("workspace: {{ stages: [build, {stage}] }}\n");
    let text = format!(
        "{job}: {{ stage: {stage}, script: x, when: manual, needs: [other] }}\nother: {{ stage: build, script: x }}\n\
         {left_out}: {{ stage: build, script: x, rules: [{{ when: never }}] }}\n"
    );
    let files =
        MemoryFiles::new([("nestling.yml".to_owned(), workspace), (format!("{unit}/nestling.yml"), text)]);
    let plan = planned(&files, changed(&[&format!("{unit}/x")]), facts("branch:main"));
    for columns in [60, 80, 120, 200] {
        for view in [tree, stages] {
            let text = view(&plan, Screen { paint: Paint::Plain, columns });
            let lines: Vec<&str> = text.lines().collect();
            let about = lines.iter().find(|line| line.contains("manual  needs"));
            assert!(about.is_some_and(|line| line.contains('…')), "{columns}: {text}");
            assert!(lines.iter().any(|line| line.contains("`when: never`")), "{columns}: {text}");
            for line in lines.into_iter().filter(|line| !line.contains("1 of 1 unit")) {
                assert!(line.chars().count() <= columns, "{columns}: {line}");
            }
        }
    }
}

/// The workspace's own jobs are told apart from those of a unit that must not have its name.
#[test]
fn a_name_that_is_refused_is_told_as_such() {
    let jobs = "workspace: {}\n---\nlint: { script: x }\n";
    let files =
        MemoryFiles::new([("nestling.yml", jobs), ("workspace/nestling.yml", "test: { script: x }\n")]);
    let plan = planned(&files, changed(&["workspace/x"]), facts("branch:main"));
    assert!(plan.has_errors());
    for view in [tree, stages] {
        let text = view(&plan, Screen::PLAIN);
        assert!(text.contains("workspace (invalid name)") && !text.contains("workspace?"), "{text}");
    }
}

/// Rows of names in wide characters line up in a terminal, and none is cut where there is none.
#[test]
fn wide_names_line_up_and_nothing_is_cut_without_a_terminal() {
    let unit =
        "配達サービス: { script: x }\n🚀: { script: x }\nit: { script: x, needs: [配達サービス, 🚀] }\n";
    let tree = seen(unit, |plan| tree(plan, Screen::PLAIN));
    let stage =
        |name: &str| tree.lines().find_map(|line| line.split_once(name)?.1.split_once("test")).unwrap().0;
    let blanks = |name: &str| stage(name).chars().count();
    // Six wide characters are twelve columns, as a wide one and ten narrow ones.
    assert_eq!((blanks("配達サービス"), blanks("─ 🚀"), blanks("─ it")), (2, 12, 12), "{tree}");
    let names: Vec<String> = (1..=40).map(|n| format!("a-job-with-a-long-name-{n}")).collect();
    let jobs: String = names.iter().map(|name| format!("{name}: {{ stage: build, script: x }}\n")).collect();
    let environment =
        "environment: review/$CI_COMMIT_REF_SLUG/services-api-and-more-of-it-than-fits-into-a-line";
    let job = format!("it: {{ script: x, when: manual, needs: [{}], {environment} }}\n", names.join(", "));
    let screen = Screen { paint: Paint::Plain, columns: Screen::UNLIMITED };
    for view in [nestling::view::tree, stages] {
        let text = seen(&format!("{jobs}{job}"), |plan| view(plan, screen));
        assert!(!text.contains('…') && text.contains("a-job-with-a-long-name-40\n"), "{text}");
    }
}

#[test]
fn color_changes_no_word_and_no_place() {
    let unit = "a: { script: x, environment: prod }\nb: { script: x, when: manual, needs: [a] }\n";
    let plain = seen(unit, |plan| tree(plan, Screen::PLAIN));
    let colored = seen(unit, |plan| tree(plan, Screen { paint: Paint::Ansi, columns: 80 }));
    assert!(colored.contains("\x1b[32m"), "{colored:?}");
    let mut stripped = String::new();
    for part in colored.split('\x1b') {
        stripped += if part.starts_with('[') { part.split_once('m').unwrap().1 } else { part };
    }
    assert_eq!(stripped, plain);
}

/// Names that would end a string, a label or a statement in the languages of the graphs.
const HOSTILE: &str = "\
'say \"hi\" \\': { script: x }
'<b>bold</b> &amp; [x](y)': { script: x, needs: [\"say \\\"hi\\\" \\\\\"] }
'a; b -> c #35;': { script: x }
'back`tick | {curly}': { stage: deploy, script: x }
";

#[test]
fn graphviz_reads_the_graph_whatever_the_names_are() {
    let graph = seen(HOSTILE, dot);
    let Some(mut command) = need(Tool::Graphviz, "graphviz_reads_the_graph_whatever_the_names_are") else {
        return;
    };
    let mut child = command
        .arg("-Tplain")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(graph.as_bytes()).unwrap();
    let drawn = child.wait_with_output().unwrap();
    assert!(drawn.status.success() && drawn.stderr.is_empty(), "{}\n{graph}", said(&drawn));
    let text = String::from_utf8(drawn.stdout).unwrap();
    assert_eq!(text.lines().filter(|line| line.starts_with("node ")).count(), 4, "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("edge ")).count(), 2, "{text}");
}

#[test]
fn a_name_cannot_leave_its_label_in_mermaid() {
    let graph = seen(HOSTILE, mermaid);
    let labels: Vec<&str> = graph.lines().filter(|line| line.contains("    j")).collect();
    assert_eq!(labels.len(), 4, "{graph}");
    for label in labels {
        let inside = label.split_once("[\"").unwrap().1.rsplit_once("\"]").unwrap().0.replace("<br/>", "");
        let bad =
            inside.chars().find(|c| matches!(c, '"' | '<' | '>' | '`' | '[' | ']' | '{' | '}' | '|' | '&'));
        assert_eq!(bad, None, "{label}");
    }
}
