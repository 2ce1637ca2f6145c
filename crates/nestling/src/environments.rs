//! Effect of an entry of the environment catalogue on a job: `environment:`, and the conditions.
//!
//! The jobs of CDK assemblies and those of units read it alike.

mod left_out;
mod strings;
mod settings;
mod gate;
mod conditions;

pub(crate) use conditions::Conditions;
pub(crate) use conditions::{HasNoRules, any_of, is_freeze_rule};
pub(crate) use gate::write_start;
pub use left_out::LeftOut;
pub(crate) use settings::{default_title, environment, starts};
pub(crate) use strings::{CatalogueStrings, entry_value};
