//! The output of a step: its files, copied to the directories in which other steps read them.

use super::files::HANDED_ON;
use super::patterns::{expression, from_start, is_outside};
use crate::codepipeline::Output;
use crate::shell::{in_double_quotes, is_word, quoted};

/// The names that are no part of what a step passes on, even of all of it.
const OWN: &str = ".git|.nestling";

/// Returns the commands that copy the files of an artifact, from the directory in which the step started, since `cd` of its
/// commands may have led elsewhere. They fail where no file matches, as CodeBuild does.
///
/// # Errors
/// The files are where no job can find them, in words.
pub(crate) fn hand_on(artifact: &str, output: &Output, start: &str) -> Result<String, String> {
    let to = format!("\"$CI_PROJECT_DIR/{HANDED_ON}/{}\"", in_double_quotes(artifact));
    let directory = from_start(&output.directory);
    let patterns: Vec<&str> = output.files.iter().map(|pattern| from_start(pattern)).collect();
    let excluded: Vec<&str> = output.excluded.iter().map(|pattern| from_start(pattern)).collect();
    for path in patterns.iter().chain(&excluded).chain([&directory]) {
        if is_outside(path) {
            return Err(format!("its artifact has `{path}`, which is not in its directory"));
        }
    }
    let from = shell_pattern(directory);
    if output.is_all() && directory != "." {
        return Ok(format!("(cd {start} && mkdir -p {to} && cp -R {from}/. {to})"));
    }
    // Not all that images have of `tar` and `cp` takes a list of files or leaves some out.
    let copy = if output.is_all() {
        format!(
            "for file in * .[!.]*; do case $file in {OWN}) ;; *) [ ! -e \"$file\" ] || cp -R \"$file\" {to} ;; esac; done"
        )
    } else if output.is_flat {
        format!("{} | while IFS= read -r file; do cp -p \"$file\" {to}; done", files(&patterns, &excluded))
    } else {
        format!(
            "{} | while IFS= read -r file; do mkdir -p {to}/\"${{file%/*}}\" && cp -p \"$file\" {to}/\"$file\"; done",
            files(&patterns, &excluded)
        )
    };
    let none = quoted(&format!("No file matches {}.", output.files.join(", ")));
    Ok(format!(
        "(\n  set -e\n  cd {start}\n  mkdir -p {to}\n  for directory in {from}; do\n    (cd \"$directory\" && {copy})\n  done\n  \
         [ -n \"$(ls -A {to})\" ] || {{ echo {none}; exit 1; }}\n)"
    ))
}

/// Returns the command that lists the files of patterns.
fn files(patterns: &[&str], excluded: &[&str]) -> String {
    let pruned: Vec<String> = OWN.split('|').map(|name| format!("-path ./{name}")).collect();
    let mut files = format!(
        "find . \\( {} \\) -prune -o ! -type d -print | {{ grep -E {} || true; }}",
        pruned.join(" -o "),
        alternatives(patterns)
    );
    if !excluded.is_empty() {
        files.push_str(&format!(" | {{ grep -v -E {} || true; }}", alternatives(excluded)));
    }
    files
}

/// Returns the expressions of patterns as one word of a shell.
fn alternatives(patterns: &[&str]) -> String {
    let expressions: Vec<String> = patterns.iter().map(|pattern| expression(pattern)).collect();
    quoted(&expressions.join("|"))
}

/// Returns a pattern that a shell expands, and in which nothing else has a meaning.
fn shell_pattern(pattern: &str) -> String {
    if is_word(pattern) {
        return pattern.to_owned();
    }
    let mut word = String::new();
    for c in pattern.chars() {
        match c {
            '*' | '?' => word.push(c),
            c => word.push_str(&quoted(&c.to_string())),
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::process::Command;

    /// Runs the command in a directory with files, and returns those that are passed on.
    fn handed_on(shell: &[&str], output: &Output) -> Option<String> {
        let checkout = tempfile::tempdir().unwrap();
        for file in [
            "a.txt",
            ".hidden",
            "out-1/b.txt",
            "out-2/x/c.txt",
            "out-2/x/d.log",
            ".git/config",
            ".nestling/In/e.txt",
        ] {
            let path = checkout.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let command = hand_on("Out", output, "\"$CI_PROJECT_DIR\"").unwrap();
        let mut shell_command = Command::new(shell[0]);
        shell_command.args(&shell[1..]).args(["-c", &command]).env("CI_PROJECT_DIR", checkout.path());
        if !shell_command.output().unwrap().status.success() {
            return None;
        }
        let mut files = Vec::new();
        list(&checkout.path().join(".nestling/Out"), "", &mut files);
        files.sort();
        Some(files.join(" "))
    }

    fn list(directory: &Path, prefix: &str, files: &mut Vec<String>) {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            match entry.path().is_dir() {
                true => list(&entry.path(), &format!("{name}/"), files),
                false => files.push(name),
            }
        }
    }

    #[test]
    fn files_are_handed_on_as_codebuild_uploads_them() {
        let output = |directory: &str, files: &[&str], excluded: &[&str], is_flat: bool| {
            let owned = |patterns: &[&str]| patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
            Output {
                directory: directory.to_owned(),
                files: owned(files),
                excluded: owned(excluded),
                is_flat,
            }
        };
        for shell in [&["bash", "-eo", "pipefail"][..], &["sh", "-e"]] {
            for (output, want) in [
                (
                    output(".", &["**/*"], &[], false),
                    Some(".hidden a.txt out-1/b.txt out-2/x/c.txt out-2/x/d.log"),
                ),
                (output("out-2", &["**/*"], &[], false), Some("x/c.txt x/d.log")),
                (output("out-2", &["**/*"], &[], true), Some("c.txt d.log")),
                (output("out-*", &["**/*"], &["**/*.log"], false), Some("b.txt x/c.txt")),
                (output(".", &["**/*.txt"], &["out-1/**/*"], false), Some("a.txt out-2/x/c.txt")),
                (output("$CODEBUILD_SRC_DIR/out-2", &["x/*"], &[], true), Some("c.txt d.log")),
                (output(".", &["nothing/*", "a.txt"], &[], false), Some("a.txt")),
                (output(".", &["nothing/*"], &[], false), None),
                (output("nothing", &["**/*"], &[], false), None),
            ] {
                assert_eq!(handed_on(shell, &output).as_deref(), want, "{output:?} in {shell:?}");
            }
        }
    }

    #[test]
    fn files_elsewhere_are_an_error() {
        for path in ["/tmp/*", "../a", "$OTHER/a", "~/a"] {
            let output =
                Output { directory: ".".to_owned(), files: vec![path.to_owned()], ..Output::default() };
            assert!(hand_on("Out", &output, "\"$CI_PROJECT_DIR\"").is_err(), "{path}");
        }
    }
}
