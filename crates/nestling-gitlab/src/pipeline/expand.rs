//! References to variables in a string: `$NAME`, `${NAME}` and `%NAME%`, as GitLab's `ExpandVariables` reads them.

/// Maximum number of nested references; GitLab rejects circular ones.
const DEPTH: usize = 50;

/// Replacement of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replacement {
    /// The value of a variable, whose own references are replaced in turn.
    Value(String),
    /// A string that stays as it is.
    Literal(String),
    /// Nothing is known of it.
    Unknown,
}

/// Puts replacements in place of the references in a string, and in turn in theirs. `None` where one is not known.
pub fn expand(text: &str, replacement: &dyn Fn(&str) -> Replacement) -> Option<String> {
    expand_nested(text, replacement, DEPTH)
}

fn expand_nested(text: &str, replacement: &dyn Fn(&str) -> Replacement, depth: usize) -> Option<String> {
    if !text.contains(['$', '%']) {
        return Some(text.to_owned());
    }
    let depth = depth.checked_sub(1)?;
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(['$', '%']) {
        expanded.push_str(&rest[..start]);
        let (length, name) = reference(&rest[start..]);
        match name {
            Some(name) => match replacement(name) {
                Replacement::Value(value) => {
                    expanded.push_str(&expand_nested(&value, replacement, depth)?);
                }
                Replacement::Literal(literal) => expanded.push_str(&literal),
                Replacement::Unknown => return None,
            },
            None => expanded.push_str(&rest[start..start + length]),
        }
        rest = &rest[start + length..];
    }
    expanded.push_str(rest);
    Some(expanded)
}

/// Returns the names of the variables that a string refers to, in order.
pub fn references(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['$', '%']) {
        let (length, name) = reference(&rest[start..]);
        names.extend(name);
        rest = &rest[start + length..];
    }
    names
}

/// Returns the length of what is at a `$` or `%`, and the variable's name where it is a reference. `$$` and `%%` stay
/// as they are.
fn reference(text: &str) -> (usize, Option<&str>) {
    let sign = &text[..1];
    let rest = &text[1..];
    if rest.starts_with(sign) {
        return (2, None);
    }
    let in_braces = sign == "$" && rest.starts_with('{');
    let start = usize::from(in_braces);
    let name = name_at(&rest[start..]);
    let closing = match sign {
        "%" => "%",
        _ if in_braces => "}",
        _ => "",
    };
    if name.is_empty() || !rest[start + name.len()..].starts_with(closing) {
        return (1, None);
    }
    (1 + start + name.len() + closing.len(), Some(name))
}

fn name_at(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let name = &text[..end];
    if name.starts_with(|c: char| c.is_ascii_digit()) { "" } else { name }
}
