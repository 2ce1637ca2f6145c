//! The files of the repository that a case defines.

use super::case::TemplateCase;
use nestling_files::files::{DirectoryEntry, Files, MemoryFiles, ReadError, Walk};
use nestling_files::path::RepoPath;

/// The files that a case gives. Templates, and what they include, are still read from the repository.
pub(super) struct CaseFiles<'f> {
    given: MemoryFiles,
    repository: &'f dyn Files,
}

impl<'f> CaseFiles<'f> {
    /// Returns the files of a case: those that it gives, or those of the repository if it gives none.
    pub(super) fn of(case: &TemplateCase, repository: &'f dyn Files) -> Box<dyn Files + 'f> {
        match &case.files {
            None => Box::new(repository),
            Some(files) => {
                let files = files.iter().map(|(path, text)| (path.as_bytes(), text.as_bytes()));
                Box::new(Self { given: MemoryFiles::new(files), repository })
            }
        }
    }
}

impl Files for CaseFiles<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        match self.given.read(path)? {
            Some(bytes) => Ok(Some(bytes)),
            None => self.repository.read(path),
        }
    }

    fn read_link(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
        self.repository.read_link(path)
    }

    /// Visits what the case gives and nothing else: it does not depend on what is in the repository.
    fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
        self.given.walk(visit)
    }

    fn walk_to(
        &self,
        target: &RepoPath,
        visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk,
    ) -> Result<(), ReadError> {
        self.given.walk_to(target, visit)
    }
}
