//! Maven: a build is read as a whole, so that a missing module is a fault of all
//! (<https://maven.apache.org/guides/mini/guide-multiple-modules.html>).

use super::super::text::xml_of;
use super::Manifests;
use nestling::RepoPath;
use roxmltree::Node;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The file of a module.
const POM: &str = "pom.xml";

/// The modules of a build.
#[derive(Debug, Default)]
pub(super) struct Reactor {
    /// Modules that are built without further ado, or by a profile that activates itself.
    modules: BTreeSet<RepoPath>,
    /// Modules of profiles that have to be activated, with the profile and the file.
    of_profiles: BTreeMap<RepoPath, (String, RepoPath)>,
    fault: Option<String>,
    /// True if the path of a module has a variable, whose value is not known.
    has_variables: bool,
}

/// A module as a `pom.xml` lists it.
struct Listed {
    path: String,
    /// The profile that lists it; `None` outside of profiles.
    profile: Option<Profile>,
}

struct Profile {
    id: String,
    /// True if something else than an option can activate it.
    has_activation: bool,
}

impl Manifests<'_> {
    /// Returns what the build in a directory lacks, or the module of it that a command names.
    pub(super) fn maven_fault(&self, words: &[&str], dir: &RepoPath) -> Option<String> {
        let known = self.of_maven.borrow().get(dir).map(Rc::clone);
        let reactor = known.unwrap_or_else(|| {
            let reactor = Rc::new(self.reactor(dir));
            self.of_maven.borrow_mut().insert(dir.clone(), Rc::clone(&reactor));
            reactor
        });
        if let Some(fault) = &reactor.fault {
            return Some(fault.clone());
        }
        let position = words.iter().position(|word| ["--projects", "-pl"].contains(word))?;
        let module = dir.join(words.get(position + 1)?).ok()?;
        if reactor.modules.contains(&module) || self.activates_profiles(dir) {
            return None;
        }
        match reactor.of_profiles.get(&module) {
            Some((profile, file)) => {
                Some(format!("the profile `{profile}` of {file}, without which {module} is not built"))
            }
            None if reactor.has_variables => None,
            None => Some(format!("{module} among the modules of {}", dir.child(POM.as_bytes()))),
        }
    }

    /// Returns true for a build whose settings activate profiles.
    fn activates_profiles(&self, dir: &RepoPath) -> bool {
        let Ok(file) = dir.join(".mvn/maven.config") else { return false };
        let text = self.text(&file).unwrap_or_default();
        text.contains("-P") || text.contains("--activate-profiles") || text.contains("-D")
    }

    fn reactor(&self, root: &RepoPath) -> Reactor {
        let mut reactor = Reactor::default();
        let mut open: Vec<(RepoPath, Option<(String, RepoPath)>)> = vec![(root.child(POM.as_bytes()), None)];
        let mut seen = BTreeSet::new();
        while let Some((file, by)) = open.pop() {
            let dir = file.parent().unwrap_or_default();
            if !seen.insert((file.clone(), by.is_some())) {
                continue;
            }
            match &by {
                None => drop(reactor.modules.insert(dir.clone())),
                Some(by) => drop(reactor.of_profiles.insert(dir.clone(), by.clone())),
            }
            for listed in listed(&self.text(&file).unwrap_or_default()) {
                reactor.has_variables |= listed.path.contains("${");
                let needs_option = listed.profile.as_ref().filter(|profile| !profile.has_activation);
                let by =
                    by.clone().or_else(|| needs_option.map(|profile| (profile.id.clone(), file.clone())));
                match self.pom(&dir, &listed.path) {
                    Some(pom) => open.push((pom, by)),
                    None if listed.profile.is_none() && by.is_none() && reactor.fault.is_none() => {
                        reactor.fault =
                            Some(format!("the module `{}` of {file}, which does not exist", listed.path));
                    }
                    None => {}
                }
            }
        }
        reactor
    }

    /// Returns the `pom.xml` of a module. A link or a variable in its path may lead to one as well.
    fn pom(&self, dir: &RepoPath, path: &str) -> Option<RepoPath> {
        let module = dir.join(path).ok()?;
        let inside = module.child(POM.as_bytes());
        [inside.clone(), module]
            .into_iter()
            .find(|file| self.is_there(file))
            .or_else(|| path.contains("${").then_some(inside))
    }
}

/// Returns the modules in a `pom.xml`.
fn listed(pom: &str) -> Vec<Listed> {
    let Ok(document) = xml_of(pom) else { return Vec::new() };
    let is_module = |node: &Node<'_, '_>| {
        let is_in_list = node
            .parent_element()
            .is_some_and(|parent| ["modules", "subprojects"].contains(&parent.tag_name().name()));
        is_in_list && ["module", "subproject"].contains(&node.tag_name().name())
    };
    let modules = document.descendants().filter(is_module);
    let listed = modules.filter_map(|node| {
        let profile = node.ancestors().find(|above| is_named(*above, "profile"));
        Some(Listed { path: node.text()?.trim().to_owned(), profile: profile.map(Profile::of) })
    });
    listed.collect()
}

impl Profile {
    fn of(node: Node<'_, '_>) -> Self {
        let child = |name: &str| node.children().find(|child| is_named(*child, name));
        let id = child("id").and_then(|id| id.text()).unwrap_or("default").trim().to_owned();
        Self { id, has_activation: child("activation").is_some() }
    }
}

/// Returns true for an element of this name, in any namespace: that of Maven is optional.
fn is_named(node: Node<'_, '_>, name: &str) -> bool {
    node.tag_name().name() == name
}
