//! GitLab's own interpolation, `$[[ inputs.x ]]`, so that a component file works as a template as it is
//! (<https://docs.gitlab.com/ci/inputs/>).

use super::shell_words;
use super::values::json::json_node;
use crate::template::rules::{COMPONENT_BLOCK, TEMPLATE_LIMIT};
use crate::workspace::Component;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Suggestion};
use nestling_gitlab::pipeline::inputs::part_of;
use nestling_gitlab::pipeline::interpolation::{
    Access, Block, CLOSE, Function, Mistake, OPEN, Root, functions_help, parse,
};
use nestling_gitlab::yaml::{Kind, Map, Node, Scalar, Style};
use serde_json::Value as Json;

/// The values that blocks can name.
pub(crate) struct Values<'a> {
    /// The template's inputs.
    pub inputs: &'a Json,
    /// The component that the template is.
    pub component: &'a Component,
}

/// Returns `true` if a string contains a block.
pub(crate) fn has_blocks(text: &str) -> bool {
    text.contains(OPEN)
}

/// The most that the blocks of one file may come to together, in nodes and pieces of text.
const WEIGHT_LIMIT: usize = 1_000_000;

/// Replaces all blocks of a tree, and reports blocks that come to more than fits into memory.
pub(crate) fn interpolate_all(node: &mut Node, values: &Values<'_>, problems: &mut Vec<Diagnostic>) {
    let mut weight = WEIGHT_LIMIT;
    let origin = node.origin;
    interpolate(node, values, &mut weight, problems);
    if weight == 0 {
        let message = format!(
            "the values of all `$[[ ]]` of this file have more than {WEIGHT_LIMIT} nodes and pieces of text"
        );
        let problem = Diagnostic::error(&TEMPLATE_LIMIT, origin, message);
        problems.push(problem.with_help("use fewer or shorter inputs"));
    }
}

/// Replaces all blocks of a tree. A string that is nothing but one block becomes the input with its type, in quotes as
/// well, since GitLab interpolates after reading the YAML.
fn interpolate(node: &mut Node, values: &Values<'_>, weight: &mut usize, problems: &mut Vec<Diagnostic>) {
    if *weight == 0 {
        return;
    }
    let origin = node.origin;
    match &mut node.kind {
        Kind::Seq(items) => interpolate_items(items, values, weight, problems),
        Kind::Map(map) => interpolate_map(map, values, weight, problems),
        Kind::Scalar(scalar) if has_blocks(&scalar.text) => {
            problems.extend(late_expansion(&scalar.text, values, origin));
            let Some(block) = lone_block(&scalar.text).filter(|block| !is_of_matrix(block)) else {
                *scalar = interpolated(scalar, values, origin, problems);
                *weight = weight.saturating_sub(node.weight());
                return;
            };
            match evaluate(block, values, origin) {
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

/// Replaces the blocks of a list. GitLab splices a list in place of one of its strings into it.
fn interpolate_items(
    items: &mut Vec<Node>,
    values: &Values<'_>,
    weight: &mut usize,
    problems: &mut Vec<Diagnostic>,
) {
    let mut replaced = Vec::with_capacity(items.len());
    for mut item in items.drain(..) {
        let was_string = item.as_scalar().is_some();
        interpolate(&mut item, values, weight, problems);
        match item.kind {
            Kind::Seq(spliced) if was_string => replaced.extend(spliced),
            _ => replaced.push(item),
        }
    }
    *items = replaced;
}

fn interpolate_map(map: &mut Map, values: &Values<'_>, weight: &mut usize, problems: &mut Vec<Diagnostic>) {
    for entry in &mut map.entries {
        if has_blocks(entry.key.text()) {
            entry.key.scalar = interpolated(&entry.key.scalar, values, entry.key.origin, problems);
        }
        interpolate(&mut entry.value, values, weight, problems);
    }
}

/// Warns of a function behind `expand_vars`. GitLab expands variables before that function runs; here variables stay
/// in the text for the job to expand, and the function sees their names.
fn late_expansion(text: &str, values: &Values<'_>, origin: Origin) -> Option<Diagnostic> {
    let start = text.find("expand_vars")?;
    let rest_of_block = text[start..].split(CLOSE).next()?;
    if !rest_of_block.contains('|') {
        return None;
    }
    let name = text[..start].rsplit("inputs.").next()?.split('|').next()?.trim();
    let value = values.inputs.get(name).and_then(Json::as_str)?;
    if !value.contains('$') {
        return None;
    }
    let message =
        format!("the job expands the variables in `{name}` after the functions that follow `expand_vars`");
    let problem = Diagnostic::warning(&COMPONENT_BLOCK, origin, message);
    Some(problem.with_help("make `expand_vars` the last function"))
}

/// Returns the inside of the only block, if a string is that block and nothing else.
fn lone_block(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
    (!inside.contains(OPEN)).then_some(inside)
}

/// Returns a scalar with values in place of its blocks: a string, whatever it looks like.
fn interpolated(
    scalar: &Scalar,
    values: &Values<'_>,
    origin: Origin,
    problems: &mut Vec<Diagnostic>,
) -> Scalar {
    let mut text = String::with_capacity(scalar.text.len());
    let mut rest = &*scalar.text;
    while let Some(start) = rest.find(OPEN) {
        text.push_str(&rest[..start]);
        rest = &rest[start + OPEN.len()..];
        let Some(length) = rest.find(CLOSE) else {
            let problem = Diagnostic::error(&COMPONENT_BLOCK, origin, "unclosed `$[[`");
            problems.push(problem.with_help("write `$[[ inputs.NAME ]]`"));
            break;
        };
        let block = &rest[..length];
        match evaluate(block, values, origin) {
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

/// Returns `true` if a block is `$[[ matrix.NAME ]]` (<https://docs.gitlab.com/ci/yaml/matrix_expressions/>).
fn is_of_matrix(block: &str) -> bool {
    block.trim_start().starts_with("matrix.")
}

/// Evaluates the inside of a block.
fn evaluate(block: &str, values: &Values<'_>, origin: Origin) -> Result<Json, Box<Diagnostic>> {
    let refused = |mistake: Mistake| {
        let problem = Diagnostic::error(&COMPONENT_BLOCK, origin, mistake.message);
        Box::new(match mistake.help {
            Some(help) => problem.with_help(help),
            None => problem,
        })
    };
    let (access, functions) = match parse(block).map_err(refused)? {
        // Its text is left as it is before this is called.
        Block::Later => return Ok(Json::Null),
        Block::Value(access, functions) => (access, functions),
    };
    let mut value = named_value(&access, values, origin)?;
    for function in functions {
        value = call(function, &value).map_err(|message| {
            let problem = Diagnostic::error(&COMPONENT_BLOCK, origin, message);
            problem.with_help(functions_help())
        })?;
    }
    Ok(value)
}

fn named_value(access: &Access<'_>, values: &Values<'_>, origin: Origin) -> Result<Json, Box<Diagnostic>> {
    let name = access.name;
    if access.root == Root::Component {
        return component_value(name, values.component, origin);
    }
    let Some(value) = values.inputs.get(name) else {
        let names = values.inputs.as_object().into_iter().flat_map(|map| map.keys()).map(String::as_str);
        let problem = Diagnostic::error(&COMPONENT_BLOCK, origin, format!("undefined input `{name}`"));
        let help = Suggestion::among(name, names).help_or("add it under `spec: inputs:`");
        return Err(Box::new(problem.with_help(help)));
    };
    let part = part_of(value, access, |list| list.as_array().map(Vec::as_slice), |map, key| map.get(key));
    part.cloned().map_err(|message| {
        let problem = Diagnostic::error(&COMPONENT_BLOCK, origin, message);
        Box::new(problem.with_help("write `$[[ inputs.NAME[0] ]]`, with an index that the list has"))
    })
}

/// Returns a value of the component that the template is. A published component has the version and the commit that it was fetched
/// from; a file of the repository has those of the pipeline, which GitLab's variables hold.
fn component_value(name: &str, component: &Component, origin: Origin) -> Result<Json, Box<Diagnostic>> {
    if !component.listed.iter().any(|listed| listed == name) {
        let message = format!("`spec: component:` does not list `{name}`");
        let problem = Diagnostic::error(&COMPONENT_BLOCK, origin, message);
        return Err(Box::new(problem.with_help(format!("write `spec: {{ component: [{name}] }}`"))));
    }
    let published = component.published.as_ref();
    let value = match name {
        "name" => &component.name,
        "sha" => published.map_or("$CI_COMMIT_SHA", |published| &published.sha),
        "reference" => published.map_or("$CI_COMMIT_REF_NAME", |published| &published.reference),
        // It is empty where the commit has no tag, as that of a component whose user names a branch.
        "version" => {
            published.map_or("$CI_COMMIT_TAG", |published| published.version.as_deref().unwrap_or_default())
        }
        _ => {
            let problem = Diagnostic::error(&COMPONENT_BLOCK, origin, format!("a component has no `{name}`"));
            return Err(Box::new(problem.with_help("it has `name`, `sha`, `reference` and `version`")));
        }
    };
    Ok(Json::String(value.to_owned()))
}

fn call(function: Function, value: &Json) -> Result<Json, String> {
    let name = match function {
        Function::ExpandVars => "expand_vars",
        Function::PosixEscape => "posix_escape",
        Function::Truncate(..) => "truncate",
    };
    let Some(text) = value.as_str() else {
        return Err(format!("`{name}` requires a string, but this input is not one"));
    };
    let result = match function {
        // Variables are left for the job's shell and for GitLab, which know them; no variable gets in here.
        Function::ExpandVars => text.to_owned(),
        Function::PosixEscape => shell_words::escape(text),
        Function::Truncate(offset, length) => text.chars().skip(offset).take(length).collect(),
    };
    Ok(Json::String(result))
}
