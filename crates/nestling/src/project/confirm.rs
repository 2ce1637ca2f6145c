//! Comparison of an index of directories with the commit itself, for the units that are planned.

use super::memo::own_file;
use super::{Error, Project};
use crate::select::Selection;
use crate::workspace::Workspace;

impl Project<'_> {
    /// Reads the files of the selected units again, by their paths from the root of the commit. Without an index, they have just been
    /// read so.
    ///
    /// # Errors
    /// A file is not what the index said: somebody has changed it.
    pub(super) fn confirm(&self, workspace: &Workspace, selection: &Selection) -> Result<(), Error> {
        if self.repository.and_then(|repository| repository.git().index_use()).is_none() {
            return Ok(());
        }
        let units = selection.selected().filter_map(|name| workspace.unit(name.as_str()));
        for file in units.filter_map(own_file) {
            let Some(source) = self.sources.get(file) else { continue };
            let Some(path) = &source.repo_path else { continue };
            if self.files.read(path)?.as_deref() != Some(source.text.as_bytes()) {
                return Err(Error::Index { path: path.clone() });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{ChangeRequest, Error, Project, Repository};
    use nestling_git::testing::Fixture;
    use std::fs;

    /// A workspace with enough units for an index.
    fn units() -> Fixture {
        let repo = Fixture::new();
        repo.write("nestling.yml", "workspace: {}");
        for unit in 0..300 {
            repo.write(
                format!("unit-{unit:03}/nestling.yml"),
                &format!("build: {{ script: make {unit:03} }}"),
            );
        }
        repo.commit("units");
        repo
    }

    fn planned(repo: &Fixture) -> Result<Vec<String>, Error> {
        let repository = Repository::discover(&repo.root)?.indexed();
        let request = ChangeRequest::local().head("HEAD").base("HEAD").everything();
        let project = Project::open(&repository, request)?;
        let plan = project.plan(project.changes()?).run()?;
        Ok(plan.pipeline.jobs.iter().map(|job| job.name.to_string()).collect())
    }

    #[test]
    fn a_script_that_somebody_wrote_into_the_index_is_not_run() {
        let repo = units();
        let jobs = planned(&repo).unwrap();
        assert_eq!(jobs.len(), 300);
        assert_eq!(planned(&repo).unwrap(), jobs, "from the index");
        let file = fs::read_dir(repo.root.join(".git/nestling")).unwrap().next().unwrap().unwrap().path();
        let mut bytes = fs::read(&file).unwrap();
        let place = bytes.windows(8).position(|window| window == b"make 007").unwrap();
        bytes[place..place + 8].copy_from_slice(b"evil 007");
        let content = bytes.len() - 4;
        let checksum = crc32(&bytes[..content]);
        bytes[content..].copy_from_slice(&checksum.to_be_bytes());
        fs::write(&file, &bytes).unwrap();
        let error = planned(&repo).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the index of directories has another `unit-007/nestling.yml` than the commit"
        );
        assert!(error.help().is_some());
        fs::remove_file(&file).unwrap();
        assert_eq!(planned(&repo).unwrap(), jobs);
    }

    /// The checksum that anyone can compute.
    fn crc32(bytes: &[u8]) -> u32 {
        let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
    }
}
