//! Maven: the modules of a build, those of profiles too.

use super::{List, Reader};
use crate::init::text::xml_of;
use nestling::{ReadError, RepoPath};
use roxmltree::Node;
use std::collections::{BTreeMap, BTreeSet};

/// The file of a module.
const POM: &str = "pom.xml";

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<List>, ReadError> {
    let mut modules: BTreeMap<RepoPath, BTreeSet<RepoPath>> = BTreeMap::new();
    for dir in reader.directories_with(POM) {
        let Some(listed) = reader.parsed(&dir.child(POM.as_bytes()), listed)? else { continue };
        let paths = listed.iter().filter_map(|module| dir.join(module.trim_end_matches("/pom.xml")).ok());
        let known: BTreeSet<RepoPath> =
            paths.filter(|path| reader.inventory.is_file(&path.child(POM.as_bytes()))).collect();
        if !listed.is_empty() {
            modules.insert(dir, known);
        }
    }
    let listed: BTreeSet<RepoPath> = modules.values().flatten().cloned().collect();
    let roots = modules.keys().filter(|dir| !listed.contains(dir));
    Ok(roots.map(|dir| list(dir, &modules)).collect())
}

/// Returns the list of a build with the modules of its modules.
fn list(dir: &RepoPath, modules: &BTreeMap<RepoPath, BTreeSet<RepoPath>>) -> List {
    let mut members = BTreeSet::new();
    let mut open = vec![dir.clone()];
    while let Some(next) = open.pop() {
        for module in modules.get(&next).into_iter().flatten() {
            if module != dir && members.insert(module.clone()) {
                open.push(module.clone());
            }
        }
    }
    List {
        kind: "maven",
        noun: "Maven build",
        dir: dir.clone(),
        file: dir.child(POM.as_bytes()),
        members,
        excluded: BTreeSet::new(),
        is_open: false,
    }
}

/// Returns the paths in `<modules>`.
fn listed(pom: &str) -> Result<Vec<String>, String> {
    let document = xml_of(pom).map_err(|error| error.to_string())?;
    if document.root_element().tag_name().name() != "project" {
        return Err("the root element is not `project`".to_owned());
    }
    let is_module = |node: &Node<'_, '_>| {
        let is_in_list = node.parent_element().is_some_and(|parent| parent.tag_name().name() == "modules");
        node.is_element() && is_in_list && matches!(node.tag_name().name(), "module" | "subproject")
    };
    let modules = document.descendants().filter(is_module);
    Ok(modules.filter_map(|node| node.text()).map(|text| text.trim().to_owned()).collect())
}
