//! The parts of a file that the template language reads.

use crate::template_syntax::{Region, regions};
use std::ops::Range;

/// A part of a template that is not YAML, by the bytes of its inside.
///
/// ```
/// use nestling::ide::{TemplateRegion, template_regions};
///
/// let text = "#% if inputs.race\ntest: ${{ unit.name }}\n#% endif\n";
/// let TemplateRegion::Control(first) = &template_regions(text)[0] else { unreachable!() };
/// assert_eq!(&text[first.clone()], " if inputs.race");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateRegion {
    /// A control line behind `#%`, or the inside of `{% %}`.
    Control(Range<usize>),
    /// The bytes between the braces of `${{ }}`.
    Expression(Range<usize>),
}

/// Returns the regions of a file in order. Expressions after a backslash are GitLab's, and are left out.
pub fn template_regions(text: &str) -> Vec<TemplateRegion> {
    let shown = regions(text).into_iter().filter_map(|region| match region {
        Region::Control(inside) => Some(TemplateRegion::Control(inside)),
        Region::Expression { inside, is_escaped: false } => Some(TemplateRegion::Expression(inside)),
        Region::Expression { .. } | Region::Braces(_) => None,
    });
    shown.collect()
}
