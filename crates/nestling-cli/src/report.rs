//! Diagnostics in all output formats. Each format owns its structs.

mod codequality;
mod human;
mod sarif;

use nestling::UnitName;
use nestling_gitlab::diagnostic::KindName;

pub(crate) use codequality::{CodeQualityFinding, CodeQualityReport, CodeQualitySeverity, codequality};
pub(crate) use human::{excerpt, human};
pub(crate) use sarif::{escaped, sarif};

/// The maximal number of units that are named.
const UNITS: usize = 3;

/// Returns the kinds of pipelines that a diagnostic was found in, if not in all: `in merge requests and tags`.
fn kinds(kinds: &[KindName]) -> Option<String> {
    if kinds.is_empty() {
        return None;
    }
    Some(format!("in {}", listed(&kinds.iter().collect::<Vec<_>>())))
}

/// Returns the names of kinds as a list in words: `merge requests, tags and schedules`.
pub(crate) fn listed(kinds: &[&KindName]) -> String {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name.as_str()).collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}

/// Returns the units of a diagnostic in a few words.
fn units(units: &[UnitName]) -> Option<String> {
    let named: Vec<String> = units.iter().take(UNITS).map(|unit| format!("`{unit}`")).collect();
    match units.len() {
        0 => None,
        1 => Some(format!("for unit {}", named[0])),
        all if all <= UNITS => Some(format!("for {all} units: {}", named.join(", "))),
        all => Some(format!("for {all} units: {} and {} more", named.join(", "), all - UNITS)),
    }
}
