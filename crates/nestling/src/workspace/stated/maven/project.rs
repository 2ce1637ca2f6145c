//! As much of a `pom.xml` as says what a module is called and what it needs.

use super::super::manifest::{Manifest, Unreadable};
use roxmltree::{Document, Node, ParsingOptions};
use std::collections::HashMap;

/// Group and artifact of a module. The version is not asked: another version refers to a published artifact, and one
/// selects more than needed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Coordinates {
    pub group: String,
    pub artifact: String,
}

impl Coordinates {
    /// Puts in the properties. `None` where one is not known.
    pub(super) fn resolved(&self, known: &HashMap<String, String>) -> Option<Self> {
        Some(Self { group: resolved(&self.group, known)?, artifact: resolved(&self.artifact, known)? })
    }
}

/// A mention of another module.
#[derive(Debug)]
pub(super) struct Reference {
    pub coordinates: Coordinates,
    /// The byte at which the element begins.
    pub start: usize,
}

/// A module.
#[derive(Debug)]
pub(super) struct Project {
    /// Its own, with the parent's group where it has none.
    pub coordinates: Coordinates,
    pub parent: Option<Reference>,
    /// Dependencies, plugins and extensions, those of profiles, and of dependencies' management, too.
    pub references: Vec<Reference>,
    properties: HashMap<String, String>,
}

/// Group of plugins that name none.
const PLUGINS: &str = "org.apache.maven.plugins";

impl Project {
    pub(super) fn parse(text: &str) -> Result<Self, Unreadable> {
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let document =
            Document::parse_with_options(text, options).map_err(|error| Unreadable::xml(&error))?;
        let root = document.root_element();
        if root.tag_name().name() != "project" {
            return Err(String::from("the root element is not `project`").into());
        }
        let parent = child(root, "parent").and_then(|node| reference(node, None));
        let artifact = text_of(root, "artifactId").unwrap_or_default();
        let inherited = parent.as_ref().map(|parent| parent.coordinates.group.clone());
        let group = text_of(root, "groupId").or(inherited).unwrap_or_default();
        let references = root.descendants().filter_map(|node| match node.tag_name().name() {
            "dependency" | "extension" => reference(node, None),
            "plugin" => reference(node, Some(PLUGINS)),
            _ => None,
        });
        Ok(Self {
            coordinates: Coordinates { group, artifact },
            references: references.collect(),
            properties: child(root, "properties").map(own_properties).unwrap_or_default(),
            parent,
        })
    }
}

/// The properties of a project: its own, then those of its ancestors, nearest first, and the names that Maven gives to its
/// coordinates.
pub(super) fn properties(project: &Project, ancestors: &[&Manifest<Project>]) -> HashMap<String, String> {
    let mut known = project.properties.clone();
    let Coordinates { group, artifact } = &project.coordinates;
    for name in ["project.groupId", "pom.groupId", "groupId"] {
        known.insert(name.to_owned(), group.clone());
    }
    for name in ["project.artifactId", "pom.artifactId", "artifactId"] {
        known.insert(name.to_owned(), artifact.clone());
    }
    if let Some(parent) = &project.parent {
        known.insert("project.parent.groupId".to_owned(), parent.coordinates.group.clone());
    }
    for (name, value) in ancestors.iter().flat_map(|ancestor| &ancestor.content.properties) {
        known.entry(name.clone()).or_insert_with(|| value.clone());
    }
    known
}

fn own_properties(node: Node<'_, '_>) -> HashMap<String, String> {
    let elements = node.children().filter(Node::is_element);
    elements
        .map(|property| {
            let value = property.text().unwrap_or_default().trim();
            (property.tag_name().name().to_owned(), value.to_owned())
        })
        .collect()
}

fn reference(node: Node<'_, '_>, default_group: Option<&str>) -> Option<Reference> {
    let group = text_of(node, "groupId").or_else(|| default_group.map(str::to_owned))?;
    let artifact = text_of(node, "artifactId")?;
    Some(Reference { coordinates: Coordinates { group, artifact }, start: node.range().start })
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn text_of(node: Node<'_, '_>, name: &str) -> Option<String> {
    Some(child(node, name)?.text()?.trim().to_owned())
}

/// Puts properties in for `${name}`, those within a property's value too. `None` where one is not known.
fn resolved(text: &str, known: &HashMap<String, String>) -> Option<String> {
    let mut text = text.to_owned();
    // A property may hold others; one that holds itself stays open.
    for _ in 0..8 {
        let Some((before, rest)) = text.split_once("${") else { return Some(text) };
        let (name, after) = rest.split_once('}')?;
        text = format!("{before}{}{after}", known.get(name)?);
    }
    None
}
