//! As much of a project, or of a file that it takes in, as names paths.

use super::super::manifest::{Manifest, Unreadable};
use nestling_files::path::RepoPath;
use roxmltree::{Document, Node, ParsingOptions};
use std::collections::HashMap;

/// A file of MSBuild's.
#[derive(Debug)]
pub(super) struct Project {
    pub references: Vec<Reference>,
    /// Set if it imports the file of its own name in the nearest directory above it.
    pub imports_file_above: bool,
    properties: Vec<(String, String)>,
}

/// A path that is named.
#[derive(Debug)]
pub(super) struct Reference {
    /// As it is written, without `;`.
    pub path: String,
    /// Set for a project, which is taken with all of its directory.
    pub is_project: bool,
    /// The byte at which the element begins.
    pub start: usize,
}

/// Items whose `Include` names files that are built in, and the import.
const ITEMS: [&str; 8] = [
    "ProjectReference",
    "Import",
    "Compile",
    "None",
    "Content",
    "EmbeddedResource",
    "AdditionalFiles",
    "Protobuf",
];

impl Project {
    pub(super) fn parse(text: &str) -> Result<Self, Unreadable> {
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let document =
            Document::parse_with_options(text, options).map_err(|error| Unreadable::xml(&error))?;
        let mut project = Self { references: Vec::new(), imports_file_above: false, properties: Vec::new() };
        for node in document.descendants().filter(Node::is_element) {
            project.read(node);
        }
        Ok(project)
    }

    fn read(&mut self, node: Node<'_, '_>) {
        let name = node.tag_name().name();
        let is_property = node.parent().is_some_and(|parent| parent.tag_name().name() == "PropertyGroup");
        if is_property {
            self.properties.push((name.to_lowercase(), node.text().unwrap_or_default().trim().to_owned()));
            return;
        }
        let paths = match name {
            "HintPath" => node.text(),
            _ if ITEMS.contains(&name) => node.attribute("Include").or_else(|| node.attribute("Project")),
            _ => None,
        };
        for path in paths.into_iter().flat_map(|paths| paths.split(';')) {
            self.imports_file_above |= path.contains("GetPathOfFileAbove");
            let reference = Reference {
                path: path.trim().to_owned(),
                is_project: name == "ProjectReference",
                start: node.range().start,
            };
            self.references.push(reference);
        }
    }
}

/// The properties that paths are put together from. Their names have no case.
#[derive(Debug, Default)]
pub(super) struct Properties(HashMap<String, String>);

impl Properties {
    /// Adds those of a file, whose own directory is known here alone. A value begins with `/` where it does at the root of the
    /// repository.
    pub(super) fn add(&mut self, file: &Manifest<Project>) {
        for (name, value) in &file.content.properties {
            let value = with_own_directory(value, &file.dir);
            self.0.insert(name.clone(), value);
        }
    }

    /// The path that a reference of a file means. `None` for one outside of the repository, or with a property that is not
    /// known.
    pub(super) fn resolve(&self, path: &str, file: &Manifest<Project>) -> Option<Resolved> {
        let mut path = with_own_directory(path, &file.dir);
        // A property may hold others; one that holds itself stays open.
        for _ in 0..8 {
            let Some((before, rest)) = path.split_once("$(") else { break };
            let (name, after) = rest.split_once(')')?;
            path = format!("{before}{}{after}", self.0.get(&name.to_lowercase())?);
        }
        let path = path.replace('\\', "/");
        let from_root = |literal: &str| match literal.strip_prefix('/') {
            Some(from_root) => RepoPath::parse(from_root.trim_start_matches('/')).ok(),
            None => file.dir.join(literal).ok(),
        };
        match path.find(['*', '?', '$', '@', '%']) {
            Some(wildcard) => from_root(path[..wildcard].rsplit_once('/')?.0).map(Resolved::Directory),
            None => from_root(&path).map(Resolved::File),
        }
    }
}

/// The path that a reference means.
pub(super) enum Resolved {
    File(RepoPath),
    /// The directory that a glob begins with.
    Directory(RepoPath),
}

/// Puts in the directory that MSBuild calls the file's own.
fn with_own_directory(text: &str, directory: &RepoPath) -> String {
    let own = format!("/{}/", directory.as_str().unwrap_or_default()).replace("//", "/");
    let names = ["$(MSBuildThisFileDirectory)", "$(MSBuildProjectDirectory)", "$(ProjectDir)"];
    names.iter().fold(text.to_owned(), |text, name| text.replace(name, &own))
}
