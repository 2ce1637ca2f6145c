//! Problems in a user's files with their origins. Each is data, which stages collect and outputs show.

mod rule;
pub mod rules;
mod suggestion;
mod folded;
mod sources;
mod kinds;

pub use folded::folded;
pub use kinds::{FindingsByKind, KindName};
pub use rule::{Example, ExampleFile, Rule, RuleGroup, file};
pub use sources::{Source, Sources};
pub use suggestion::Suggestion;

use self::rules::ENCODING;
use crate::name::UnitName;
use indexmap::IndexMap;
use std::fmt;

/// A file that messages can point into. Made by [`Sources::add`].
///
/// [`Sources`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl FileId {
    /// The number after the id, for marks in rendered text.
    pub fn index(self) -> u32 {
        self.0
    }

    /// The id with this number, if [`Sources`] gave it out.
    pub fn from_index(index: u32) -> Self {
        Self(index)
    }

    /// The file of what is in no file. [`Sources`] never gives it out.
    const NONE: Self = Self(u32::MAX);
}

/// A place in a file that a person wrote: line and column count from 1; a column of 0 means that only the line is
/// known. `width` counts characters on that line; 0 means one character, or the whole line where the column is 0.
///
/// [`Sources`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The file.
    pub file: FileId,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1; 0 where it is unknown.
    pub column: u32,
    /// Number of characters on that line; 0 if it is unknown.
    pub width: u32,
}

impl Origin {
    /// A whole line of a file.
    pub fn line(file: FileId, line: u32) -> Self {
        Self { file, line, column: 0, width: 0 }
    }

    /// A run of `width` characters.
    pub fn span(file: FileId, line: u32, column: u32, width: u32) -> Self {
        Self { file, line, column, width }
    }

    /// The file as a whole, for messages that affect no line of it.
    pub fn file(file: FileId) -> Self {
        Self { file, line: 1, column: 0, width: 0 }
    }

    /// The origin of what nobody wrote, such as a default of GitLab's. A message never points there.
    pub fn generated() -> Self {
        Self::file(FileId::NONE)
    }

    /// Returns `true` if nobody wrote it.
    pub fn is_generated(self) -> bool {
        self.file == FileId::NONE
    }
}

/// A count of lines or characters as an [`Origin`] contains it.
pub fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Severity of a problem.
///
/// [`Diagnostic`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is written while there is one.
    Error,
    /// GitLab accepts it, and it probably is not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// A place with what is to be said there. The first label of a diagnostic is the one that it is about.
///
/// A part of a [`Diagnostic`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub origin: Origin,
    /// The text of the label; may be empty.
    pub text: String,
}

/// An item of a finding that lists several.
///
/// A part of a [`Diagnostic`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The thing that the item is about: a job, a stack, an action.
    pub subject: String,
    /// A word that is the same from run to run, and that no other item has; empty for none.
    pub id: String,
    /// The text of the item.
    pub text: String,
}

/// A problem in what the user wrote: the message, the origins, and the way out.
///
/// Messages are lower-case fragments with the user's own words in back-ticks; `help` says what to type.
///
/// ```
/// use nestling_gitlab::diagnostic::{Severity, has_errors};
///
/// let problems = nestling_gitlab::lint("build: { script: make, artefacts: { paths: [out] } }");
/// let problem = &problems[0];
/// assert_eq!((problem.rule.id, problem.severity), ("job-key", Severity::Error));
/// assert_eq!(problem.help.as_deref(), Some("did you mean `artifacts`?"));
/// assert!(has_errors(&problems));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that was broken, such as `needs-undefined` or `yaml-syntax`.
    pub rule: &'static Rule,
    /// Its severity.
    pub severity: Severity,
    /// The problem in a lower-case fragment.
    pub message: String,
    /// Places, the most important first. Empty only if no file is to blame.
    pub labels: Vec<Label>,
    /// Further facts: the chain of includes and macros, the values involved.
    pub notes: Vec<String>,
    /// The items of a finding that lists several, such as the lines of a report. Each can be allowed by itself.
    pub items: Vec<Item>,
    /// The units that it was found for, in order of their names; empty where it affects no unit's jobs alone.
    pub units: Vec<UnitName>,
    /// The kinds of pipelines that it was found in; empty if it was found in all that were looked at.
    pub kinds: Vec<KindName>,
    /// The way out: what to type.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(rule: &'static Rule, origin: Origin, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Error, message).with_label(origin, "")
    }

    /// A warning at a place.
    pub fn warning(rule: &'static Rule, origin: Origin, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Warning, message).with_label(origin, "")
    }

    /// A problem that no file is to blame for.
    pub fn new(rule: &'static Rule, severity: Severity, message: impl Into<String>) -> Self {
        debug_assert!(rule.severities.contains(&severity), "`{rule}` does not list {severity}");
        Self {
            rule,
            severity,
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            items: Vec::new(),
            units: Vec::new(),
            kinds: Vec::new(),
            help: None,
        }
    }

    /// Adds a place. What is said of something generated, which has none, becomes a note.
    #[must_use]
    pub fn with_label(mut self, origin: Origin, text: impl Into<String>) -> Self {
        let text = text.into();
        if !origin.is_generated() {
            self.labels.push(Label { origin, text });
        } else if !text.is_empty() {
            self.notes.push(text);
        }
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds an item to the list.
    #[must_use]
    pub fn with_item(mut self, subject: impl Into<String>, text: impl Into<String>) -> Self {
        self.items.push(Item { subject: subject.into(), id: String::new(), text: text.into() });
        self
    }

    /// Adds an item with an id, by which `allow` can name it.
    #[must_use]
    pub fn with_identified_item(
        mut self,
        subject: impl Into<String>,
        id: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        self.items.push(Item { subject: subject.into(), id: id.into(), text: text.into() });
        self
    }

    /// Returns the notes, with one more for each text of the items and the subjects that it is said of.
    pub fn all_notes(&self) -> Vec<String> {
        let mut subjects: IndexMap<&str, Vec<String>> = IndexMap::new();
        for item in &self.items {
            let subject = match item.id.as_str() {
                "" => item.subject.clone(),
                id => format!("{} [{id}]", item.subject),
            };
            subjects.entry(&item.text).or_default().push(subject);
        }
        let items = subjects.into_iter().map(|(text, subjects)| format!("{}: {text}", subjects.join(", ")));
        self.notes.iter().cloned().chain(items).collect()
    }

    /// Names the unit that it was found for.
    #[must_use]
    pub fn for_unit(mut self, unit: &UnitName) -> Self {
        if !self.units.contains(unit) {
            self.units.push(unit.clone());
        }
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what was probably meant, if something is near.
    #[must_use]
    pub fn with_suggestion(mut self, suggestion: Suggestion<'_>) -> Self {
        self.help = suggestion.help().or(self.help);
        self
    }

    /// An unknown word of GitLab's: an error if it is probably misspelled, otherwise a warning, since it may be newer than
    /// this program.
    pub fn misspelt(
        rule: &'static Rule,
        origin: Origin,
        message: impl Into<String>,
        suggestion: Suggestion<'_>,
        help: impl Into<String>,
    ) -> Self {
        let severity = if suggestion.word().is_some() { Severity::Error } else { Severity::Warning };
        Self::new(rule, severity, message).with_label(origin, "").with_help(suggestion.help_or(help))
    }

    /// Returns the origin of the problem, if it is in a file.
    pub fn origin(&self) -> Option<Origin> {
        self.labels.first().map(|label| label.origin)
    }
}

/// Returns `true` if one of the diagnostics is an error, which keeps the output from being written.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}

/// Decodes the content of a file: GitLab reads UTF-8 only.
///
/// # Errors
/// The place of the first byte that is not UTF-8.
pub fn utf8(sources: &Sources, path: impl fmt::Display, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    String::from_utf8(bytes).map_err(|error| {
        let valid_bytes = error.utf8_error().valid_up_to();
        let bytes = error.into_bytes();
        let line = 1 + bytes[..valid_bytes].iter().filter(|b| **b == b'\n').count();
        let file = sources.add(path, String::from_utf8_lossy(&bytes).as_ref());
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        Diagnostic::error(&ENCODING, Origin::line(file, line), "this file is not UTF-8")
            .with_help("save it as UTF-8, without a byte order mark; on Windows, `>` writes UTF-16")
    })
}
