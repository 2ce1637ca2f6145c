//! Templates that `init` writes into a repository where there is no built-in one: plain jobs, the repository's own from then on.

use super::proposed_file::ProposedFile;
use nestling::RepoPath;

/// The directory that they are written to.
pub(super) const DIRECTORY: &str = "ci/templates";

/// A template to write.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OwnTemplate {
    /// Its name in `use:`.
    pub name: &'static str,
    /// Its file, from the root.
    pub path: &'static str,
    pub text: &'static str,
}

/// The template of this name, whose text is in `own_templates`.
macro_rules! own_template {
    ($name:literal) => {
        OwnTemplate {
            name: $name,
            path: concat!("ci/templates/", $name, ".yml"),
            text: include_str!(concat!("own_templates/", $name, ".yml")),
        }
    };
}

pub(super) static HELM: OwnTemplate = own_template!("helm");
pub(super) static KUSTOMIZE: OwnTemplate = own_template!("kustomize");
pub(super) static PHP: OwnTemplate = own_template!("php");
pub(super) static RUBY: OwnTemplate = own_template!("ruby");
pub(super) static ELIXIR: OwnTemplate = own_template!("elixir");
pub(super) static NX: OwnTemplate = own_template!("nx");

/// All of them.
const ALL: [&OwnTemplate; 6] = [&NX, &HELM, &KUSTOMIZE, &PHP, &RUBY, &ELIXIR];

impl OwnTemplate {
    /// Returns all of them.
    pub(super) fn all() -> impl Iterator<Item = &'static Self> {
        ALL.into_iter()
    }

    /// Returns the template of this name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|template| template.name == name)
    }

    /// Returns the name of a template for people: the path of one that is written.
    pub(super) fn shown(name: &str) -> &str {
        Self::named(name).map_or(name, |own| own.path)
    }

    /// Returns the file to write.
    pub(super) fn proposed(&self) -> ProposedFile {
        let about = "a template of your own, which you can edit";
        ProposedFile { path: self.path, text: self.text.to_owned(), about }
    }

    /// Returns its path.
    pub(super) fn file(&self) -> RepoPath {
        RepoPath::parse(self.path).unwrap_or_default()
    }
}
