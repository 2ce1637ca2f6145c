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

pub(super) static DOTNET: OwnTemplate = OwnTemplate {
    name: "dotnet",
    path: "ci/templates/dotnet.yml",
    text: include_str!("own_templates/dotnet.yml"),
};

pub(super) static HELM: OwnTemplate =
    OwnTemplate { name: "helm", path: "ci/templates/helm.yml", text: include_str!("own_templates/helm.yml") };

pub(super) static KUSTOMIZE: OwnTemplate = OwnTemplate {
    name: "kustomize",
    path: "ci/templates/kustomize.yml",
    text: include_str!("own_templates/kustomize.yml"),
};

pub(super) static PHP: OwnTemplate =
    OwnTemplate { name: "php", path: "ci/templates/php.yml", text: include_str!("own_templates/php.yml") };

pub(super) static RUBY: OwnTemplate =
    OwnTemplate { name: "ruby", path: "ci/templates/ruby.yml", text: include_str!("own_templates/ruby.yml") };

pub(super) static ELIXIR: OwnTemplate = OwnTemplate {
    name: "elixir",
    path: "ci/templates/elixir.yml",
    text: include_str!("own_templates/elixir.yml"),
};

pub(super) static NX: OwnTemplate =
    OwnTemplate { name: "nx", path: "ci/templates/nx.yml", text: include_str!("own_templates/nx.yml") };

/// All of them.
const ALL: [&OwnTemplate; 7] = [&NX, &DOTNET, &HELM, &KUSTOMIZE, &PHP, &RUBY, &ELIXIR];

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
        let about = "a template of your own, since none is built in";
        ProposedFile { path: self.path, text: self.text.to_owned(), about }
    }

    /// Returns its path.
    pub(super) fn file(&self) -> RepoPath {
        RepoPath::parse(self.path).unwrap_or_default()
    }
}
