//! Everything that answers are made from: the open files, the last check, and what was computed since.

use crate::belonging::is_of_ci;
use crate::convert::Shown;
use crate::documents::{Document, Documents, path_in};
use crate::findings::{FindAssemblies, Findings, Memos, UnitJobs, is_pipeline};
use crate::fix::{Fix, Tried};
use crate::index::Index;
use crate::library;
use crate::meaning::FileKind;
use crate::names::cases;
use crate::outline::Outline;
use crate::position::{Encoding, TextIndex};
use crate::uri::{path_of, uri_of};
use lsp_types::{Location, Position, Range as LspRange, Uri};
use nestling::ide::{CaseJobs, SelectionFacts, WorkspaceFacts, case_jobs, jobs, selections};
use nestling::{As, ChangeRequest, Project, Repository, Sources};
use nestling_files::path::RepoPath;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// Everything that was computed since the last change of a file.
#[derive(Default)]
pub(crate) struct Cache {
    indexes: BTreeMap<(PathBuf, Option<PathBuf>), Rc<Index>>,
    jobs: BTreeMap<(PathBuf, Vec<String>), Option<Rc<UnitJobs>>>,
    selections: BTreeMap<(PathBuf, String), Rc<Vec<OfPipeline>>>,
    /// The jobs of test cases, by their file.
    case_jobs: BTreeMap<PathBuf, Rc<PlannedCases>>,
    /// The jobs of plain files.
    pub plain: BTreeMap<PathBuf, Rc<UnitJobs>>,
    /// The corrections in a file that have the effect that they should have.
    pub fixes: BTreeMap<(PathBuf, Tried), Rc<Vec<Fix>>>,
}

/// The effect of the branch on a unit in one kind of pipeline.
pub(crate) struct OfPipeline {
    /// The kind in words.
    pub kind: &'static str,
    pub facts: SelectionFacts,
}

/// The test cases of a file, with the files that their jobs were read from.
#[derive(Default)]
pub(crate) struct PlannedCases {
    pub cases: Vec<CaseJobs>,
    pub sources: Sources,
}

/// The state that answers are made from.
#[derive(Clone, Copy)]
pub(crate) struct Model<'a> {
    pub documents: &'a Documents,
    pub findings: &'a Findings,
    /// The findings of each file.
    pub shown: &'a BTreeMap<PathBuf, Vec<Shown>>,
    pub assemblies: &'a FindAssemblies<'a>,
    /// Results of the last check, which a check of a tried state can use.
    pub memos: &'a Memos,
    pub encoding: Encoding,
    pub cache: &'a RefCell<Cache>,
}

/// An open file with what is known of its surroundings.
pub(crate) struct OpenFile<'a> {
    pub uri: &'a Uri,
    pub path: PathBuf,
    pub text: &'a str,
    pub kind: FileKind,
    /// Its path in the repository.
    pub repo_path: RepoPath,
    pub root: PathBuf,
    /// The directory of its workspace, if it is in one.
    pub workspace: Option<PathBuf>,
    pub facts: Arc<WorkspaceFacts>,
    pub lines: TextIndex<'a>,
}

/// A test case around a place.
pub(crate) struct CaseAt {
    pub templates: Vec<String>,
    pub unit: String,
    /// Its line, from 1; `None` for the only case of a file.
    line: Option<usize>,
}

impl CaseAt {
    /// Returns `true` for the line of the case.
    pub(crate) fn is_in_line(&self, line: u32) -> bool {
        self.line.is_none_or(|own| usize::try_from(line).is_ok_and(|line| line == own))
    }
}

/// Returns the case that an entry of an open file is in.
pub(crate) fn case_at(file: &OpenFile<'_>, outline: &Outline<'_>, entry: Option<usize>) -> Option<CaseAt> {
    let FileKind::Cases(template) = &file.kind else { return None };
    let root = entry.and_then(|entry| outline.above(entry).last());
    let mut cases = cases(outline, template.as_deref(), "").into_iter();
    let (holder, case) = cases.find(|(holder, _)| holder.is_none() || *holder == root)?;
    let line = holder.map(|holder| file.lines.line(outline.entries[holder].start) + 1);
    Some(CaseAt { templates: case.templates, unit: case.unit, line })
}

impl<'a> Model<'a> {
    /// Returns an open file.
    pub(crate) fn file(&self, uri: &Uri) -> Option<OpenFile<'a>> {
        let path = path_of(uri)?;
        let document = self.documents.open.get(&path)?;
        let of_workspace = |checked: &&crate::findings::Checked| {
            checked.workspace.as_ref().is_some_and(|workspace| path.starts_with(workspace))
        };
        // The nearest workspace above the file.
        let checked = self.findings.checked.iter().filter(of_workspace);
        let checked =
            checked.max_by_key(|checked| checked.workspace.as_ref().map(|path| path.as_os_str().len()));
        let of_file = self.findings.checked.iter().filter(|checked| path.starts_with(&checked.root));
        let longest = of_file.max_by_key(|checked| checked.root.as_os_str().len());
        let root = checked.or(longest).map(|checked| checked.root.clone());
        let root = root.or_else(|| path.parent().map(Path::to_owned))?;
        let facts = checked.map(|checked| Arc::clone(&checked.facts)).unwrap_or_default();
        let repo_path = path_in(&root, &path)?;
        let file = OpenFile {
            uri: &document.uri,
            kind: FileKind::of(&repo_path, Some(&facts)),
            text: &document.text,
            lines: TextIndex::new(&document.text, self.encoding),
            repo_path,
            root,
            workspace: checked.and_then(|checked| checked.workspace.clone()),
            facts,
            path,
        };
        self.is_served(&file, document).then_some(file)
    }

    /// Returns `false` for YAML that belongs to something else, such as a `docker-compose.yml`.
    fn is_served(&self, file: &OpenFile<'_>, document: &Document) -> bool {
        if file.kind != FileKind::Jobs || is_pipeline(&file.path, document) || is_of_ci(file.text) {
            return true;
        }
        let index = self.index(file);
        index.file(&file.path).is_some_and(|position| index.is_included(position))
    }

    /// Returns the names of the files that belong together with a file.
    pub(crate) fn index(&self, file: &OpenFile<'_>) -> Rc<Index> {
        let key = (file.root.clone(), file.workspace.clone());
        // That of a file of the workspace does not have the other pipelines that share a plain file.
        let has_file = |index: &&Rc<Index>| {
            index.file(&file.path).is_some() && (file.kind != FileKind::Jobs || !index.plain.is_empty())
        };
        if let Some(index) = self.cache.borrow().indexes.get(&key).filter(has_file) {
            return Rc::clone(index);
        }
        let index = Rc::new(Index::of(&file.root, &file.facts, &file.path, self.documents));
        self.cache.borrow_mut().indexes.insert(key, Rc::clone(&index));
        index
    }

    /// Returns the jobs of units in each kind of pipeline; without units, those of the workspace's own file.
    pub(crate) fn jobs(&self, file: &OpenFile<'_>, units: &[&str]) -> Option<Rc<UnitJobs>> {
        let workspace = file.workspace.clone()?;
        let key = (workspace.clone(), units.iter().map(ToString::to_string).collect());
        if let Some(known) = self.cache.borrow().jobs.get(&key) {
            return known.clone();
        }
        let computed = self.plan_jobs(&workspace, &file.root, units).ok().map(Rc::new);
        self.cache.borrow_mut().jobs.insert(key, computed.clone());
        computed
    }

    fn plan_jobs(&self, workspace: &Path, root: &Path, units: &[&str]) -> Result<UnitJobs, nestling::Error> {
        let repository = Repository::discover(workspace)?;
        let request = ChangeRequest::local().everything().unsaved(self.unsaved(root));
        let project = Project::open(&repository, request)?;
        let changes = project.changes()?;
        let assemblies = (self.assemblies)(&repository, &changes);
        let jobs = jobs(&project, changes, units, assemblies.as_deref())?;
        Ok(UnitJobs { jobs, sources: project.sources().clone() })
    }

    /// Returns the jobs of the test cases of a file; empty where they cannot be planned.
    pub(crate) fn case_jobs(&self, file: &OpenFile<'_>) -> Rc<PlannedCases> {
        if let Some(known) = self.cache.borrow().case_jobs.get(&file.path) {
            return Rc::clone(known);
        }
        let computed = Rc::new(self.plan_case_jobs(file).unwrap_or_default());
        self.cache.borrow_mut().case_jobs.insert(file.path.clone(), Rc::clone(&computed));
        computed
    }

    fn plan_case_jobs(&self, file: &OpenFile<'_>) -> Option<PlannedCases> {
        let cases = file.facts.case_files.iter().find(|cases| cases.path == file.repo_path)?;
        let repository = Repository::discover(file.workspace.as_ref()?).ok()?;
        let request = ChangeRequest::local().everything().unsaved(self.unsaved(&file.root));
        let project = Project::open(&repository, request).ok()?;
        let cases = case_jobs(&project, cases).ok()?;
        Some(PlannedCases { cases, sources: project.sources().clone() })
    }

    /// Returns the effect of the branch on a unit in the pipelines that it has: those of a merge request and of a push, or that of
    /// the default branch. Empty where it cannot be determined.
    pub(crate) fn selections(&self, file: &OpenFile<'_>, unit: &str) -> Rc<Vec<OfPipeline>> {
        let Some(workspace) = file.workspace.clone() else { return Rc::default() };
        let key = (workspace.clone(), unit.to_owned());
        if let Some(known) = self.cache.borrow().selections.get(&key) {
            return Rc::clone(known);
        }
        let computed = Rc::new(self.plan_selections(&workspace, &file.root, unit).unwrap_or_default());
        self.cache.borrow_mut().selections.insert(key, Rc::clone(&computed));
        computed
    }

    fn plan_selections(
        &self,
        workspace: &Path,
        root: &Path,
        unit: &str,
    ) -> Result<Vec<OfPipeline>, nestling::Error> {
        let repository = Repository::discover(workspace)?;
        let local = ChangeRequest::local().unsaved(self.unsaved(root));
        let facts = repository.pipeline_facts(&local)?;
        let is_default = facts.branch.is_some() && facts.branch == facts.default_branch;
        let mut requests = vec![("branch pipeline", local.clone())];
        if !is_default {
            requests.insert(0, ("merge request", local.simulate(As::MergeRequest)));
        }
        let mut of_pipelines = Vec::new();
        for (kind, request) in requests {
            let project = Project::open(&repository, request)?;
            let changes = project.changes()?;
            let assemblies = (self.assemblies)(&repository, &changes);
            let facts = selections(&project, changes, &[unit], assemblies.as_deref())?;
            of_pipelines.extend(facts.into_iter().map(|facts| OfPipeline { kind, facts }));
        }
        Ok(of_pipelines)
    }

    /// Returns the contents of open files below the root of a repository.
    pub(crate) fn unsaved(&self, root: &Path) -> Vec<(RepoPath, Vec<u8>)> {
        let below = self.documents.below(root).into_iter();
        below.map(|(path, document)| (path, document.text.clone().into_bytes())).collect()
    }

    /// Returns the location of bytes in a file of an index.
    pub(crate) fn location(&self, index: &Index, file: usize, range: Range<usize>) -> Option<Location> {
        let indexed = &index.files[file];
        let lines = TextIndex::new(&indexed.text, self.encoding);
        Some(Location { uri: self.uri(&indexed.path)?, range: lines.range(range) })
    }

    /// Returns the location of the beginning of a file.
    pub(crate) fn start_of(&self, path: &Path) -> Option<Location> {
        let start = Position::new(0, 0);
        Some(Location { uri: self.uri(path)?, range: LspRange::new(start, start) })
    }

    /// Returns the URI of a file, as the editor writes it if it is open. The file of a built-in template is written first.
    pub(crate) fn uri(&self, path: &Path) -> Option<Uri> {
        library::write(path).ok()?;
        self.documents.open.get(path).map(|document| document.uri.clone()).or_else(|| uri_of(path))
    }
}
