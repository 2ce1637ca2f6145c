//! Sources of vendored files: components, and projects whose files components include; and the includes that mean one of them.

use super::{ComponentPath, ProjectPath};
use nestling_gitlab::configuration::CopiedFrom;
use nestling_gitlab::yaml::Node;
use std::fmt;

/// A component, or a project whose files components include.
///
/// ```
/// use nestling::vendor::VendorSource;
///
/// let source = VendorSource::parse("gitlab.com/components/go/test@1").expect("it is a component");
/// assert_eq!(source.directory(), "gitlab.com/components/go/test@1");
/// let project = VendorSource::parse_project("gitlab.com/group/ci@main").expect("it is a project");
/// assert_eq!(project.directory(), "gitlab.com/group/ci/-/main");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum VendorSource {
    /// A component.
    Component(ComponentPath),
    /// A project.
    Project(ProjectPath),
}

/// The meaning of an include of a vendored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NestedInclude {
    /// A file of the same project; wildcards are possible.
    Local(String),
    /// A component.
    Component(ComponentPath),
    /// Files of another project.
    Project(ProjectPath, Vec<String>),
}

impl VendorSource {
    /// Reads a component as the lock file has it.
    pub fn parse(text: &str) -> Option<Self> {
        ComponentPath::parse(text).ok().map(Self::Component)
    }

    /// Reads a project as the lock file has it.
    pub fn parse_project(text: &str) -> Option<Self> {
        ProjectPath::parse(text).map(Self::Project)
    }

    /// Returns the host, with its port if it has one.
    pub fn host(&self) -> &str {
        match self {
            Self::Component(component) => component.host(),
            Self::Project(project) => project.host(),
        }
    }

    /// Returns the URL that git fetches it from.
    pub fn url(&self) -> String {
        match self {
            Self::Component(component) => component.url(),
            Self::Project(project) => project.url(),
        }
    }

    /// Returns the directory of its files below [`DIRECTORY`](super::DIRECTORY). No name of a group is `-`, so that none of a project is
    /// that of a component.
    pub fn directory(&self) -> String {
        match self {
            Self::Component(component) => component.to_string(),
            Self::Project(project) => {
                format!("{}/{}/-/{}", project.host(), project.project(), project.reference())
            }
        }
    }
}

impl fmt::Display for VendorSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Component(component) => component.fmt(f),
            Self::Project(project) => project.fmt(f),
        }
    }
}

/// Reads an include of a file, with the values of inputs in place.
///
/// # Errors
/// A message with the reason why the files cannot be vendored.
pub fn nested_include(include: &Node, from: &CopiedFrom) -> Result<NestedInclude, String> {
    let Some(map) = include.as_map() else {
        let text = include.text().ok_or("an include must be a string or a mapping")?;
        let text = expanded(text, from)?;
        if text.contains("://") {
            return Err(remote(&text));
        }
        return Ok(NestedInclude::Local(text));
    };
    let value = |key: &str| map.get(key).and_then(Node::text).map(|text| expanded(text, from)).transpose();
    if let Some(path) = value("local")? {
        return Ok(NestedInclude::Local(path));
    }
    if let Some(path) = value("component")? {
        let parsed = ComponentPath::parse(&path).map_err(|error| error.to_string())?;
        // Otherwise the author of a component could make everyone who vendors it ask any host.
        if parsed.host() != from.host {
            return Err(format!("`{path}` is a component of another host than `{}`", from.host));
        }
        return Ok(NestedInclude::Component(parsed));
    }
    if let Some(project) = value("project")? {
        let reference = value("ref")?.unwrap_or_else(|| ProjectPath::HEAD.to_owned());
        let named = ProjectPath::new(&from.host, &project, &reference).ok_or_else(|| {
            format!("`{project}` at `{reference}` is not the path of a project with a reference")
        })?;
        let files = map.get("file").map(Node::items_or_self).unwrap_or_default();
        let files = files.iter().filter_map(Node::text).map(|file| expanded(file, from));
        let files: Vec<String> = files.collect::<Result<_, _>>()?;
        if files.is_empty() {
            return Err(format!("the include of project `{project}` has no `file`"));
        }
        return Ok(NestedInclude::Project(named, files));
    }
    match ["remote", "template", "artifact"].into_iter().find_map(|key| Some((key, map.get(key)?.text()?))) {
        Some(("remote", url)) => Err(remote(url)),
        Some((key, name)) => Err(format!("`{key}: {name}` belongs to no version of a project")),
        None => Err("the include has no `local`, `component` or `project`".to_owned()),
    }
}

fn remote(url: &str) -> String {
    format!("`{url}` is not a file of a project, which git could fetch")
}

/// Puts the host in place of the variables that name it. The values of others depend on the pipeline.
fn expanded(text: &str, from: &CopiedFrom) -> Result<String, String> {
    let expanded = from.with_host(text);
    match expanded.contains('$') {
        true if expanded.contains("$[[") => Err(format!("`{text}` depends on a value that is not known")),
        true => Err(format!("`{text}` depends on a variable")),
        false => Ok(expanded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling_files::path::RepoPath;
    use nestling_gitlab::diagnostic::Sources;
    use nestling_gitlab::yaml;

    #[test]
    fn an_include_of_a_component_means_files_of_projects() {
        for (written, expected) in [
            ("/a.yml", "local /a.yml"),
            ("{ local: 'parts/*.yml', inputs: { a: b } }", "local parts/*.yml"),
            ("{ component: $CI_SERVER_FQDN/g/p/n@1 }", "h.example:8443/g/p/n@1"),
            (
                "{ component: '${CI_SERVER_HOST}/g/p/n@~latest' }",
                "`h.example/g/p/n@~latest` is a component of another host than `h.example:8443`",
            ),
            (
                "{ component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/n@1 }",
                "`$CI_SERVER_FQDN/$CI_PROJECT_PATH/n@1` depends on a variable",
            ),
            (
                "{ component: 'h/g/p/n@$[[ inputs.v ]]' }",
                "`h/g/p/n@$[[ inputs.v ]]` depends on a value that is not known",
            ),
            ("{ component: h/g/p/n }", "`h/g/p/n` has no version"),
            ("{ project: g/p, file: a.yml }", "h.example:8443/g/p@HEAD: a.yml"),
            ("{ project: g/p, ref: v1, file: [a.yml, /b.yml] }", "h.example:8443/g/p@v1: a.yml /b.yml"),
            (
                "{ project: g/../p, file: a.yml }",
                "`g/../p` at `HEAD` is not the path of a project with a reference",
            ),
            (
                "{ project: g/p, ref: --upload-pack=x, file: a.yml }",
                "`g/p` at `--upload-pack=x` is not the path of a project with a reference",
            ),
            ("{ project: g/p }", "the include of project `g/p` has no `file`"),
            (
                "{ remote: 'https://h.example/a.yml' }",
                "`https://h.example/a.yml` is not a file of a project, which git could fetch",
            ),
            (
                "https://h.example/a.yml",
                "`https://h.example/a.yml` is not a file of a project, which git could fetch",
            ),
            (
                "{ template: Jobs/SAST.gitlab-ci.yml }",
                "`template: Jobs/SAST.gitlab-ci.yml` belongs to no version of a project",
            ),
            ("{ inputs: {} }", "the include has no `local`, `component` or `project`"),
        ] {
            let host = "h.example:8443".to_owned();
            let from = CopiedFrom { root: RepoPath::root(), host, component: None };
            let file = Sources::default().add("a", written);
            let node = yaml::parse_file(written, file).unwrap().remove(0);
            let shown = match nested_include(&node, &from) {
                Ok(NestedInclude::Local(path)) => format!("local {path}"),
                Ok(NestedInclude::Component(component)) => component.to_string(),
                Ok(NestedInclude::Project(project, files)) => format!("{project}: {}", files.join(" ")),
                Err(message) => message,
            };
            assert_eq!(shown, expected, "{written}");
        }
    }
}
