//! `nestling replay`: each merge selects and runs what it would if the configuration of today had been committed then.

use crate::support::repository::Repository;
use crate::support::{nestling, output, run, said};
use serde_json::Value;
use std::path::PathBuf;

fn replayed(repository: &Repository, options: &[&str]) -> Value {
    let text = output(nestling(repository.path()).args(["replay", "--format", "json"]).args(options));
    serde_json::from_str(&text).unwrap()
}

/// The units of each merge, the oldest first, with the number of jobs; `*` stands for all of them.
fn lines(replay: &Value) -> Vec<String> {
    let merges = replay["merges"].as_array().unwrap().iter().rev();
    let line = |merge: &Value| {
        let units: Vec<&str> =
            merge["units"].as_array().unwrap().iter().map(|unit| unit["name"].as_str().unwrap()).collect();
        let units = if merge["everything"].is_null() { units.join(" ") } else { "*".to_owned() };
        let (subject, jobs) = (merge["subject"].as_str().unwrap(), &merge["jobs"]);
        format!("{subject}: {units} ({jobs}/{})", merge["all_jobs"])
    };
    merges.map(line).collect()
}

/// The same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

const DIRECTORIES: [&str; 7] =
    ["services/a", "services/b", "services/a/deep", "libs/c", "libs/c/inner", "tools", "shared"];

const WORKSPACE: &str = "\
workspace:
  templates: [ci]
  ignore: ['**/*.md']
  everything: [/shared/everything]
  depends_from: [npm]
  units:
    - { match: services/*, use: test, changes: [/shared/f1] }
---
lint: { script: make lint }
";

/// The files of the configuration, which come last.
const CONFIGURATION: [(&str, &str); 5] = [
    ("nestling.yml", WORKSPACE),
    ("ci/test.yml", "test: { script: make test }\nbuild: { script: make }\n"),
    (
        "libs/c/nestling.yml",
        "unit: { depends_on: [services/b], changes: ['!/libs/c/f2'] }\n---\ncheck: { script: make }\n",
    ),
    ("services/a/deep/nestling.yml", "deep: { script: make, needs: ['libs/c:check'] }\n"),
    ("apart/nestling.yml", "unit: { changes: [/tools/**/*] }\n---\nwatch: { script: make }\n"),
];

/// Files come, change, move and go, and packages name each other; no commit has a configuration.
fn random_history(random: &mut Random) -> Repository {
    let repository = Repository::new();
    // What a header depends on has to be there: at base, an error would select more.
    repository
        .write("services/b/f0", "")
        .write("package.json", "{ \"workspaces\": [\"services/*\", \"libs/*\"] }")
        .commit("start");
    for number in 0..9 {
        for _ in 0..=random.below(3) {
            let directory = DIRECTORIES[random.below(DIRECTORIES.len())];
            let path = match random.below(8) {
                0 => format!("{directory}/README.md"),
                1 => "shared/everything".to_owned(),
                2 => format!("{directory}/package.json"),
                file => format!("{directory}/f{}", file % 3),
            };
            let needed = ["a", "b", "c"][random.below(3)];
            let name = directory.rsplit('/').next().unwrap();
            let package = format!(
                "{{ \"name\": \"{name}\", \"dependencies\": {{ \"{needed}\": \"*\" }}, \"n\": {number} }}"
            );
            let is_package = path.ends_with("package.json");
            repository.write(&path, if is_package { &package } else { &path });
            if !is_package {
                repository.write(&path, &number.to_string());
            }
        }
        let gone = repository.path().join(DIRECTORIES[random.below(DIRECTORIES.len())]);
        if random.below(4) == 0 && gone.is_dir() && !gone.ends_with("services/b") {
            std::fs::remove_dir_all(gone).unwrap();
        }
        repository.commit(&number.to_string());
    }
    repository
}

/// Commits the tree of a commit with the configuration in it, without a parent.
fn configured(repository: &Repository, commit: &str) -> String {
    repository.git(&["read-tree", commit]);
    for (path, text) in CONFIGURATION {
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        let is_there = directory.is_empty()
            || matches!(directory, "ci" | "apart")
            || !repository.git(&["ls-tree", commit, &format!("{directory}/")]).is_empty();
        if is_there {
            repository.write("../text", text);
            let blob = repository.git(&["hash-object", "-w", "../text"]);
            let entry = format!("100644,{},{path}", blob.trim());
            repository.git(&["update-index", "--add", "--cacheinfo", &entry]);
        }
    }
    let tree = repository.git(&["write-tree"]);
    repository.git(&["commit-tree", "-m", "configured", tree.trim()]).trim().to_owned()
}

#[test]
fn each_merge_runs_what_it_would_if_the_configuration_had_been_committed() {
    let (mut selected, mut everything, mut jobs) = (0, 0, 0);
    for seed in 0..4 {
        let repository = random_history(&mut Random(seed));
        for (path, text) in CONFIGURATION {
            repository.write(path, text);
        }
        let replay = replayed(&repository, &[]);
        let outside = repository.path().join("../text");
        for merge in replay["merges"].as_array().unwrap() {
            let [base, head] =
                ["before", "commit"].map(|side| configured(&repository, merge[side].as_str().unwrap()));
            let options = ["--base", &base, "--head", &head, "--as", "branch:main", "--format", "json"];
            let plan = run(nestling(repository.path()).arg("preview").args(options));
            let plan: Value = serde_json::from_slice(&plan.stdout).unwrap();
            let units = plan["units"].as_array().unwrap().iter();
            let is_in = |unit: &&Value| matches!(unit["verdict"].as_str(), Some("selected" | "everything"));
            let expected: Vec<&Value> = units.filter(is_in).map(|unit| &unit["name"]).collect();
            let found: Vec<&Value> =
                merge["units"].as_array().unwrap().iter().map(|unit| &unit["name"]).collect();
            assert_eq!(found, expected, "seed {seed}, merge {merge}");
            let names = plan["jobs"].as_array().unwrap().iter().map(|job| job["name"].as_str().unwrap());
            let expected = names.filter(|name| *name != "nothing to do").count();
            assert_eq!(merge["jobs"], expected, "seed {seed}, merge {}", merge["subject"]);
            selected += found.len();
            everything += usize::from(!merge["everything"].is_null());
            jobs += expected;
        }
        let _ = std::fs::remove_file(outside);
    }
    assert!(selected > 60 && everything > 2 && jobs > 100, "{selected} {everything} {jobs}");
}

#[test]
fn a_merge_that_changed_the_configuration_of_its_time_selects_what_it_defined_anew() {
    let repository = Repository::new();
    for directory in ["api", "web"] {
        repository.write(format!("{directory}/main"), "1");
    }
    repository.commit("start");
    let file = "workspace: { templates: [ci], units: [{ match: [api, web], use: %s }] }\n";
    repository.write("nestling.yml", &file.replace("%s", "one")).write("ci/one.yml", "a: { script: x }\n");
    repository.write("ci/unused.yml", "a: { script: x }\n").commit("adopt");
    repository.write("ci/unused.yml", "b: { script: x }\n").commit("unused");
    repository.write("ci/one.yml", "a: { script: y }\n").commit("template");
    repository.write("web/nestling.yml", "own: { script: z }\n").commit("own file");
    repository.write("nestling.yml", "workspace: [\n").commit("broken");
    repository.write("nestling.yml", &file.replace("%s", "one")).commit("mended");
    let two = "a: { script: y }\nb: { script: y }\n";
    repository.write("nestling.yml", &file.replace("%s", "two")).write("ci/two.yml", two).commit("another");
    let expected = [
        "adopt: api web (5/5)",
        "unused:  (0/5)",
        "template: api web (5/5)",
        "own file: web (3/5)",
        "broken:  (0/5)",
        "mended: * (5/5)",
        "another: api web (5/5)",
    ];
    let replay = replayed(&repository, &[]);
    assert_eq!(lines(&replay), expected);
    assert_eq!(replay["merges"][3]["changed_configuration"], true);
}

#[test]
fn a_unit_is_there_if_its_directory_is() {
    let repository = Repository::new();
    repository.write("old/f", "1").write("lib/f", "1").commit("start");
    repository.write("old/f", "2").commit("old");
    repository.write("lib/f", "2").commit("before api");
    repository.write("api/f", "1").commit("api comes");
    std::fs::remove_dir_all(repository.path().join("old")).unwrap();
    repository.commit("old goes");
    repository.write("nestling.yml", "workspace: {}\n");
    repository.write("api/nestling.yml", "unit: { depends_on: [lib] }\n---\nbuild: { script: make }\n");
    repository.write("lib/nestling.yml", "unit: {}\n---\nbuild: { script: make }\n");
    repository.write("deploy/nestling.yml", "unit: { changes: [/lib/**/*] }\n---\nall: { script: make }\n");
    let replay = replayed(&repository, &[]);
    let expected =
        ["old:  (0/2)", "before api: deploy lib (2/2)", "api comes: api (1/3)", "old goes:  (0/3)"];
    assert_eq!(lines(&replay), expected);
    assert_eq!(
        (&replay["merges"][3]["unclaimed"][0], &replay["merges"][3]["gone"]),
        (&"old/f".into(), &1.into())
    );
    let only = replayed(&repository, &["--only", "lib", "-n", "3"]);
    assert_eq!(lines(&only), ["before api: lib (1/1)", "api comes: lib (1/1)", "old goes: lib (1/1)"]);
}

#[test]
fn policies_of_the_workspace_hold_for_the_kind_of_pipeline() {
    let repository = Repository::new();
    repository.write("api/f", "1").write("web/f", "1").commit("start");
    repository.git(&["tag", "v1"]);
    repository.write("api/f", "2").commit("api");
    repository.write("web/f", "2").commit("web");
    let pipelines = "pipelines: { branch: all, schedule: none, web: { since: \"v*\" } }";
    let header =
        format!("workspace: {{ {pipelines}, units: [{{ match: [api, web] }}] }}\n---\n.x: {{ script: x }}\n");
    repository.write("nestling.yml", &header);
    let kinds = [
        ("branch:main", ["api: * (0/0)", "web: * (0/0)"]),
        ("schedule", ["api:  (0/0)", "web:  (0/0)"]),
        ("web", ["api: api (0/0)", "web: api web (0/0)"]),
        ("merge_request", ["api: api (0/0)", "web: web (0/0)"]),
    ];
    for (kind, expected) in kinds {
        assert_eq!(lines(&replayed(&repository, &["--as", kind])), expected, "{kind}");
    }
}

#[test]
fn a_history_that_ends_says_why() {
    let repository = Repository::new();
    for number in 0..4 {
        repository.write("nestling.yml", &format!("workspace: {{}} # {number}\n")).commit("a commit");
    }
    let whole = output(nestling(repository.path()).arg("replay"));
    assert!(
        whole.contains("The last 3 merges of main") && whole.ends_with("The branch has no others\n"),
        "{whole}"
    );
    let some = output(nestling(repository.path()).args(["replay", "-n", "2"]));
    assert!(some.contains("The last 2 merges") && !some.contains("no others"), "{some}");
    let folder = tempfile::tempdir().unwrap();
    let clone: PathBuf = folder.path().join("clone");
    let url = format!("file://{}", repository.path().display());
    repository.git(&["clone", "--quiet", "--depth", "2", &url, clone.to_str().unwrap()]);
    let cut_off = output(nestling(&clone).arg("replay"));
    assert!(
        cut_off.contains("The last merge of main") && cut_off.contains("set `GIT_DEPTH: 0`"),
        "{cut_off}"
    );
    let none = output(nestling(&clone).args(["replay", "-n", "0"]));
    assert!(none.starts_with("No merge of main, up to "), "{none}");
}

#[test]
fn a_clone_without_the_default_branch_replays_what_is_checked_out() {
    let repository = Repository::new();
    for number in 0..3 {
        repository.write("nestling.yml", &format!("workspace: {{}} # {number}\n")).commit("a commit");
    }
    repository.git(&["branch", "-m", "main", "work"]);
    let commit = repository.git(&["rev-parse", "HEAD"]);
    let variables = [("GITLAB_CI", "true"), ("CI_COMMIT_SHA", commit.trim()), ("CI_DEFAULT_BRANCH", "main")];
    let text = output(nestling(repository.path()).arg("replay").envs(variables));
    assert!(
        text.starts_with("The last 2 merges of HEAD, up to ") && text.contains("Each as branch main,"),
        "{text}"
    );
    let named = output(nestling(repository.path()).args(["replay", "--branch", "work"]).envs(variables));
    assert!(
        named.starts_with("The last 2 merges of work, ") && named.contains("Each as branch work,"),
        "{named}"
    );
}

#[test]
fn subjects_are_cut_to_the_width_and_cannot_write_to_the_terminal() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: { units: [{ match: 'a*' }] }\n---\n.x: { script: x }\n");
    repository.commit("start");
    for number in 0..30 {
        repository.write(format!("a{number}/f"), "1");
    }
    repository.commit("fix: \u{1b}[2J\u{202e}a subject that is longer than any line of a terminal may be");
    for columns in [40, 80, 200] {
        let mut command = nestling(repository.path());
        let text = output(command.arg("replay").env("COLUMNS", columns.to_string()));
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= columns), "{columns}: {text}");
        assert!(text.contains(if columns < 200 { "fix" } else { "terminal may be" }), "{text}");
    }
}

#[test]
fn a_page_of_the_merges_needs_no_script_and_no_network() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: { units: [{ match: 'a*' }] }\n---\n.x: { script: x }\n");
    repository.write("ab/f", "1").commit("start");
    for number in 0..6 {
        repository.write(format!("a{number}/f"), "1");
    }
    repository.commit("fix: <script>alert(1)</script> \u{202e}");
    repository.write("nestling.yml", "workspace: { units: [{ match: 'a*' }], everything: [/all] }\n");
    repository.write("all", "1").commit("all");
    output(nestling(repository.path()).args(["replay", "--passed", "--html", "page.html"]));
    let page = std::fs::read_to_string(repository.path().join("page.html")).unwrap();
    for absent in ["<script", "http:", "https:", "url(", "@import", "\u{202e}"] {
        assert!(!page.contains(absent), "{absent}: {page}");
    }
    for present in [
        "<html lang=\"en\">",
        "<h1>The last 2 merges of main, up to ",
        "<caption>Merges, the newest first</caption>",
        "<th scope=\"col\" class=\"number\">Omitted</th>",
        "<summary>a0, a1, a2, a3 and 2 more</summary>",
        "&lt;script&gt;",
        "<strong>all:</strong> all changed, which `all` of `everything` matches",
        "<td class=\"number\">1</td><td>a path changed that `everything` names with",
    ] {
        assert!(page.contains(present), "{present}: {page}");
    }
    let printed = output(nestling(repository.path()).args(["replay", "--html", "-"]));
    assert!(printed.starts_with("<!doctype html>") && !printed.contains("Omitted"), "{printed}");
}

#[test]
fn errors_in_the_configuration_of_today_are_reported() {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: { unit: [] }\n").commit("start");
    let output = run(nestling(repository.path()).arg("replay"));
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("error[header]"), "{}", said(&output));
}
