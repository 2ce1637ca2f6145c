//! What a step hands on: its files, copied to where the steps that read them look for them.

use super::files::HANDED_ON;
use super::patterns::{expression, from_start, is_outside};
use crate::codepipeline::Output;
use crate::shell::{in_double_quotes, is_word, quoted};

/// The names that are no part of what a step hands on, even of all of it.
const OWN: &str = "\\( -path ./.nestling -o -path ./.git \\) -prune -o";

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
    let mut files =
        format!("find . {OWN} ! -type d -print | {{ grep -E {} || true; }}", alternatives(&patterns));
    if !excluded.is_empty() {
        files.push_str(&format!(" | {{ grep -v -E {} || true; }}", alternatives(&excluded)));
    }
    let copy = if output.is_flat {
        format!("while IFS= read -r file; do cp -p \"$file\" {to}; done")
    } else {
        format!("tar -cf - -T - | tar -xf - -C {to}")
    };
    let none = quoted(&format!("No file matches {}.", output.files.join(", ")));
    Ok(format!(
        "(\n  set -e\n  cd {start}\n  mkdir -p {to}\n  for directory in {from}; do\n    (cd \"$directory\" && {files} | {copy})\n  done\n  \
         [ -n \"$(ls -A {to})\" ] || {{ echo {none}; exit 1; }}\n)"
    ))
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
