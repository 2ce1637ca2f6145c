//! The findings of `init` about a repository: understood, and not understood.

use super::kinds::Kind;
use super::material::Material;
use nestling::RepoPath;

/// A directory that becomes a unit, or a part of one.
#[derive(Debug)]
pub(super) struct Found {
    pub dir: RepoPath,
    pub kind: &'static Kind,
    /// The file that marks it.
    pub marker: RepoPath,
    /// The list that has it, if one does.
    pub list: Option<RepoPath>,
    /// Members of the workspace whose root it is, if it has no code of its own.
    pub members: Vec<RepoPath>,
    /// Its purpose, if it is material.
    pub material: Option<Material>,
}

/// A line of the report about what is left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Remark {
    /// The reason, the same for all of its kind.
    pub reason: String,
    /// The directory or the file.
    pub path: RepoPath,
}

impl Remark {
    pub(super) fn new(path: &RepoPath, reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), path: path.clone() }
    }
}

/// The outcome of reading.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub found: Vec<Found>,
    /// Jobs and files that proposed units lack, with the reason.
    pub notes: Vec<Remark>,
    /// Files and directories that nothing could be made of.
    pub not_understood: Vec<Remark>,
    /// Directories that look like projects but do not become units, with the reason.
    pub no_unit: Vec<Remark>,
}
