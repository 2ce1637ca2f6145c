//! Random lock files: the units that are selected are those whose packages differ, resolved in whole on both sides.

use super::differing;
use super::formats::{Member, Model, Package, directory};
use nestling_files::files::MemoryFiles;
use proptest::prelude::*;
use std::collections::BTreeSet;

const PACKAGES: usize = 7;
const MEMBERS: usize = 6;

/// A format, its reader, and true if what the root needs is shared by all.
type Format = (&'static str, &'static str, bool, fn(&Model) -> Vec<(String, String)>);

const FORMATS: [Format; 6] = [
    ("cargo", "cargo", false, Model::cargo),
    ("uv", "python", true, Model::uv),
    ("pnpm", "npm", true, Model::pnpm),
    ("npm", "npm", true, Model::npm),
    ("yarn 1", "npm", true, Model::yarn_classic),
    ("yarn", "npm", true, Model::yarn),
];

fn some(below: usize) -> impl Strategy<Value = BTreeSet<usize>> {
    proptest::collection::btree_set(0..below, 0..3)
}

fn model() -> impl Strategy<Value = Model> {
    let package = (0..3_usize, 0..3_usize, some(PACKAGES)).prop_map(|(version, hash, needs)| Package {
        version,
        hash,
        needs,
    });
    let member = (some(PACKAGES), some(MEMBERS)).prop_map(|(needs, links)| Member { needs, links });
    let packages = proptest::collection::vec(package, PACKAGES);
    let members = proptest::collection::vec(member, MEMBERS);
    (packages, members).prop_map(|(packages, mut members)| {
        for (index, member) in members.iter_mut().enumerate() {
            // Nothing links the root, and the root links nothing: a lock file of npm does not name it.
            member.links.retain(|link| *link != 0 && *link != index && index != 0);
        }
        Model { packages, members, format: 3 }
    })
}

/// A change of a model.
#[derive(Debug, Clone)]
enum Edit {
    Version(usize),
    Hash(usize),
    Need(usize, usize),
    Member(usize, usize),
    Link(usize, usize),
    Format,
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => (0..PACKAGES).prop_map(Edit::Version),
        3 => (0..PACKAGES).prop_map(Edit::Hash),
        3 => (0..PACKAGES, 0..PACKAGES).prop_map(|(a, b)| Edit::Need(a, b)),
        3 => (0..MEMBERS, 0..PACKAGES).prop_map(|(a, b)| Edit::Member(a, b)),
        1 => (1..MEMBERS, 1..MEMBERS).prop_map(|(a, b)| Edit::Link(a, b)),
        1 => Just(Edit::Format),
    ]
}

fn toggle(set: &mut BTreeSet<usize>, value: usize) {
    if !set.remove(&value) {
        set.insert(value);
    }
}

fn apply(model: &mut Model, edit: &Edit) {
    match edit {
        Edit::Version(package) => model.packages[*package].version += 3,
        Edit::Hash(package) => model.packages[*package].hash += 3,
        Edit::Need(package, need) => toggle(&mut model.packages[*package].needs, *need),
        Edit::Member(member, need) => toggle(&mut model.members[*member].needs, *need),
        Edit::Link(member, link) if member != link => toggle(&mut model.members[*member].links, *link),
        Edit::Link(..) => {}
        Edit::Format => model.format = 2,
    }
}

fn files(model: &Model, reader: &str, format: fn(&Model) -> Vec<(String, String)>) -> MemoryFiles {
    let header = format!("workspace: {{ depends_from: [{reader}], units: [{{ match: units/* }}] }}");
    let mut files = format(model);
    files.push(("nestling.yml".to_owned(), header));
    MemoryFiles::new(files.iter().map(|(path, text)| (path.trim_start_matches('/'), text.as_str())))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn those_are_selected_whose_packages_differ(old in model(), edits in proptest::collection::vec(edit(), 0..4)) {
        let mut new = old.clone();
        edits.iter().for_each(|edit| apply(&mut new, edit));
        for (name, reader, shares_root, format) in FORMATS {
            let found = differing(&files(&old, reader, format), &files(&new, reader, format));
            let found: BTreeSet<String> =
                found.iter().map(|line| line.split(':').next().unwrap().to_owned()).collect();
            let has_format = name != "yarn 1";
            let mut expected = BTreeSet::new();
            for member in (1..MEMBERS).filter(|member| member % 3 != 0) {
                let differs = old.closure(member, shares_root) != new.closure(member, shares_root);
                if differs || (has_format && old.format != new.format) {
                    expected.insert(directory(member));
                }
            }
            // Formats that describe the needs of a package change with them, even if it comes to the same packages.
            let needs = |model: &Model| model.packages.iter().map(|package| package.needs.clone()).collect::<Vec<_>>();
            let is_more = needs(&old) != needs(&new) && found.is_superset(&expected);
            prop_assert!(found == expected || is_more, "{}: {:?} {:?} {:?}", name, edits, found, expected);
        }
    }
}
