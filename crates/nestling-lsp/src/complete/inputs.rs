//! The template whose inputs are given at a place.

use crate::meaning::{FileKind, Section};
use crate::names::template_stem;
use crate::outline::Outline;
use crate::place::Place;

/// Returns the template whose inputs a place gives: that of the use, or of the test case.
pub(super) fn template_at<'t>(
    outline: &Outline<'t>,
    place: &Place<'t>,
    default: Option<&'t str>,
) -> Option<&'t str> {
    let of_use = place.holder.and_then(|holder| template_of(outline, holder));
    let of_case = || outline.child(None, "template").and_then(|entry| outline.value(entry)).or(default);
    of_use.or_else(|| if place.section == Section::Cases { of_case() } else { None })
}

/// Returns the template or the component of the use that an entry is in.
fn template_of<'t>(outline: &Outline<'t>, holder: usize) -> Option<&'t str> {
    let named =
        |holder| ["template", "component"].into_iter().find_map(|key| outline.child(Some(holder), key));
    let of_use = outline.above(holder).find_map(named)?;
    outline.value(of_use).map(template_stem)
}

/// Returns the template that the cases of a file are for.
pub(super) fn default_template(kind: &FileKind) -> Option<&str> {
    match kind {
        FileKind::Cases(template) => template.as_deref(),
        _ => None,
    }
}
