//! A job in the making.

use nestling_gitlab::yaml::Map;

/// A job in the making.
#[derive(Debug, Default)]
pub(super) struct NewJob {
    pub image: Option<String>,
    pub script: Vec<String>,
    pub after_script: Vec<String>,
    pub variables: Vec<(String, String)>,
    pub artifacts: Vec<String>,
    pub expire_in: Option<String>,
    /// True if it runs Docker.
    pub needs_docker: bool,
    /// Further keywords.
    pub keywords: Map,
}
