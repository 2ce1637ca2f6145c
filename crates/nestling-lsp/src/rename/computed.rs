//! Names that expressions make, such as `build-${{ unit.name }}`: one of them may be the name that is renamed.

use super::elsewhere::may_be_this;
use crate::index::{Index, Occurrence};
use crate::names::{Name, NameKind, is_computed};
use nestling_gitlab::name::slug;
use nestling_gitlab::pipeline::moa;
use std::collections::BTreeSet;

/// A part of a computed name.
enum Piece<'t> {
    Literal(&'t str),
    /// One of these.
    OneOf(Vec<String>),
    /// A string that is written elsewhere, where it is looked for: the value of an input or of a loop.
    Written,
    Anything,
}

/// Refuses a name that a computed one may become.
///
/// # Errors
/// Names the place.
pub(super) fn check(index: &Index, occurrence: Occurrence) -> Result<(), String> {
    let wanted = index.name(occurrence);
    let mut near = (0..index.files.len()).collect();
    let mut units = Vec::new();
    match wanted.kind {
        NameKind::Job => (near, units) = index.surroundings_of_job(occurrence),
        NameKind::Stage | NameKind::Environment => {}
        _ => return Ok(()),
    }
    let (names, in_full) = targets(index, wanted, &units);
    for (number, file) in index.files.iter().enumerate() {
        let names = if near.contains(&number) { names.as_slice() } else { &[] };
        let computed = file.names.iter().filter(|name| name.kind == wanted.kind && is_computed(&name.text));
        for name in computed {
            let text = name.text.trim_start_matches('^').trim_end_matches('?');
            let pieces = pieces(index, text);
            let is_written_elsewhere = matches!(pieces.as_slice(), [Piece::Written]);
            let can_be_it = || names.iter().chain(&in_full).any(|target| can_become(&pieces, target));
            if !is_written_elsewhere && can_be_it() {
                return Err(may_be_this(index, file, name.range.clone()));
            }
        }
    }
    Ok(())
}

/// Returns the strings that mean the name in the files near to it, and those that do in any file: with a unit.
fn targets(index: &Index, wanted: &Name, units: &[&str]) -> (Vec<String>, Vec<String>) {
    let mut names = vec![wanted.text.clone()];
    if wanted.kind == NameKind::Job {
        let of_environments = index.facts.environments.iter();
        names.extend(of_environments.map(|environment| format!("{}:{environment}", wanted.text)));
    }
    let in_full = units.iter().flat_map(|unit| names.iter().map(move |name| format!("{unit}:{name}")));
    let in_full = in_full.collect();
    (names, in_full)
}

fn pieces<'t>(index: &Index, text: &'t str) -> Vec<Piece<'t>> {
    if text.contains("{%") {
        return vec![Piece::Anything];
    }
    let mut pieces = Vec::new();
    let mut position = 0;
    for range in moa::expressions(text) {
        let open = range.start - moa::OPEN.len();
        if open > position {
            pieces.push(Piece::Literal(&text[position..open]));
        }
        position = (range.end + moa::CLOSE.len()).min(text.len());
        pieces.push(of_expression(index, text[range].trim()));
    }
    if position < text.len() {
        pieces.push(Piece::Literal(&text[position..]));
    }
    pieces
}

/// Returns the strings that an expression may be.
fn of_expression<'t>(index: &Index, expression: &str) -> Piece<'t> {
    let names = moa::names(expression);
    let [name] = names.as_slice() else { return Piece::Anything };
    if name.is_call || name.range != (0..expression.len()) {
        return Piece::Anything;
    }
    let units = index.facts.units.iter();
    match (name.root, name.keys.as_slice()) {
        ("unit", ["name"]) => Piece::OneOf(units.map(|unit| unit.name.clone()).collect()),
        ("unit", ["slug"]) => Piece::OneOf(units.map(|unit| slug(&unit.name)).collect()),
        ("unit", ["dir"]) => Piece::OneOf(units.map(|unit| unit.directory.to_string()).collect()),
        ("environment", ["name"]) => Piece::OneOf(index.facts.environments.clone()),
        ("inputs" | "vars", [_]) => Piece::Written,
        // The variable of a loop, whose strings are in its statement.
        (_, []) => Piece::Written,
        _ => Piece::Anything,
    }
}

fn can_become(pieces: &[Piece<'_>], target: &str) -> bool {
    // The offsets at which the pieces so far can end. A search that goes back would take exponential time.
    let mut ends = BTreeSet::from([0]);
    for piece in pieces {
        let after = |literal: &str| -> BTreeSet<usize> {
            let fits = ends.iter().filter(|end| target[**end..].starts_with(literal));
            fits.map(|end| end + literal.len()).collect()
        };
        ends = match piece {
            Piece::Literal(literal) => after(literal),
            Piece::OneOf(strings) => strings.iter().flat_map(|string| after(string)).collect(),
            Piece::Written | Piece::Anything => {
                let first = ends.first().copied().unwrap_or(usize::MAX);
                let offsets = target.char_indices().map(|(offset, _)| offset).chain([target.len()]);
                offsets.filter(|offset| *offset >= first).collect()
            }
        };
    }
    ends.contains(&target.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_many_expressions_is_compared_in_one_pass() {
        let many: Vec<Piece<'_>> = (0..40).flat_map(|_| [Piece::Anything, Piece::Literal("a")]).collect();
        assert!(can_become(&many, &"a".repeat(60)));
        assert!(!can_become(&many, &format!("{}b", "a".repeat(60))));
        let of_unit = [Piece::OneOf(vec!["api".to_owned(), "a".to_owned()]), Piece::Literal("pi-é")];
        assert!(can_become(&of_unit, "api-é") && can_become(&of_unit, "apipi-é"));
        assert!(!can_become(&of_unit, "api-") && can_become(&[], ""));
    }
}
