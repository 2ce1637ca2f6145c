//! `$[[ ]]`: the blocks that GitLab replaces in a file with a header, before it looks at anything else
//! (lib/gitlab/ci/config/interpolation/; <https://docs.gitlab.com/ci/inputs/>).

use crate::diagnostic::Suggestion;
use std::ops::Range;

/// Opens a block.
pub const OPEN: &str = "$[[";

/// Closes a block.
pub const CLOSE: &str = "]]";

/// The most functions that GitLab runs in one block (`Block::MAX_FUNCTIONS`).
const MAX_FUNCTIONS: usize = 3;

/// The most indices after one name (`Access::MAX_ACCESS_ARRAY_DEPTH`).
const MAX_INDICES: usize = 5;

/// The most names in a path (`Access::MAX_ACCESS_OBJECTS`); what follows belongs to the last one.
const MAX_NAMES: usize = 5;

/// The way out of a wrong path.
const PATH_HELP: &str = "write `$[[ inputs.NAME ]]`";

/// A block, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block<'t> {
    /// `matrix.NAME`, which GitLab replaces later, for each copy of the job.
    Later,
    /// A value, and the functions that it goes through.
    Value(Access<'t>, Vec<Function>),
}

/// The value that a block names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access<'t> {
    /// As it is written: `inputs.list[0]`.
    pub written: &'t str,
    /// The kind of value.
    pub root: Root,
    /// The name: `list`.
    pub name: &'t str,
    /// Steps from the value to a part of it: the index 0.
    pub steps: Vec<AccessStep<'t>>,
}

/// A step into a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessStep<'t> {
    /// An entry of a list, from 0.
    Index(usize),
    /// The value of a key.
    Key(&'t str),
}

/// The first word of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// `inputs`, of which `spec:inputs` declares the names.
    Inputs,
    /// `component`, of which `spec:component` lists the names.
    Component,
}

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Puts the values of variables into the text.
    ExpandVars,
    /// Escapes the text for a shell.
    PosixEscape,
    /// Cuts a part out of the text: an offset and a length in characters.
    Truncate(usize, usize),
}

/// A mistake in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Description of the mistake.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
}

/// Returns the bytes between the brackets of each block of a string. What is not closed on its line is text for GitLab.
pub fn blocks(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut position = 0;
    while let Some(distance) = text[position..].find(OPEN) {
        let start = position + distance + OPEN.len();
        let Some(length) = text[start..].find(CLOSE) else { break };
        let inside = &text[start..start + length];
        position = start;
        if inside.trim().len() >= 2 && !inside.trim().contains('\n') {
            position = start + length + CLOSE.len();
            ranges.push(start..start + length);
        }
    }
    ranges
}

/// Reads the inside of a block.
///
/// # Errors
/// GitLab refuses the file.
pub fn parse(block: &str) -> Result<Block<'_>, Mistake> {
    let mut parts = block.split('|').map(str::trim);
    let path = parts.next().unwrap_or_default();
    if path.split('.').next() == Some("matrix") {
        return Ok(Block::Later);
    }
    let access = access(path)?;
    let mut functions: Vec<&str> = parts.collect();
    // Nothing after the last bar is no function.
    while functions.last().is_some_and(|function| function.is_empty()) {
        functions.pop();
    }
    if functions.len() > MAX_FUNCTIONS {
        let message = format!("GitLab runs at most {MAX_FUNCTIONS} functions in one block");
        return Err(Mistake { message, help: None });
    }
    let functions: Result<Vec<Function>, Mistake> = functions.into_iter().map(function).collect();
    Ok(Block::Value(access, functions?))
}

fn access(path: &str) -> Result<Access<'_>, Mistake> {
    let nothing = || Mistake {
        message: format!("`{path}` cannot be interpolated by GitLab"),
        help: Some(PATH_HELP.to_owned()),
    };
    let mut segments = path.splitn(MAX_NAMES, '.');
    let root = match segments.next() {
        Some("inputs") => Root::Inputs,
        Some("component") => Root::Component,
        _ => return Err(nothing()),
    };
    let (name, mut steps) =
        segment(path, segments.next().filter(|name| !name.is_empty()).ok_or_else(nothing)?)?;
    for part in segments {
        let (key, indices) = segment(path, part)?;
        steps.push(AccessStep::Key(key));
        steps.extend(indices);
    }
    Ok(Access { written: path, root, name, steps })
}

/// Reads a name with the indices after it.
fn segment<'t>(path: &str, segment: &'t str) -> Result<(&'t str, Vec<AccessStep<'t>>), Mistake> {
    let Some(start) = segment.find('[') else { return Ok((segment, Vec::new())) };
    let (name, brackets) = segment.split_at(start);
    let mistake =
        |message: String| Mistake { message, help: Some("write `$[[ inputs.NAME[0] ]]`".to_owned()) };
    if name.is_empty() {
        return Err(mistake(format!("an index in `{path}` does not follow a name")));
    }
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(mistake(format!("an index in `{path}` must follow letters, digits or `_`")));
    }
    Ok((name, indices(path, brackets).map_err(mistake)?))
}

/// Reads `[0][1]`.
fn indices(path: &str, brackets: &str) -> Result<Vec<AccessStep<'static>>, String> {
    let mut indices = Vec::new();
    let mut rest = brackets;
    while let Some(after) = rest.strip_prefix('[') {
        let Some((index, next)) = after.split_once(']') else {
            return Err(format!("unclosed index in `{path}`"));
        };
        let is_number = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
        let index = index.parse().ok().filter(|_| is_number);
        indices
            .push(AccessStep::Index(index.ok_or_else(|| format!("an index in `{path}` is not a number"))?));
        rest = next;
    }
    if !rest.is_empty() {
        return Err(format!("unexpected `{rest}` after an index in `{path}`"));
    }
    if indices.len() > MAX_INDICES {
        return Err(format!("`{path}` has more than {MAX_INDICES} indices"));
    }
    Ok(indices)
}

/// The functions of GitLab that have no arguments.
const FUNCTIONS: [&str; 2] = ["expand_vars", "posix_escape"];

fn function(written: &str) -> Result<Function, Mistake> {
    match written {
        "expand_vars" => return Ok(Function::ExpandVars),
        "posix_escape" => return Ok(Function::PosixEscape),
        _ => {}
    }
    let (message, help) = match written.strip_prefix("truncate(") {
        None => {
            let near = Suggestion::among(written, FUNCTIONS).help_or(functions_help());
            (format!("unknown function `{written}`"), Some(near))
        }
        Some(arguments) => match truncate(arguments) {
            Some(function) => return Ok(function),
            None => ("`truncate` requires an offset and a length".to_owned(), Some(functions_help())),
        },
    };
    Err(Mistake { message, help })
}

/// Returns the functions that there are, in words.
pub fn functions_help() -> String {
    "GitLab has `expand_vars`, `truncate(offset, length)` and `posix_escape`".to_owned()
}

/// Reads the arguments of `truncate`. GitLab does not mind a missing parenthesis at the end.
fn truncate(arguments: &str) -> Option<Function> {
    let (offset, length) = arguments.strip_suffix(')').unwrap_or(arguments).split_once(',')?;
    let number = |text: &str| {
        let text = text.trim();
        // A number that no text is as long as.
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse().unwrap_or(usize::MAX))
    };
    Some(Function::Truncate(number(offset)?, number(length)?))
}

#[cfg(test)]
mod tests;
