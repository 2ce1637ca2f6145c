//! `strategy.matrix` as `parallel:matrix`.

use super::context::{variable_name, version};
use super::notes::{Notes, Part};
use super::scope::Scope;
use super::text::keyword;
use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeMap;

/// A combination: the value of each variable.
type Row = BTreeMap<String, String>;

/// GitLab's limit of jobs in one matrix.
const MOST_COPIES: usize = 200;

/// Combinations of which exclusions may leave few. GitHub allows 256 jobs.
const MOST_COMBINATIONS: usize = 10_000;

/// Returns the entries of `parallel:matrix`; `None` without a matrix, or with one that is computed.
pub(super) fn matrix(strategy: &Node, scope: &Scope, notes: &mut Notes) -> Option<Node> {
    for entry in strategy.as_map().into_iter().flat_map(|map| &map.entries) {
        match entry.key.text() {
            "matrix" => {}
            // It is what GitLab does.
            "fail-fast" if entry.value.as_bool() == Some(false) => {}
            key @ ("fail-fast" | "max-parallel") => {
                notes.add(
                    Part::Lost,
                    entry.value.origin,
                    format!("`{key}`: all jobs of a matrix run, at once"),
                );
            }
            key => notes.add(Part::Lost, entry.key.origin, format!("`{key}` of the strategy")),
        }
    }
    let matrix = strategy.get("matrix")?;
    let Some(map) = matrix.as_map() else {
        notes.add(Part::Lost, matrix.origin, "the matrix is computed: list its values");
        return None;
    };
    let mut rows = product(map, matrix.origin, scope, notes)?;
    let excluded = combinations(map.get("exclude"), scope, notes);
    rows.retain(|row| {
        !excluded.iter().any(|gone| gone.iter().all(|(name, value)| row.get(name) == Some(value)))
    });
    let original: Vec<Row> = rows.clone();
    for included in combinations(map.get("include"), scope, notes) {
        // It extends each combination whose values it does not change, and is one of its own if there is none.
        let mut is_used = false;
        for (row, old) in rows.iter_mut().zip(&original) {
            if included.iter().all(|(name, value)| old.get(name).is_none_or(|known| known == value)) {
                row.extend(included.iter().map(cloned));
                is_used = true;
            }
        }
        if !is_used {
            rows.push(included);
        }
    }
    if rows.len() > MOST_COPIES {
        notes.add(
            Part::Lost,
            matrix.origin,
            format!("GitLab allows no more than {MOST_COPIES} jobs of a matrix"),
        );
    }
    (!rows.is_empty()).then(|| Node::seq(matrix.origin, rows.iter().map(|row| node(row, matrix)).collect()))
}

/// Returns each combination of the values of the axes: none without axes, `None` if their values are unknown or too many.
fn product(map: &Map, origin: Origin, scope: &Scope, notes: &mut Notes) -> Option<Vec<Row>> {
    let axes = map.entries.iter().filter(|entry| !["include", "exclude"].contains(&entry.key.text()));
    let mut rows = vec![Row::new()];
    let mut has_axes = false;
    for axis in axes {
        let name = variable_name(axis.key.text());
        let Some(values) = axis.value.as_seq() else {
            notes.add(
                Part::Lost,
                axis.value.origin,
                format!(
                    "the values of `{}` are computed: it is one job, in which `${name}` is empty",
                    axis.key.text()
                ),
            );
            return None;
        };
        has_axes = true;
        let values: Vec<Row> = values.iter().map(|value| flattened(&name, value, scope, notes)).collect();
        if rows.len().saturating_mul(values.len()) > MOST_COMBINATIONS {
            let text = format!("the matrix has more than {MOST_COMBINATIONS} combinations");
            notes.add(Part::Lost, origin, text);
            return None;
        }
        let with = |row: &Row| -> Vec<Row> {
            let joined = values.iter().map(|value| row.iter().chain(value).map(cloned).collect());
            joined.collect()
        };
        rows = rows.iter().flat_map(with).collect();
    }
    Some(if has_axes { rows } else { Vec::new() })
}

fn cloned((name, value): (&String, &String)) -> (String, String) {
    (name.clone(), value.clone())
}

/// Returns a value of an axis; one that is a mapping has a variable for each key.
fn flattened(name: &str, value: &Node, scope: &Scope, notes: &mut Notes) -> Row {
    match value.as_map() {
        None => Row::from([(name.to_owned(), text(value, scope, notes))]),
        Some(map) => {
            let part =
                |(key, value): (&str, &Node)| (format!("{name}_{}", variable_name(key)), value.clone());
            let parts: Vec<(String, Node)> = map.iter().map(part).collect();
            parts.into_iter().map(|(name, value)| (name, text(&value, scope, notes))).collect()
        }
    }
}

fn combinations(list: Option<&Node>, scope: &Scope, notes: &mut Notes) -> Vec<Row> {
    let mut rows = Vec::new();
    for entry in list.and_then(Node::as_seq).unwrap_or_default() {
        let mut row = Row::new();
        for (name, value) in entry.as_map().into_iter().flat_map(Map::iter) {
            row.extend(flattened(&variable_name(name), value, scope, notes));
        }
        rows.push(row);
    }
    rows
}

/// Returns a value as a string.
fn text(value: &Node, scope: &Scope, notes: &mut Notes) -> String {
    version(&keyword(value.text().unwrap_or_default(), scope, value.origin, notes))
}

fn node(row: &Row, matrix: &Node) -> Node {
    let mut map = Map::default();
    for (name, value) in row {
        map.set(name.as_str(), Node::string(matrix.origin, value.as_str()));
    }
    Node::map(matrix.origin, map)
}
