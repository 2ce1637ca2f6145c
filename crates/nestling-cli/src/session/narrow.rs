//! `--only` and `--except`.

use crate::exit::Failure;
use globset::{GlobBuilder, GlobMatcher};
use nestling::name::UnitName;
use nestling::workspace::{Unit, Workspace};
use std::collections::BTreeSet;

/// The units that names and globs of the command line mean.
pub(super) fn named(patterns: &[String], workspaces: &[&Workspace]) -> Result<BTreeSet<UnitName>, Failure> {
    let mut units = BTreeSet::new();
    for pattern in patterns.iter().filter(|pattern| !pattern.is_empty()) {
        let wanted = pattern.trim_end_matches('/');
        let matcher = matcher(wanted)?;
        let is_meant = |unit: &Unit| {
            unit.name.as_str() == wanted
                || matcher.is_match(unit.name.as_str())
                || unit.dir.as_str() == Some(wanted)
        };
        let all = workspaces.iter().flat_map(|workspace| &workspace.units);
        let found: Vec<_> = all.filter(|unit| is_meant(unit)).map(|unit| unit.name.clone()).collect();
        if found.is_empty() {
            return Err(Failure::usage(format!("there is no unit `{pattern}`"))
                .with_help("`nestling affected --all` lists the units"));
        }
        units.extend(found);
    }
    Ok(units)
}

fn matcher(pattern: &str) -> Result<GlobMatcher, Failure> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| Failure::usage(error.to_string()))
}
