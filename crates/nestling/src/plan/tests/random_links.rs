//! Random links and edits: a unit whose files are others than before, as a program sees them that follows links, is selected.

use crate::{ChangeRequest, Project, Repository};
use nestling_git::testing::Fixture;
use nestling_gitlab::name::UnitName;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

const UNITS: [&str; 4] = ["a", "b", "c", "a/in"];
const DIRECTORIES: [&str; 8] = ["a", "b", "c", "a/in", "shared", "shared/deep", "common", "lib"];
const NAMES: [&str; 3] = ["l", "m", "f2"];

/// The same numbers in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    fn one_of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }
}

/// Makes a link, or turns one to another target.
fn link(root: &Path, numbers: &mut Numbers) {
    let directory = numbers.one_of(&DIRECTORIES);
    let link = root.join(directory).join(numbers.one_of(&NAMES));
    if link.is_symlink() {
        fs::remove_file(&link).unwrap();
    } else if link.exists() {
        return;
    }
    let up = "../".repeat(directory.split('/').count());
    let target = numbers.one_of(&["", "/f", "/l", "/new"]);
    symlink(format!("{up}{}{target}", numbers.one_of(&DIRECTORIES)), link).unwrap();
}

fn edit(root: &Path, numbers: &mut Numbers, step: usize) {
    let directory = root.join(numbers.one_of(&DIRECTORIES));
    match numbers.below(8) {
        0..4 => fs::write(directory.join("f"), format!("{step}")).unwrap(),
        4 => fs::write(directory.join("new"), format!("{step}")).unwrap(),
        5 => link(root, numbers),
        6 => {
            fs::write(directory.join("kept"), "").unwrap();
            let _ = fs::remove_file(directory.join("f"));
        }
        _ => {
            let link = directory.join(numbers.one_of(&NAMES));
            if link.is_symlink() {
                fs::remove_file(link).unwrap();
            }
        }
    }
}

/// The files that a program sees in a unit: content by path, and links by their targets.
fn seen(root: &Path, unit: &str) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    see(root, unit, &root.join(unit), Path::new(""), &mut Vec::new(), &mut files);
    files
}

/// `open` has the directories on the way. Behind a link, the files of other units count too.
fn see(
    root: &Path,
    unit: &str,
    path: &Path,
    name: &Path,
    open: &mut Vec<PathBuf>,
    files: &mut BTreeMap<PathBuf, String>,
) {
    if let Ok(target) = path.read_link() {
        files.insert(name.join("@"), target.display().to_string());
    }
    let Ok(real) = path.canonicalize() else { return };
    if real.is_file() {
        files.insert(name.to_owned(), fs::read_to_string(real).unwrap());
        return;
    }
    let is_other_unit = UNITS.iter().any(|other| *other != unit && path == root.join(other));
    if open.contains(&real) || is_other_unit {
        return;
    }
    open.push(real);
    for entry in fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        see(root, unit, &path.join(entry.file_name()), &name.join(entry.file_name()), open, files);
    }
    open.pop();
}

#[test]
fn units_are_selected_for_all_that_their_links_lead_to() {
    let mut numbers = Numbers(27);
    let (mut expected_count, mut selected_count) = (0, 0);
    for step in 0..80 {
        let fixture = Fixture::new();
        let root = fixture.root.canonicalize().unwrap();
        fixture.write("nestling.yml", "workspace: {}\n");
        DIRECTORIES.iter().for_each(|directory| fixture.write(format!("{directory}/f"), "0"));
        UNITS
            .iter()
            .for_each(|unit| fixture.write(format!("{unit}/nestling.yml"), "build: { script: make }\n"));
        (0..=numbers.below(6)).for_each(|_| link(&root, &mut numbers));
        fixture.commit("before");
        let before = UNITS.map(|unit| seen(&root, unit));
        (0..=numbers.below(2)).for_each(|_| edit(&root, &mut numbers, step));
        fixture.write("always", &step.to_string());
        fixture.commit("after");
        let differs = |(unit, before): &(&&'static str, &BTreeMap<_, _>)| seen(&root, unit) != **before;
        let expected: BTreeSet<&str> =
            UNITS.iter().zip(&before).filter(differs).map(|(unit, _)| *unit).collect();
        let repository = Repository::discover(&fixture.root).unwrap();
        let project = Project::open(&repository, ChangeRequest::local().base("HEAD~1").head("HEAD")).unwrap();
        let plan = project.plan(project.changes().unwrap()).select().unwrap();
        let selected: BTreeSet<&str> = plan.selection.selected().map(UnitName::as_str).collect();
        assert!(selected.is_superset(&expected), "{step}: {selected:?}, {expected:?}");
        expected_count += expected.len();
        selected_count += selected.len();
    }
    assert!(expected_count > 30, "{expected_count}: the test would say nothing");
    // No more than that, up to edits that cancel each other out.
    assert!(selected_count <= expected_count + 2, "{selected_count} of {expected_count}");
}
