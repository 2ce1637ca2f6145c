//! Files that are copies from other projects, and include others from there: those of vendored components.

use super::condition::{exists_globs, included};
use super::header::interpolate;
use super::{RemoteIncludes, Surroundings};
use crate::diagnostic::{Diagnostic, Sources};
use crate::pipeline::expression::Truth;
use crate::pipeline::known::KnownVariables;
use crate::pipeline::presence::Changed;
use crate::yaml::{self, Map, Node};
use nestling_files::files::MemoryFiles;
use nestling_files::path::RepoPath;

/// The project that a file is a copy from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedFrom {
    /// The directory with its files, which stands for the root of the project.
    pub root: RepoPath,
    /// The host of its GitLab, with its port if it has one.
    pub host: String,
    /// The component that the file belongs to; `None` for a file that another project includes by its path. GitLab hands these
    /// values on to the local files that a component includes, and to no others (`Config::External::File::Local`).
    pub component: Option<ComponentValues>,
}

/// A copy of a file of another project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedFile {
    /// Its path in this repository.
    pub path: RepoPath,
    /// The project that it is from.
    pub from: CopiedFrom,
}

/// The values that `$[[ component.NAME ]]` can name (<https://docs.gitlab.com/ci/yaml/#speccomponent>).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComponentValues {
    /// Its name in its project.
    pub name: String,
    /// The commit.
    pub sha: String,
    /// The version as the include has it.
    pub reference: String,
    /// The semantic version; empty for a branch or a commit.
    pub version: String,
}

/// Variables that name the host of a GitLab, with its port and without.
const HOST_VARIABLES: [&str; 2] = ["CI_SERVER_FQDN", "CI_SERVER_HOST"];

impl CopiedFrom {
    /// Returns the value of a variable that follows from the host. A component is included by projects of its own GitLab only.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let [with_port, without_port] = HOST_VARIABLES;
        match name {
            _ if name == with_port => Some(&self.host),
            _ if name == without_port => self.host.split(':').next(),
            _ => None,
        }
    }

    /// Puts the host in place of the variables that name it.
    pub fn with_host(&self, text: &str) -> String {
        HOST_VARIABLES.into_iter().fold(text.to_owned(), |text, name| {
            let value = self.variable(name).unwrap_or_default();
            replaced_whole(&text.replace(&format!("${{{name}}}"), value), &format!("${name}"), value)
        })
    }
}

/// Replaces a variable where its name ends.
fn replaced_whole(text: &str, variable: &str, value: &str) -> String {
    let mut parts = text.split(variable);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_longer = part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        replaced.push_str(if is_longer { variable } else { value });
        replaced.push_str(part);
    }
    replaced
}

impl ComponentValues {
    /// Returns a value.
    pub fn get(&self, name: &str) -> Option<&str> {
        match name {
            "name" => Some(&self.name),
            "sha" => Some(&self.sha),
            "reference" => Some(&self.reference),
            "version" => Some(&self.version),
            _ => None,
        }
    }
}

/// Returns the includes of a file, with the inputs that it is given and its defaults in place. A value that is not known leaves its
/// block as it is.
///
/// # Errors
/// It is not YAML.
pub fn includes_of(text: &str, given: &Map, from: &CopiedFrom) -> Result<Vec<Node>, Vec<Diagnostic>> {
    let sources = Sources::default();
    let file = sources.add("", text);
    let mut documents = yaml::parse_file(text, file)?.into_iter();
    let Some(mut node) = documents.next() else { return Ok(Vec::new()) };
    let header = node.as_map().filter(|map| map.contains("spec")).cloned();
    let header = header.filter(|_| documents.len() > 0);
    if header.is_some() {
        node = documents.next().unwrap_or(node);
    }
    yaml::merge_keys(&mut node)?;
    let variables = KnownVariables::default();
    let files = MemoryFiles::default();
    let surroundings = Surroundings {
        files: &files,
        elsewhere: None,
        revisions: None,
        sources: &sources,
        variables: &variables,
        changed: Changed::Unknown,
        defaults: None,
    };
    if let Some(header) = header {
        // Mistakes are reported where the file is read for its jobs.
        interpolate(&header, &mut node, Some(given), Some(from), &surroundings, RemoteIncludes::Unread);
    }
    let included = |include: &&Node| {
        include.as_map().is_none_or(|map| included(map, &surroundings, Some(from)) != Truth::No)
    };
    let include = node.get("include").filter(|include| !include.is_null());
    Ok(include.map(Node::items_or_self).unwrap_or_default().iter().filter(included).cloned().collect())
}

/// Returns the globs that the `rules:exists` of an include ask for.
pub fn exists_of(include: &Node) -> Vec<&str> {
    let rules = include.get("rules").and_then(Node::as_seq).unwrap_or_default();
    let nodes = rules.iter().filter_map(|rule| rule.get("exists"));
    nodes.filter_map(exists_globs).flatten().collect()
}
