//! Definitions that two templates of a unit both write: merged as GitLab merges includes, one of them would be lost.

use crate::template::Rendered;
use crate::workspace::rules::USE_CLASH;
use crate::workspace::{LIBRARY_PREFIX, Use};
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Severity};
use nestling_gitlab::pipeline::keywords::{GLOBAL, is_hidden};
use nestling_gitlab::yaml::{Entry, Node};
use std::collections::HashMap;

/// Reports what two uses both define, each with what it rendered to, in the order in which they are merged.
pub(super) fn use_conflicts(rendered: &[(&Use, &Rendered)]) -> Vec<Diagnostic> {
    if rendered.len() < 2 {
        return Vec::new();
    }
    let mut earlier: HashMap<&str, (&Use, &Entry)> = HashMap::new();
    let mut problems = Vec::new();
    for (used, rendered) in rendered {
        for entry in rendered.node.as_map().into_iter().flat_map(|map| &map.entries) {
            let Some((first, defined)) = earlier.insert(entry.key.text(), (used, entry)) else { continue };
            if first.origin != used.origin {
                problems.extend(conflict(first, defined, used, entry));
            }
        }
    }
    problems
}

/// Judges a definition of two uses. Equal hidden jobs and defaults may be shared; a job is one of two in any case.
fn conflict(first: &Use, defined: &Entry, used: &Use, entry: &Entry) -> Option<Diagnostic> {
    let name = entry.key.text();
    if is_hidden(name) {
        let origin = (!defined.value.same_as(&entry.value)).then_some(entry.key.origin)?;
        return Some(difference(first, used, name, origin));
    }
    if GLOBAL.contains(&name) {
        let (key, origin) = differing_key(defined, entry)?;
        return Some(difference(first, used, &key, origin));
    }
    Some(job_conflict(first, used, name, entry.key.origin))
}

/// A use, its own file, and the jobs that it defines with what it includes, each with its place and its keywords.
pub(super) type JobsOfUse<'u> = (&'u Use, FileId, Vec<(String, Origin, Node)>);

/// Reports jobs that two uses both define, where at least one of them has it from an include. A job that is the same in both is shared: two
/// components can include a third one.
pub(super) fn nested_conflicts(jobs: &[JobsOfUse<'_>]) -> Vec<Diagnostic> {
    let mut earlier: HashMap<&str, (&Use, bool, &Node)> = HashMap::new();
    let mut problems = Vec::new();
    for (used, file, jobs) in jobs {
        for (name, origin, body) in jobs {
            let is_own = origin.file == *file;
            let Some((first, was_own, other)) = earlier.insert(name, (used, is_own, body)) else { continue };
            let is_reported = is_own && was_own;
            if first.origin != used.origin && !is_reported && !other.same_as(body) {
                problems.push(job_conflict(first, used, name, *origin));
            }
        }
    }
    problems
}

/// Reports a job that two uses define.
fn job_conflict(first: &Use, used: &Use, name: &str, origin: Origin) -> Diagnostic {
    let is_one_template = first.is_of_same_template(used);
    let message = if is_one_template {
        format!("two uses of {} `{}` define job `{name}`", used.noun(), used.template)
    } else {
        format!(
            "{} `{}` and `{}` both define job `{name}`",
            nouns(first, used),
            first.template,
            used.template
        )
    };
    // The jobs of built-in templates cannot be renamed.
    let is_fixed = |used: &Use| used.component.is_some() || used.template.starts_with(LIBRARY_PREFIX);
    let help = match (is_one_template, is_fixed(first), is_fixed(used)) {
        (_, true, true) if used.component.is_some() => {
            "set the input that names the job, if the component has one; otherwise give each use a unit of its own: a `nestling.yml` in a directory of its own"
                .to_owned()
        }
        (true, true, _) => format!(
            "if two rules match the unit, exclude it from one of them with `!`; otherwise give each use a unit of its own: a `nestling.yml` in a directory of its own. Job names of `{}` are fixed",
            used.template
        ),
        (true, false, _) => format!("add an input to its name: `{name} ${{{{ inputs.NAME }}}}:`"),
        (false, true, true) => {
            "give one of them a unit of its own: a `nestling.yml` in a directory of its own. Job names of built-in templates are fixed"
                .to_owned()
        }
        (false, true, false) => format!("rename the job in `{}`", used.template),
        (false, false, true) => format!("rename the job in `{}`", first.template),
        (false, false, false) => "rename the job in one of them".to_owned(),
    };
    let problem = Diagnostic::error(&USE_CLASH, used.origin, message);
    let problem = problem.with_label(first.origin, "the first use").with_label(origin, "the job");
    problem.with_help(help)
}

/// Returns the words for two uses in a message.
fn nouns(first: &Use, used: &Use) -> &'static str {
    match (first.component.is_some(), used.component.is_some()) {
        (false, false) => "the templates",
        (true, true) => "the components",
        _ => "the template and the component",
    }
}

/// Returns the part of a global keyword that differs, and its place.
fn differing_key(defined: &Entry, entry: &Entry) -> Option<(String, Origin)> {
    let name = entry.key.text();
    // The entries of all are read.
    if name == "include" {
        return None;
    }
    let (Some(old), Some(new)) = (defined.value.as_map(), entry.value.as_map()) else {
        return (!defined.value.same_as(&entry.value)).then(|| (name.to_owned(), entry.key.origin));
    };
    let differs = |setting: &&Entry| {
        let other: Option<&Node> = old.get(setting.key.text());
        other.is_some_and(|other| !other.same_as(&setting.value))
    };
    let setting = new.entries.iter().find(differs)?;
    Some((format!("{name}:{}", setting.key.text()), setting.key.origin))
}

/// A hidden job or a default that two uses set to different values. The jobs of both get the later one.
fn difference(first: &Use, used: &Use, name: &str, origin: Origin) -> Diagnostic {
    let is_one_template = first.is_of_same_template(used);
    let (severity, message, help) = if is_one_template {
        let (noun, template) = (used.noun(), &used.template);
        let message = format!("two uses of {noun} `{template}` set `{name}` to different values");
        let help = if used.component.is_some() || used.template.starts_with(LIBRARY_PREFIX) {
            "give each use a unit of its own: a `nestling.yml` in a directory of its own"
        } else {
            "set it in the jobs: the jobs of both uses would get the later value"
        };
        (Severity::Error, message, help)
    } else {
        let message = format!("`{}` overrides `{name}` of `{}`", used.template, first.template);
        (Severity::Warning, message, "the jobs of both get the later value; set it in the jobs instead")
    };
    let problem = Diagnostic::error(&USE_CLASH, used.origin, message);
    let problem = Diagnostic { severity, ..problem };
    problem.with_label(first.origin, "the first use").with_label(origin, "the later value").with_help(help)
}
