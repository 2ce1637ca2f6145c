//! The catalogue's strings: `review/${{ unit.slug }}` is another name for each unit that deploys there.

use crate::template::{EnvironmentScope, Renderer, Scope};
use crate::workspace::{Environment, Start};
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::environment_slug;
use nestling_gitlab::yaml::Node;
use serde_json::{Value, json};

/// The strings of the catalogue as one unit reads them.
pub(crate) struct CatalogueStrings<'a> {
    renderer: &'a Renderer<'a>,
    values: Scope,
}

impl<'a> CatalogueStrings<'a> {
    /// The strings are evaluated with these values, except `environment`, which is the entry that has the string.
    pub(crate) fn new(renderer: &'a Renderer<'a>, values: Scope) -> Self {
        Self { renderer, values }
    }

    /// Evaluates a string of an entry, or all strings of a list or a mapping.
    ///
    /// # Errors
    /// An expression that cannot be evaluated.
    pub(crate) fn evaluate(&self, text: &Node, entry: &Environment) -> Result<Node, Vec<Diagnostic>> {
        let environment = EnvironmentScope::Bound(entry_value(entry));
        self.renderer.evaluate(text, &Scope { environment, ..self.values.clone() })
    }

    /// Evaluates a value, and returns it if it is a string.
    ///
    /// # Errors
    /// An expression that cannot be evaluated.
    pub(crate) fn string(
        &self,
        text: Option<&Node>,
        entry: &Environment,
    ) -> Result<Option<String>, Vec<Diagnostic>> {
        let Some(text) = text else { return Ok(None) };
        let evaluated = self.evaluate(text, entry)?;
        Ok(evaluated.text().map(str::to_owned))
    }
}

/// Returns `environment` for the entry's own strings: nothing in it depends on the unit.
pub(crate) fn entry_value(entry: &Environment) -> Value {
    let setting = |key: &str| entry.settings.get(key).and_then(Node::text);
    json!({
        "name": entry.name.as_str(),
        "tier": setting("deployment_tier"),
        "auto_stop_in": setting("auto_stop_in"),
        "manual": matches!(entry.start, Start::Manual(_)),
        "slug": environment_slug(entry.name.as_str()),
    })
}
