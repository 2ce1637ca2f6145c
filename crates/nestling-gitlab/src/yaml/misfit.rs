//! Messages for values of the wrong type: serde's errors in the words of the file formats.

use crate::diagnostic::{Diagnostic, Origin, Rule, Suggestion};
use serde::de::{Expected, Unexpected};
use std::fmt;

/// An error that gets its origin on the way up.
#[derive(Debug)]
pub(super) struct Misfit {
    message: String,
    origin: Option<Origin>,
    help: Option<String>,
    kind: MisfitKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MisfitKind {
    /// A value of the wrong type, or an unknown key.
    Value,
    /// A missing key.
    MissingKey,
    /// A missing key for which an unknown key, which is reported, may have been meant.
    Explained,
}

impl Misfit {
    fn new(message: String, help: Option<String>) -> Self {
        Self { message, origin: None, help, kind: MisfitKind::Value }
    }

    /// Sets the origin, unless a nested value has set it.
    pub(super) fn with_origin(mut self, origin: Origin) -> Self {
        self.origin.get_or_insert(origin);
        self
    }

    /// Drops a missing key that an unknown key explains.
    pub(super) fn explained(self) -> Self {
        match self.kind {
            MisfitKind::MissingKey => Self { kind: MisfitKind::Explained, ..self },
            _ => self,
        }
    }

    /// Returns the diagnostic, unless another one explains it.
    pub(super) fn diagnostic(self, rule: &'static Rule, whole: Origin) -> Option<Diagnostic> {
        if self.kind == MisfitKind::Explained {
            return None;
        }
        let problem = Diagnostic::error(rule, self.origin.unwrap_or(whole), self.message);
        Some(match self.help {
            Some(help) => problem.with_help(help),
            None => problem,
        })
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Misfit {}

impl serde::de::Error for Misfit {
    fn custom<M: fmt::Display>(message: M) -> Self {
        Self::new(message.to_string(), None)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let help = Suggestion::among(field, expected.iter().copied())
            .help_or(format!("known keys: {}", expected.join(", ")));
        Self::new(format!("unknown key `{field}`"), Some(help))
    }

    fn missing_field(field: &'static str) -> Self {
        Self { kind: MisfitKind::MissingKey, ..Self::new(format!("missing key `{field}`"), None) }
    }

    fn invalid_type(actual: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let wanted = wanted(&expected.to_string());
        let is_scalar = matches!(actual, Unexpected::Signed(_) | Unexpected::Float(_) | Unexpected::Bool(_));
        let is_boolean = matches!(actual, Unexpected::Str("true" | "false")) && wanted == "`true` or `false`";
        let help = match (is_scalar && wanted == "a string", is_boolean) {
            (true, _) => Some("quote it".to_owned()),
            (_, true) => Some("remove the quotes".to_owned()),
            _ => None,
        };
        Self::new(format!("expected {wanted}, found {}", describe(&actual)), help)
    }
}

/// Returns the expected type as the documentation of the file formats names it.
fn wanted(expected: &str) -> String {
    match expected {
        "a sequence" => "a list".to_owned(),
        "a map" => "a mapping".to_owned(),
        "a boolean" => "`true` or `false`".to_owned(),
        // Users do not know the names of our types.
        _ if expected.starts_with("struct ") => "a mapping".to_owned(),
        _ => expected.to_owned(),
    }
}

fn describe(actual: &Unexpected<'_>) -> String {
    match actual {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Signed(number) => format!("the number {number}"),
        Unexpected::Float(number) => format!("the number {number}"),
        Unexpected::Str(text) => format!("the string `{text}`"),
        Unexpected::Unit => "null".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        other => other.to_string(),
    }
}
