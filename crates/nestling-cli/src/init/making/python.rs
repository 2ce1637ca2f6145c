//! Python: tests that the template does not find by itself.

use super::super::findings::{Findings, Found, Remark};
use super::super::inventory::and_above;
use super::super::text::text_of;
use super::{Fact, Making, fact};
use nestling::{ReadError, RepoPath};
use std::collections::BTreeSet;

/// The files of tests below a directory, by their paths in it.
struct Tests {
    files: Vec<RepoPath>,
}

impl Making<'_> {
    /// Returns the installer of a project that only has requirements: the lock file of a workspace above is of its members.
    pub(super) fn python_installer(&self, project: &Found) -> Vec<Fact> {
        let is_plain = project.marker.file_name() == b"requirements.txt"
            && !self.inventory.is_file(&project.dir.child(b"pyproject.toml"));
        let mut above = and_above(&project.dir).skip(1);
        let has_lock = above.any(|above| self.inventory.is_file(&above.child(b"uv.lock")));
        (is_plain && has_lock).then(|| fact("installer", "pip")).into_iter().collect()
    }

    /// Returns the command that runs the tests, where it is neither pytest nor what unittest finds from the unit's directory.
    pub(super) fn python_tests(
        &self,
        project: &Found,
        findings: &mut Findings,
    ) -> Result<Vec<Fact>, ReadError> {
        let dir = &project.dir;
        let tests = self.tests_below(dir);
        if self.has_pytest(dir)? {
            // Without a single test pytest fails.
            let is_empty = tests.files.is_empty() && !self.has_other_tests(dir)?;
            if is_empty {
                let reason = "pytest finds no `test_*.py` or `*_test.py`: no job is proposed for it";
                findings.notes.push(Remark::new(&project.marker, reason));
            }
            return Ok(is_empty.then(|| fact("test", "")).into_iter().collect());
        }
        let manage = text_of(self.files, &dir.child(b"manage.py"))?.unwrap_or_default();
        if manage.contains("django") {
            let has_tests = !tests.files.is_empty() || self.has_module_of_tests(dir);
            return Ok(has_tests.then(|| fact("test", "python manage.py test")).into_iter().collect());
        }
        let mut is_unittest = false;
        for file in tests.files.iter().take(20) {
            is_unittest |= text_of(self.files, file)?.unwrap_or_default().contains("unittest");
        }
        let Some((start, pattern)) = self.discovery(dir, &tests).filter(|_| is_unittest) else {
            return Ok(Vec::new());
        };
        // These the template finds.
        if pattern == "test*.py" && (start.is_empty() || start == "tests") {
            return Ok(Vec::new());
        }
        let start = if start.is_empty() { String::new() } else { format!(" -s {start}") };
        let pattern = if pattern == "test*.py" { String::new() } else { format!(" -p '{pattern}'") };
        Ok(vec![fact("test", format!("python -m unittest discover{start}{pattern}"))])
    }

    /// Returns true if the settings of pytest name files of tests, or tests in documentation.
    fn has_other_tests(&self, dir: &RepoPath) -> Result<bool, ReadError> {
        let names = ["pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"];
        for file in and_above(dir).flat_map(|above| names.map(|name| above.child(name.as_bytes()))) {
            let text = text_of(self.files, &file)?.unwrap_or_default();
            if text.contains("python_files") || text.contains("doctest") {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns true if the project names pytest, as the template decides it.
    fn has_pytest(&self, dir: &RepoPath) -> Result<bool, ReadError> {
        let has = |name: &str| self.inventory.is_file(&dir.child(name.as_bytes()));
        if has("pytest.ini") || has("conftest.py") {
            return Ok(true);
        }
        let mut files: Vec<RepoPath> = and_above(dir).map(|above| above.child(b"pyproject.toml")).collect();
        let own = self.inventory.directories.get(dir).into_iter().flat_map(|directory| &directory.files);
        let requirements = own.filter(|name| name.contains("requirements") && name.ends_with(".txt"));
        files.extend(requirements.map(|name| dir.child(name.as_bytes())));
        for file in files {
            if text_of(self.files, &file)?.is_some_and(|text| text.contains("pytest")) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn tests_below(&self, dir: &RepoPath) -> Tests {
        let below = self
            .inventory
            .directories
            .iter()
            .filter(|(path, _)| *path == dir || dir.is_root() || path.is_in(dir));
        let is_test = |name: &&String| {
            (name.starts_with("test_") && name.ends_with(".py")) || name.ends_with("_test.py")
        };
        let files = below.flat_map(|(path, directory)| {
            directory.files.iter().filter(is_test).map(|name| path.child(name.as_bytes())).collect::<Vec<_>>()
        });
        Tests { files: files.collect() }
    }

    /// Returns true for an app of Django with tests in a module of its own.
    fn has_module_of_tests(&self, dir: &RepoPath) -> bool {
        let below = self
            .inventory
            .directories
            .iter()
            .filter(|(path, _)| *path == dir || dir.is_root() || path.is_in(dir));
        below.into_iter().any(|(_, directory)| directory.has("tests.py") || directory.has("test.py"))
    }

    /// Returns the directory and the pattern with which unittest finds all tests; the directory is empty for the unit's. It enters
    /// packages alone.
    fn discovery(&self, dir: &RepoPath, tests: &Tests) -> Option<(String, &'static str)> {
        let names: BTreeSet<&[u8]> = tests.files.iter().map(RepoPath::file_name).collect();
        let pattern = ["test*.py", "*_test.py", "*test*.py"].into_iter().find(|pattern| {
            let (start, end) = pattern.split_once('*').unwrap_or_default();
            let is_fitting =
                |name: &[u8]| name.starts_with(start.as_bytes()) && name.ends_with(end.as_bytes());
            *pattern == "*test*.py" || names.iter().all(|name| is_fitting(name))
        })?;
        let mut starts: BTreeSet<RepoPath> = BTreeSet::new();
        for file in &tests.files {
            let mut start = file.parent()?;
            while start != *dir && self.inventory.is_file(&start.child(b"__init__.py")) {
                start = start.parent()?;
            }
            starts.insert(start);
        }
        let mut starts = starts.into_iter();
        let (start, None) = (starts.next()?, starts.next()) else { return None };
        let relative = String::from_utf8_lossy(start.relative_to(dir).unwrap_or_default()).into_owned();
        let is_plain =
            relative.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '.'));
        (is_plain && !relative.starts_with('-')).then_some((relative, pattern))
    }
}
