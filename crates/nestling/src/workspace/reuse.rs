//! Reads `reuse:`: which jobs are left out where they have passed with the same content.

use super::format::ReuseFile;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Suggestion};
use nestling_gitlab::instance::rules::HEADER;
use nestling_gitlab::name::JobName;
use nestling_gitlab::pipeline::duration;
use nestling_gitlab::yaml::{self, Located, Map, Meaning, Node};
use std::collections::BTreeMap;

/// Seconds that a record counts by default: seven days.
const WITHIN: u64 = 7 * 24 * 60 * 60;

/// Keywords of jobs that are never omitted: they change something outside of the pipeline, or run for more than their status.
const NEVER_LEFT_OUT: [&str; 6] = ["environment", "release", "pages", "trigger", "resource_group", "inputs"];

/// Returns the keyword for which a job is never left out, if it has one.
pub(crate) fn never_left_out(job: &Map) -> Option<&'static str> {
    let is_set = |keyword: &&str| {
        let value = job.get(keyword).filter(|value| !value.is_null());
        // `pages: false` says that a job makes no site.
        value.is_some_and(|value| *keyword != "pages" || value.as_bool() != Some(false))
    };
    NEVER_LEFT_OUT.into_iter().find(is_set)
}

/// The jobs whose policy is not that of the workspace.
pub(crate) type ReuseSettings = BTreeMap<JobName, Option<Reuse>>;

/// Pipelines whose records count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReuseTrust {
    /// Pipelines of all branches and merge requests of the project.
    Members,
    /// Pipelines of protected branches and tags.
    Protected,
}

/// Policy for jobs that have passed with the same content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reuse {
    /// The pipelines whose records count.
    pub trust: ReuseTrust,
    /// The age in seconds up to which a record counts.
    pub within: u64,
    /// Set if jobs with reports are left out on the default branch, too.
    pub reports: bool,
}

impl Reuse {
    /// The policy `reuse: { trust: members }`.
    pub(crate) const OF_MEMBERS: Self = Self { trust: ReuseTrust::Members, within: WITHIN, reports: false };
}

impl ReuseTrust {
    const NAMES: [(&'static str, Self); 2] = [("members", Self::Members), ("protected", Self::Protected)];

    fn read(text: &Located<String>) -> Result<Self, Vec<Diagnostic>> {
        if let Some((_, trust)) = Self::NAMES.iter().find(|(name, _)| *name == text.value) {
            return Ok(*trust);
        }
        let names = Self::NAMES.map(|(name, _)| name);
        let help = Suggestion::among(&text.value, names).help_or("write `members` or `protected`".to_owned());
        let message = format!("unknown `trust: {}`", text.value);
        Err(vec![Diagnostic::error(&HEADER, text.origin, message).with_help(help)])
    }
}

/// Reads `reuse:` of the workspace; `None` where it is off.
pub(crate) fn of_workspace(node: Option<&Node>) -> Result<Option<Reuse>, Vec<Diagnostic>> {
    match node {
        None => Ok(None),
        Some(node) => read(node, None, "`false` or a mapping"),
    }
}

/// Reads `reuse:` of a job, which overrides that of the workspace.
pub(crate) fn of_job(node: &Node, workspace: Option<Reuse>) -> Result<Option<Reuse>, Vec<Diagnostic>> {
    match node.as_scalar().map(yaml::Scalar::meaning) {
        Some(Meaning::Bool(true)) => match workspace {
            Some(reuse) => Ok(Some(reuse)),
            None => Err(vec![without_trust(node.origin)]),
        },
        _ => read(node, workspace, "`true`, `false` or a mapping"),
    }
}

fn read(node: &Node, outer: Option<Reuse>, forms: &str) -> Result<Option<Reuse>, Vec<Diagnostic>> {
    if node.as_bool() == Some(false) {
        return Ok(None);
    }
    if node.as_map().is_none() {
        let message = match node.is_null() {
            true => format!("`reuse` has no value: it must be {forms}"),
            false => format!("`reuse` must be {forms}, found {}", node.type_name()),
        };
        let problem = Diagnostic::error(&HEADER, node.origin, message);
        return Err(vec![problem.with_help("such as `reuse: { trust: members }`")]);
    }
    let written: ReuseFile = yaml::from_node(node, &HEADER)?;
    let trust = match &written.trust {
        Some(trust) => ReuseTrust::read(trust)?,
        None => outer.ok_or_else(|| vec![without_trust(node.origin)])?.trust,
    };
    let within = match &written.within {
        Some(text) => seconds(text)?,
        None => outer.map_or(WITHIN, |outer| outer.within),
    };
    Ok(Some(Reuse { trust, within, reports: written.reports.unwrap_or(outer.is_some_and(|o| o.reports)) }))
}

fn seconds(text: &Located<String>) -> Result<u64, Vec<Diagnostic>> {
    let seconds = duration::seconds(&text.value).filter(|seconds| seconds.is_finite() && *seconds < 1e10);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it must be positive and below 1e10"
    )]
    seconds.map(|seconds| seconds as u64).ok_or_else(|| {
        let message = format!("invalid duration `within: {}`", text.value);
        vec![Diagnostic::error(&HEADER, text.origin, message).with_help("such as `within: 3 days`")]
    })
}

fn without_trust(origin: Origin) -> Diagnostic {
    let message = "`reuse` requires `trust`: the pipelines whose records count";
    Diagnostic::error(&HEADER, origin, message).with_help(
        "write `trust: members` for all branches and merge requests of this project, or `trust: protected` for protected branches only",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling_gitlab::diagnostic::FileId;

    fn node(text: &str) -> Node {
        yaml::parse_file(text, FileId::from_index(0)).unwrap().remove(0)
    }

    const DAY: u64 = 24 * 60 * 60;

    #[test]
    fn trust_has_to_be_written() {
        let read =
            |text: &str| of_workspace(Some(&node(text))).map_err(|problems| problems[0].message.clone());
        let members = Reuse { trust: ReuseTrust::Members, within: 7 * DAY, reports: false };
        assert_eq!(read("{ trust: members }"), Ok(Some(members)));
        let protected = Reuse { trust: ReuseTrust::Protected, within: 2 * DAY, reports: true };
        assert_eq!(read("{ trust: protected, within: 2 days, reports: true }"), Ok(Some(protected)));
        assert_eq!(read("false"), Ok(None));
        for (wrong, message) in [
            ("{}", "`reuse` requires `trust`: the pipelines whose records count"),
            ("true", "`reuse` must be `false` or a mapping, found a boolean"),
            ("null", "`reuse` has no value: it must be `false` or a mapping"),
            ("{ trust: everybody }", "unknown `trust: everybody`"),
            ("{ trust: members, within: soon }", "invalid duration `within: soon`"),
        ] {
            assert_eq!(read(wrong), Err(message.to_owned()), "{wrong}");
        }
    }

    #[test]
    fn a_job_overrides_its_workspace() {
        let members = Reuse { trust: ReuseTrust::Members, within: DAY, reports: false };
        let read = |text: &str, outer| of_job(&node(text), outer).map_err(|_| ());
        assert_eq!(read("false", Some(members)), Ok(None));
        assert_eq!(read("true", Some(members)), Ok(Some(members)));
        assert_eq!(read("{ reports: true }", Some(members)), Ok(Some(Reuse { reports: true, ..members })));
        assert_eq!(read("true", None), Err(()));
        assert_eq!(read("{ reports: true }", None), Err(()));
        assert!(read("{ trust: protected }", None).unwrap().is_some());
        for (wrong, message) in [
            ("yes please", "`reuse` must be `true`, `false` or a mapping, found a string"),
            ("null", "`reuse` has no value: it must be `true`, `false` or a mapping"),
        ] {
            assert_eq!(of_job(&node(wrong), None).unwrap_err()[0].message, message);
        }
    }
}
