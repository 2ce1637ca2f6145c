//! Repositories of many shapes, each a file: what is in it, and what `init` makes of it. Files are under `== path`, expectations
//! under `=> report` and `=> nestling.yml`; `NESTLING_TEST_UPDATE=1` writes the latter.

use crate::support::repository::Repository;
use crate::support::{expect_file, judge, nestling, output, root, run, said};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A shape as it is written down.
pub(super) struct Shape {
    path: PathBuf,
    about: String,
    pub(super) files: Vec<(String, String)>,
}

impl Shape {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut shape = Self { path: path.to_owned(), about: String::new(), files: Vec::new() };
        for line in text.lines() {
            if line.starts_with("=> ") {
                break;
            }
            if let Some(path) = line.strip_prefix("== ") {
                shape.files.push((path.to_owned(), String::new()));
            } else if let Some((_, text)) = shape.files.last_mut() {
                let _ = writeln!(text, "{line}");
            } else {
                let _ = writeln!(shape.about, "{line}");
            }
        }
        shape
    }

    pub(super) fn name(&self) -> String {
        self.path.file_stem().unwrap().to_string_lossy().into_owned()
    }

    pub(super) fn repository(&self) -> Repository {
        let repository = Repository::new();
        for (path, text) in &self.files {
            repository.write(path, text);
        }
        repository.commit("a shape");
        repository
    }

    /// The file with these expectations.
    fn with(&self, report: &str, workspace: &str) -> String {
        let mut text = self.about.clone();
        for (path, content) in &self.files {
            let _ = write!(text, "== {path}\n{content}");
        }
        let _ = write!(text, "=> report\n{report}=> nestling.yml\n{workspace}");
        text
    }
}

pub(super) fn shapes() -> Vec<Shape> {
    let folder = root().join("tests/init/shapes");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| Shape::read(path)).collect()
}

#[test]
fn init_writes_what_fits_each_shape_and_says_what_it_made_of_it() {
    let test = "init_writes_what_fits_each_shape_and_says_what_it_made_of_it";
    let mut pipelines = Vec::new();
    let mut kept = Vec::new();
    let mut different = Vec::new();
    let shapes = shapes();
    assert!(shapes.len() >= 18, "only {} shapes", shapes.len());
    for shape in shapes {
        let name = shape.name();
        let repository = shape.repository();
        let report = output(nestling(repository.path()).args(["init", "--explain"]));
        let workspace = std::fs::read_to_string(repository.path().join("nestling.yml")).unwrap();
        different.extend(expect_file(&shape.path, &shape.with(&report, &workspace)).err());
        let checked = run(nestling(repository.path()).arg("check"));
        let findings = said(&checked);
        assert!(checked.status.success(), "{name}: {findings}");
        // What is invalid in the repository stays so, and `check` says it as well.
        let warnings = findings.matches("warning[").count();
        let of_invalid = findings.matches("warning[depends-from]").count();
        let known = if ["invalid", "forms"].contains(&&*name) { of_invalid } else { 0 };
        assert_eq!(warnings, known, "{name}: {findings}");
        let added = repository.git(&["status", "--porcelain", "--untracked-files=all"]);
        let added: Vec<&str> = added.lines().map(|line| &line[3..]).collect();
        let expected = [
            "nestling.yml",
            ".gitlab-ci.yml",
            "nestling.gitlab-ci.yml",
            ".gitignore",
            "example/nestling.yml",
            ".nestling/schema.json",
        ];
        let is_expected = |path: &&str| expected.contains(path) || path.starts_with("ci/templates/");
        assert!(added.iter().all(is_expected), "{name}: {added:?}");
        assert_eq!(added.contains(&"example/nestling.yml"), name == "empty");
        repository.commit("as `init` left it");
        for options in [&["--all"][..], &["--as", "merge_request"], &["--as", "branch:main"]] {
            let file = repository.path().join(format!("{}.yml", options.concat().replace(':', "-")));
            output(nestling(repository.path()).arg("generate").args(options).arg("--output").arg(&file));
            pipelines.push(file);
        }
        kept.push(repository);
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    judge::psych(test, &pipelines);
    judge::schema(test, &pipelines);
}

#[test]
fn a_second_run_changes_nothing() {
    for shape in shapes() {
        let repository = shape.repository();
        output(nestling(repository.path()).arg("init"));
        repository.commit("as `init` left it");
        let again = output(nestling(repository.path()).arg("init"));
        assert_eq!(repository.git(&["status", "--porcelain"]), "", "{}", shape.name());
        assert!(!again.contains("wrote") && !again.contains("added"), "{}: {again}", shape.name());
    }
}
