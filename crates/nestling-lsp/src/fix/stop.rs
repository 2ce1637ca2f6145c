//! A deploy without a stop job gets a `stop` block.

use super::Fix;
use crate::edit::add_key;
use crate::meaning::{FileKind, Section, is_global};
use crate::outline::Outline;

/// Returns the change for the deploy around an offset.
pub(super) fn fix(outline: &Outline<'_>, kind: &FileKind, offset: usize) -> Option<Fix> {
    if !kind.is_rendered() {
        return None;
    }
    let around = outline.entries.iter().rposition(|entry| entry.start <= offset && offset <= entry.end)?;
    let job = outline.above(around).last()?;
    let name = outline.step(job);
    let section = Section::of(outline, outline.entries[job].document, kind);
    if section != Section::Jobs || is_global(name) || outline.child(Some(job), "stop").is_some() {
        return None;
    }
    let environment = outline.child(Some(job), "environment")?;
    let acts = ["action", "on_stop"].iter().any(|key| outline.child(Some(environment), key).is_some());
    if acts {
        return None;
    }
    let edit = add_key(outline, job, "stop", "{ script: echo stops it }")?;
    Some(Fix { title: format!("Add a stop block to `{name}`"), edits: vec![edit], is_preferred: false })
}
