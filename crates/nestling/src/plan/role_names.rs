//! The names of jobs that any unit of a workspace may have. A need by role that refers to no job is intentionally silent:
//! `build?` where a unit has no `build`. One that can never mean a job is a mistake.

use crate::plan::rules::ROLE_UNKNOWN;
use crate::workspace::{Body, Templates, Workspace, library_names};
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Suggestion};
use std::collections::BTreeSet;

/// The roles that templates agree on, beside those that a built-in template defines by name.
const ROLES: [&str; 8] = ["build", "lint", "typecheck", "test", "image build", "deploy", "verify", "publish"];

/// Keywords of a pipeline beside its jobs.
const KEYWORDS: [&str; 11] = [
    "after_script",
    "before_script",
    "cache",
    "default",
    "image",
    "include",
    "services",
    "spec",
    "stages",
    "variables",
    "workflow",
];

/// The names of jobs at the left margin of templates and of units' files.
#[derive(Debug, Default)]
pub(super) struct RoleNames {
    names: BTreeSet<String>,
    /// The ends of names that a template prints a value into.
    printed: Vec<(String, String)>,
}

impl RoleNames {
    /// Reads the names in the templates and files of a workspace.
    pub(super) fn of_workspace(workspace: &Workspace, templates: &Templates<'_>) -> Self {
        let mut names = Self::default();
        ROLES.iter().for_each(|role| names.add(role));
        let used = workspace.units.iter().flat_map(|unit| &unit.uses).map(|used| used.template.clone());
        let all: BTreeSet<String> = library_names().into_iter().chain(used).collect();
        for name in all {
            if let Ok(Some(template)) = templates.find_leniently(&name) {
                names.add_body(&template.body);
            }
        }
        let fragments = workspace.units.iter().filter_map(|unit| unit.fragment.as_ref());
        fragments.chain(&workspace.body).for_each(|body| names.add_body(body));
        names
    }

    fn add_body(&mut self, body: &Body) {
        for name in body.text.lines().filter_map(name_in) {
            match (name.find("${{"), name.rfind("}}")) {
                (Some(start), Some(end)) if start < end => {
                    let ends = (name[..start].to_owned(), name[end + 2..].to_owned());
                    // A job that is called by a value alone says nothing about its name.
                    self.printed
                        .extend(Some(ends).filter(|(start, end)| !start.is_empty() || !end.is_empty()));
                }
                _ => drop(self.names.insert(name.to_owned())),
            }
        }
    }

    /// Adds the name of a job that a unit has.
    pub(super) fn add(&mut self, name: &str) {
        self.names.insert(name.to_owned());
    }

    /// Returns `true` if a unit may have a job of this name, or one that is sent to this environment.
    pub(super) fn has(&self, name: &str, environments: &[&str]) -> bool {
        let is_printed = |(start, end): &(String, String)| {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        };
        if self.names.contains(name) || self.printed.iter().any(is_printed) {
            return true;
        }
        let Some((job, suffix)) = name.rsplit_once(':') else { return false };
        let is_suffix = suffix == "stop" || environments.contains(&suffix);
        is_suffix && self.has(job, environments)
    }

    /// Reports a role that no unit of the workspace can have.
    pub(super) fn unknown(&self, role: &str, origin: Origin) -> Diagnostic {
        let message = format!("no unit of the workspace has a job `{role}`, and no template defines one");
        let names = self.names.iter().map(String::as_str).filter(|name| !name.contains(':'));
        let help = Suggestion::among(role, names).help_or(
            "write the name of a job without its unit, such as `build?`; `allow(role-unknown)` accepts it",
        );
        Diagnostic::warning(&ROLE_UNKNOWN, origin, message).with_help(help)
    }
}

/// Reports a role of a unit that does not exist.
pub(super) fn unknown_unit(unit: &str, workspace: &Workspace, origin: Origin) -> Diagnostic {
    let message = format!("unknown unit `{unit}`");
    let names = workspace.units.iter().map(|unit| unit.name.as_str());
    let help = Suggestion::among(unit, names)
        .help_or("write `UNIT:JOB?` with a unit of the workspace, or `JOB?` for a job of this unit");
    Diagnostic::error(&ROLE_UNKNOWN, origin, message).with_help(help)
}

/// Returns the key at the left margin of a line that may be a job.
fn name_in(line: &str) -> Option<&str> {
    if line.starts_with([' ', '\t', '#', '-', '{', '}', '!', '.']) {
        return None;
    }
    let mut from = 0;
    let end = loop {
        let colon = from + line[from..].find(':')?;
        let is_printed = line[..colon].matches("${{").count() > line[..colon].matches("}}").count();
        let ends_key = line[colon + 1..].is_empty() || line[colon + 1..].starts_with([' ', '\t']);
        if ends_key && !is_printed {
            break colon;
        }
        from = colon + 1;
    };
    let name = line[..end].trim().trim_matches(['"', '\'']);
    Some(name).filter(|name| !name.is_empty() && !KEYWORDS.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_keys_at_the_left_margin() {
        for (line, name) in [
            ("build:", Some("build")),
            ("\"test 1:2\": { script: make }", Some("test 1:2")),
            ("image build: # comment", Some("image build")),
            (
                "drift${{ \":\" ~ name if name else \"\" }}:",
                Some("drift${{ \":\" ~ name if name else \"\" }}"),
            ),
            ("  script: make", None),
            ("#% set x: y", None),
            (".node:", None),
            ("stages: [build]", None),
            ("- a: b", None),
        ] {
            assert_eq!(name_in(line), name, "{line}");
        }
    }

    #[test]
    fn a_printed_name_and_those_of_environments_are_known() {
        let mut names = RoleNames::default();
        names.add("deploy");
        names.printed.push(("plan ".to_owned(), String::new()));
        for known in ["deploy", "deploy:staging", "deploy:stop", "deploy:staging:stop", "plan a"] {
            assert!(names.has(known, &["staging"]), "{known}");
        }
        for unknown in ["deplyo", "deploy:prod", "staging", "plan"] {
            assert!(!names.has(unknown, &["staging"]), "{unknown}");
        }
    }
}
