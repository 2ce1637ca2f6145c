//! The selected units as data.

use crate::plan::Selected;
use crate::select::Verdict;
use crate::workspace::Unit;
use nestling_files::path::RepoPath;
use schemars::JsonSchema;
use serde::Serialize;

/// The units that a change affects, with reasons: the output of `affected --format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(title = "Nestling's affected units, version 1")]
#[non_exhaustive]
pub struct AffectedV1 {
    /// The version of this format: 1.
    pub version: u32,
    /// The selected units, by name.
    pub units: Vec<AffectedUnitV1>,
    /// Units that were removed since base.
    pub removed: Vec<AffectedUnitV1>,
    /// Changed paths that no unit claims, in order, as they are. Bytes that are not UTF-8 are U+FFFD.
    pub unclaimed: Vec<String>,
    /// The bytes of those that are not UTF-8, in hexadecimal digits, in the same order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unclaimed_bytes: Vec<String>,
}

/// An affected unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct AffectedUnitV1 {
    /// Its name.
    pub name: String,
    /// Its directory, from the repository's root, as it is. Bytes that are not UTF-8 are U+FFFD.
    pub directory: String,
    /// The bytes of a directory that is not UTF-8, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory_bytes: Option<String>,
    /// Reasons for it, the most direct first.
    pub reasons: Vec<String>,
    /// Its fingerprint: a hash of the files that select it, at the commit. Missing where they are not committed, and for removed
    /// units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

/// Returns a selection in this format.
pub fn affected_v1(selected: &Selected) -> AffectedV1 {
    let unclaimed = &selected.selection.unclaimed;
    let mut affected = AffectedV1 {
        version: 1,
        units: Vec::new(),
        removed: Vec::new(),
        unclaimed: unclaimed.iter().map(RepoPath::to_json).collect(),
        unclaimed_bytes: unclaimed.iter().filter_map(RepoPath::hex_unless_utf8).collect(),
    };
    for name in selected.selection.selected() {
        if let Some(unit) = selected.workspace.unit(name.as_str()) {
            affected.units.push(affected_unit(selected, unit, selected.selection.verdict(name)));
        }
    }
    for removed in &selected.removed {
        affected.removed.push(affected_unit(selected, &removed.unit, &removed.verdict));
    }
    affected
}

fn affected_unit(selected: &Selected, unit: &Unit, verdict: &Verdict) -> AffectedUnitV1 {
    AffectedUnitV1 {
        name: unit.name.to_string(),
        directory: unit.dir.to_json(),
        directory_bytes: unit.dir.hex_unless_utf8(),
        reasons: verdict.reasons().iter().map(ToString::to_string).collect(),
        fingerprint: selected
            .fingerprints
            .as_ref()
            .and_then(|fingerprints| fingerprints.units.get(&unit.name))
            .map(ToString::to_string),
    }
}

/// Returns the JSON schema of the format (draft 2020-12).
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(AffectedV1).to_value()
}
