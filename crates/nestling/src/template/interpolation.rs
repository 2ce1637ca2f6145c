//! GitLab's own interpolation, `$[[ inputs.x ]]`, so that a component file works as a template as it is
//! (<https://docs.gitlab.com/ci/inputs/>).

use super::shell_words;
use super::values::json::json_node;
use crate::template::rules::{COMPONENT_BLOCK, TEMPLATE_LIMIT};
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Suggestion};
use nestling_gitlab::yaml::{Kind, Map, Node, Scalar, Style};
use serde_json::Value as Json;

/// Opens a block.
const OPEN: &str = "$[[";

/// Closes a block.
const CLOSE: &str = "]]";

/// The most functions that GitLab runs in one block.
const MAX_FUNCTIONS: usize = 3;

/// Returns whether a text holds a block.
pub(crate) fn has_blocks(text: &str) -> bool {
    text.contains(OPEN)
}

/// The most that the blocks of one file may come to together, in nodes and pieces of text.
const WEIGHT_LIMIT: usize = 1_000_000;

/// Replaces all blocks of a tree, and reports blocks that come to more than fits into memory.
pub(crate) fn interpolate_all(node: &mut Node, inputs: &Json, problems: &mut Vec<Diagnostic>) {
    let mut weight = WEIGHT_LIMIT;
    let origin = node.origin;
    interpolate(node, inputs, &mut weight, problems);
    if weight == 0 {
        let message =
            format!("the `$[[ ]]` of this file come to more than {WEIGHT_LIMIT} nodes and pieces of text");
        let problem = Diagnostic::error(&TEMPLATE_LIMIT, origin, message);
        problems.push(problem.with_help("use long inputs less often"));
    }
}

/// Replaces all blocks of a tree. A string that is nothing but one block becomes the input with its type, in quotes as
/// well, since GitLab interpolates after reading the YAML.
fn interpolate(node: &mut Node, inputs: &Json, weight: &mut usize, problems: &mut Vec<Diagnostic>) {
    if *weight == 0 {
        return;
    }
    let origin = node.origin;
    match &mut node.kind {
        Kind::Seq(items) => items.iter_mut().for_each(|item| interpolate(item, inputs, weight, problems)),
        Kind::Map(map) => interpolate_map(map, inputs, weight, problems),
        Kind::Scalar(scalar) if has_blocks(&scalar.text) => {
            problems.extend(late_expansion(&scalar.text, inputs, origin));
            let Some(block) = lone_block(&scalar.text).filter(|block| !is_of_matrix(block)) else {
                *scalar = interpolated(scalar, inputs, origin, problems);
                *weight = weight.saturating_sub(node.weight());
                return;
            };
            match evaluate(block, inputs, origin) {
                Ok(value) => {
                    *node = json_node(&value, origin);
                    *weight = weight.saturating_sub(node.weight());
                }
                Err(problem) => problems.push(*problem),
            }
        }
        Kind::Scalar(_) => {}
    }
}

fn interpolate_map(map: &mut Map, inputs: &Json, weight: &mut usize, problems: &mut Vec<Diagnostic>) {
    for entry in &mut map.entries {
        if has_blocks(entry.key.text()) {
            entry.key.scalar = interpolated(&entry.key.scalar, inputs, entry.key.origin, problems);
        }
        interpolate(&mut entry.value, inputs, weight, problems);
    }
}

/// Warns of a function behind `expand_vars`. GitLab expands variables before that function runs; here variables stay
/// in the text for the job to expand, and the function sees their names.
fn late_expansion(text: &str, inputs: &Json, origin: Origin) -> Option<Diagnostic> {
    let start = text.find("expand_vars")?;
    let rest_of_block = text[start..].split(CLOSE).next()?;
    if !rest_of_block.contains('|') {
        return None;
    }
    let name = text[..start].rsplit("inputs.").next()?.split('|').next()?.trim();
    let value = inputs.get(name).and_then(Json::as_str)?;
    if !value.contains('$') {
        return None;
    }
    let message = format!(
        "the variables in `{name}` are expanded by the job, after the functions behind `expand_vars`"
    );
    let problem = Diagnostic::warning(&COMPONENT_BLOCK, origin, message);
    Some(problem.with_help("let `expand_vars` be the last function, or the only one"))
}

/// Returns the inside of the only block, if a text is that block and nothing else.
fn lone_block(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
    (!inside.contains(OPEN)).then_some(inside)
}

/// Returns a scalar with values in the place of its blocks: a string, whatever it looks like.
fn interpolated(scalar: &Scalar, inputs: &Json, origin: Origin, problems: &mut Vec<Diagnostic>) -> Scalar {
    let mut text = String::with_capacity(scalar.text.len());
    let mut rest = &*scalar.text;
    while let Some(start) = rest.find(OPEN) {
        text.push_str(&rest[..start]);
        rest = &rest[start + OPEN.len()..];
        let Some(length) = rest.find(CLOSE) else {
            let problem = Diagnostic::error(&COMPONENT_BLOCK, origin, "a `$[[` has no `]]`");
            problems.push(problem.with_help("write `$[[ inputs.NAME ]]`"));
            break;
        };
        let block = &rest[..length];
        match evaluate(block, inputs, origin) {
            // GitLab puts these in later, for each copy of the job.
            _ if is_of_matrix(block) => {
                text.push_str(OPEN);
                text.push_str(block);
                text.push_str(CLOSE);
            }
            Ok(Json::String(value)) => text.push_str(&value),
            Ok(value) => text.push_str(&value.to_string()),
            Err(problem) => problems.push(*problem),
        }
        rest = &rest[length + CLOSE.len()..];
    }
    text.push_str(rest);
    let style = if scalar.style == Style::Plain { Style::Quoted } else { scalar.style };
    Scalar { text: text.into(), style }
}

/// Returns whether a block is `$[[ matrix.NAME ]]` (<https://docs.gitlab.com/ci/yaml/matrix_expressions/>).
fn is_of_matrix(block: &str) -> bool {
    block.trim_start().starts_with("matrix.")
}

/// Evaluates the inside of a block: `inputs.NAME`, then functions behind `|`.
fn evaluate(block: &str, inputs: &Json, origin: Origin) -> Result<Json, Box<Diagnostic>> {
    let mut parts = block.split('|').map(str::trim);
    let path = parts.next().unwrap_or_default();
    let mut value = input_value(path, inputs, origin)?;
    let functions: Vec<&str> = parts.collect();
    if functions.len() > MAX_FUNCTIONS {
        let message = format!("GitLab runs at most {MAX_FUNCTIONS} functions in one block");
        return Err(Box::new(Diagnostic::error(&COMPONENT_BLOCK, origin, message)));
    }
    for function in functions {
        value = call(function, &value).map_err(|message| {
            let problem = Diagnostic::error(&COMPONENT_BLOCK, origin, message);
            problem.with_help("GitLab has `expand_vars`, `truncate(offset, length)` and `posix_escape`")
        })?;
    }
    Ok(value)
}

fn input_value(path: &str, inputs: &Json, origin: Origin) -> Result<Json, Box<Diagnostic>> {
    let Some(name) = path.strip_prefix("inputs.") else {
        let message = format!("`{path}` is nothing that GitLab interpolates");
        let problem = Diagnostic::error(&COMPONENT_BLOCK, origin, message);
        return Err(Box::new(problem.with_help("write `$[[ inputs.NAME ]]`")));
    };
    if let Some(value) = inputs.get(name) {
        return Ok(value.clone());
    }
    if let Some((list, indices)) = name.split_once('[')
        && let Some(value) = inputs.get(list)
    {
        return item(path, value, indices).map_err(|message| {
            let problem = Diagnostic::error(&COMPONENT_BLOCK, origin, message);
            Box::new(problem.with_help("write `$[[ inputs.NAME[0] ]]`, with an index that the list has"))
        });
    }
    let names = inputs.as_object().into_iter().flat_map(|map| map.keys()).map(String::as_str);
    let problem = Diagnostic::error(&COMPONENT_BLOCK, origin, format!("there is no input `{name}`"));
    Err(Box::new(problem.with_help(Suggestion::among(name, names).help_or("add it under `spec: inputs:`"))))
}

/// Returns the item of a list behind the first bracket of `NAME[0][1]`.
fn item(path: &str, list: &Json, indices: &str) -> Result<Json, String> {
    let mut value = list;
    for index in indices.split('[') {
        let index = index.strip_suffix(']').and_then(|index| index.parse::<usize>().ok());
        let index = index.ok_or_else(|| format!("`{path}` has an index that is no number"))?;
        let items = value
            .as_array()
            .ok_or_else(|| format!("`{path}` has an index, and what it indexes is no list"))?;
        value = items.get(index).ok_or_else(|| format!("`{path}` is behind the end of the list"))?;
    }
    Ok(value.clone())
}

fn call(function: &str, value: &Json) -> Result<Json, String> {
    let Some(text) = value.as_str() else {
        return Err(format!("`{function}` takes a string, and this input is none"));
    };
    let result = match function {
        // Variables are left for the job's shell and for GitLab, which know them; no variable gets in here.
        "expand_vars" => text.to_owned(),
        "posix_escape" => shell_words::escape(text),
        _ => match truncate_arguments(function) {
            Some((offset, length)) => text.chars().skip(offset).take(length).collect(),
            None => return Err(format!("there is no function `{function}`")),
        },
    };
    Ok(Json::String(result))
}

/// Returns offset and length of `truncate(offset, length)`.
fn truncate_arguments(function: &str) -> Option<(usize, usize)> {
    let arguments = function.strip_prefix("truncate(")?.strip_suffix(')')?;
    let (offset, length) = arguments.split_once(',')?;
    Some((offset.trim().parse().ok()?, length.trim().parse().ok()?))
}
