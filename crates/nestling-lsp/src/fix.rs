//! Corrections that an editor can make: of findings, and further changes at a place.

mod meant;
mod quote;
mod optional;
mod unused;
mod allow;
mod stop;

use crate::edit::Edit;
use crate::meaning::FileKind;
use crate::outline::Outline;
use crate::position::Line;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};

/// A correction of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fix {
    /// The title that the editor offers.
    pub title: String,
    pub edits: Vec<Edit>,
    /// Set for what the author most probably meant.
    pub is_preferred: bool,
}

/// A finding in the text that it was found in.
#[derive(Clone, Copy)]
pub(crate) struct Finding<'a> {
    pub problem: &'a Diagnostic,
    pub origin: Origin,
    pub outline: &'a Outline<'a>,
    pub kind: &'a FileKind,
}

impl Finding<'_> {
    /// Returns the offset at which the finding begins.
    fn offset(&self) -> usize {
        let line = Line::of(self.outline.text, self.origin);
        let number = usize::try_from(line.number).unwrap_or(usize::MAX);
        let mut starts = self.outline.text.match_indices('\n').map(|(offset, _)| offset + 1);
        let start = number.checked_sub(1).map_or(Some(0), |before| starts.nth(before));
        let column = if self.origin.column == 0 { 0 } else { line.offset(self.origin) };
        start.map_or(self.outline.text.len(), |start| start + column)
    }

    fn help(&self) -> &str {
        self.problem.help.as_deref().unwrap_or_default()
    }
}

/// Returns the corrections of a finding, the most probable first.
pub(crate) fn fixes(finding: Finding<'_>) -> Vec<Fix> {
    let certain = [meant::fix(finding), quote::fix(finding), optional::fix(finding), unused::fix(finding)];
    let mut fixes: Vec<Fix> = certain.into_iter().flatten().collect();
    fixes.extend(allow::fixes(finding));
    fixes
}

/// Returns the changes that a place offers without a finding.
pub(crate) fn at_place(outline: &Outline<'_>, kind: &FileKind, offset: usize) -> Vec<Fix> {
    stop::fix(outline, kind, offset).into_iter().collect()
}

#[cfg(test)]
mod tests;
