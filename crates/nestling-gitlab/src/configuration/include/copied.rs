//! Files that are copies from other projects, and include others from there: those of vendored components.

use crate::diagnostic::{Diagnostic, FileId};
use crate::pipeline::component_values::ComponentValues;
use crate::yaml::Node;
use nestling_files::files::Files;
use nestling_files::path::RepoPath;

/// The files of other revisions and projects, by a file that was read there.
pub trait FilesByFile {
    /// Returns the files of the revision that a file was read from; `None` for a file of no other revision.
    fn files_of(&self, file: FileId) -> Option<&dyn Files>;

    /// Returns the project that a file is a copy from; `None` for a file of this repository.
    fn copied_from(&self, file: FileId) -> Option<CopiedFrom>;

    /// Returns the copies of the files that an include of a copied file means: those of its own project, of a component or of another
    /// project. No other file counts, whatever is in the directory.
    ///
    /// # Errors
    /// Nobody copied the file, or the include is of a kind that cannot be copied.
    fn copies(&self, include: &Node, from: &CopiedFrom) -> Result<Vec<CopiedFile>, Box<Diagnostic>>;

    /// Returns `true` if a file of that project matches a glob of `rules:exists`; `None` if that is not known.
    fn exists(&self, glob: &str, from: &CopiedFrom) -> Option<bool>;
}

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
