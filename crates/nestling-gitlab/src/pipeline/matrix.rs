//! The jobs that `parallel` makes of one (<https://docs.gitlab.com/ci/yaml/#parallel>).

use super::value::one_or_many;
use crate::yaml::{Map, Meaning, Node};
use std::borrow::Cow;

/// The variables of an entry of a matrix, each with its values.
pub type MatrixEntry<'a> = Vec<(&'a str, Vec<Cow<'a, str>>)>;

/// The `parallel` of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parallel<'a> {
    /// `parallel: 5`.
    Count(u64),
    /// `parallel: { matrix: [...] }`: each entry with its variables and their values.
    Matrix(Vec<MatrixEntry<'a>>),
    /// Something that GitLab does not accept.
    Malformed,
}

/// The `parallel` of a job, if it has one.
pub fn parallel(body: &Map) -> Option<Parallel<'_>> {
    let node = body.get("parallel").filter(|node| !node.is_null())?;
    let count = node.as_int().and_then(|count| u64::try_from(count).ok()).map(Parallel::Count);
    let entries = node.get("matrix").and_then(Node::as_seq);
    let matrix = entries.and_then(|entries| entries.iter().map(entry).collect()).map(Parallel::Matrix);
    Some(count.or(matrix).unwrap_or(Parallel::Malformed))
}

fn entry(node: &Node) -> Option<MatrixEntry<'_>> {
    let values = |value| one_or_many(value).iter().map(text).collect::<Option<Vec<_>>>();
    let entry = node.as_map().filter(|map| !map.is_empty())?;
    entry.iter().map(|(name, value)| Some((name, values(value)?))).collect()
}

/// A value as GitLab puts it into the name: `010` is 8.
fn text(value: &Node) -> Option<Cow<'_, str>> {
    match value.as_scalar()?.meaning() {
        Meaning::Text(text) => Some(Cow::Borrowed(text)),
        Meaning::Int(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

impl Parallel<'_> {
    /// Number of resulting jobs; the largest number if that overflows.
    pub fn count(&self) -> u64 {
        match self {
            Self::Count(count) => *count,
            Self::Matrix(entries) => entries
                .iter()
                .map(|entry| {
                    entry.iter().fold(1, |n: u64, (_, values)| n.saturating_mul(values.len() as u64))
                })
                .fold(0, u64::saturating_add),
            Self::Malformed => 1,
        }
    }

    /// The names of the jobs that GitLab makes: `build 1/3`, or `build: [linux, x64]` with the values in the order of
    /// the variables. Ask for [`count`](Self::count) first: there are as many.
    pub fn names(&self, job: &str) -> Vec<String> {
        match self {
            Self::Count(count) => (1..=*count).map(|n| format!("{job} {n}/{count}")).collect(),
            Self::Matrix(entries) => entries
                .iter()
                .flat_map(|entry| permutations(entry))
                .map(|values| format!("{job}: [{}]", values.join(", ")))
                .collect(),
            Self::Malformed => vec![job.to_owned()],
        }
    }
}

/// Returns the names of the copies that `needs:parallel:matrix` asks for; `None` where GitLab does not accept the selector
/// (<https://docs.gitlab.com/ci/yaml/#needsparallelmatrix>). `put_in` puts matrix variables into each value.
///
/// # Errors
/// The first error of `put_in`.
pub fn selected_copies<E>(
    name: &str,
    selector: &Node,
    put_in: &dyn Fn(&str) -> Result<String, E>,
) -> Result<Option<Vec<String>>, E> {
    let Some(mut entries) = one_or_many(selector).iter().map(entry).collect::<Option<Vec<_>>>() else {
        return Ok(None);
    };
    let mut names = Vec::new();
    for entry in &mut entries {
        for value in entry.iter_mut().flat_map(|(_, values)| values) {
            *value = Cow::Owned(put_in(value)?);
        }
        let rows = permutations(entry).into_iter();
        names.extend(rows.map(|values| format!("{name}: [{}]", values.join(", "))));
    }
    Ok(Some(names))
}

/// One of the jobs that `parallel` makes, or the job itself where nothing multiplies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobCopy {
    /// The name that GitLab gives it.
    pub name: String,
    /// The variables that a matrix gives it, in the order of the matrix.
    pub variables: Vec<(String, String)>,
}

/// Returns the jobs that GitLab makes of one: of equal combinations of a matrix there is one copy, and a variable without
/// values leaves none. Ask for [`Parallel::count`] first: there may be as many.
pub fn copies(name: &str, body: &Map) -> Vec<JobCopy> {
    let alone = |name: String| JobCopy { name, variables: Vec::new() };
    let Some(parallel) = parallel(body) else { return vec![alone(name.to_owned())] };
    let Parallel::Matrix(entries) = &parallel else {
        return parallel.names(name).into_iter().map(alone).collect();
    };
    let mut copies: Vec<JobCopy> = Vec::new();
    for entry in entries {
        let names = || entry.iter().map(|(variable, _)| (*variable).to_owned());
        for values in permutations(entry) {
            let name = format!("{name}: [{}]", values.join(", "));
            let variables = names().zip(values.into_iter().map(str::to_owned)).collect();
            let copy = JobCopy { name, variables };
            if copies.iter().all(|other| other.name != copy.name) {
                copies.push(copy);
            }
        }
    }
    copies
}

fn permutations<'a>(variables: &'a [(&str, Vec<Cow<'a, str>>)]) -> Vec<Vec<&'a str>> {
    variables.iter().fold(vec![vec![]], |rows, (_, values)| {
        let extend =
            |row: &Vec<&'a str>, value: &'a Cow<'a, str>| row.iter().copied().chain([&**value]).collect();
        rows.iter().flat_map(|row| values.iter().map(move |value| extend(row, value))).collect()
    })
}

#[cfg(test)]
mod tests;
