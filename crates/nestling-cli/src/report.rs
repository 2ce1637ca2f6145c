//! Diagnostics in the formats that people and programs read. Each format owns its structs.

mod codequality;
mod human;
mod sarif;

pub(crate) use codequality::codequality;
pub(crate) use human::human;
pub(crate) use sarif::{escaped, sarif};
