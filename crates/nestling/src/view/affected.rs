//! The selected units as data.

use crate::plan::Selected;
use crate::select::Verdict;
use crate::workspace::Unit;
use schemars::JsonSchema;
use serde::Serialize;

/// Which units a change concerns, and why; written by `affected --format json` as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(title = "Nestling's affected units, version 1")]
#[non_exhaustive]
pub struct AffectedV1 {
    /// The version of this format: 1.
    pub version: u32,
    /// The selected units, by name.
    pub units: Vec<AffectedUnitV1>,
    /// Units that are gone since base.
    pub removed: Vec<AffectedUnitV1>,
}

/// A unit that is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct AffectedUnitV1 {
    /// Its name.
    pub name: String,
    /// Its directory, from the repository's root.
    pub directory: String,
    /// Why it is in, the nearest reason first.
    pub reasons: Vec<String>,
}

/// What a selection has in it.
pub fn affected_v1(selected: &Selected) -> AffectedV1 {
    let names = selected.selection.selected();
    let units = names.filter_map(|name| selected.workspace.unit(name.as_str()));
    let units = units.map(|unit| affected_unit(unit, selected.selection.verdict(&unit.name))).collect();
    let removed = selected.removed.iter();
    let removed = removed.map(|removed| affected_unit(&removed.unit, &removed.verdict)).collect();
    AffectedV1 { version: 1, units, removed }
}

fn affected_unit(unit: &Unit, verdict: &Verdict) -> AffectedUnitV1 {
    AffectedUnitV1 {
        name: unit.name.to_string(),
        directory: unit.dir.to_string(),
        reasons: verdict.reasons().iter().map(ToString::to_string).collect(),
    }
}

/// The JSON schema of the format (draft 2020-12).
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(AffectedV1).to_value()
}
