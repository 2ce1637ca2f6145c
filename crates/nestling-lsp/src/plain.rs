//! The jobs of plain files of GitLab's, in each kind of pipeline.

use crate::belonging::is_of_ci;
use crate::documents::{Documents, path_in};
use crate::findings::is_named_as_pipeline;
use crate::model::{Model, OpenFile, UnitJobs};
use nestling::ide::plain_jobs;
use nestling::{ChangeRequest, PipelineFacts, Repository, Sources};
use nestling_files::files::{DirectoryFiles, EntryKind, Files, Overlay, Walk};
use nestling_gitlab::instance::Gitlab;
use nestling_gitlab::lint::Options;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Bytes of the largest file that is read in search of an `include`.
const LARGEST: u64 = 1 << 20;

/// Returns the files of a repository that may be read as pipelines: YAML with an `include` that has GitLab's
/// name, or looks like it. Ignored files are not looked at.
pub(crate) fn pipelines(root: &Path, documents: &Documents) -> Vec<PathBuf> {
    let repository = Repository::discover(root).ok();
    let work_tree = repository.as_ref().and_then(|repository| repository.git().work_tree().ok());
    let files: Box<dyn Files + '_> = match work_tree {
        Some(work_tree) => Box::new(work_tree),
        None => return Vec::new(),
    };
    let mut paths = BTreeSet::new();
    let is_yaml = |path: &Path| path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml");
    // What could not be listed is not known to the checks either.
    let _ = files.walk(&mut |directory, entries| {
        let of_files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
        let found = of_files.map(|entry| directory.child(&entry.name));
        paths.extend(
            found.map(|path| root.join(OsStr::from_bytes(path.as_bytes()))).filter(|path| is_yaml(path)),
        );
        Walk::Descend
    });
    paths.extend(documents.open.keys().filter(|path| path.starts_with(root) && is_yaml(path)).cloned());
    let may_include = |path: &PathBuf| {
        let is_small = std::fs::metadata(path).map_or(true, |metadata| metadata.len() <= LARGEST);
        let is_of_gitlab = |text: &str| is_named_as_pipeline(path) || is_of_ci(text);
        is_small && documents.text(path).is_some_and(|text| text.contains("include") && is_of_gitlab(&text))
    };
    paths.into_iter().filter(may_include).collect()
}

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

/// Reads the jobs of a plain file with these texts of open files.
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
