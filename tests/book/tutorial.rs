//! The tutorial and the guides are run as they are written: their files are written, their commands are run, and what those say is compared
//! with what the page shows.
//!
//! A fenced block whose first line is a comment with a path is that file. JSON has no comments: its path is on a line before the block. In a block marked `console` a line that starts
//! with `$ ` is a command, and what follows is what it says; a line `…` stands for any lines.
//! `NESTLING_TEST_UPDATE=1` writes what commands say where no `…` is expected.

use crate::support::tool::{Tool, need};
use crate::support::{expect_file, read, root, run, setting};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A page from its start to its end, with the files and the commands that are in it.
fn follow(page: &str, reader: &mut Reader) {
    let path = root().join(page);
    let text = read(page);
    let mut out = String::new();
    let mut before = "";
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        out += &format!("{line}\n");
        let Some(language) = line.strip_prefix("```") else {
            before = if line.is_empty() { before } else { line };
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let name = before.strip_prefix('`').and_then(|line| line.strip_suffix("`:"));
        out += &match (language, name) {
            ("console", _) => reader.types(&block),
            ("json", Some(name)) => reader.keeps(name, text_of(&block)),
            _ => reader.writes(&block),
        };
        out += "```\n";
    }
    expect_file(&path, &out).unwrap_or_else(|difference| panic!("{difference}"));
}

#[test]
fn the_tutorial_runs_as_it_is_written() {
    let test = "the_tutorial_runs_as_it_is_written";
    let (Some(local), Some(_)) = (need(Tool::GitlabCiLocal, test), need(Tool::Rsync, test)) else { return };
    let mut reader = Reader::new();
    reader.installs("gitlab-ci-local", &local);
    follow("docs/tutorial.md", &mut reader);
    assert!(reader.commands >= 18 && reader.files >= 16, "{} {}", reader.commands, reader.files);
    let child = fs::read_to_string(reader.directory.join("child-pipeline.yml")).unwrap();
    assert!(child.contains("services/bye:deploy:review:stop"), "{child}");
}

#[test]
fn the_guides_show_what_is_so() {
    for (page, commands) in [
        ("monorepo", 7),
        ("review-apps", 3),
        ("from-rules-changes", 2),
        ("agents", 6),
        ("from-static-children", 6),
        ("from-generator", 7),
        ("from-nx-turbo", 4),
    ] {
        let mut reader = Reader::new();
        reader.says("git init --quiet --initial-branch main");
        follow(&format!("docs/{page}.md"), &mut reader);
        assert!(reader.commands >= commands, "{page} has {} commands", reader.commands);
        let checked = reader.says("nestling check");
        assert!(checked.ends_with(": no errors\n"), "{page}\n{checked}");
    }
}

/// The recipe of `docs/templates-guide.md`: a clone beside the repository, and a new tag.
#[test]
fn templates_of_another_repository_are_those_of_their_tag() {
    let page = read("docs/templates-guide.md");
    let entry = "- { repository: ../ci-templates, git: v3, path: templates }";
    assert!(page.contains(entry) && page.contains("git clone --quiet --bare "), "{page}");
    let mut reader = Reader::new();
    let template = |text: &str| format!("printf 'test: {{ script: {text} }}\\n' > templates/app.yml");
    reader.says("mkdir source && cd source && git init --quiet --initial-branch main && mkdir templates");
    reader.says("printf 'lint: { script: lint }\\n' > templates/lint.yml");
    reader.says(&format!("{} && git add --all && git commit --quiet -m 1 && git tag v3", template("old")));
    reader.says(&format!("{} && git add --all && git commit --quiet -m 2 && git tag v4", template("new")));
    reader.says("cd .. && mkdir shop && cd shop && git init --quiet --initial-branch main");
    let units = "  units: [{ match: web, use: app }, { match: docs, use: lint }]";
    reader.writes(&["# nestling.yml", "workspace:", "  templates:", &format!("    {entry}"), units]);
    reader.says("mkdir web docs && touch web/x docs/x && git add --all && git commit --quiet -m shop");
    let missing = reader.says("nestling check");
    assert!(missing.contains("error[template-source]"), "{missing}");
    reader.says("git clone --quiet --bare ../source ../ci-templates");
    reader.says("git checkout --quiet -b update && sed -i.old s/v3/v4/ nestling.yml && rm nestling.yml.old");
    assert_eq!(reader.says("nestling affected"), "web\n");
    let difference = reader.says("nestling diff");
    assert!(difference.contains("- old\n  + new"), "{difference}");
    // Without the old tag, the jobs at base are unknown.
    reader.says("rm -rf ../ci-templates && git clone --quiet --bare --depth 1 --branch v4 file://$PWD/../source ../ci-templates");
    assert_eq!(reader.says("nestling affected"), "docs\nweb\n");
}

/// Somebody with an empty directory, who does what the page says.
struct Reader {
    folder: tempfile::TempDir,
    directory: PathBuf,
    path: String,
    commands: usize,
    files: usize,
}

impl Reader {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("projects");
        for name in ["projects", "home", "bin"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let nestling = Path::new(env!("CARGO_BIN_EXE_nestling")).parent().unwrap();
        let bin = folder.path().join("bin");
        let path =
            format!("{}:{}:{}", bin.display(), nestling.display(), setting("PATH").unwrap_or_default());
        Self { folder, directory, path, commands: 0, files: 0 }
    }

    /// Makes a program a command.
    fn installs(&self, name: &str, program: &Command) {
        let words = std::iter::once(program.get_program()).chain(program.get_args());
        let words: Vec<String> = words.map(|word| format!("'{}'", word.to_string_lossy())).collect();
        let file = self.folder.path().join("bin").join(name);
        fs::write(&file, format!("#!/bin/sh\nexec {} \"$@\"\n", words.join(" "))).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Writes the file that a block is, if it is one; gives the block.
    fn writes(&mut self, block: &[&str]) -> String {
        let text = text_of(block);
        let Some(path) = block[0].strip_prefix("# ").filter(|path| !path.contains(' ')) else { return text };
        self.keeps(path, text)
    }

    /// Writes a file, and gives its text.
    fn keeps(&mut self, path: &str, text: String) -> String {
        let path = self.directory.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &text).unwrap();
        self.files += 1;
        text
    }

    /// Runs the commands of a block; gives it with what they say.
    fn types(&mut self, block: &[&str]) -> String {
        let mut out = String::new();
        let mut rest = block;
        while let Some((line, after)) = rest.split_first() {
            let command = line.strip_prefix("$ ").expect("a console starts with a command");
            let end = after.iter().position(|line| line.starts_with("$ ")).unwrap_or(after.len());
            let shown = &after[..end];
            rest = &after[end..];
            let said = self.says(command);
            let said: Vec<&str> = said.lines().map(str::trim_end).collect();
            let kept = if shown.contains(&"…") && fits(&said, shown) { shown } else { &said[..] };
            out += &format!("$ {command}\n");
            out.extend(kept.iter().map(|line| format!("{line}\n")));
            self.commands += 1;
        }
        out
    }

    /// Everything that a command says, as a terminal shows it.
    fn says(&mut self, command: &str) -> String {
        let at = self.folder.path().join("at");
        let script = format!("exec 2>&1\n{command}\npwd > '{}'\n", at.display());
        let mut shell = Command::new("bash");
        shell.args(["-c", &script]).current_dir(&self.directory).stdin(Stdio::null()).env_clear();
        shell.env("PATH", &self.path).env("HOME", self.folder.path().join("home"));
        shell.env("GIT_CONFIG_GLOBAL", "/dev/null");
        for who in ["AUTHOR", "COMMITTER"] {
            shell
                .env(format!("GIT_{who}_NAME"), "Robin")
                .env(format!("GIT_{who}_EMAIL"), "robin@shop.example");
            shell.env(format!("GIT_{who}_DATE"), "2026-01-05T09:00:00Z");
        }
        let output = run(&mut shell);
        self.directory = PathBuf::from(fs::read_to_string(at).unwrap().trim_end());
        String::from_utf8(output.stdout).unwrap()
    }
}

fn text_of(block: &[&str]) -> String {
    block.iter().map(|line| format!("{line}\n")).collect()
}

/// Returns `true` if the lines equal those on the page, where `…` stands for any lines.
fn fits(said: &[&str], shown: &[&str]) -> bool {
    match shown.split_first() {
        None => said.is_empty(),
        Some((&"…", rest)) => (0..=said.len()).any(|from| fits(&said[from..], rest)),
        Some((line, rest)) => {
            said.split_first().is_some_and(|(first, after)| first == line && fits(after, rest))
        }
    }
}

#[test]
fn an_ellipsis_stands_for_any_lines_and_nothing_else_does() {
    assert!(fits(&["a", "b", "c"], &["…", "c"]));
    assert!(fits(&["a"], &["a", "…"]));
    assert!(!fits(&["a", "b"], &["a"]));
    assert!(!fits(&["b"], &["…", "a"]));
}
