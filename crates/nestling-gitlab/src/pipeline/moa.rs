//! `${{ }}`: expressions that GitLab's runner evaluates when a job starts
//! (<https://docs.gitlab.com/ci/functions/moa/>).

use std::ops::Range;

/// Opens an expression.
pub const OPEN: &str = "${{";

/// Closes an expression.
pub const CLOSE: &str = "}}";

/// The names that an expression has in a step of `run`, and nowhere else
/// (<https://docs.gitlab.com/ci/functions/moa/#context-reference>). `inputs` and `vars` are further ones.
pub const STEP_NAMES: [&str; 6] = ["env", "steps", "export_file", "output_file", "work_dir", "func_dir"];

/// A name that an expression reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionName<'e> {
    /// Its first part: `job` in `job.inputs.suite`.
    pub root: &'e str,
    /// The keys after it that are written out: `inputs` and `suite`.
    pub keys: Vec<&'e str>,
    /// Its bytes in the expression.
    pub range: Range<usize>,
    /// Set if it is called: `str(…)`.
    pub is_call: bool,
}

/// Returns the bytes between the braces of each expression of a string. One after a backslash is none: that is how GitLab
/// writes the braces themselves.
pub fn expressions(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut position = 0;
    while let Some(distance) = text[position..].find(OPEN) {
        let opening = position + distance;
        position = opening + OPEN.len();
        if text[..opening].ends_with('\\') {
            continue;
        }
        let Some(length) = end_of_expression(&text[position..]) else { break };
        ranges.push(position..position + length);
        position += length + CLOSE.len();
    }
    ranges
}

/// Returns the offset of the braces that close an expression, given the text behind those that open it. Braces in strings
/// and those of an object close nothing.
pub fn end_of_expression(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut position = 0;
    while let Some(c) = text[position..].chars().next() {
        match c {
            '"' | '\'' => match end_of_string(text, position) {
                Some(end) => {
                    position = end;
                    continue;
                }
                // The quote belongs to the text around: the first braces close the expression.
                None => return text.find(CLOSE),
            },
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' if text[position..].starts_with(CLOSE) => return Some(position),
            _ => {}
        }
        position += c.len_utf8();
    }
    text.find(CLOSE)
}

/// Returns the offset after the string whose quote is at an offset. Where the quote is escaped, as it is inside of a string
/// of YAML, an escaped quote ends it.
fn end_of_string(text: &str, start: usize) -> Option<usize> {
    let quote = text[start..].chars().next()?;
    let is_escaped = text[..start].ends_with('\\');
    let mut position = start + quote.len_utf8();
    while let Some(c) = text[position..].chars().next() {
        let next = position + c.len_utf8();
        if c == '\\' {
            let escaped = text[next..].chars().next()?;
            position = next + escaped.len_utf8();
            if is_escaped && escaped == quote {
                return Some(position);
            }
            continue;
        }
        if c == quote && !is_escaped {
            return Some(next);
        }
        position = next;
    }
    None
}

/// Returns the names that an expression reads, in order. Keys of objects and the insides of strings are none.
pub fn names(expression: &str) -> Vec<ExpressionName<'_>> {
    let mut names: Vec<ExpressionName<'_>> = Vec::new();
    let mut position = 0;
    while let Some(c) = expression[position..].chars().next() {
        if matches!(c, '"' | '\'') {
            position = end_of_string(expression, position).unwrap_or(expression.len());
        } else if is_start(c) {
            let end = end_of_word(expression, position);
            // A key after an index that is computed: `list[0].x`.
            let is_key = expression[..position].trim_end().ends_with('.');
            if is_key || is_object_key(expression, position, end) {
                position = end;
                continue;
            }
            let name = name_at(expression, position, end);
            position = name.range.end;
            names.push(name);
        } else if c.is_ascii_digit() {
            // `1e5` contains no name.
            position = end_of_word(expression, position);
        } else {
            position += c.len_utf8();
        }
    }
    names
}

/// Reads the keys after a name: `.key` and `["key"]`.
fn name_at(expression: &str, start: usize, end: usize) -> ExpressionName<'_> {
    let mut keys = Vec::new();
    let mut position = end;
    loop {
        let rest = &expression[position..];
        let blanks = rest.len() - rest.trim_start().len();
        let after = position + blanks;
        let Some((key, key_end)) = key_at(expression, after) else { break };
        keys.extend(key);
        position = key_end;
    }
    let is_call = expression[position..].trim_start().starts_with('(');
    ExpressionName { root: &expression[start..end], keys, range: start..position, is_call }
}

/// Reads one key, and the offset after it; no key where an index is computed.
fn key_at(expression: &str, start: usize) -> Option<(Option<&str>, usize)> {
    let rest = &expression[start..];
    if let Some(after) = rest.strip_prefix('.') {
        let key_start = start + 1 + (after.len() - after.trim_start().len());
        let first = expression[key_start..].chars().next()?;
        if !is_start(first) {
            return None;
        }
        let end = end_of_word(expression, key_start);
        return Some((Some(&expression[key_start..end]), end));
    }
    let after = rest.strip_prefix('[')?;
    let string_start = start + 1 + (after.len() - after.trim_start().len());
    let quote = expression[string_start..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let string_end = end_of_string(expression, string_start)?;
    let closing = expression[string_end..].trim_start();
    let end = expression.len() - closing.strip_prefix(']')?.len();
    Some((Some(expression[string_start..string_end].trim_matches(quote)), end))
}

/// Returns `true` for a key that is written like a name: `{name: …}`.
fn is_object_key(expression: &str, start: usize, end: usize) -> bool {
    let is_first = expression[..start].trim_end().ends_with(['{', ',']);
    is_first && expression[end..].trim_start().starts_with(':')
}

fn is_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn end_of_word(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    start + length
}

#[cfg(test)]
mod tests;
