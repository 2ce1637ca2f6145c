//! Units whose jobs differ in names and paths alone become one template.

use super::evidence::base;
use super::files::{jobs_text, template_path};
use super::strings::replace_in_values;
use super::tree::Tree;
use super::unit::{Composition, Family, NewUnit};
use std::collections::{BTreeMap, BTreeSet};

/// Fewer units than this are not worth a template.
const FEWEST: usize = 3;

/// Placeholder for the directory of the unit.
const UNIT_DIRECTORY: &str = "${{ unit.dir }}";

/// Placeholder for the name that is in its strings.
const NAME: &str = "${{ inputs.name }}";

/// The same, where it is the name of the unit.
const UNIT_NAME: &str = "${{ unit.name }}";

/// Makes templates of units that are alike. No template has the path of a file that is there already.
pub(super) fn add_families(composition: &mut Composition, tree: &Tree) {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, unit) in composition.units.iter().enumerate() {
        groups.entry(jobs_text(&general(unit))).or_default().push(index);
    }
    let mut groups: Vec<(String, Vec<usize>)> =
        groups.into_iter().filter(|(_, members)| members.len() >= FEWEST).collect();
    groups.sort_by(|(_, a), (_, b)| a.cmp(b));
    for (text, members) in groups {
        let units = || members.iter().filter_map(|index| composition.units.get(*index));
        let directories: Vec<&str> = units().map(|unit| unit.directory.as_str()).collect();
        let is_taken =
            |name: &str| composition.templates.contains_key(name) || tree.has_file(&template_path(name));
        let name = family_name(&directories, &is_taken);
        let has_name = text.contains(NAME);
        let is_unit_name = units().all(|unit| base(&unit.directory) == unit.name);
        let text = if is_unit_name { text.replace(NAME, UNIT_NAME) } else { text };
        let needs_input = has_name && !is_unit_name;
        composition.templates.insert(name.clone(), template(&text, needs_input));
        for index in members {
            if let Some(unit) = composition.units.get_mut(index) {
                let input = needs_input.then(|| base(&unit.directory).to_owned());
                unit.family = Some(Family { template: name.clone(), input });
            }
        }
    }
}

fn template(jobs: &str, needs_input: bool) -> String {
    let inputs =
        "  inputs:\n    name: { type: string, description: The name of the unit in paths and names }\n";
    let inputs = if needs_input { inputs } else { "" };
    let description = "  description: Jobs that were written out for each directory\n";
    format!("spec:\n{description}{inputs}---\n{jobs}")
}

/// Returns a name for a family: that of the directory that all of them are in.
fn family_name(directories: &[&str], is_taken: &dyn Fn(&str) -> bool) -> String {
    let parents: BTreeSet<&str> = directories
        .iter()
        .map(|directory| directory.rsplit_once('/').map_or("", |(parent, _)| parent))
        .collect();
    let common = parents.first().filter(|parent| parents.len() == 1 && !parent.is_empty());
    let name = common.map_or("unit", |parent| base(parent)).to_owned();
    let mut numbered = (2..).map(|number| format!("{name}-{number}"));
    if is_taken(&name) { numbered.find(|name| !is_taken(name)).unwrap_or(name) } else { name }
}

/// Returns the unit with its directory and its name left open.
fn general(unit: &NewUnit) -> NewUnit {
    let mut general = unit.clone();
    let open = |text: &str| opened(text, &unit.directory);
    for map in [&mut general.defaults, &mut general.variables] {
        replace_in_values(map, &open);
    }
    for job in &mut general.jobs {
        job.short = open(&job.short);
        replace_in_values(&mut job.body, &open);
    }
    general
}

/// Puts what stands for directory and name into a string.
fn opened(text: &str, directory: &str) -> String {
    let parts: Vec<String> = text.split(directory).map(|part| with_name(part, base(directory))).collect();
    parts.join(UNIT_DIRECTORY)
}

fn with_name(text: &str, name: &str) -> String {
    let mut opened = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(name) {
        let (before, behind) = (&rest[..start], &rest[start + name.len()..]);
        let is_word = !before.ends_with(char::is_alphanumeric) && !behind.starts_with(char::is_alphanumeric);
        opened.push_str(before);
        opened.push_str(if is_word { NAME } else { name });
        rest = behind;
    }
    opened + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directory_and_name_are_left_open() {
        for (text, expected) in [
            ("npm test --prefix services/api", "npm test --prefix ${{ unit.dir }}"),
            ("registry/api:latest", "registry/${{ inputs.name }}:latest"),
            ("rapid", "rapid"),
            ("services/api/dist/api.js", "${{ unit.dir }}/dist/${{ inputs.name }}.js"),
        ] {
            assert_eq!(opened(text, "services/api"), expected);
        }
    }
}
