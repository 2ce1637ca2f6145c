//! The GitLab instance that reads the pipeline: `workspace: { gitlab: { version: "18.2", needs: 50 } }`.

pub mod rules;

use self::rules::HEADER;
use crate::diagnostic::{Diagnostic, Suggestion};
use crate::yaml::{Entry, Map, Node};

/// The GitLab that will read the pipeline. What the workspace does not say of it is as in a new instance.
#[derive(Debug, Clone, Default)]
pub struct Gitlab {
    /// Its version, major and minor; `None` for a current one.
    pub version: Option<(u32, u32)>,
    /// Its limits.
    pub limits: InstanceLimits,
    /// The names of variables that the parent's trigger job forwards.
    pub forwarded: Vec<String>,
    /// The resource groups that the parent's trigger job holds while the child runs.
    pub held_groups: Vec<String>,
    /// Problems in the workspace's settings. They are reported with those of the pipeline: the units can be planned all
    /// the same.
    pub problems: Vec<Diagnostic>,
}

/// The limits of an instance (<https://docs.gitlab.com/administration/instance_limits/>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceLimits {
    /// Needs of one job (<https://docs.gitlab.com/ci/yaml/#needs>).
    pub needs: usize,
    /// Deployments in one pipeline.
    pub deployments: usize,
    /// Jobs in one pipeline; by default GitLab has no limit.
    pub jobs: Option<usize>,
    /// Caches of one job.
    pub caches: usize,
}

impl Default for InstanceLimits {
    fn default() -> Self {
        Self { needs: 50, deployments: 500, jobs: None, caches: 4 }
    }
}

/// The keys that [`Gitlab::read`] knows.
pub const KEYS: [&str; 7] = ["version", "needs", "deployments", "jobs", "caches", "forwarded", "held_groups"];

impl Gitlab {
    /// Reads `gitlab:`. Where something is wrong there, the default is taken.
    pub fn read(written: &Map) -> Self {
        let mut gitlab = Self::default();
        for entry in &written.entries {
            if let Err(problem) = gitlab.set(entry) {
                gitlab.problems.push(*problem);
            }
        }
        gitlab
    }

    /// Returns `true` if the instance has at least that version.
    pub fn is_at_least(&self, major: u32, minor: u32) -> bool {
        self.version.is_none_or(|version| version >= (major, minor))
    }

    fn set(&mut self, entry: &Entry) -> Result<(), Box<Diagnostic>> {
        match entry.key.text() {
            "version" => self.version = Some(version(&entry.value)?),
            "needs" => self.limits.needs = number(entry)?,
            "deployments" => self.limits.deployments = number(entry)?,
            "jobs" => self.limits.jobs = Some(number(entry)?),
            "caches" => self.limits.caches = number(entry)?,
            "forwarded" => self.forwarded = names(entry)?,
            "held_groups" => self.held_groups = names(entry)?,
            key => {
                let problem = Diagnostic::error(&HEADER, entry.key.origin, format!("unknown key `{key}`"));
                return Err(Box::new(problem.with_help(
                    Suggestion::among(key, KEYS).help_or(format!("known keys: {}", KEYS.join(", "))),
                )));
            }
        }
        Ok(())
    }
}

/// Reads major and minor version of a GitLab, such as `18.2`; a patch version is dropped.
pub fn parse_version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    let minor = minor.split('.').next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn version(node: &Node) -> Result<(u32, u32), Box<Diagnostic>> {
    node.as_str().and_then(parse_version).ok_or_else(|| {
        let problem = Diagnostic::error(&HEADER, node.origin, "invalid GitLab version");
        Box::new(problem.with_help("use a quoted string: `version: \"18.2\"`"))
    })
}

fn number(entry: &Entry) -> Result<usize, Box<Diagnostic>> {
    entry.value.as_int().and_then(|number| usize::try_from(number).ok()).ok_or_else(|| {
        let message = format!("`{}` must be a whole number", entry.key.text());
        Box::new(Diagnostic::error(&HEADER, entry.value.origin, message))
    })
}

fn names(entry: &Entry) -> Result<Vec<String>, Box<Diagnostic>> {
    let items = entry.value.as_seq().and_then(|items| {
        items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
    });
    items.ok_or_else(|| {
        let message = format!("`{}` must be a list of names", entry.key.text());
        Box::new(Diagnostic::error(&HEADER, entry.value.origin, message))
    })
}
