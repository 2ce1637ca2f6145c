//! Names that expressions make, such as `build-${{ unit.name }}`: one of them may be the name that is renamed.

use super::elsewhere::may_be_this;
use crate::index::{Index, Occurrence};
use crate::names::{Name, NameKind, is_computed};
use nestling_gitlab::name::slug;
use nestling_gitlab::pipeline::moa;

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
    for (number, file) in index.files.iter().enumerate() {
        let targets = targets(index, wanted, near.contains(&number), &units);
        let computed = file.names.iter().filter(|name| name.kind == wanted.kind && is_computed(&name.text));
        for name in computed {
            let text = name.text.trim_start_matches('^').trim_end_matches('?');
            let pieces = pieces(index, text);
            let is_written_elsewhere = matches!(pieces.as_slice(), [Piece::Written]);
            if !is_written_elsewhere && targets.iter().any(|target| can_become(&pieces, target)) {
                return Err(may_be_this(index, file, name.range.clone()));
            }
        }
    }
    Ok(())
}

/// Returns the strings that mean the name in a file.
fn targets(index: &Index, wanted: &Name, is_near: bool, units: &[&str]) -> Vec<String> {
    let mut names = vec![wanted.text.clone()];
    if wanted.kind == NameKind::Job {
        let of_environments = index.facts.environments.iter();
        names.extend(of_environments.map(|environment| format!("{}:{environment}", wanted.text)));
    }
    let in_full = units.iter().flat_map(|unit| names.iter().map(move |name| format!("{unit}:{name}")));
    let mut targets: Vec<String> = in_full.collect();
    if is_near {
        targets.extend(names);
    }
    targets
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
    let Some((first, rest)) = pieces.split_first() else { return target.is_empty() };
    match first {
        Piece::Literal(literal) => {
            target.strip_prefix(literal).is_some_and(|behind| can_become(rest, behind))
        }
        Piece::OneOf(strings) => {
            let mut behind = strings.iter().filter_map(|string| target.strip_prefix(string.as_str()));
            behind.any(|behind| can_become(rest, behind))
        }
        Piece::Written | Piece::Anything => {
            let mut ends = target.char_indices().map(|(offset, _)| offset).chain([target.len()]);
            ends.any(|end| can_become(rest, &target[end..]))
        }
    }
}
