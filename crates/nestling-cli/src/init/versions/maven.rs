//! Maven: the version of Java in the properties and the compiler's settings of a module and its parents.

use super::java::number;
use super::{Statement, Versions};
use crate::init::text::xml_of;
use nestling::{ReadError, RepoPath};
use roxmltree::Node;
use std::collections::BTreeMap;

/// The properties that state a version, the strongest first.
const PROPERTIES: [&str; 5] = [
    "maven.compiler.release",
    "java.version",
    "maven.compiler.target",
    "maven.compiler.source",
    "jdk.version",
];

/// Elements of the compiler plugin's configuration.
const SETTINGS: [&str; 3] = ["release", "target", "source"];

/// The most parents that are followed.
const DEPTH: usize = 16;

impl Versions<'_> {
    /// Returns the version that a module compiles for, if it or a parent in the repository states one.
    pub(super) fn maven(&self, dir: &RepoPath) -> Result<Option<Statement>, ReadError> {
        let mut properties: BTreeMap<String, (String, RepoPath)> = BTreeMap::new();
        let mut settings: Vec<(&'static str, String, RepoPath)> = Vec::new();
        let mut next = Some(dir.child(b"pom.xml"));
        for _ in 0..DEPTH {
            let Some(file) = next.take() else { break };
            let Some(text) = self.text(&file)? else { break };
            let Ok(document) = xml_of(&text) else { break };
            let project = document.root_element();
            for property in child(project, "properties").into_iter().flat_map(|node| node.children()) {
                let value = property.text().unwrap_or_default().trim().to_owned();
                let name = property.tag_name().name().to_owned();
                properties.entry(name).or_insert((value, file.clone()));
            }
            settings.extend(compiler_settings(project).map(|(name, value)| (name, value, file.clone())));
            next = parent(project, &file);
        }
        let by_property = PROPERTIES.iter().filter_map(|name| {
            let (value, file) = properties.get(*name)?;
            Some((*name, value.clone(), file.clone()))
        });
        let value_of = |text: &str| match text.strip_prefix("${").and_then(|name| name.strip_suffix('}')) {
            Some(name) => properties.get(name).map(|(value, _)| value.clone()),
            None => Some(text.to_owned()),
        };
        let mut stated = by_property.chain(settings).filter_map(|(key, text, file)| {
            let text = value_of(&text)?;
            number(&text).map(|_| Statement { file, key, text })
        });
        Ok(stated.next())
    }
}

/// Returns the element of a name in another.
fn child<'a, 'd>(node: Node<'a, 'd>, name: &str) -> Option<Node<'a, 'd>> {
    node.children().find(|child| is_named(child, name))
}

/// Returns true for an element of a name. Namespaces do not matter: many files have none.
fn is_named(node: &Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

/// Returns the versions in the configurations of the compiler plugin.
fn compiler_settings(project: Node<'_, '_>) -> impl Iterator<Item = (&'static str, String)> {
    let is_compiler = |plugin: &Node<'_, '_>| {
        is_named(plugin, "plugin")
            && child(*plugin, "artifactId").and_then(|id| id.text()) == Some("maven-compiler-plugin")
    };
    let plugins: Vec<Node<'_, '_>> = project.descendants().filter(is_compiler).collect();
    let mut settings = Vec::new();
    for configuration in plugins.into_iter().filter_map(|plugin| child(plugin, "configuration")) {
        for name in SETTINGS {
            let value = child(configuration, name).and_then(|node| node.text());
            settings.extend(value.map(|value| (name, value.trim().to_owned())));
        }
    }
    settings.into_iter()
}

/// Returns the file of the parent, if it is in the repository.
fn parent(project: Node<'_, '_>, file: &RepoPath) -> Option<RepoPath> {
    let relative = child(child(project, "parent")?, "relativePath");
    let relative = relative.map_or("../pom.xml", |node| node.text().unwrap_or_default().trim());
    if relative.is_empty() {
        return None;
    }
    let path = file.parent()?.join(relative).ok()?;
    Some(if path.as_str()?.ends_with(".xml") { path } else { path.child(b"pom.xml") })
}
