//! Diagnostics in the formats that people and programs read. Each format owns its structs.

mod codequality;
mod human;
mod sarif;

use nestling::UnitName;
use nestling_gitlab::diagnostic::KindName;

pub(crate) use codequality::codequality;
pub(crate) use human::human;
pub(crate) use sarif::{escaped, sarif};

/// How many units are named.
const UNITS: usize = 3;

/// Returns the kinds of pipelines that a diagnostic was found in, if not in all: `in merge requests and tags`.
fn kinds(kinds: &[KindName]) -> Option<String> {
    let (last, others) = kinds.split_last()?;
    if others.is_empty() {
        return Some(format!("in {}", last.name));
    }
    let others: Vec<&str> = others.iter().map(|kind| kind.name.as_str()).collect();
    Some(format!("in {} and {}", others.join(", "), last.name))
}

/// The units that a diagnostic was found for, in a few words.
fn units(units: &[UnitName]) -> Option<String> {
    let named: Vec<String> = units.iter().take(UNITS).map(|unit| format!("`{unit}`")).collect();
    match units.len() {
        0 => None,
        1 => Some(format!("for unit {}", named[0])),
        all if all <= UNITS => Some(format!("for {all} units: {}", named.join(", "))),
        all => Some(format!("for {all} units: {} and {} more", named.join(", "), all - UNITS)),
    }
}
