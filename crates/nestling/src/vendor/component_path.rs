//! Paths of components, as GitLab's `include: component` has them
//! (<https://docs.gitlab.com/ci/components/#use-a-component>).

use std::fmt;

/// The path of a component: `host/group/project/name@version`.
///
/// The [module](super) has an example.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentPath {
    host: String,
    project: String,
    name: String,
    version: String,
}

/// Reason why a string is not the path of a component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentPathError {
    /// It has no `@`, or nothing after it.
    #[error("`{0}` has no version")]
    NoVersion(String),
    /// It contains a variable or an input.
    #[error("`{0}` contains a variable")]
    Variable(String),
    /// It has too few parts, or a part that is no name.
    #[error("`{0}` is not the path of a component")]
    Malformed(String),
}

impl ComponentPathError {
    /// Returns the way out.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoVersion(_) => {
                "add a version: `@1.2.3`, `@1` for the newest `1.x.y`, `@~latest`, a branch, or the ID of a commit"
            }
            Self::Variable(_) => {
                "write the host, such as `gitlab.com`: `nestling vendor` resolves the path before any pipeline runs"
            }
            Self::Malformed(_) => "write `host/group/project/name@version`, without `https://`",
        }
    }
}

impl ComponentPath {
    /// Reads a path.
    ///
    /// # Errors
    /// It has no version, contains a variable, or is not of the form `host/group/project/name@version`.
    pub fn parse(text: &str) -> Result<Self, ComponentPathError> {
        if text.contains('$') {
            return Err(ComponentPathError::Variable(text.to_owned()));
        }
        let (path, version) = match text.split_once('@') {
            Some((path, version)) if !version.is_empty() => (path, version),
            _ => return Err(ComponentPathError::NoVersion(text.to_owned())),
        };
        let parts: Vec<&str> = path.split('/').collect();
        let malformed = || ComponentPathError::Malformed(text.to_owned());
        let [host, groups @ .., _, name] = &parts[..] else { return Err(malformed()) };
        let is_valid = is_host(host)
            && !groups.is_empty()
            && parts[1..].iter().all(|part| is_name(part))
            && is_version(version);
        if !is_valid {
            return Err(malformed());
        }
        Ok(Self {
            host: (*host).to_owned(),
            project: parts[1..parts.len() - 1].join("/"),
            name: (*name).to_owned(),
            version: version.to_owned(),
        })
    }

    /// Returns the host, with its port if it has one.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the path of the project: `group/project`.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// Returns the name of the component in its project.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the version as it is written: `1.2.3`, `1`, `~latest`, a branch, or a commit.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns `true` if both are one component, in whatever versions.
    pub(crate) fn is_same_in_other_version(&self, other: &Self) -> bool {
        (&self.host, &self.project, &self.name) == (&other.host, &other.project, &other.name)
    }

    /// Returns the URL that git fetches the project from.
    pub fn url(&self) -> String {
        format!("https://{}/{}.git", self.host, self.project)
    }

    /// Returns the paths in the project that the component can have, the one that GitLab prefers first
    /// (<https://docs.gitlab.com/ci/components/#directory-structure>).
    pub fn files(&self) -> [String; 2] {
        let name = &self.name;
        [format!("templates/{name}.yml"), format!("templates/{name}/template.yml")]
    }
}

impl fmt::Display for ComponentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}@{}", self.host, self.project, self.name, self.version)
    }
}

/// Returns `true` for a host, with a port or without.
pub(super) fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "443"));
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    is_name
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !name.contains("..")
        && !port.is_empty()
        && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns `true` for a name of a group, a project or a component. None can be an option of git, or point outside of a directory.
pub(super) fn is_name(part: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte);
    !part.is_empty() && !part.starts_with(['-', '.']) && part.bytes().all(is_allowed)
}

/// Returns `true` for a name of a tag or a branch, and for the forms that GitLab adds. None can be an option of git, or lead out
/// of a directory.
pub(super) fn is_version(version: &str) -> bool {
    let (first, rest) = version.split_once('/').map_or((version, None), |(first, rest)| (first, Some(rest)));
    let is_first = first == "~latest" && rest.is_none() || is_name(first);
    is_first && rest.is_none_or(|rest| rest.split('/').all(is_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_a_host_a_project_a_name_and_a_version() {
        let parts = |text: &str| {
            let component_path = ComponentPath::parse(text)?;
            assert_eq!(component_path.to_string(), text);
            Ok([component_path.host, component_path.project, component_path.name, component_path.version]
                .join(" "))
        };
        let malformed = |text: &str| Err(ComponentPathError::Malformed(text.to_owned()));
        let no_version = |text: &str| Err(ComponentPathError::NoVersion(text.to_owned()));
        for (text, expected) in [
            ("gitlab.com/components/go/test@1", Ok("gitlab.com components/go test 1")),
            ("git.example.com:8443/a/b/c/d@~latest", Ok("git.example.com:8443 a/b/c d ~latest")),
            ("gitlab.com/g/p/n@feature/x", Ok("gitlab.com g/p n feature/x")),
            ("gitlab.com/g/p/n@v1.2.3-rc.1+5", Ok("gitlab.com g/p n v1.2.3-rc.1+5")),
            ("gitlab.com/g/p/n", no_version("gitlab.com/g/p/n")),
            ("gitlab.com/g/p/n@", no_version("gitlab.com/g/p/n@")),
            ("gitlab.com/p/n@1", malformed("gitlab.com/p/n@1")),
            ("https://gitlab.com/g/p/n@1", malformed("https://gitlab.com/g/p/n@1")),
            ("gitlab.com/g/../n@1", malformed("gitlab.com/g/../n@1")),
            ("gitlab.com/g/p/n@../../x", malformed("gitlab.com/g/p/n@../../x")),
            ("gitlab.com/g/p/n@-x", malformed("gitlab.com/g/p/n@-x")),
            ("-x/g/p/n@1", malformed("-x/g/p/n@1")),
            ("gitlab.com/g/p/n@1@2", malformed("gitlab.com/g/p/n@1@2")),
        ] {
            assert_eq!(parts(text), expected.map(str::to_owned), "{text}");
        }
        let variable = ComponentPath::parse("$CI_SERVER_FQDN/g/p/n@1");
        assert!(matches!(variable, Err(ComponentPathError::Variable(_))));
    }
}
