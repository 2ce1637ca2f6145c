//! A second workspace: names with blanks, built-in templates, includes with wildcards; and files at the edge of what is served.

use super::client::{Client, uri};
use super::shop::{Shop, with_edits};
use crate::support::nestling;
use crate::support::repository::Repository;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

const WORKSPACE: &str = "workspace:
  templates: [ci]
  stages: [build, test, deploy]
  environments: { review: { when: merge_request }, production: { when: default_branch } }
";

const TEMPLATE: &str = "spec: { inputs: { level: { default: debug } } }
---
#% import \"macros.yml\" as m
#% set flags = [inputs.level]
unit tests:
  stage: test
  environment: [review]
  script: make test ${{ m.flags() }}
\"copy [a, b]\": { stage: build, script: make }
";

const UNIT: &str = "unit:
  use: [{ template: node, inputs: { level: info } }, { template: nestling/node, inputs: { node_version: \"22\" } }]
---
check:
  stage: test
  needs: [unit tests, \"copy [a, b]\"]
  script: make check
  when: manual
trigger:
  stage: deploy
  needs: [check]
  trigger: { include: [{ artifact: out.yml, job: check }] }
";

const PLAIN: &str = "include: [inc/*.yml, /inc/deep/**.yml, { local: /inc/a.yml }]
generate: { script: make, artifacts: { paths: [child.yml] } }
child:
  needs: [generate]
  trigger: { include: [{ artifact: child.yml, job: generate }] }
other:
  extends: [.a, .c]
  needs: [{ project: group/other, job: generate, ref: main, artifacts: true }]
  script: !reference [.a, script]
";

fn open() -> Shop {
    let repository = Repository::new();
    repository
        .write("nestling.yml", WORKSPACE)
        .write("ci/node.yml", TEMPLATE)
        .write("ci/macros.yml", "#% macro flags()\n--silent\n#% endmacro\n")
        .write("api/nestling.yml", UNIT)
        .write("api/package.json", "{ \"name\": \"api\" }\n")
        .write("libs/nestling.yml", "check: { stage: test, script: make }\n")
        .write(".gitlab-ci.yml", PLAIN)
        .write("inc/a.yml", ".a: { script: a }\n")
        .write("inc/b.yml", ".b: { script: b }\n")
        .write("inc/deep/c.yml", ".c: { script: c }\n");
    repository.commit("start");
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    for file in ["api/a.js", "api/b.js", "api/c.js"] {
        repository.write(file, "");
    }
    repository.commit("api");
    Shop::reopen(repository)
}

#[test]
fn definitions_go_to_includes_with_wildcards_and_to_built_in_templates() {
    let mut shop = open();
    for (file, part, expected) in [
        (".gitlab-ci.yml", "inc/|*.yml", &["inc/a.yml:1:1", "inc/b.yml:1:1"][..]),
        (".gitlab-ci.yml", "/inc/deep/*|*.yml", &["inc/deep/c.yml:1:1"]),
        (".gitlab-ci.yml", "local: /in|c/a.yml", &["inc/a.yml:1:1"]),
        (".gitlab-ci.yml", "artifact: child.yml, job: gen|erate", &[".gitlab-ci.yml:2:1"]),
        (".gitlab-ci.yml", "extends: [.a, .|c]", &["inc/deep/c.yml:1:1"]),
        // The job of another project is not this one.
        (".gitlab-ci.yml", "group/other, job: gen|erate", &[]),
        ("api/nestling.yml", "artifact: out.yml, job: che|ck", &["api/nestling.yml:4:1"]),
        ("api/nestling.yml", "needs: [unit te|sts", &["ci/node.yml:5:1"]),
        ("api/nestling.yml", "\"copy [a, |b]\"", &["ci/node.yml:9:2"]),
    ] {
        let found = shop.ask("textDocument/definition", file, part);
        assert_eq!(shop.places(&found), expected, "{file} {part}");
    }
    for (part, expected) in [("template: nestling/no|de", "#"), ("node_ver|sion", "    node_version:")] {
        let found = shop.ask("textDocument/definition", "api/nestling.yml", part);
        let path = found[0]["uri"].as_str().unwrap_or_else(|| panic!("{part}: {found}"));
        let path = Path::new(path.strip_prefix("file://").unwrap());
        let text = std::fs::read_to_string(path).unwrap();
        let line = usize::try_from(found[0]["range"]["start"]["line"].as_u64().unwrap()).unwrap();
        assert!(text.lines().nth(line).unwrap().starts_with(expected), "{part}: {found}");
        assert!(std::fs::metadata(path).unwrap().permissions().readonly(), "{}", path.display());
    }
    let hover = shop.ask("textDocument/hover", "api/nestling.yml", "node_ver|sion");
    assert!(hover["contents"]["value"].as_str().unwrap().contains("input **`node_version`**"), "{hover}");
    shop.client.end();
}

#[test]
fn a_rename_reaches_the_job_whose_artifact_a_trigger_includes() {
    let mut shop = open();
    let changed = shop.rename("api/nestling.yml", "che|ck:", "verify").unwrap();
    let text = &changed.iter().find(|(path, _)| path == "api/nestling.yml").unwrap().1;
    assert!(text.contains("needs: [verify]") && text.contains("job: verify }"), "{text}");
    let changed = shop.rename(".gitlab-ci.yml", "gen|erate:", "make child").unwrap();
    let text = &changed[0].1;
    assert!(text.contains("artifact: child.yml, job: make child"), "{text}");
    assert!(text.contains("project: group/other, job: generate"), "{text}");
    shop.client.end();
}

/// Changes of a file, `¦` or `|` at the cursor, and labels that are offered there and that are not.
type Offer = ([&'static str; 3], &'static [&'static str], &'static [&'static str]);

const OFFERS: &[Offer] = &[
    (
        ["libs/nestling.yml", "check: { stage: test, script: make }\n", "u|"],
        &["unit", "workspace"],
        &["spec"],
    ),
    (["ci/node.yml", TEMPLATE, "s|"], &["spec"], &["unit"]),
    (["api/nestling.yml", "check:\n", "|\ncheck:\n"], &["variables"], &["unit", "spec"]),
    (["api/nestling.yml", "[unit tests, \"copy [a, b]\"]", "[|]"], &["unit tests", "libs:check"], &["job"]),
    (["api/nestling.yml", "[unit tests, \"copy [a, b]\"]", "[unit |]"], &["unit tests"], &["job"]),
    (
        ["api/nestling.yml", "[unit tests, \"copy [a, b]\"]", "[{ job: unit | }]"],
        &["unit tests"],
        &["optional"],
    ),
    (["api/nestling.yml", "[unit tests, \"copy [a, b]\"]", "[{ job: check, | }]"], &["optional"], &["job"]),
    (["api/nestling.yml", "[unit tests, \"copy [a, b]\"]", "[\"|\"]"], &["copy [a, b]"], &["job"]),
    (["api/nestling.yml", "  when: manual\n", "x: { needs: [|] }\n"], &["check"], &["artifacts"]),
    (["api/nestling.yml", "  when: manual\n", "x: { needs: | }\n"], &["check"], &[]),
    (["api/nestling.yml", "  when: manual\n", "  when: manual # w|\n"], &[], &["manual", "on_failure"]),
    (["api/nestling.yml", "  when: manual\n", "  # $CI|\n"], &[], &["CI", "CI_COMMIT_SHA"]),
    (["api/nestling.yml", "{ node_version: \"22\" }", "{ | }"], &["node_version", "image"], &["level"]),
    (
        ["ci/node.yml", "environment: [review]", "environment: [|]"],
        &["review", "production"],
        &["name", "url"],
    ),
    (["ci/node.yml", "environment: [review]", "environment: [review, p|]"], &["production"], &["name"]),
    (["ci/node.yml", "#% set flags = [inputs.level]", "#% ¦"], &["if", "for", "endmacro"], &["inputs"]),
    (["ci/node.yml", "#% set flags = [inputs.level]", "#% for x in ¦"], &["inputs", "units", "m"], &["if"]),
    (["ci/node.yml", "#% set flags = [inputs.level]", "#% for ¦"], &[], &["inputs", "if"]),
    (["ci/node.yml", "#% set flags = [inputs.level]", "#% include \"¦"], &["macros.yml"], &["inputs"]),
    (["ci/node.yml", "#% set flags = [inputs.level]", "#% if inputs.¦"], &["level"], &["if"]),
    (["ci/node.yml", "m.flags()", "m.¦"], &["flags"], &["inputs"]),
    (["ci/node.yml", "${{ m.flags() }}", "${{ q¦ }}"], &["flags"], &["if"]),
    (["ci/node.yml", "m.flags()", "m.flags() ¦"], &[], &["inputs", "flags"]),
    (["nestling.yml", "templates: [ci]", "templates: [ci] |"], &[], &["api", "path"]),
    (["nestling.yml", "templates: [ci]", "templates: |[libs]"], &[], &["api", "path"]),
    (["nestling.yml", "templates: [ci]", "templates: [|]"], &["ci", "api"], &["path", "git"]),
    (["nestling.yml", "templates: [ci]", "everything: [|]"], &["api", "nestling.yml"], &["path"]),
    (["nestling.yml", "templates: [ci]", "ignore: [\"a|\"]"], &["api"], &["path"]),
];

#[test]
fn completion_knows_brackets_blanks_comments_and_statements() {
    let mut shop = open();
    for ([file, from, to], has, has_not) in OFFERS.iter().copied() {
        let labels = shop.labels(file, from, to);
        for label in has {
            assert!(labels.iter().any(|known| known == label), "{to}: {label}: {labels:?}");
        }
        for label in has_not {
            assert!(!labels.iter().any(|known| known == label), "{to}: {label}: {labels:?}");
        }
    }
    shop.client.end();
}

/// A name that YAML would read as a list gets quotes, and none between quotes.
#[test]
fn completion_writes_names_as_yaml_reads_them() {
    let mut shop = open();
    for (to, expected) in
        [("[|]", "\"copy [a, b]\""), ("[\"|\"]", "copy [a, b]"), ("[{ job:|}]", " unit tests")]
    {
        let text = UNIT.replacen("[unit tests, \"copy [a, b]\"]", &to.replacen('|', "", 1), 1);
        let path = shop.path("api/nestling.yml");
        shop.client.change(&path, &text);
        let items =
            shop.ask_in("textDocument/completion", "api/nestling.yml", &text, &format!("needs: {to}"));
        let texts: Vec<&str> = items
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["textEdit"]["newText"].as_str().unwrap())
            .collect();
        assert!(texts.contains(&expected), "{to}: {texts:?}");
    }
    shop.client.end();
}

/// The numbers are those of the pipeline that the lens names, and it says how many paths there are.
#[test]
fn the_lens_tells_the_kinds_of_pipelines_of_a_branch_apart() {
    let mut shop = open();
    let title = |shop: &mut Shop, file: &str| {
        let document = json!({ "textDocument": { "uri": uri(&shop.path(file)) } });
        let lenses = shop.client.ask("textDocument/codeLens", &document)["result"].clone();
        lenses[0]["command"]["title"].as_str().unwrap().to_owned()
    };
    let unit = "deploy: { stage: deploy, script: make, environment: [review] }\ncheck: { stage: test, script: make }\n";
    let path = shop.path("api/nestling.yml");
    shop.client.open(&path, unit);
    assert_eq!(
        title(&mut shop, "api/nestling.yml"),
        "selected on this branch: api/a.js and 2 more · merge request: 2 jobs, deploys review · branch pipeline: 1 job"
    );
    shop.client.change(&path, "check: { stage: test, script: make }\n");
    assert_eq!(title(&mut shop, "api/nestling.yml"), "selected on this branch: api/a.js and 2 more · 1 job");
    shop.client.end();
}

#[test]
fn a_reference_that_is_misspelt_is_corrected() {
    let mut shop = open();
    let path = shop.path(".gitlab-ci.yml");
    let wrong = PLAIN.replace("!reference [.a, script]", "!reference [.a, scirpt]");
    shop.client.change(&path, &wrong);
    let actions = shop.client.actions(&path);
    let fixed = actions.first().map(|action| with_edits(&wrong, &action["edit"]["changes"][uri(&path)]));
    assert_eq!(fixed.as_deref(), Some(PLAIN), "{:?}", shop.client.shown);
    let wrong =
        PLAIN.replace("other:", ".base: { script: x }\nother:").replace("[.a, script]", "[.bsae, script]");
    shop.client.change(&path, &wrong);
    assert_eq!(shop.client.actions(&path)[0]["title"], "Replace `.bsae` with `.base`");
    shop.client.end();
}

/// Everything that needs no history is checked, and one note names the unknown.
#[test]
fn a_workspace_outside_of_a_repository_is_checked_and_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    std::fs::create_dir_all(root.join("api")).unwrap();
    std::fs::write(root.join("nestling.yml"), "workspace: { stages: [build] }\n").unwrap();
    let path = root.join("api/nestling.yml");
    let mut client = Client::start(&root, &["utf-8"]);
    client.open(&path, "build: { stage: build, scirpt: make }\n");
    client.actions(&path);
    let messages: Vec<&str> =
        client.shown[&uri(&path)].iter().map(|finding| finding["message"].as_str().unwrap()).collect();
    assert!(
        messages.iter().any(|message| message.starts_with("unknown job keyword `scirpt`")),
        "{messages:?}"
    );
    let notes = messages.iter().filter(|message| message.contains("in no git repository"));
    assert_eq!(notes.count(), 1, "{messages:?}");
    assert_eq!(client.actions(&path)[0]["title"], "Replace `scirpt` with `script`");
    client.end();
}

/// A file of a repository without a workspace says what is missing, as `check` does.
#[test]
fn a_repository_without_a_workspace_says_what_is_missing() {
    let repository = Repository::new();
    repository.write("nestling.yml", "build: { script: make }\n").commit("start");
    let mut client = Client::start(repository.path(), &["utf-8"]);
    let path = repository.path().join("nestling.yml");
    client.open(&path, "build: { script: make }\n");
    let found = client.findings(&path);
    assert!(found.iter().any(|line| line.starts_with("workspace-missing ")), "{found:?}");
    client.end();
}

/// A lone carriage return is a line break, in YAML and in the protocol.
#[test]
fn a_lone_carriage_return_breaks_lines() {
    let repository = Repository::new();
    repository.commit("start");
    let path = repository.path().join(".gitlab-ci.yml");
    let mut client = Client::start(repository.path(), &["utf-8"]);
    client.open(&path, "build:\r  scirpt: make\r");
    let found = client.findings(&path);
    assert!(found.contains(&"job-key 1:2-8 unknown job keyword `scirpt`".to_owned()), "{found:?}");
    let actions = client.actions(&path);
    let fix = actions.iter().find(|action| action["title"] == "Replace `scirpt` with `script`").unwrap();
    let start = &fix["edit"]["changes"][uri(&path)][0]["range"]["start"];
    assert_eq!(*start, json!({ "line": 1, "character": 2 }));
    client.end();
}

#[test]
fn an_exit_without_shutdown_has_the_code_of_the_protocol() {
    let repository = Repository::new();
    repository.commit("start");
    let message = |value: &Value| format!("Content-Length: {}\r\n\r\n{value}", value.to_string().len());
    let initialize =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } });
    let initialized = json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} });
    let exit = json!({ "jsonrpc": "2.0", "method": "exit" });
    for (messages, words) in [
        (vec![&initialize, &initialized, &exit], "`exit` without `shutdown`"),
        (vec![&initialize, &initialized], "closed the connection"),
    ] {
        let mut command = nestling(repository.path());
        command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut server = command.spawn().unwrap();
        let mut input = server.stdin.take().unwrap();
        for value in messages {
            input.write_all(message(value).as_bytes()).unwrap();
        }
        drop(input);
        let output = server.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
}
