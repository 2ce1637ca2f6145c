//! The lock file: the commit that each component was fetched from, and the checksum of each of its files.

use super::rules::VENDOR_LOCK;
use super::{ComponentPath, ProjectPath, VendorSource};
use indexmap::IndexMap;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Origin};
use nestling_gitlab::yaml::{self, Located, Node};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The form of the file that this version writes.
const VERSION: u32 = 1;

/// The vendored components by their paths.
///
/// ```
/// use nestling::vendor::VendorLock;
///
/// assert_eq!(VendorLock::default().to_text().lines().last(), Some("components: {}"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VendorLock {
    /// The components.
    pub components: BTreeMap<String, LockedComponent>,
    /// The projects whose files components include: `host/group/project@ref`. They have no `file` and no `version`.
    pub projects: BTreeMap<String, LockedComponent>,
}

/// A component, or a project whose files components include, as it was fetched.
///
/// [`VendorLock`] has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedComponent {
    /// Path of its file in the project: `templates/fmt.yml`; `None` for a project.
    pub file: Option<String>,
    /// The semantic version; `None` for a branch, a commit or another tag.
    pub version: Option<String>,
    /// The tag or the branch; `None` for a commit.
    pub reference: Option<LockedReference>,
    /// ID of the commit.
    pub commit: String,
    /// The components and projects that its files include, with the inputs that units give.
    pub includes: BTreeSet<String>,
    /// Answers to `rules:exists` of includes, for which GitLab searches the project of the file that has the include.
    pub exists: BTreeMap<String, bool>,
    /// The files by their paths in the project.
    pub files: BTreeMap<String, LockedFile>,
    /// Its entry in the lock file.
    pub origin: Origin,
}

/// The tag or the branch that a version was resolved to.
///
/// [`VendorLock`] has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockedReference {
    /// A tag.
    Tag(String),
    /// A branch, which moves.
    Branch(String),
}

/// A file of a component.
///
/// [`VendorLock`] has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedFile {
    /// SHA-256 of its content, in hexadecimal digits.
    pub sha256: String,
    /// Its line in the lock file.
    pub origin: Origin,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLock {
    version: Located<u32>,
    components: IndexMap<String, Located<WrittenComponent>>,
    #[serde(default)]
    projects: IndexMap<String, Located<WrittenComponent>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenComponent {
    #[serde(default)]
    file: Option<Located<String>>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    tag: Option<String>,
    #[serde(default)]
    branch: Option<String>,
    commit: String,
    #[serde(default)]
    includes: BTreeSet<String>,
    #[serde(default)]
    exists: BTreeMap<String, bool>,
    files: IndexMap<String, Located<String>>,
}

/// Returns the SHA-256 of a file, in hexadecimal digits.
///
/// ```
/// assert!(nestling::vendor::checksum(b"").starts_with("e3b0c44298fc1c14"));
/// ```
pub fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl VendorLock {
    /// Reads the lock file.
    pub(super) fn read(node: &Node) -> Result<Self, Vec<Diagnostic>> {
        let written: WrittenLock = yaml::from_node(node, &VENDOR_LOCK).map_err(with_help)?;
        if written.version.value != VERSION {
            let message = format!("the lock file has version {}, not {VERSION}", written.version.value);
            return Err(with_help(vec![Diagnostic::error(&VENDOR_LOCK, written.version.origin, message)]));
        }
        let mut lock = Self::default();
        for (component_path, component) in written.components {
            let origin = component.origin;
            if ComponentPath::parse(&component_path).is_err() {
                let message = format!("`{component_path}` is not the path of a component");
                return Err(with_help(vec![Diagnostic::error(&VENDOR_LOCK, origin, message)]));
            }
            if component.value.file.is_none() {
                let message = format!("component `{component_path}` has no `file`");
                return Err(with_help(vec![Diagnostic::error(&VENDOR_LOCK, origin, message)]));
            }
            lock.components.insert(component_path, component.value.locked(origin).map_err(with_help)?);
        }
        for (project, files) in written.projects {
            let origin = files.origin;
            if ProjectPath::parse(&project).is_none() {
                let message = format!("`{project}` is not a project with a reference");
                return Err(with_help(vec![Diagnostic::error(&VENDOR_LOCK, origin, message)]));
            }
            lock.projects.insert(project, files.value.locked(origin).map_err(with_help)?);
        }
        Ok(lock)
    }

    /// Returns the entry of a component or a project.
    pub fn get(&self, source: &VendorSource) -> Option<&LockedComponent> {
        match source {
            VendorSource::Component(component) => self.components.get(&component.to_string()),
            VendorSource::Project(project) => self.projects.get(&project.to_string()),
        }
    }

    /// Returns all entries with what they are of.
    pub fn entries(&self) -> impl Iterator<Item = (VendorSource, &LockedComponent)> {
        let components =
            self.components.iter().filter_map(|(name, entry)| Some((VendorSource::parse(name)?, entry)));
        let projects = self
            .projects
            .iter()
            .filter_map(|(name, entry)| Some((VendorSource::parse_project(name)?, entry)));
        components.chain(projects)
    }

    /// Returns the text of the lock file.
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "# Written by `nestling vendor`. Do not edit it: `nestling check` compares the files with it.\nversion: {VERSION}\n"
        );
        if self.components.is_empty() {
            text.push_str("components: {}\n");
            return text;
        }
        text.push_str("components:\n");
        self.components.iter().for_each(|(name, component)| write_entry(&mut text, name, component));
        if !self.projects.is_empty() {
            text.push_str("projects:\n");
            self.projects.iter().for_each(|(name, project)| write_entry(&mut text, name, project));
        }
        text
    }
}

fn write_entry(text: &mut String, name: &str, entry: &LockedComponent) {
    let _ = writeln!(text, "  {}:", quoted(name));
    if let Some(file) = &entry.file {
        let _ = writeln!(text, "    file: {}", quoted(file));
    }
    if let Some(version) = &entry.version {
        let _ = writeln!(text, "    version: {}", quoted(version));
    }
    match &entry.reference {
        Some(LockedReference::Tag(tag)) => _ = writeln!(text, "    tag: {}", quoted(tag)),
        Some(LockedReference::Branch(name)) => _ = writeln!(text, "    branch: {}", quoted(name)),
        None => {}
    }
    let _ = writeln!(text, "    commit: {}", quoted(&entry.commit));
    if !entry.includes.is_empty() {
        text.push_str("    includes:\n");
        entry.includes.iter().for_each(|name| _ = writeln!(text, "      - {}", quoted(name)));
    }
    if !entry.exists.is_empty() {
        text.push_str("    exists:\n");
        entry.exists.iter().for_each(|(glob, exists)| _ = writeln!(text, "      {}: {exists}", quoted(glob)));
    }
    text.push_str("    files:\n");
    for (path, file) in &entry.files {
        let _ = writeln!(text, "      {}: {}", quoted(path), quoted(&file.sha256));
    }
}

impl WrittenComponent {
    fn locked(self, origin: Origin) -> Result<LockedComponent, Vec<Diagnostic>> {
        let refused = |origin: Origin, path: &str| {
            let message = format!("`{path}` is not the path of a file of the component");
            vec![Diagnostic::error(&VENDOR_LOCK, origin, message)]
        };
        if let Some(file) = self.file.as_ref().filter(|file| !self.files.contains_key(&file.value)) {
            return Err(refused(file.origin, &file.value));
        }
        let mut files = BTreeMap::new();
        for (path, Located { origin, value: sha256 }) in self.files {
            let is_inside = RepoPath::parse(&path).is_ok_and(|parsed| parsed.as_bytes() == path.as_bytes());
            if !is_inside || path.is_empty() {
                return Err(refused(origin, &path));
            }
            files.insert(path, LockedFile { sha256, origin });
        }
        let tag = self.tag.map(LockedReference::Tag);
        let reference = tag.or(self.branch.map(LockedReference::Branch));
        let file = self.file.map(|file| file.value);
        let Self { version, commit, includes, exists, .. } = self;
        Ok(LockedComponent { file, version, reference, commit, includes, exists, files, origin })
    }
}

fn with_help(problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let with_help =
        |problem: Diagnostic| problem.with_help("remove the lock file, and run `nestling vendor`");
    problems.into_iter().map(with_help).collect()
}

/// Returns a string in double quotes, which YAML reads as JSON does.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling_gitlab::diagnostic::Sources;

    fn read(text: &str) -> Result<VendorLock, String> {
        let file = Sources::default().add("lock", text);
        let node = yaml::parse_file(text, file).unwrap().into_iter().next().unwrap();
        VendorLock::read(&node).map_err(|problems| problems[0].message.clone())
    }

    #[test]
    fn a_lock_file_is_read_as_it_was_written() {
        let text = concat!(
            "# Written by `nestling vendor`. Do not edit it: `nestling check` compares the files with it.\n",
            "version: 1\n",
            "components:\n",
            "  \"gitlab.com/g/p/n@1\":\n",
            "    file: \"templates/n.yml\"\n",
            "    version: \"1.2.0\"\n",
            "    tag: \"1.2.0\"\n",
            "    commit: \"0123\"\n",
            "    files:\n",
            "      \"LICENSE\": \"00\"\n",
            "      \"templates/n.yml\": \"01\"\n",
            "  \"gitlab.com/g/p/o@1\":\n",
            "    file: \"templates/o.yml\"\n",
            "    commit: \"0123\"\n",
            "    includes:\n",
            "      - \"gitlab.com/g/p/n@1\"\n",
            "      - \"gitlab.com/g/q@main\"\n",
            "    exists:\n",
            "      \"**/*.tf\": true\n",
            "    files:\n",
            "      \"templates/o.yml\": \"02\"\n",
            "projects:\n",
            "  \"gitlab.com/g/q@main\":\n",
            "    branch: \"main\"\n",
            "    commit: \"0123\"\n",
            "    files:\n",
            "      \"a.yml\": \"03\"\n",
        );
        assert_eq!(read(text).unwrap().to_text(), text);
        assert_eq!(read(&VendorLock::default().to_text()), Ok(VendorLock::default()));
    }

    #[test]
    fn a_lock_file_of_another_version_or_with_paths_elsewhere_is_refused() {
        let of = |file: &str, path: &str| {
            format!(
                "version: 1\ncomponents: {{ h.x/g/p/n@1: {{ file: {file}, commit: c, files: {{ {path}: s }} }} }}"
            )
        };
        for (text, expected) in [
            ("{ version: 2, components: {} }".to_owned(), "the lock file has version 2, not 1"),
            (of("a.yml", "b.yml"), "`a.yml` is not the path of a file of the component"),
            (of("../a.yml", "../a.yml"), "`../a.yml` is not the path of a file of the component"),
            (of("/a.yml", "/a.yml"), "`/a.yml` is not the path of a file of the component"),
            (
                "{ version: 1, components: { n: { file: a, commit: c, files: { a: s } } } }".to_owned(),
                "`n` is not the path of a component",
            ),
        ] {
            assert_eq!(read(&text), Err(expected.to_owned()));
        }
    }
}
