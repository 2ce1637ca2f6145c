//! Needs as GitLab expands them: each name that it then looks for among the jobs, copies included
//! (<https://docs.gitlab.com/ci/yaml/#needsparallelmatrix>).

use super::need::Need;
use crate::pipeline::matrix::{JobCopy, selected_copies};
use crate::yaml::{Kind, Map, Node};
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// `$[[ matrix.NAME ]]` (<https://docs.gitlab.com/ci/yaml/matrix_expressions/>).
static MATRIX_EXPRESSION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\$\[\[[ \t\n\r\f\v]*matrix\.([a-zA-Z0-9_-]+)[ \t\n\r\f\v]*\]\]").ok());

/// Opens an expression.
const OPEN: &str = "$[[";

/// A name in `$[[ matrix.NAME ]]` that the needing job does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnknownMatrixName(pub String);

/// Returns `true` if a need means other jobs for each copy of the job that has it.
pub(crate) fn differs_between_copies(need: &Need<'_>) -> bool {
    let in_name = need.job().is_some_and(|name| name.contains(OPEN));
    in_name || need.matrix.is_some_and(has_expression)
}

fn has_expression(node: &Node) -> bool {
    match &node.kind {
        Kind::Scalar(scalar) => scalar.text.contains(OPEN),
        Kind::Seq(items) => items.iter().any(has_expression),
        Kind::Map(map) => map.iter().any(|(_, value)| has_expression(value)),
    }
}

/// Returns the names that a need of one copy of a job means; none where it means no job of this pipeline. `copies_of` returns
/// the names of the copies of a job that is multiplied, and `None` for any other name.
///
/// # Errors
/// A name of `$[[ matrix.NAME ]]` that neither the copy's matrix nor the job's `variables` have.
pub(crate) fn needed_names<'a>(
    need: &Need<'a>,
    copy: &JobCopy,
    body: &Map,
    copies_of: &dyn Fn(&str) -> Option<&'a [String]>,
) -> Result<Vec<Cow<'a, str>>, UnknownMatrixName> {
    let Some(written) = need.job() else { return Ok(Vec::new()) };
    let name = put_in(written, copy, body)?;
    let put_in_value = |value: &str| Ok(put_in(value, copy, body)?.into_owned());
    // A selector that GitLab does not accept is reported by its form.
    let selected = match need.matrix {
        Some(selector) => Some(selected_copies(&name, selector, &put_in_value)?.unwrap_or_default()),
        None => None,
    };
    match (copies_of(&name), selected) {
        // Of a job that is not multiplied GitLab ignores the selector.
        (None, _) => Ok(vec![name]),
        (Some(_), Some(selected)) => Ok(selected.into_iter().map(Cow::Owned).collect()),
        (Some(copies), None) => Ok(copies.iter().map(|name| Cow::Borrowed(name.as_str())).collect()),
    }
}

/// Puts the values of a copy into a string. Where GitLab finds no variable of that name in the matrix, it takes the job's own.
fn put_in<'t>(text: &'t str, copy: &JobCopy, body: &Map) -> Result<Cow<'t, str>, UnknownMatrixName> {
    let Some(pattern) = MATRIX_EXPRESSION.as_ref().filter(|_| text.contains(OPEN)) else {
        return Ok(Cow::Borrowed(text));
    };
    let mut result = String::with_capacity(text.len());
    let mut end = 0;
    for captures in pattern.captures_iter(text) {
        let (Some(whole), Some(name)) = (captures.get(0), captures.get(1)) else { continue };
        let value = value_of(name.as_str(), copy, body);
        let value = value.ok_or_else(|| UnknownMatrixName(name.as_str().to_owned()))?;
        result.push_str(&text[end..whole.start()]);
        result.push_str(value);
        end = whole.end();
    }
    result.push_str(&text[end..]);
    Ok(Cow::Owned(result))
}

fn value_of<'v>(name: &str, copy: &'v JobCopy, body: &'v Map) -> Option<&'v str> {
    if let Some((_, value)) = copy.variables.iter().find(|(variable, _)| variable == name) {
        return Some(value);
    }
    let variable = body.get("variables")?.as_map()?.get(name)?;
    variable.get("value").unwrap_or(variable).text()
}
