//! Diagnostics in all output formats. Each format owns its structs.

mod codequality;
mod human;
mod sarif;

use nestling::UnitName;

pub(crate) use codequality::codequality;
pub(crate) use human::human;
pub(crate) use sarif::{escaped, sarif};

/// The maximal number of units that are named.
const UNITS: usize = 3;

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
