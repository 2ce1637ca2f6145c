//! Messages for values of the wrong type: serde's errors in the words of the file formats.

use crate::diagnostic::{Diagnostic, Origin, Rule, Suggestion};
use serde::de::{Expected, Unexpected};
use std::fmt;

/// An error on the way to its place.
#[derive(Debug)]
pub(super) struct Misfit {
    message: String,
    origin: Option<Origin>,
    help: Option<String>,
    told: Told,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// By itself.
    Here,
    /// By itself, unless an unknown key may have been meant for what is missing.
    Missing,
    /// With another.
    Revisions,
}

impl Misfit {
    fn new(message: String, help: Option<String>) -> Self {
        Self { message, origin: None, help, told: Told::Here }
    }

    /// Gives it a place, if it has none.
    pub(super) fn at(mut self, origin: Origin) -> Self {
        self.origin.get_or_insert(origin);
        self
    }

    /// Not told if a key is missing.
    pub(super) fn unless_missing(self) -> Self {
        let told = if self.told == Told::Missing { Told::Revisions } else { self.told };
        Self { told, ..self }
    }

    /// The problem to tell, if it is not told with another.
    pub(super) fn diagnostic(self, rule: &'static Rule, whole: Origin) -> Option<Diagnostic> {
        if self.told == Told::Revisions {
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
            .help_or(format!("known here: {}", expected.join(", ")));
        Self::new(format!("unknown key `{field}`"), Some(help))
    }

    fn missing_field(field: &'static str) -> Self {
        Self { told: Told::Missing, ..Self::new(format!("the key `{field}` is missing"), None) }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let wanted = wanted(&expected.to_string());
        let scalar = matches!(found, Unexpected::Signed(_) | Unexpected::Float(_) | Unexpected::Bool(_));
        let help = (scalar && wanted == "a text").then(|| "quote it".to_owned());
        Self::new(format!("expected {wanted}, found {}", written(&found)), help)
    }
}

/// Returns the expected type as the documentation of the file formats names it.
fn wanted(expected: &str) -> String {
    match expected {
        "a sequence" => "a list".to_owned(),
        "a map" => "a mapping".to_owned(),
        "a string" => "a text".to_owned(),
        "a boolean" => "`true` or `false`".to_owned(),
        // The names of types are the code's.
        _ if expected.starts_with("struct ") => "a mapping".to_owned(),
        _ => expected.to_owned(),
    }
}

fn written(found: &Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Signed(number) => format!("the number {number}"),
        Unexpected::Float(number) => format!("the number {number}"),
        Unexpected::Str(text) => format!("the text `{text}`"),
        Unexpected::Unit => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        other => other.to_string(),
    }
}
