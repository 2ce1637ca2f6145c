//! GitLab's own interpolation, `$[[ inputs.x ]]`, so that a component file works as a template as it is
//! (<https://docs.gitlab.com/ci/inputs/>).

use crate::template::rules::COMPONENT_BLOCK;
use crate::template::shell_words;
use crate::template::values::convert::json_node;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, did_you_mean};
use nestling_gitlab::yaml::{Kind, Map, Node, Scalar, Style};
use serde_json::Value as Json;

/// What opens and closes a block.
const BLOCK: (&str, &str) = ("$[[", "]]");

/// GitLab runs no more functions in one block.
const FUNCTIONS: usize = 3;

/// Whether a text has blocks in it.
pub(crate) fn is_component(text: &str) -> bool {
    text.contains(BLOCK.0)
}

/// A function that would see what `expand_vars` gives, which here is the text with its variables.
fn unexpanded(text: &str, inputs: &Json, origin: Origin) -> Option<Diagnostic> {
    let at = text.find("expand_vars")?;
    let rest = text[at..].split("]]").next()?;
    let name = text[..at].rsplit("inputs.").next()?.split('|').next()?.trim();
    let variables = inputs.get(name).and_then(Json::as_str).is_some_and(|value| value.contains('$'));
    (rest.contains('|') && variables).then(|| {
        let message = format!(
            "the variables in `{name}` are expanded by the job, after the functions behind `expand_vars`"
        );
        Diagnostic::warning(&COMPONENT_BLOCK, origin, message)
            .with_help("let `expand_vars` be the last function, or the only one")
    })
}

/// Replaces all blocks of a tree. A text that is nothing but one block takes the input with its type, in quotes as
/// well, since GitLab interpolates after reading the YAML.
pub(crate) fn interpolate(node: &mut Node, inputs: &Json, problems: &mut Vec<Diagnostic>) {
    let origin = node.origin;
    match &mut node.kind {
        Kind::Seq(items) => items.iter_mut().for_each(|item| interpolate(item, inputs, problems)),
        Kind::Map(map) => in_map(map, inputs, problems),
        Kind::Scalar(scalar) if is_component(&scalar.text) => {
            let text = scalar.text.clone();
            problems.extend(unexpanded(&text, inputs, origin));
            match whole(&text) {
                Some(block) => match evaluate(block, inputs, origin) {
                    Ok(value) => *node = json_node(&value, origin),
                    Err(problem) => problems.push(*problem),
                },
                None => *scalar = joined(scalar, inputs, origin, problems),
            }
        }
        Kind::Scalar(_) => {}
    }
}

fn in_map(map: &mut Map, inputs: &Json, problems: &mut Vec<Diagnostic>) {
    for entry in &mut map.entries {
        if is_component(entry.key.text()) {
            entry.key.scalar = joined(&entry.key.scalar, inputs, entry.key.origin, problems);
        }
        interpolate(&mut entry.value, inputs, problems);
    }
}

/// The inside of the only block, if the text is that block and nothing else.
fn whole(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix(BLOCK.0)?.strip_suffix(BLOCK.1)?;
    (!inner.contains(BLOCK.0)).then_some(inner)
}

fn joined(scalar: &Scalar, inputs: &Json, origin: Origin, problems: &mut Vec<Diagnostic>) -> Scalar {
    let mut text = String::with_capacity(scalar.text.len());
    let mut rest = &*scalar.text;
    while let Some(at) = rest.find(BLOCK.0) {
        text.push_str(&rest[..at]);
        let inner = &rest[at + BLOCK.0.len()..];
        let Some(end) = inner.find(BLOCK.1) else {
            problems.push(
                Diagnostic::error(&COMPONENT_BLOCK, origin, "a `$[[` has no `]]`")
                    .with_help("write `$[[ inputs.NAME ]]`"),
            );
            rest = inner;
            break;
        };
        match evaluate(&inner[..end], inputs, origin) {
            Ok(value) => text.push_str(&as_text(&value)),
            Err(problem) => problems.push(*problem),
        }
        rest = &inner[end + BLOCK.1.len()..];
    }
    text.push_str(rest);
    let style = if scalar.style == Style::Plain { Style::Quoted } else { scalar.style };
    Scalar { text: text.into(), style }
}

fn as_text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// One block: `inputs.NAME`, then functions behind `|`.
fn evaluate(block: &str, inputs: &Json, origin: Origin) -> Result<Json, Box<Diagnostic>> {
    let error = |message: String| Diagnostic::error(&COMPONENT_BLOCK, origin, message);
    let mut parts = block.split('|').map(str::trim);
    let path = parts.next().unwrap_or_default();
    let Some(name) = path.strip_prefix("inputs.") else {
        let problem = error(format!("`{path}` is nothing that GitLab interpolates"));
        return Err(Box::new(problem.with_help("write `$[[ inputs.NAME ]]`")));
    };
    let Some(value) = inputs.get(name) else {
        let names = inputs.as_object().into_iter().flat_map(|map| map.keys()).map(String::as_str);
        let problem = error(format!("there is no input `{name}`"));
        return Err(Box::new(match did_you_mean(name, names) {
            Some(near) => problem.with_help(format!("did you mean `{near}`?")),
            None => problem.with_help("add it under `spec: inputs:`"),
        }));
    };
    let functions: Vec<&str> = parts.collect();
    if functions.len() > FUNCTIONS {
        return Err(Box::new(error(format!("GitLab runs at most {FUNCTIONS} functions in one block"))));
    }
    functions.into_iter().try_fold(value.clone(), |value, function| {
        call(function, &value).map_err(|message| {
            Box::new(
                error(message)
                    .with_help("GitLab has `expand_vars`, `truncate(offset, length)` and `posix_escape`"),
            )
        })
    })
}

fn call(function: &str, value: &Json) -> Result<Json, String> {
    let text =
        value.as_str().ok_or_else(|| format!("`{function}` takes a string, and this input is none"))?;
    let text = match function {
        // Variables are left for the job's shell and for GitLab, which know them; no variable gets in here.
        "expand_vars" => text.to_owned(),
        "posix_escape" => shell_words::escape(text),
        _ => {
            let arguments = function.strip_prefix("truncate(").and_then(|rest| rest.strip_suffix(')'));
            let numbers = arguments.and_then(|arguments| arguments.split_once(','));
            let numbers = numbers.and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
            let Some((offset, length)) = numbers else {
                return Err(format!("there is no function `{function}`"));
            };
            text.chars().skip(offset).take(length).collect()
        }
    };
    Ok(Json::String(text))
}
