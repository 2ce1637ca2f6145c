//! Laws that hold for every shape: each marker is in exactly one part of the report, and the first commands of all proposed jobs can run.
//! Both are judged without the code of `init`: by names of files, by Cargo itself, and by the tags that images have.

use super::shapes::shapes;
use crate::support::repository::Repository;
use crate::support::{nestling, output, root, run, said};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// The markers, by name or by end.
const MARKERS: [&str; 47] = [
    "package.json",
    "project.json",
    "Cargo.toml",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "*.csproj",
    "Chart.yaml",
    "kustomization.yaml",
    "kustomization.yml",
    "index.html",
    "cdk.json",
    "terragrunt.hcl",
    "Pulumi.yaml",
    "serverless.yml",
    "samconfig.toml",
    "ansible.cfg",
    "helmfile.yaml",
    "deno.json",
    "deno.jsonc",
    "composer.json",
    "Gemfile",
    "*.gemspec",
    "mix.exs",
    "rebar.config",
    "pubspec.yaml",
    "Package.swift",
    "build.sbt",
    "deps.edn",
    "project.clj",
    "*.cabal",
    "dune-project",
    "build.zig",
    "CMakeLists.txt",
    "meson.build",
    "MODULE.bazel",
    "flake.nix",
    "buf.yaml",
    "mkdocs.yml",
    "hugo.toml",
    "book.toml",
    "Pipfile",
    "Makefile",
    "justfile",
    "Earthfile",
    "compose.yaml",
];

/// Directories that are not entered. The report names those that are there.
const FOREIGN: [&str; 5] = ["node_modules", "vendor", "target", "dist", "third_party"];

fn is_marker(name: &str) -> bool {
    MARKERS.iter().any(|marker| match marker.strip_prefix('*') {
        Some(end) => name.ends_with(end),
        None => name == *marker,
    })
}

/// Returns the lines of a part of the report.
fn part<'r>(report: &'r str, name: &str) -> Vec<&'r str> {
    let lines = report.lines().skip_while(|line| *line != name).skip(1);
    lines.take_while(|line| line.starts_with(' ')).collect()
}

/// Returns `true` if a remark of a part is about a path: each line begins with paths, or is one below a reason.
fn names(lines: &[&str], path: &str) -> bool {
    lines.iter().any(|line| {
        let line = line.trim();
        let paths = line.split_once(": ").map_or(line, |(paths, _)| paths);
        paths.split(", ").any(|named| named == path)
    })
}

#[test]
fn every_marker_is_in_exactly_one_part_of_the_report() {
    let mut wrong = Vec::new();
    for shape in shapes() {
        let repository = shape.repository();
        let report = said(&run(nestling(repository.path()).args(["init", "--explain"])));
        let (proposed, others) =
            (part(&report, "Proposed"), [part(&report, "Not understood"), part(&report, "No unit")]);
        // What lists members is a reason for these, and its own directory may be no unit.
        let mut because: Vec<(&str, &str)> = Vec::new();
        for line in &proposed {
            let Some((dir, rest)) = line.trim().split_once(": because of ") else { continue };
            because.extend(rest.split("; jobs:").next().unwrap().split(", ").map(|file| (dir, file)));
        }
        for (path, _) in &shape.files {
            let (dir, name) = path.rsplit_once('/').unwrap_or((".", path));
            // A directory has one marker of a kind.
            let is_second = name.ends_with(".gemspec")
                && shape.files.iter().any(|(other, _)| *other == format!("{dir}/Gemfile"));
            if is_second || !is_marker(name) || dir.split('/').any(|part| FOREIGN.contains(&part)) {
                continue;
            }
            let is_proposed = because.contains(&(dir, path));
            let in_others = others.iter().filter(|lines| names(lines, path)).count();
            let of_dir = others.iter().any(|lines| names(lines, dir));
            let is_right =
                if is_proposed { in_others == 0 } else { in_others == 1 || (in_others == 0 && of_dir) };
            if !is_right {
                wrong.push(format!(
                    "{}: {path}: proposed {is_proposed}, {in_others} other parts\n{report}",
                    shape.name()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns the jobs that are generated for all units of a repository, by name.
pub(super) fn jobs(repository: &Repository) -> Vec<(String, Value)> {
    repository.commit("as `init` left it");
    let file = repository.path().join("child-pipeline.yml");
    output(nestling(repository.path()).args(["generate", "--all", "--output"]).arg(&file));
    let text = std::fs::read_to_string(file).unwrap();
    let pipeline: Value = serde_yaml::from_str(&text).unwrap();
    let all = pipeline.as_object().unwrap().clone().into_iter();
    all.filter(|(name, job)| !name.starts_with('.') && job.get("script").is_some()).collect()
}

/// Returns the lines of a job's commands.
fn commands(job: &Value) -> Vec<String> {
    let lines = ["before_script", "script"].map(|key| job[key].clone());
    let items = lines.into_iter().flat_map(|lines| match lines {
        Value::Array(items) => items,
        other => vec![other],
    });
    let text: Vec<String> = items.filter_map(|item| Some(item.as_str()?.to_owned())).collect();
    text.join("\n").lines().map(str::to_owned).collect()
}

/// The tags of images that a job may have: those of lines that exist.
fn has_tag(image: &str, job: &Value) -> bool {
    let Some((name, tag)) = image.rsplit_once(':') else { return true };
    let tags: Vec<String> = match &job["parallel"]["matrix"][0]["PYTHON_VERSION"] {
        Value::Array(versions) if tag.contains('$') => {
            versions.iter().map(|tag| tag.as_str().unwrap().to_owned()).collect()
        }
        _ => vec![tag.to_owned()],
    };
    let (pattern, lines): (&str, std::ops::RangeInclusive<u32>) = match name {
        "node" => {
            (r"^(?:lts|current|latest|jod|iron|krypton|hydrogen|gallium|(\d+)(?:\.\d+){0,2})$", 10..=26)
        }
        "oven/bun" => (r"^(?:latest|(1)(?:\.\d+){0,2})$", 1..=1),
        "python" => (r"^3\.(\d+)(?:\.\d+)?$", 6..=15),
        "golang" => (r"^1(?:\.(\d+)(?:\.\d+)?)?$", 10..=27),
        "rust" => (r"^1(?:\.(\d+)(?:\.\d+)?)?$", 30..=99),
        "ruby" => (r"^(\d)\.\d+(?:\.\d+)?$", 2..=4),
        "mcr.microsoft.com/dotnet/sdk" => (r"^(\d+)\.\d(?:\.\d+)?$", 2..=11),
        "maven" => (r"^3-eclipse-temurin-(\d+)$", 8..=25),
        "gradle" => (r"^[89]-jdk(\d+)$", 8..=25),
        _ => return true,
    };
    let pattern = regex::Regex::new(pattern).unwrap();
    tags.iter().all(|tag| {
        let Some(captures) = pattern.captures(tag) else { return false };
        captures.get(1).is_none_or(|line| lines.contains(&line.as_str().parse().unwrap()))
    })
}

/// Returns `true` if Cargo reads the crate in a directory. It is called from elsewhere, so that a toolchain that a shape names is not
/// asked for.
fn cargo_reads(dir: &Path, options: &[&str]) -> bool {
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--offline", "--format-version", "1"]).args(options);
    cargo.arg("--manifest-path").arg(dir.join("Cargo.toml")).current_dir(root());
    run(&mut cargo).status.success()
}

/// Returns the directory of `cd`, of which one with blanks is quoted.
fn directory_of(command: &str) -> Option<String> {
    let path = command.strip_prefix("cd ")?;
    Some(path.trim_matches('\'').replace("'\\''", "'"))
}

/// Words that no script may come to, in the package's scripts that a job runs.
const UNASKED: [&str; 8] = [
    "npm publish",
    "git push",
    "docker push",
    "wrangler deploy",
    "sls deploy",
    "apply",
    "--watch\"",
    "nodemon",
];

#[test]
fn the_first_command_of_each_proposed_job_can_run() {
    let mut wrong = Vec::new();
    let mut judged = 0;
    for shape in shapes() {
        let repository = shape.repository();
        run(nestling(repository.path()).arg("init"));
        for (job_name, job) in jobs(&repository) {
            let name = format!("{}: {job_name}", shape.name());
            let image = job["image"].as_str().or_else(|| job["image"]["name"].as_str());
            if !image.is_none_or(|image| has_tag(image, &job)) {
                wrong.push(format!("{name}: no such image: {image:?}"));
            }
            let mut dir = repository.path().to_owned();
            for command in commands(&job) {
                judged += 1;
                if let Some(path) = directory_of(&command) {
                    dir = dir.join(path);
                    continue;
                }
                let words: Vec<&str> = command.split_whitespace().collect();
                match words.as_slice() {
                    ["npm", "run", "--silent", script, ..] | ["pnpm" | "yarn" | "bun", "run", script, ..] => {
                        let package = std::fs::read_to_string(dir.join("package.json")).unwrap();
                        let package: Value =
                            serde_json::from_str(package.trim_start_matches('\u{feff}')).unwrap();
                        let command = package["scripts"][*script].to_string();
                        let is_unasked = UNASKED
                            .iter()
                            .any(|word| command.contains(word) && !command.contains("--dry-run"));
                        if !package["scripts"][*script].is_string() || is_unasked {
                            wrong.push(format!("{name}: {command}"));
                        }
                    }
                    ["npm", "ci", ..]
                        if !["package-lock.json", "npm-shrinkwrap.json"]
                            .iter()
                            .any(|lock| dir.join(lock).exists()) =>
                    {
                        wrong.push(format!("{name}: no lock file for npm in {}", dir.display()));
                    }
                    ["cargo", "fmt", "--check"] if !cargo_reads(&dir, &["--no-deps"]) => {
                        wrong.push(format!("{name}: Cargo refuses {}", dir.display()));
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(judged > 400, "only {judged} commands");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The other direction: what is dropped because of Cargo, Cargo itself refuses.
#[test]
fn what_init_says_of_cargo_is_what_cargo_says() {
    let shape = shapes().into_iter().find(|shape| shape.name() == "rust-faults").unwrap();
    let repository = shape.repository();
    let report = said(&run(nestling(repository.path()).arg("init")));
    let mut counts = (0, 0);
    for dir in ["alone", "gone/a", "path", "inherits/a", "stranger/a", "stranger/b", "whole"] {
        let is_refused = report.contains(&format!("{dir}: lint of nestling/rust cannot run: "));
        let reads = cargo_reads(&repository.path().join(dir), &[]);
        assert_eq!(reads, !is_refused, "{dir}: {report}");
        counts = if reads { (counts.0 + 1, counts.1) } else { (counts.0, counts.1 + 1) };
    }
    assert_eq!(counts, (2, 5));
}
