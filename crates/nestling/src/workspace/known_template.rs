//! The templates that a unit is rendered from, as they were read: to tell later whether they are still the same.

use super::document::Body;
use super::template::Templates;
use super::template_reads::Read;
use super::unit::Unit;
use nestling_gitlab::diagnostic::{FileId, Sources};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A template as it was read.
#[derive(Debug, Clone)]
pub(crate) struct KnownTemplate {
    name: String,
    /// Its file with its text; `None` if there is no template of this name.
    read: Option<(FileId, Arc<str>)>,
}

/// Returns the templates that are read when a unit is rendered, in that order. `None` if their sources do not show all: if a name is
/// computed, a file is behind a link or takes its inputs from another one, or cannot be read.
pub(crate) fn templates_of(
    unit: &Unit,
    templates: &Templates<'_>,
    sources: &Sources,
) -> Option<Vec<KnownTemplate>> {
    let mut search = Search { templates, sources, names: BTreeSet::new(), known: Vec::new() };
    for used in &unit.uses {
        search.named(&used.template)?;
    }
    if let Some(body) = &unit.fragment {
        search.reads(body)?;
    }
    Some(search.known)
}

/// Reads templates again, in the same order, and returns `true` if they are the same files with the same contents.
pub(crate) fn are_same(known: &[KnownTemplate], templates: &Templates<'_>, sources: &Sources) -> bool {
    known.iter().all(|known| {
        let Ok(template) = templates.find_leniently(&known.name) else { return false };
        match (&known.read, template) {
            (None, None) => true,
            (Some((file, text)), Some(template)) => {
                template.file == *file && sources.get(*file).is_some_and(|source| source.text == *text)
            }
            _ => false,
        }
    })
}

struct Search<'a> {
    templates: &'a Templates<'a>,
    sources: &'a Sources,
    names: BTreeSet<String>,
    known: Vec<KnownTemplate>,
}

impl Search<'_> {
    fn named(&mut self, name: &str) -> Option<()> {
        if !self.names.insert(name.to_owned()) {
            return Some(());
        }
        let template = self.templates.find_leniently(name).ok()?;
        let Some(template) = template else {
            self.known.push(KnownTemplate { name: name.to_owned(), read: None });
            return Some(());
        };
        if !template.links.is_empty() || !template.problems.is_empty() {
            return None;
        }
        let text = Arc::clone(&self.sources.get(template.file)?.text);
        self.known.push(KnownTemplate { name: name.to_owned(), read: Some((template.file, text)) });
        self.reads(&template.body)
    }

    fn reads(&mut self, body: &Body) -> Option<()> {
        for read in body.reads() {
            match read {
                Read::Named(name) => self.named(&name)?,
                Read::Computed => return None,
            }
        }
        Some(())
    }
}
