//! A view of `environment` (<https://docs.gitlab.com/ci/yaml/#environment>).

use crate::diagnostic::Origin;
use crate::yaml::{Map, Node};

/// A job's `environment`: the name alone, or a mapping.
#[derive(Debug, Clone, Copy)]
pub struct Environment<'a> {
    /// The place where it was written.
    pub origin: Origin,
    node: &'a Node,
}

/// The actions that a job can take on its environment (<https://docs.gitlab.com/ci/yaml/#environmentaction>).
pub const ACTIONS: &[&str] = &["start", "stop", "prepare", "verify", "access"];

/// The tiers (<https://docs.gitlab.com/ci/environments/#deployment-tier-of-environments>).
pub const TIERS: &[&str] = &["production", "staging", "testing", "development", "other"];

/// The keys of the mapping.
pub const KEYS: &[&str] =
    &["name", "url", "action", "on_stop", "auto_stop_in", "kubernetes", "deployment_tier"];

/// Returns `true` for a character of the name of an environment or a resource group (lib/gitlab/regex.rb,
/// `environment_name_regex_chars`).
pub(crate) fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '$' | '{' | '}' | '.' | ' ' | '-')
}

/// The environment of a job, if it has one.
pub fn environment(body: &Map) -> Option<Environment<'_>> {
    let node = body.get("environment").filter(|node| !node.is_null())?;
    Some(Environment { origin: node.origin, node })
}

impl<'a> Environment<'a> {
    /// The value under one of its keys; a null is none.
    pub fn get(&self, key: &str) -> Option<&'a Node> {
        self.node.get(key).filter(|node| !node.is_null())
    }

    /// The mapping, where it is not the name alone.
    pub fn map(&self) -> Option<&'a Map> {
        self.node.as_map()
    }

    /// Its name with its place, before GitLab has put in any variable.
    pub fn name(&self) -> Option<&'a Node> {
        if self.node.as_map().is_some() { self.get("name") } else { Some(self.node) }
    }

    /// The name as text; empty where there is none.
    pub fn name_text(&self) -> &'a str {
        self.name().and_then(Node::text).unwrap_or_default()
    }

    /// Returns `environment:action`; `start` by default.
    pub fn action(&self) -> &'a str {
        self.get("action").and_then(Node::text).unwrap_or("start")
    }

    /// The job that stops it.
    pub fn on_stop(&self) -> Option<&'a Node> {
        self.get("on_stop")
    }

    /// Returns `true` if the job starts the environment, which creates a deployment.
    pub fn deploys(&self) -> bool {
        self.action() == "start"
    }
}

#[cfg(test)]
mod tests;
