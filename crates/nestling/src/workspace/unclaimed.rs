//! `unclaimed:`: the policy for changed paths that no unit claims.

use crate::workspace::rules::UNCLAIMED;
use nestling_gitlab::diagnostic::{Diagnostic, Suggestion};
use nestling_gitlab::yaml::Located;

/// Policy for changed paths that are in no unit, that no `changes` and `everything` match, and that no unit is made from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Unclaimed {
    /// A line in the log, the preview and the summary.
    #[default]
    Note,
    /// A warning.
    Warn,
    /// Every unit is selected.
    Everything,
    /// Nothing, and it is not mentioned.
    Nothing,
}

/// The policies by name.
const POLICIES: [(&str, Unclaimed); 4] = [
    ("note", Unclaimed::Note),
    ("warn", Unclaimed::Warn),
    ("everything", Unclaimed::Everything),
    ("nothing", Unclaimed::Nothing),
];

impl Unclaimed {
    /// The names of all policies.
    pub(super) const NAMES: [&str; 4] = [POLICIES[0].0, POLICIES[1].0, POLICIES[2].0, POLICIES[3].0];

    /// Reads the policy.
    pub(super) fn read(text: &Located<String>) -> Result<Self, Vec<Diagnostic>> {
        if let Some((_, policy)) = POLICIES.iter().find(|(name, _)| *name == text.value) {
            return Ok(*policy);
        }
        let message = format!("unknown policy `{}` for unclaimed paths", text.value);
        let help = Suggestion::among(&text.value, Self::NAMES)
            .help_or(format!("write one of {}", Self::NAMES.join(", ")));
        Err(vec![Diagnostic::error(&UNCLAIMED, text.origin, message).with_help(help)])
    }
}
