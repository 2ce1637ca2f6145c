//! Names as data of templates: strings in statements and expressions, and inputs that are read by a computed name.

use super::elsewhere::{may_be, may_be_this};
use crate::index::{Index, IndexedFile, Occurrence};
use crate::names::{Name, NameKind, strings};
use nestling::ide::{TemplateRegion, template_regions};
use nestling_gitlab::pipeline::moa;
use std::collections::BTreeSet;
use std::ops::Range;

/// The words of statements whose strings are templates.
const READS: [&str; 4] = ["import", "from", "include", "extends"];

/// Refuses a name that is a string in a statement, such as `#% for job in ["build", "test"]`, or that is read without being
/// written, as in `inputs[name]`.
///
/// # Errors
/// Names the place.
pub(super) fn check(index: &Index, occurrence: Occurrence) -> Result<(), String> {
    let wanted = index.name(occurrence);
    let (near, units) = match wanted.kind {
        NameKind::Job => index.surroundings_of_job(occurrence),
        _ => ((0..index.files.len()).collect(), Vec::new()),
    };
    let owners = match &wanted.kind {
        NameKind::Input(owner) => index.owners_of_input(owner, &wanted.text),
        _ => BTreeSet::new(),
    };
    for (number, file) in index.files.iter().enumerate().filter(|(_, file)| !file.is_built_in) {
        for region in template_regions(&file.text) {
            let (TemplateRegion::Control(range) | TemplateRegion::Expression(range)) = region else {
                continue;
            };
            let found = match &wanted.kind {
                NameKind::Input(_) => {
                    let is_own = owners.contains(file.owner.as_str());
                    is_own.then(|| read_by_computed_name(&file.text, &range, "inputs")).flatten()
                }
                NameKind::Var => read_by_computed_name(&file.text, &range, "vars"),
                _ => string_in(file, &range, wanted, near.contains(&number), &units),
            };
            if let Some(range) = found {
                return Err(may_be_this(index, file, range));
            }
        }
    }
    Ok(())
}

/// Returns the string of a region that may be the name: in files of other units, only with the unit before it.
fn string_in(
    file: &IndexedFile,
    region: &Range<usize>,
    wanted: &Name,
    is_near: bool,
    units: &[&str],
) -> Option<Range<usize>> {
    let inside = &file.text[region.clone()];
    let statement = inside.split_whitespace().next().unwrap_or_default();
    if READS.contains(&statement) {
        return None;
    }
    let is_known = |range: &Range<usize>| file.names.iter().any(|name| name.range == *range);
    let is_meant = |string: &str| {
        let of_unit = || units.iter().any(|unit| string.contains(&format!("{unit}:{}", wanted.text)));
        may_be(string, wanted) && (is_near || of_unit())
    };
    let found = strings(inside).into_iter().filter(|string| is_meant(string)).map(|string| {
        let start = region.start + (string.as_ptr() as usize - inside.as_ptr() as usize);
        start..start + string.len()
    });
    found.into_iter().find(|range| !is_known(range))
}

/// Returns the place where a context is read as a whole, or by a key that is computed.
fn read_by_computed_name(text: &str, region: &Range<usize>, context: &str) -> Option<Range<usize>> {
    let names = moa::names(&text[region.clone()]);
    let computed = names.into_iter().find(|name| name.root == context && name.keys.is_empty())?;
    Some(region.start + computed.range.start..region.start + computed.range.end)
}
