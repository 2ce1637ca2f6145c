//! The environment variables of Nestling: those of options, and the others.

use crate::args::Cli;
use crate::ci_env::ProcessEnvironment;
use crate::io::Io;
use clap::{Command, CommandFactory};
use nestling_gitlab::diagnostic::Suggestion;
use std::collections::BTreeSet;

/// Beginning of each name.
const PREFIX: &str = "NESTLING_";

/// The variables that no option has, with their descriptions.
pub const OTHER_VARIABLES: [(&str, &str); 5] = [
    ("NESTLING_REUSE", "`0`: omit no [job that has passed](../passed.md)"),
    ("NESTLING_PASSED_RECORDS", "Number of records to download (default: 30)"),
    ("NESTLING_PASSED_KEEP", "Number of records to keep (default: 100)"),
    ("NESTLING_API_TOKEN", "Project token with `read_api` for the scripts of `nestling passed`"),
    ("NESTLING_NOTE_TOKEN", "Project token with `api` for [the note](../page.md#on-the-merge-request)"),
];

/// Returns the names of all variables.
pub fn variable_names() -> BTreeSet<String> {
    let mut names: BTreeSet<String> = OTHER_VARIABLES.iter().map(|(name, _)| (*name).to_owned()).collect();
    add_names(&Cli::command(), &mut names);
    names
}

fn add_names(command: &Command, names: &mut BTreeSet<String>) {
    let variables = command.get_arguments().filter_map(|argument| argument.get_env()?.to_str());
    names.extend(variables.filter(|name| name.starts_with(PREFIX)).map(str::to_owned));
    for command in command.get_subcommands() {
        add_names(command, names);
    }
}

/// Warns of variables that are unknown and look like a misspelled one. Any other may be the user's own.
pub(crate) fn report_misspelled(environment: &ProcessEnvironment, io: &mut Io) {
    let mut set = environment.names().filter(|name| name.starts_with(PREFIX)).peekable();
    if set.peek().is_none() {
        return;
    }
    let known = variable_names();
    for name in set.filter(|name| !known.contains(*name)) {
        if let Some(near) = near(name, &known) {
            io.message(format_args!("warning: `{name}` has no effect\n  = help: did you mean `{near}`?\n"));
        }
    }
}

/// Returns the name that was probably meant, by what follows the prefix.
fn near<'k>(name: &str, known: &'k BTreeSet<String>) -> Option<&'k str> {
    let suffix = name.strip_prefix(PREFIX)?;
    let near = Suggestion::among(suffix, known.iter().filter_map(|name| name.strip_prefix(PREFIX))).word()?;
    known.iter().find(|name| name.strip_prefix(PREFIX) == Some(near)).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelled_names_are_near_a_known_one() {
        let known = variable_names();
        for (name, expected) in [
            ("NESTLING_ONYL", Some("NESTLING_ONLY")),
            ("NESTLING_EXPECT", Some("NESTLING_EXCEPT")),
            ("NESTLING_STRICTBASE", Some("NESTLING_STRICT_BASE")),
            ("NESTLING_PASSED_RECORD", Some("NESTLING_PASSED_RECORDS")),
            ("NESTLING_NOTE_TOKENS", Some("NESTLING_NOTE_TOKEN")),
            ("NESTLING_VERSION", None),
            ("NESTLING_IMAGE", None),
            ("NESTLING_UNIT_COMMIT", None),
            ("NESTLING_BASE_REF", None),
            ("NESTLING_", None),
        ] {
            assert_eq!(near(name, &known), expected, "{name}");
        }
    }
}
