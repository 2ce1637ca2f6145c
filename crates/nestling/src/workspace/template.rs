//! Templates: found by name in the workspace's directories and the built-in library, read once, split once.

use super::document::{Body, split};
use super::format::TemplateHeader;
use super::header_expressions::unevaluated;
use super::library::{LIBRARY_PREFIX, library_file, library_names};
use super::located::{Located, include_of_component, not_local, unreadable, vendored_component};
use super::template_directory::{TemplateDirectory, not_there};
use super::template_name::{CASES_DIRECTORY, component_name, spellings, template_name, template_stem};
use crate::vendor::Vendored;
use crate::workspace::component::Component;
use crate::workspace::rules::{LINK, TEMPLATE_HEADER};
use nestling_files::files::{Files, Revision, RevisionError, Revisions, resolve_links};
use nestling_files::path::RepoPath;
use nestling_gitlab::configuration::{CopiedFile, CopiedFrom, FilesByFile, spec_inputs};
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Sources, utf8};
use nestling_gitlab::yaml::{self, Node};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A template as it was read.
#[derive(Debug)]
pub(crate) struct Template {
    /// Path among the planned files; `None` for the built-in library and other revisions.
    pub path: Option<RepoPath>,
    /// Links that it is behind, and the file that they lead to.
    pub links: Vec<RepoPath>,
    /// The file.
    pub file: FileId,
    /// Description in its header.
    pub description: Option<String>,
    /// `spec: inputs:` as written.
    pub inputs: Option<Node>,
    /// The component that it is.
    pub component: Component,
    /// Set if it has a header, as components have.
    pub is_component: bool,
    /// `reuse:` of its header, for its jobs that say nothing themselves.
    pub reuse: Option<Node>,
    /// Its jobs.
    pub body: Body,
    /// Findings in its header.
    pub problems: Vec<Diagnostic>,
}

/// All templates that a run may use. Each is read when it is first asked for.
pub(crate) struct Templates<'a> {
    files: &'a dyn Files,
    directories: &'a [TemplateDirectory],
    sources: &'a Sources,
    read: RefCell<BTreeMap<String, Read>>,
    /// The files of the directories that are read from other revisions, in the directories' order.
    opened: Vec<Option<Opened<'a>>>,
    /// Index of the directory that each template was read from.
    directory_indices: RefCell<BTreeMap<FileId, usize>>,
    /// Project of each vendored component, which its includes start from.
    copied_from: RefCell<BTreeMap<FileId, CopiedFrom>>,
}

/// The files of another revision, or why there are none.
type Opened<'a> = Result<Box<dyn Files + 'a>, RevisionError>;

type Read = Result<Option<Rc<Template>>, Vec<Diagnostic>>;

impl<'a> Templates<'a> {
    /// Templates of these directories, read from these files and, for directories with a revision, from there.
    pub(crate) fn new(
        files: &'a dyn Files,
        revisions: &'a dyn Revisions,
        directories: &'a [TemplateDirectory],
        sources: &'a Sources,
    ) -> Self {
        let open = |revision: &Revision| revisions.files_of(revision);
        let opened = directories.iter().map(|dir| dir.revision.as_ref().map(open)).collect();
        let (read, directory_indices) = (RefCell::default(), RefCell::default());
        let copied_from = RefCell::default();
        Self { files, directories, sources, read, opened, directory_indices, copied_from }
    }

    /// The files of the commit that is planned.
    pub(crate) fn files(&self) -> &'a dyn Files {
        self.files
    }

    /// The template of this name, with or without `.yml`; `None` where no directory has it.
    ///
    /// In each directory `NAME.yml`, `NAME.yaml` and `NAME/template.yml` are looked for, as in GitLab's component
    /// projects (<https://docs.gitlab.com/ci/components/#directory-structure>).
    ///
    /// # Errors
    /// All findings of the file: its encoding, its header, or that it cannot be read.
    pub(crate) fn find(&self, name: &str) -> Read {
        let found = self.find_leniently(name)?;
        match &found {
            Some(template) if !template.problems.is_empty() => Err(template.problems.clone()),
            _ => Ok(found),
        }
    }

    /// As [`Self::find`], where a header with mistakes is no obstacle: they are among the template.
    ///
    /// # Errors
    /// The file is not UTF-8, or cannot be read.
    pub(crate) fn find_leniently(&self, name: &str) -> Read {
        if let Some(read) = self.read.borrow().get(name) {
            return read.clone();
        }
        let read = self.load(name);
        self.read.borrow_mut().insert(name.to_owned(), read.clone());
        read
    }

    fn load(&self, name: &str) -> Read {
        let Some(located) = self.locate(name)? else { return Ok(None) };
        let Located { path, directory_index, mut links, shown, bytes, published, copied_from } = located;
        let files = directory_index.and_then(|index| self.files_of(index));
        let label = path.clone().unwrap_or_else(|| RepoPath::parse(&shown).unwrap_or_default());
        let text = utf8(self.sources, &label, bytes).map_err(|error| vec![error])?;
        let file = self.sources.add(shown, text.as_str());
        self.directory_indices.borrow_mut().extend(directory_index.map(|index| (file, index)));
        self.copied_from.borrow_mut().extend(copied_from.map(|from| (file, from)));
        let document = split(&text);
        let is_component = document.header.is_some() || published.is_some();
        let (header, mut problems) =
            document.header.map(|header| read_header(header, file)).unwrap_or_default();
        let (spec, reuse) = (header.spec.unwrap_or_default(), header.reuse);
        let body = match published {
            Some(_) => Body::plain(file, document.body),
            None => Body::new(file, document.body),
        };
        let description = spec.description.map(|text| text.value);
        let inputs = match spec.include {
            None => spec.inputs,
            Some(include) if published.is_some() => {
                problems.push(include_of_component(&include));
                spec.inputs
            }
            Some(include) => {
                let found = spec_inputs(Some(&include), spec.inputs.as_ref(), files, self.sources);
                problems.extend(found.problems);
                problems.extend(found.is_open.then(|| not_local(&include)));
                // A change of such a file is one of the template.
                links.extend(found.files.into_iter().filter(|_| path.is_some()));
                Some(Node::map(include.origin, found.inputs))
            }
        };
        let listed = spec.component.as_ref().and_then(Node::as_seq).unwrap_or_default();
        let component = Component {
            name: published.as_ref().map_or(component_name(name), |published| &published.name).to_owned(),
            published,
            listed: listed.iter().filter_map(Node::text).map(str::to_owned).collect(),
        };
        Ok(Some(Rc::new(Template {
            path,
            links,
            file,
            description,
            inputs,
            component,
            is_component,
            reuse,
            body,
            problems,
        })))
    }

    /// The files of a directory, if they can be read.
    fn files_of(&self, directory_index: usize) -> Option<&dyn Files> {
        match self.opened.get(directory_index)? {
            None => Some(self.files),
            Some(opened) => opened.as_ref().ok().map(|files| &**files),
        }
    }

    /// Returns the vendored components among which a project is.
    fn vendored(&self, from: &CopiedFrom) -> Option<&Vendored> {
        let mut vendored = self.directories.iter().filter_map(|dir| dir.vendored.as_deref());
        vendored.find(|vendored| from.root.is_in(&vendored.directory))
    }

    /// Finds the file of a name.
    fn locate(&self, name: &str) -> Result<Option<Located>, Vec<Diagnostic>> {
        if let Some(inside) = name.strip_prefix(LIBRARY_PREFIX) {
            let found = library_file(inside);
            return Ok(found.map(|file| {
                let shown = format!("{LIBRARY_PREFIX}{}", file.path().display());
                let bytes = file.contents().to_vec();
                Located::of_library(shown, bytes)
            }));
        }
        for (index, (dir, opened)) in self.directories.iter().zip(&self.opened).enumerate() {
            let files = match opened {
                None => self.files,
                Some(Ok(files)) => &**files,
                Some(Err(error)) => return Err(vec![not_there(dir, error)]),
            };
            if let Some(vendored) = &dir.vendored {
                match vendored_component(vendored, dir, files, name)? {
                    Some(found) => return Ok(Some(Located { directory_index: Some(index), ..found })),
                    None => continue,
                }
            }
            for spelling in spellings(name) {
                let Ok(path) = dir.path.join(&spelling) else { continue };
                if !path.is_in(&dir.path) {
                    continue;
                }
                let resolved = resolve_links(files, &path).map_err(|error| vec![unreadable(&error)])?;
                let resolved = resolved.map_err(|error| {
                    vec![Diagnostic::error(&LINK, dir.origin, format!("template `{name}`: {error}"))]
                })?;
                let bytes = files.read(&resolved.path).map_err(|error| vec![unreadable(&error)])?;
                let Some(bytes) = bytes else {
                    if let Some(link) = resolved.links.first() {
                        let target = &resolved.path;
                        let message = format!(
                            "template `{name}`: link `{link}` points to `{target}`, which is not in the repository"
                        );
                        return Err(vec![Diagnostic::error(&LINK, dir.origin, message)]);
                    }
                    continue;
                };
                let mut links = resolved.links;
                if !links.is_empty() {
                    links.push(resolved.path);
                }
                let shown = dir.shown(&path);
                let path = Some(path).filter(|_| dir.revision.is_none());
                let directory_index = Some(index);
                return Ok(Some(Located {
                    path,
                    directory_index,
                    links,
                    ..Located::of_library(shown, bytes)
                }));
            }
        }
        Ok(None)
    }

    /// Returns the built-in templates that have been read, by their files.
    pub(crate) fn built_in(&self) -> BTreeMap<FileId, String> {
        let read = self.read.borrow();
        let built_in = read.iter().filter(|(name, _)| name.starts_with(LIBRARY_PREFIX));
        let with_files = built_in.filter_map(|(name, read)| {
            let template = read.as_ref().ok()?.as_ref()?;
            Some((template.file, template_stem(name).to_owned()))
        });
        with_files.collect()
    }

    /// The names that `use:` could have meant, for suggestions.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = library_names();
        let directories: Vec<&RepoPath> =
            self.directories.iter().filter(|dir| dir.is_of_templates()).map(|dir| &dir.path).collect();
        // A directory that cannot be listed has nothing to suggest.
        let _ = self.files.walk(&mut |directory, entries| {
            // A directory of templates can have the vendored components in it.
            if self.directories.iter().any(|dir| dir.vendored.is_some() && directory.is_in(&dir.path)) {
                return nestling_files::files::Walk::Skip;
            }
            let on_the_way = directories.iter().any(|dir| dir.is_in(directory));
            if !on_the_way && directory.file_name() == CASES_DIRECTORY {
                return nestling_files::files::Walk::Skip;
            }
            for dir in directories.iter().filter(|dir| directory.is_in(dir)) {
                let below = directory.relative_to(dir).unwrap_or_default();
                let below = String::from_utf8_lossy(below).into_owned();
                names.extend(
                    entries
                        .iter()
                        .filter_map(|entry| template_name(&below, &String::from_utf8_lossy(&entry.name))),
                );
            }
            let inside = directories.iter().any(|dir| directory.is_in(dir));
            if on_the_way || inside {
                nestling_files::files::Walk::Descend
            } else {
                nestling_files::files::Walk::Skip
            }
        });
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl FilesByFile for Templates<'_> {
    fn files_of(&self, file: FileId) -> Option<&dyn Files> {
        let index = self.directory_indices.borrow().get(&file).copied()?;
        let opened = self.opened.get(index)?.as_ref()?;
        opened.as_deref().ok()
    }

    fn copied_from(&self, file: FileId) -> Option<CopiedFrom> {
        self.copied_from.borrow().get(&file).cloned()
    }

    fn copies(&self, include: &Node, from: &CopiedFrom) -> Result<Vec<CopiedFile>, Box<Diagnostic>> {
        let vendored = self.vendored(from);
        vendored.map_or_else(|| Ok(Vec::new()), |vendored| vendored.copies(include, from).map_err(Box::new))
    }

    fn exists(&self, glob: &str, from: &CopiedFrom) -> Option<bool> {
        self.vendored(from)?.exists(glob, from)
    }
}

/// Reads a template's header: what is right of it, and what is wrong.
fn read_header(header: &str, file: FileId) -> (TemplateHeader, Vec<Diagnostic>) {
    let node = match yaml::parse_file(header, file) {
        Ok(documents) => documents.into_iter().next(),
        Err(problems) => return (TemplateHeader::default(), problems),
    };
    let Some(node) = node else { return (TemplateHeader::default(), Vec::new()) };
    let idle = unevaluated(&node);
    let (header, mut problems) = yaml::from_node_leniently::<TemplateHeader>(node, &TEMPLATE_HEADER);
    problems.extend(idle);
    (header, problems)
}
