//! Diagnostics in the formats that people and programs read. Each format owns its structs.

mod codequality;
mod human;
mod sarif;

use nestling::UnitName;

pub(crate) use codequality::codequality;
pub(crate) use human::human;
pub(crate) use sarif::{escaped, sarif};

/// How many units are named.
const UNITS: usize = 3;

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
