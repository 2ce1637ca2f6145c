//! Keys in the bodies of macros: parts of jobs, unless they look like jobs.

use crate::meaning::{FileKind, is_global};
use crate::outline::Outline;
use nestling::ide::{TemplateRegion, template_regions};
use nestling_gitlab::table::JOB;
use std::ops::Range;

/// Returns the bytes of each macro's body.
pub(super) fn bodies(text: &str, kind: &FileKind) -> Vec<Range<usize>> {
    if !kind.is_rendered() || !text.contains("macro") {
        return Vec::new();
    }
    let mut bodies = Vec::new();
    let mut open = None;
    for region in template_regions(text) {
        let TemplateRegion::Control(range) = region else { continue };
        match text[range.clone()].split_whitespace().next() {
            Some("macro") => open = Some(range.end),
            Some("endmacro") => bodies.extend(open.take().map(|start| start..range.start)),
            _ => {}
        }
    }
    bodies
}

/// Returns `true` for a key at the root of a macro's body that is not a job: the body is inserted where the macro is called.
pub(super) fn is_part(outline: &Outline<'_>, index: usize, bodies: &[Range<usize>]) -> bool {
    let start = outline.entries[index].start;
    if !bodies.iter().any(|body| body.contains(&start)) {
        return false;
    }
    let name = outline.step(index);
    let is_keyword = |name: &str| JOB.keys.iter().any(|keyword| keyword.name == name);
    let has_keywords = || outline.children(Some(index)).any(|child| is_keyword(outline.step(child)));
    is_keyword(name) || is_global(name) || !has_keywords()
}
