//! Values of the workspace's `vars` from the command line: several pipelines can be generated from one configuration.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The values by name, as they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct GivenVars(Arc<BTreeMap<String, String>>);

impl GivenVars {
    /// Sets a value; the last one of a name counts.
    pub(crate) fn insert(&mut self, name: String, value: String) {
        Arc::make_mut(&mut self.0).insert(name, value);
    }

    /// Returns `true` if there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the values in order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
