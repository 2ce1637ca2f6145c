//! The jobs of plain files of GitLab's, in each kind of pipeline.

use crate::documents::{Documents, path_in};
use crate::model::{Model, OpenFile, UnitJobs};
use nestling::ide::plain_jobs;
use nestling::{ChangeRequest, PipelineFacts, Repository, Sources};
use nestling_files::files::{DirectoryFiles, Overlay};
use nestling_gitlab::instance::Gitlab;
use nestling_gitlab::lint::Options;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Returns the jobs of the project's own file, which may include this one, and those of the file itself.
pub(crate) fn jobs(model: &Model<'_>, file: &OpenFile<'_>) -> Vec<Rc<UnitJobs>> {
    let own = file.root.join(".gitlab-ci.yml");
    let mut paths = vec![own];
    if !paths.contains(&file.path) {
        paths.push(file.path.clone());
    }
    paths.iter().filter_map(|path| jobs_of(model, &file.root, path)).collect()
}

fn jobs_of(model: &Model<'_>, root: &Path, path: &Path) -> Option<Rc<UnitJobs>> {
    let key: PathBuf = path.to_owned();
    if let Some(known) = model.cache.borrow().plain.get(&key) {
        return Some(Rc::clone(known));
    }
    let computed = Rc::new(read_jobs(model.documents, root, path)?);
    model.cache.borrow_mut().plain.insert(key, Rc::clone(&computed));
    Some(computed)
}

/// Reads the jobs of a plain file, with these contents of open files.
pub(crate) fn read_jobs(documents: &Documents, root: &Path, path: &Path) -> Option<UnitJobs> {
    let text = documents.text(path)?;
    let below = documents.below(root).into_iter();
    let unsaved = below.map(|(path, document)| (path, document.text.clone().into_bytes()));
    let files = Overlay::new(DirectoryFiles::new(root), unsaved);
    let sources = Sources::default();
    let options = Options { gitlab: &Gitlab::default(), files: Some(&files), pipeline: None };
    let name = path_in(root, path)?.to_string();
    let repository = Repository::discover(root).ok();
    let facts = repository.and_then(|repository| repository.pipeline_facts(&ChangeRequest::local()).ok());
    let facts = facts.unwrap_or_else(|| PipelineFacts::local(None, None, None));
    let jobs = plain_jobs(&name, &text, &options, &facts, &sources);
    Some(UnitJobs { jobs, sources })
}
