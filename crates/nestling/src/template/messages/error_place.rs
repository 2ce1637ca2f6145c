//! Place of an engine error in a template, with the surrounding text as its author wrote it.

use super::undefined::{UndefinedName, find_undefined};
use crate::template::marks::wrap::visible;
use crate::template::scope::Scope;
use crate::template::source_position::{characters, column_of, first_line, line_breaks, line_of, line_start};
use crate::template_syntax::own_names;
use minijinja::Error;
use nestling_gitlab::diagnostic::{FileId, Origin, Suggestion, number};

/// Looks up a compiled template by the engine's name: its file, and its text with marks.
pub(crate) type MarkedTemplate<'a> = &'a dyn Fn(&str) -> Option<(FileId, String)>;

/// The place of an error.
pub(crate) struct ErrorPlace {
    /// The expression, or the whole line where only that is known.
    pub origin: Origin,
    /// The expression there; empty where only the line is known.
    pub expression: String,
    /// The line of the template up to the expression.
    before: String,
    /// The whole template.
    template: String,
}

impl ErrorPlace {
    /// Returns the place of an error that is in a template; errors of the headers' strings are not.
    pub(crate) fn of(error: &Error, marked: MarkedTemplate<'_>) -> Option<Self> {
        let (file, text) = marked(error.name()?)?;
        let line = error.line()?;
        let range =
            error.range().filter(|range| text.get(range.clone()).is_some_and(|part| !part.is_empty()));
        let Some(mut range) = range else {
            let (expression, before) = (String::new(), String::new());
            let origin = Origin::line(file, number(line));
            return Some(Self { origin, expression, before, template: visible(&text) });
        };
        // The engine's place of `.name` and `[0]` leaves out the name before.
        if text[range.clone()].starts_with(['.', '[']) {
            let is_name = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
            range.start -= text[..range.start].chars().rev().take_while(is_name).count();
        }
        let expression = visible(&text[range.clone()]);
        let before = visible(&text[line_start(&text, range.start)..range.start]);
        // Columns are those of the author's text. Marks hold no line break, so that lines are the same in both.
        let width = characters(first_line(&expression));
        let origin = Origin::span(file, line_of(&text, range.start), characters(&before) + 1, width);
        Some(Self { origin, expression, before, template: visible(&text) })
    }

    /// Extends the place of a filter's name by the expression that is filtered.
    pub(crate) fn with_filtered(self) -> Self {
        if !self.before.trim_end().ends_with('|') {
            return self;
        }
        let openings = ["${{", "#%", "{%", "=", "(", "[", ","];
        let ends = openings.iter().filter_map(|open| Some(self.before.rfind(open)? + open.len()));
        let end_of_opening = ends.max().unwrap_or(0);
        let filtered = self.before[end_of_opening..].trim_start();
        let start = self.before.len() - filtered.len();
        let expression = format!("{filtered}{}", self.expression);
        let column = column_of(&self.before, start);
        let width = characters(first_line(&expression));
        let origin = Origin::span(self.origin.file, self.origin.line, column, width);
        Self { origin, expression, before: self.before[..start].to_owned(), template: self.template }
    }

    /// Returns the origin of a name in the expression.
    pub(crate) fn part(&self, name: &UndefinedName) -> Origin {
        let text = format!("{}{}", self.before, self.expression);
        let start = self.before.len() + name.offset;
        let line = self.origin.line + line_breaks(&text[..start]);
        Origin::span(self.origin.file, line, column_of(&text, start), characters(&name.path))
    }

    /// Returns the name at the beginning of the expression if it resembles a variable of the template.
    pub(crate) fn misspelt_variable(&self) -> Option<UndefinedName> {
        let name = self.first_name();
        let own = own_names(&self.template);
        if own.variables.contains(&name) {
            return None;
        }
        let help = Suggestion::among(name, own.variables).help()?;
        Some(UndefinedName { offset: 0, path: name.to_owned(), help })
    }

    /// Returns the macro of the template whose name resembles a function that the engine does not know.
    pub(crate) fn near_macro(&self, function: &str) -> Option<String> {
        let own = own_names(&self.template);
        Suggestion::among(function, own.macros).word().map(str::to_owned)
    }

    /// Returns the name at the beginning of the expression; empty where it begins otherwise.
    pub(crate) fn first_name(&self) -> &str {
        let is_end = |c: char| !c.is_ascii_alphanumeric() && c != '_';
        self.expression.split(is_end).next().unwrap_or_default()
    }

    /// Returns the undefined name in the last `set` of the expression's name, if that is why it is undefined.
    pub(crate) fn undefined_in_set(&self, scope: &Scope) -> Option<(Origin, UndefinedName)> {
        let name = self.first_name();
        let mut set = None;
        for (index, line) in self.template.lines().enumerate().take(self.origin.line as usize) {
            if let Some(value_start) = assigned_value(line, name) {
                set = Some((index, line, value_start));
            }
        }
        let (index, line, value_start) = set?;
        let undefined = find_undefined(&line[value_start..], scope)?;
        let column = column_of(line, value_start + undefined.offset);
        let width = characters(&undefined.path);
        Some((Origin::span(self.origin.file, number(index) + 1, column, width), undefined))
    }
}

/// Returns the offset of the value in a line that sets a name.
fn assigned_value(line: &str, name: &str) -> Option<usize> {
    let is_control_line = line.trim_start().starts_with("#%") || line.contains("{%");
    let assignment = &line[line.find("set ")? + "set ".len()..];
    let (target, value) = assignment.split_once('=')?;
    (is_control_line && target.trim() == name).then_some(line.len() - value.len())
}
