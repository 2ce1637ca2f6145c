//! The documents of the repository say what is so.

use crate::support::example::Example;
use crate::support::repository::Repository;
use crate::support::tool::{Tool, need};
use crate::support::{expect_file, nestling, output, read, root, run, said, setting, tracked};
use nestling_cli::Exit;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::process::Command;

#[test]
fn the_table_of_exit_codes_is_the_programs() {
    let documented: Vec<String> = read("docs/exit-codes.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" |").next().map(str::to_owned))
        .filter(|cell| cell.parse::<u8>().is_ok())
        .collect();
    let codes = [Exit::Done, Exit::Errors, Exit::Usage, Exit::Repository, Exit::Output];
    assert_eq!(documented, codes.map(|exit| exit.code().to_string()));
}

/// The crates of `docs/dependencies.md`: those above and below the heading of what only tests and benchmarks use.
fn documented_dependencies() -> [BTreeSet<String>; 2] {
    let page = read("docs/dependencies.md");
    let (product, tests) = page.split_once("## In tests and benchmarks only").unwrap();
    [product, tests].map(|part| {
        let cells = part.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
        let crates = cells.flat_map(|cell| cell.split(" (").next().unwrap_or_default().split(", "));
        crates.filter(|name| *name != "crate").map(str::to_owned).collect()
    })
}

/// The crates that a table of the workspace's manifests names, without those of the workspace.
fn stated_dependencies(table: &str) -> BTreeSet<String> {
    let manifests = tracked().into_iter().filter(|path| {
        path.starts_with("crates") && path.ends_with("Cargo.toml") && path.components().count() == 3
    });
    let mut names = BTreeSet::new();
    for manifest in manifests {
        let manifest: toml::Table = read(&manifest).parse().unwrap();
        let stated = manifest.get(table).and_then(toml::Value::as_table);
        names.extend(stated.into_iter().flat_map(toml::Table::keys).cloned());
    }
    names.into_iter().filter(|name| !name.starts_with("nestling")).collect()
}

#[test]
fn every_dependency_has_its_reason_under_the_right_heading_and_no_other_is_documented() {
    let [product, tests] = documented_dependencies();
    let used = stated_dependencies("dependencies");
    assert!(used.len() > 20, "{used:?}");
    assert_eq!(product, used, "docs/dependencies.md and what the product depends on");
    let only_in_tests: BTreeSet<String> =
        stated_dependencies("dev-dependencies").difference(&used).cloned().collect();
    assert_eq!(tests, only_in_tests, "docs/dependencies.md and what only tests depend on");
}

/// A dependency of the workspace that no crate takes is left over.
#[test]
fn every_dependency_of_the_workspace_is_taken_by_a_crate() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let shared: BTreeSet<String> =
        manifest["workspace"]["dependencies"].as_table().unwrap().keys().cloned().collect();
    let mut taken = stated_dependencies("dependencies");
    taken.append(&mut stated_dependencies("dev-dependencies"));
    let left_over: Vec<_> =
        shared.iter().filter(|name| !name.starts_with("nestling") && !taken.contains(*name)).collect();
    assert!(left_over.is_empty(), "{left_over:?}");
}

/// A command that the README or an example shows is a command that is there.
#[test]
fn the_scripts_that_documents_name_are_there() {
    for path in ["README.md", "CONTRIBUTING.md", "examples/shop/README.md"] {
        for line in read(path).lines().filter(|line| line.starts_with("./")) {
            let script = line.split_whitespace().next().unwrap();
            assert!(root().join(script).is_file(), "{path}: {line}");
        }
    }
}

/// A path in the documents for contributors is a path that is there; `<id>` and `*` stand for any name.
#[test]
fn the_paths_that_contributors_are_sent_to_are_there() {
    let mut missing = Vec::new();
    for document in ["CONTRIBUTING.md", "docs/architecture.md", "crates/nestling-cli/benches/README.md"] {
        let text = read(document);
        let words = text.split('`').skip(1).step_by(2).filter(|code| !code.contains([' ', '<', '*']));
        let paths = words.filter(|code| {
            ["crates/", "docs/", "tests/", "templates/"].iter().any(|top| code.starts_with(top))
        });
        missing.extend(
            paths.filter(|path| !root().join(path).exists()).map(|path| format!("{document}: {path}")),
        );
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// `NESTLING_TEST_UPDATE=1` draws it again.
#[test]
fn the_picture_in_the_readme_is_what_the_program_shows() {
    let Some(mut python) = need(Tool::Python, "the_picture_in_the_readme_is_what_the_program_shows") else {
        return;
    };
    let shop = Example::new("shop");
    let mut preview = nestling(&shop.path());
    preview.args(["preview", "--as", "merge_request", "--color", "always"]).env("COLUMNS", "110");
    let shown = output(&mut preview);
    let file = shop.beside().join("shown");
    std::fs::write(&file, shown).unwrap();
    python.arg(root().join("docs/picture")).args(["nestling", "preview", "--as", "merge_request"]);
    let drawn = python.stdin(File::open(file).unwrap()).output().unwrap();
    let picture = String::from_utf8(drawn.stdout).unwrap();
    expect_file(&root().join("docs/preview.svg"), &picture)
        .unwrap_or_else(|difference| panic!("{difference}"));
}

/// Commands of the README's recording.
const SCENES: [&str; 3] = [
    "nestling preview --as merge_request",
    "nestling explain services/web",
    "sed -i 's/\\[build\\]/[biuld]/' services/api/nestling.yml; nestling check",
];

/// `NESTLING_TEST_UPDATE=1` records it again.
#[test]
fn the_recording_in_the_readme_is_what_the_program_says() {
    let test = "the_recording_in_the_readme_is_what_the_program_says";
    let Some(mut python) = need(Tool::Python, test) else { return };
    let shop = Example::new("shop");
    let binary = Path::new(env!("CARGO_BIN_EXE_nestling")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), setting("PATH").unwrap_or_default());
    let scenes = SCENES.map(|command| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("exec 2>&1\n{command}")]).current_dir(shop.path()).env_clear();
        shell.env("PATH", &path).env("CLICOLOR_FORCE", "1").env("COLUMNS", "100");
        (command, String::from_utf8(run(&mut shell).stdout).unwrap())
    });
    let file = shop.beside().join("scenes");
    std::fs::write(&file, serde_json::to_string(&scenes).unwrap()).unwrap();
    python.arg(root().join("docs/picture")).args(["--recording", "nestling"]);
    let drawn = output_of(python.stdin(File::open(file).unwrap()));
    assert!(!drawn.contains("<script") && drawn.len() < 60_000, "{}", drawn.len());
    expect_file(&root().join("docs/recording.svg"), &drawn)
        .unwrap_or_else(|difference| panic!("{difference}"));
}

fn output_of(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// The YAML that the README shows, file by file, makes a pipeline.
#[test]
fn the_files_in_the_readme_are_a_pipeline() {
    let repository = Repository::new();
    repository.write("libs/core/nestling.yml", "test:\n  script: \"true\"\n");
    let readme = read("README.md");
    let files = readme.split("```yaml\n# ").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut count = 0;
    for (path, text) in files.map(|file| file.split_once('\n').unwrap()) {
        repository.write(path, text);
        count += 1;
    }
    assert_eq!(count, 4);
    repository.commit("as in the README");
    let checked = said(&run(nestling(repository.path()).arg("check")));
    assert!(checked.contains(": no errors") && !checked.contains("warning"), "{checked}");
    let pipeline = output(nestling(repository.path()).args(["generate", "--all", "--output", "-"]));
    let jobs = ["services/api:contract:", "services/api:test 2/2:", "services/api:deploy:staging:stop:"];
    for job in jobs {
        assert!(pipeline.lines().any(|line| line == job), "no {job}\n{pipeline}");
    }
}

/// The commands of the README, typed in a repository that has never seen Nestling.
#[test]
fn the_commands_in_the_readme_run() {
    let repository = Repository::new();
    repository.write("package.json", "{ \"name\": \"shop\", \"scripts\": { \"test\": \"node --test\" } }\n");
    repository
        .write("package-lock.json", "{ \"name\": \"shop\", \"lockfileVersion\": 3, \"packages\": {} }\n");
    repository.commit("a package");
    let readme = read("README.md");
    let blocks = readme.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut count = 0;
    for line in blocks.flat_map(str::lines) {
        let words = line.split('#').next().unwrap().split_whitespace();
        let words: Vec<&str> = words.collect();
        assert_eq!(words[0], "nestling", "{line}");
        output(nestling(repository.path()).args(&words[1..]));
        count += 1;
    }
    assert_eq!(count, 3);
}

#[test]
fn the_readme_counts_the_rules() {
    let tens = nestling::rules().len() / 10 * 10;
    assert!(read("README.md").contains(&format!("[{tens} rules]")), "README.md does not say `{tens} rules`");
}
