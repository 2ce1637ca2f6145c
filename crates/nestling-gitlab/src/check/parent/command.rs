//! The file that a job's call of `nestling generate` writes.

use crate::pipeline::Job;
use crate::yaml::Node;

/// The place that the pipeline is written to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// A file, relative to the project's directory.
    File(String),
    /// Standard output.
    Standard,
}

/// The file that `generate` writes without `--output`.
const DEFAULT: &str = "child-pipeline.yml";

/// Options with a value, which does not mention the output.
const VALUED: [&str; 9] =
    ["--base", "--head", "--report", "--parts", "--changes-from", "--only", "--except", "--as", "--color"];

/// Returns the output of the job's only call, where its script leaves no doubt: no other line changes the directory or names
/// the file that is included, and the call has no operator of the shell.
pub(super) fn output(job: &Job, included: &str) -> Option<Output> {
    let mut lines = Vec::new();
    for key in ["before_script", "script"] {
        for item in job.body.get(key).map(Node::items_or_self).unwrap_or_default() {
            lines.push(item.text()?.replace("\\\n", " "));
        }
    }
    let (calls, others): (Vec<&str>, Vec<&str>) = lines
        .iter()
        .flat_map(|item| item.lines())
        .map(str::trim)
        .partition(|line| line.contains("nestling") && line.contains("generate"));
    let [call] = *calls else { return None };
    let file = included.rsplit('/').next().unwrap_or(included);
    let is_unclear = |line: &&str| {
        let moves = ["cd", "pushd", "popd", "mv", "cp", "tee", "source", "."];
        line.contains(file) || line.split_whitespace().any(|word| moves.contains(&word))
    };
    if others.iter().any(is_unclear) { None } else { output_of(call) }
}

fn output_of(call: &str) -> Option<Output> {
    if call.contains(['|', '&', ';', '<', '>', '(', ')', '`', '\\', '#', '{']) {
        return None;
    }
    let words: Option<Vec<&str>> = call.split_whitespace().map(unquoted).collect();
    let words = words?;
    let is_assignment = |word: &&&str| word.contains('=') && !word.starts_with('-');
    let mut words = words.iter().skip_while(is_assignment).copied();
    let program = words.next()?;
    if program != "nestling" && !program.ends_with("/nestling") || words.next() != Some("generate") {
        return None;
    }
    let mut output = Some(DEFAULT);
    while let Some(word) = words.next() {
        output = match word {
            "-o" | "--output" => words.next(),
            "-C" => return None,
            word if VALUED.contains(&word) => words.next().and(output),
            word => match word.strip_prefix("--output=").or_else(|| word.strip_prefix("-o")) {
                Some(file) => Some(file.trim_start_matches('=')),
                // A variable may be any options.
                None if word.starts_with('$') || word.starts_with("-C") => return None,
                None => output,
            },
        };
    }
    match output?.trim_start_matches("./") {
        "-" => Some(Output::Standard),
        file if file.contains('$') || file.starts_with(['/', '~']) || file.contains("..") => None,
        file => Some(Output::File(file.to_owned())),
    }
}

/// Returns a word of a line without the quotes around it; `None` where it has others.
fn unquoted(word: &str) -> Option<&str> {
    let inner = |quote| word.strip_prefix(quote)?.strip_suffix(quote);
    let bare = inner('"').or_else(|| inner('\'')).unwrap_or(word);
    (!bare.contains(['"', '\''])).then_some(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_is_known_where_nothing_else_decides_it() {
        let file = |name: &str| Some(Output::File(name.to_owned()));
        for (call, expected) in [
            ("nestling generate", file("child-pipeline.yml")),
            ("nestling generate -o child.yml", file("child.yml")),
            ("./bin/nestling generate --output=./out/child.yml --report r", file("out/child.yml")),
            ("NESTLING_ALL=true nestling generate --base \"$BASE\" -o 'c.yml'", file("c.yml")),
            ("nestling generate -oc.yml", file("c.yml")),
            ("nestling generate -o -", Some(Output::Standard)),
            ("nestling generate $OPTIONS", None),
            ("nestling generate -o $FILE", None),
            ("nestling generate -o /tmp/c.yml", None),
            ("nestling generate -C app", None),
            ("nestling generate -o - > c.yml", None),
            ("cd app && nestling generate", None),
            ("echo nestling generate", None),
        ] {
            assert_eq!(output_of(call), expected, "{call}");
        }
    }
}
