//! Roles and runners by the purpose of a job: who only looks needs no right to deploy.

use nestling_gitlab::yaml::Located;
use serde::Deserialize;

/// The purpose of a job that works in an AWS account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Shows what would change, and changes nothing.
    Diff,
    /// Looks for drift.
    Drift,
    /// Publishes assets.
    Assets,
    /// Deploys, destroys, or runs a step of the pipeline.
    Deploy,
}

/// `roles:` of a header or of a stage: the role that jobs of each purpose assume.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Roles {
    /// The role of jobs that show what would change.
    diff: Option<Located<String>>,
    /// The role of jobs that detect drift.
    drift: Option<Located<String>>,
    /// The role of jobs that publish assets.
    assets: Option<Located<String>>,
    /// The role of jobs that deploy.
    deploy: Option<Located<String>>,
}

/// `tags:` of a header: the runners that jobs of each purpose run on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RunnerTags {
    /// The tags of jobs that show what would change.
    diff: Option<Vec<Located<String>>>,
    /// The tags of jobs that detect drift.
    drift: Option<Vec<Located<String>>>,
    /// The tags of jobs that publish assets.
    assets: Option<Vec<Located<String>>>,
    /// The tags of jobs that deploy or destroy.
    deploy: Option<Vec<Located<String>>>,
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 4] = [Self::Diff, Self::Drift, Self::Assets, Self::Deploy];

    /// Returns the word for it in a header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Diff => "diff",
            Self::Drift => "drift",
            Self::Assets => "assets",
            Self::Deploy => "deploy",
        }
    }

    /// Returns the CI/CD variable that contains the role where no header does.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Diff => "AWS_DIFF_ROLE_ARN",
            Self::Drift => "AWS_DRIFT_ROLE_ARN",
            Self::Assets => "AWS_ASSETS_ROLE_ARN",
            Self::Deploy => "AWS_ROLE_ARN",
        }
    }
}

impl Roles {
    /// Returns the role for a purpose, if it is written here.
    pub fn of(&self, purpose: Purpose) -> Option<&Located<String>> {
        match purpose {
            Purpose::Diff => self.diff.as_ref(),
            Purpose::Drift => self.drift.as_ref(),
            Purpose::Assets => self.assets.as_ref(),
            Purpose::Deploy => self.deploy.as_ref(),
        }
    }

    /// Sets the role of jobs that look for drift, unless there is one.
    pub(super) fn look_for_drift_as(&mut self, role: Option<Located<String>>) {
        self.drift = self.drift.take().or(role);
    }
}

impl RunnerTags {
    /// Returns the tags for a purpose, if they are written.
    pub fn of(&self, purpose: Purpose) -> Option<&[Located<String>]> {
        let tags = match purpose {
            Purpose::Diff => self.diff.as_ref(),
            Purpose::Drift => self.drift.as_ref().or(self.diff.as_ref()),
            Purpose::Assets => self.assets.as_ref(),
            Purpose::Deploy => self.deploy.as_ref(),
        };
        tags.map(Vec::as_slice)
    }
}
