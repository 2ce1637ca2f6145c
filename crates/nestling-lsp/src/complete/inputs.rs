//! The template whose inputs are given at a place.

use crate::meaning::{FileKind, Section};
use crate::names::used_template;
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

/// Returns the template of the use that an entry is in.
fn template_of<'t>(outline: &Outline<'t>, holder: usize) -> Option<&'t str> {
    let named = |key: &str| outline.child(Some(holder), key).and_then(|child| outline.value(child));
    let own = named("template").or_else(|| named("component"));
    own.or_else(|| used_template(outline, holder))
}

/// Returns the template that the cases of a file are for.
pub(super) fn default_template(kind: &FileKind) -> Option<&str> {
    match kind {
        FileKind::Cases(template) => template.as_deref(),
        _ => None,
    }
}
