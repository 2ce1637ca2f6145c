//! Names of units and of their jobs, as near to the old names as they can be.

use super::evidence::base;
use nestling::UnitName;
use std::collections::{BTreeMap, BTreeSet};

/// The separator of a unit's name and a job's in a pipeline.
const JOINT: char = ':';

/// The old names of the jobs of each directory, by directory.
pub(super) type NamesByDirectory<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// Returns the name of the unit of each directory.
///
/// If all jobs are called `api:…`, the unit is `api`, and they keep their names. Else it is called as the directory, by its last
/// component alone if no other directory has that.
pub(super) fn unit_names(directories: &NamesByDirectory<'_>) -> BTreeMap<String, String> {
    let prefixes = directories.iter().map(|(directory, names)| {
        // One job alone may be called `build:api` as well as `api:build`.
        let is_telling = |prefix: &&str| names.len() > 1 || *prefix == base(directory);
        (*directory, common_prefix(names).filter(is_telling))
    });
    let prefixes: BTreeMap<&str, Option<&str>> = prefixes.collect();
    let bases: Vec<&str> = directories.keys().map(|directory| base(directory)).collect();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for directory in directories.keys() {
        let prefix = prefixes.get(directory).copied().flatten();
        let prefix =
            prefix.filter(|prefix| prefixes.values().filter(|other| **other == Some(prefix)).count() == 1);
        let base =
            Some(base(directory)).filter(|base| bases.iter().filter(|other| *other == base).count() == 1);
        let candidates = [prefix, base, Some(*directory)];
        let name = candidates
            .into_iter()
            .flatten()
            .find(|name| UnitName::parse(name).is_ok() && !taken.contains(*name));
        let name = name.map_or_else(|| directory.replace(JOINT, "-"), str::to_owned);
        taken.insert(name.clone());
        names.insert((*directory).to_owned(), name);
    }
    names
}

/// Returns the short names of the jobs of a unit, by their old names. With the unit's name, none is one of those that are taken.
pub(super) fn short_names(
    unit: &str,
    directory: &str,
    names: &[&str],
    taken: &BTreeSet<&str>,
) -> BTreeMap<String, String> {
    let short = |name: &str| shortened(name, unit, directory);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    names.iter().for_each(|name| *counts.entry(short(name)).or_default() += 1);
    let named = names.iter().map(|name| {
        let shortened = short(name);
        let is_free = !taken.contains(format!("{unit}{JOINT}{shortened}").as_str());
        let is_clear = counts.get(&shortened) == Some(&1) && is_job_name(&shortened) && is_free;
        ((*name).to_owned(), if is_clear { shortened } else { (*name).to_owned() })
    });
    named.collect()
}

/// Returns the prefix before the first colon, if all names have the same one.
fn common_prefix<'a>(names: &[&'a str]) -> Option<&'a str> {
    let prefix = |name: &&'a str| {
        name.split_once(JOINT).filter(|(_, rest)| !rest.is_empty()).map(|(prefix, _)| prefix)
    };
    let first = names.first().and_then(prefix)?;
    let is_common = names.iter().all(|name| prefix(name) == Some(first));
    Some(first).filter(|first| is_common && !first.trim().is_empty() && *first == first.trim())
}

/// Takes the unit, or the directory, out of a job's name: `build:api`, `api-build` and `api build` are `build` of `api`.
fn shortened(name: &str, unit: &str, directory: &str) -> String {
    let joined = ['-', '_', ':', '/', ' ', '.'].map(|joint| directory.replace('/', &joint.to_string()));
    let tokens = joined.iter().map(String::as_str).chain([unit, base(directory)]);
    for token in tokens {
        if let Some(rest) = without_token(name, token) {
            return rest;
        }
    }
    name.to_owned()
}

fn without_token(name: &str, token: &str) -> Option<String> {
    if let Some(rest) = name.strip_prefix(token)
        && let Some(rest) = rest.strip_prefix(is_joint)
    {
        return Some(rest.trim_start_matches(is_joint).to_owned());
    }
    if let Some(rest) = name.strip_suffix(token)
        && let Some(rest) = rest.strip_suffix(is_joint)
    {
        return Some(rest.trim_end_matches(is_joint).to_owned());
    }
    let start = name.match_indices(token).map(|(start, _)| start).find(|start| {
        let (before, behind) = (&name[..*start], &name[start + token.len()..]);
        before.ends_with(is_joint) && behind.starts_with(is_joint)
    })?;
    Some(name[..start].to_owned() + &name[start + token.len() + 1..])
}

fn is_joint(c: char) -> bool {
    matches!(c, ':' | '-' | '_' | '/' | ' ' | '.')
}

/// Returns `true` for a name that a job of a file can have: it is neither hidden nor a keyword.
pub(crate) fn is_job_name(name: &str) -> bool {
    use nestling_gitlab::pipeline::keywords::{GLOBAL, GLOBAL_DEFAULTS, RESERVED_JOB_NAMES};
    let is_reserved = [GLOBAL, GLOBAL_DEFAULTS, RESERVED_JOB_NAMES].iter().any(|names| names.contains(&name));
    !name.trim().is_empty() && !name.starts_with('.') && name != "unit" && name != "spec" && !is_reserved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_called_as_its_jobs_or_as_its_directory() {
        let directories: NamesByDirectory<'_> = BTreeMap::from([
            ("services/api", vec!["api:build", "api:test"]),
            ("services/web", vec!["build:web"]),
            ("libs/core", vec!["core"]),
            ("tools/core", vec!["tools core"]),
        ]);
        let names = unit_names(&directories);
        let names: Vec<&str> = names.values().map(String::as_str).collect();
        assert_eq!(names, ["libs/core", "api", "web", "tools/core"]);
    }

    #[test]
    fn a_job_loses_the_name_of_its_unit() {
        let names = [
            "build:api",
            "api_test",
            "deploy-api-prod",
            "api",
            "services-api-lint",
            "pages api",
            "rapid",
            "taken-api",
        ];
        let taken = BTreeSet::from(["api:taken"]);
        let short = short_names("api", "services/api", &names, &taken);
        let short: Vec<&str> = names.iter().map(|name| short[*name].as_str()).collect();
        assert_eq!(short, ["build", "test", "deploy-prod", "api", "lint", "pages", "rapid", "taken-api"]);
        assert_eq!(short_names("api", "api", &["build:api", "api:build"], &taken)["api:build"], "api:build");
    }
}
