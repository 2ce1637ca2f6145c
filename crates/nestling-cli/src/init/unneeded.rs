//! Globs of the proposed workspace that select nothing more, as `check` says.

use super::workspace_file::UnitRule;
use nestling::{Diagnostic, FILE_NAME, Sources};

/// The end of what `check` says of such a glob.
const MESSAGE: &str = "has no effect: the files that it matches select the unit already";

/// Returns each such glob with the index of its rule.
pub(super) fn unneeded(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    workspace: &str,
    rules: &[UnitRule],
) -> Vec<(usize, String)> {
    let mut globs = Vec::new();
    for problem in diagnostics.iter().filter(|problem| problem.rule.id == "key-unused") {
        let Some(glob) = problem.message.strip_suffix(MESSAGE) else { continue };
        let glob = glob.trim().trim_matches('`');
        let Some(origin) = problem.origin() else { continue };
        let place = sources.place(origin);
        let line = place.strip_prefix(FILE_NAME).and_then(|rest| rest.split(':').nth(1)?.parse().ok());
        let Some(rule) = line.and_then(|line| rule_of_line(workspace, line)) else { continue };
        if rules.get(rule).is_some_and(|rule| rule.changes.contains(glob)) {
            globs.push((rule, glob.to_owned()));
        }
    }
    globs
}

/// Returns the index of the rule that a line of the workspace is in.
fn rule_of_line(workspace: &str, line: usize) -> Option<usize> {
    let before = workspace.lines().take(line);
    before.filter(|line| line.starts_with("    - match:")).count().checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_in_the_rule_that_begins_before_it() {
        let workspace =
            "workspace:\n  units:\n    - match: \"a\"\n      use: x\n    - match:\n        - \"b\"\n";
        let rules: Vec<Option<usize>> = (1..=6).map(|line| rule_of_line(workspace, line)).collect();
        assert_eq!(rules, [None, None, Some(0), Some(0), Some(1), Some(1)]);
    }
}
