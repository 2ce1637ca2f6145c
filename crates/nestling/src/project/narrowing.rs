//! From names and globs of units, as a person gives them, to the units that they name.

use super::Error;
use crate::select::Narrowing;
use crate::workspace::{Unit, Workspace};
use globset::{GlobBuilder, GlobMatcher};
use nestling_gitlab::diagnostic::Suggestion;
use nestling_gitlab::name::UnitName;
use std::collections::BTreeSet;

/// Names and globs of units: which ones to keep, and which ones to leave out.
#[derive(Debug, Clone, Default)]
pub(super) struct UnitPatterns {
    pub(super) only: Vec<String>,
    pub(super) except: Vec<String>,
}

impl UnitPatterns {
    /// Returns the units of any of these workspaces that are named.
    ///
    /// # Errors
    /// A pattern is not a glob, or names no unit.
    pub(super) fn narrowing(&self, workspaces: &[&Workspace]) -> Result<Narrowing, Error> {
        Ok(Narrowing {
            only: matching_units(&self.only, workspaces)?,
            except: matching_units(&self.except, workspaces)?,
        })
    }
}

/// Returns the unit that a name was probably meant for.
fn near(wanted: &str, workspaces: &[&Workspace]) -> Option<UnitName> {
    let names = workspaces.iter().flat_map(|workspace| workspace.unit_names());
    let word = Suggestion::among(wanted, names.map(UnitName::as_str)).word()?;
    UnitName::parse(word).ok()
}

fn matching_units(patterns: &[String], workspaces: &[&Workspace]) -> Result<BTreeSet<UnitName>, Error> {
    let mut names = BTreeSet::new();
    for pattern in patterns.iter().filter(|pattern| !pattern.is_empty()) {
        let wanted = pattern.trim_end_matches('/');
        let glob = matcher(wanted)?;
        let units = workspaces.iter().flat_map(|workspace| &workspace.units);
        let matching: Vec<&Unit> = units.filter(|unit| is_named(unit, wanted, &glob)).collect();
        if matching.is_empty() {
            return Err(Error::UnknownUnit { pattern: pattern.clone(), near: near(wanted, workspaces) });
        }
        names.extend(matching.into_iter().map(|unit| unit.name.clone()));
    }
    Ok(names)
}

/// A unit is named by its name, by its directory, or by a glob of names.
fn is_named(unit: &Unit, wanted: &str, glob: &GlobMatcher) -> bool {
    unit.name.as_str() == wanted || unit.dir.as_str() == Some(wanted) || glob.is_match(unit.name.as_str())
}

fn matcher(pattern: &str) -> Result<GlobMatcher, Error> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    match glob {
        Ok(glob) => Ok(glob.compile_matcher()),
        Err(error) => Err(Error::UnitGlob(error.to_string())),
    }
}
