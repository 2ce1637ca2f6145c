//! Corrections that an editor can make: of findings, and further changes at a place.

mod meant;
mod quote;
mod optional;
mod unused;
mod form;
mod allow;
mod stop;

use crate::edit::Edit;
use crate::meaning::FileKind;
use crate::outline::Outline;
use crate::position;
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

impl Fix {
    /// Returns the text after the edits.
    pub(crate) fn applied(&self, text: &str) -> String {
        let mut edits: Vec<&Edit> = self.edits.iter().collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
        let mut fixed = text.to_owned();
        for edit in edits {
            fixed.replace_range(edit.range.clone(), &edit.text);
        }
        fixed
    }
}

/// The subject of corrections that were tried in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tried {
    /// The finding of this number.
    Finding(usize),
    /// A change without a finding.
    Title(String),
}

/// The effect that a correction must have to be offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The finding is gone.
    Corrects,
    /// The finding is gone, and nothing new is reported.
    Removes,
    /// This finding is gone, and no other is.
    Allows,
}

/// Ways to make one correction, the most probable first: one that has the effect is offered.
#[derive(Debug)]
pub(crate) struct Proposal {
    pub alternatives: Vec<Fix>,
    pub effect: Effect,
}

impl Proposal {
    fn removal(alternatives: impl IntoIterator<Item = Fix>) -> Self {
        Self { alternatives: alternatives.into_iter().collect(), effect: Effect::Removes }
    }

    fn correction(alternatives: impl IntoIterator<Item = Fix>) -> Self {
        Self { alternatives: alternatives.into_iter().collect(), effect: Effect::Corrects }
    }
}

/// A finding in the text that it was found in.
#[derive(Clone, Copy)]
pub(crate) struct Finding<'a> {
    pub problem: &'a Diagnostic,
    pub origin: Origin,
    pub outline: &'a Outline<'a>,
    pub kind: &'a FileKind,
    /// The file's path in the repository.
    pub path: &'a str,
}

impl Finding<'_> {
    /// Returns the offset at which the finding begins.
    fn offset(&self) -> usize {
        position::offset(self.outline.text, self.origin)
    }

    fn help(&self) -> &str {
        self.problem.help.as_deref().unwrap_or_default()
    }
}

/// Returns the corrections of a finding that may be right, the most probable first.
pub(crate) fn proposals(finding: Finding<'_>) -> Vec<Proposal> {
    let mut proposals = vec![
        Proposal::correction(meant::fixes(finding)),
        Proposal::correction(quote::fix(finding)),
        Proposal::correction(optional::fix(finding)),
        Proposal::removal(unused::fixes(finding)),
        Proposal::removal(unused::duplicate(finding)),
        Proposal::correction(form::fix(finding)),
    ];
    proposals.extend(allow::proposals(finding));
    proposals
}

/// Returns the changes that a place offers without a finding.
pub(crate) fn at_place(outline: &Outline<'_>, kind: &FileKind, offset: usize) -> Vec<Fix> {
    stop::fix(outline, kind, offset).into_iter().collect()
}

#[cfg(test)]
mod tests;
