//! Writes a tree as YAML that GitLab's reader reads back unchanged.

use super::node::{Entry, Key, Kind, Node, Scalar};
use super::scalar::{Meaning, plain};
use std::fmt::Write as _;

/// Words that some reader of YAML 1.1 does not read as strings.
const WORDS: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nil"];

/// Keys up to this length can be before a colon; longer ones need `? `.
const SIMPLE_KEY: usize = 1000;

/// Writes a whole document.
pub fn emit(node: &Node) -> String {
    let mut out = String::new();
    write_node(&mut out, node, 0, false);
    out
}

/// Writes one entry of a mapping whose keys are at this indentation.
pub fn emit_entry(out: &mut String, key: &Key, value: &Node, indent: usize) {
    pad(out, indent);
    write_entry(out, key, value, indent);
}

/// Writes a key with the entries of the mapping below it, in the order given.
pub fn emit_map(out: &mut String, key: &str, entries: &[&Entry]) {
    write_key(out, key, 0);
    if entries.is_empty() {
        out.push_str(": {}\n");
        return;
    }
    out.push_str(":\n");
    for entry in entries {
        emit_entry(out, &entry.key, &entry.value, 2);
    }
}

fn write_entry(out: &mut String, key: &Key, value: &Node, indent: usize) {
    write_key(out, key.text(), indent);
    out.push(':');
    write_tag(out, value);
    if is_inline(value) {
        out.push(' ');
        write_node(out, value, indent + 2, true);
    } else {
        out.push('\n');
        write_node(out, value, indent + 2, false);
    }
}

/// `inline`: the cursor already is where the node begins.
fn write_node(out: &mut String, node: &Node, indent: usize, mut inline: bool) {
    match &node.kind {
        Kind::Map(map) if !map.is_empty() => {
            for entry in &map.entries {
                if !std::mem::take(&mut inline) {
                    pad(out, indent);
                }
                write_entry(out, &entry.key, &entry.value, indent);
            }
        }
        Kind::Seq(items) if node.is_reference() => write_reference(out, items),
        Kind::Seq(items) if !items.is_empty() => {
            for item in items {
                if !std::mem::take(&mut inline) {
                    pad(out, indent);
                }
                out.push('-');
                write_tag(out, item);
                out.push(' ');
                write_node(out, item, indent + 2, true);
            }
        }
        Kind::Map(_) => out.push_str("{}\n"),
        Kind::Seq(_) => out.push_str("[]\n"),
        Kind::Scalar(scalar) => write_scalar(out, scalar, indent.max(2)),
    }
}

/// Returns `true` if the value is written on its key's line.
fn is_inline(node: &Node) -> bool {
    match &node.kind {
        Kind::Scalar(_) => true,
        Kind::Map(map) => map.is_empty(),
        Kind::Seq(items) => items.is_empty() || node.is_reference(),
    }
}

fn write_tag(out: &mut String, node: &Node) {
    if let Some(tag) = &node.tag {
        let _ = write!(out, " {tag}");
    }
}

/// `!reference [job, key]`, on one line as people write it.
fn write_reference(out: &mut String, items: &[Node]) {
    out.push('[');
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            out.push_str(", ");
        }
        let text = item.text().unwrap_or_default();
        if is_flow_safe(text) { out.push_str(text) } else { write_quoted(out, text) }
    }
    out.push_str("]\n");
}

fn is_flow_safe(text: &str) -> bool {
    is_plain(text) && !text.contains([',', '[', ']', '{', '}'])
}

fn write_key(out: &mut String, key: &str, indent: usize) {
    if key == "<<" {
        out.push_str("!!str \"<<\"");
    } else if is_plain(key) && key.len() <= SIMPLE_KEY / 2 {
        out.push_str(key);
    } else {
        let mut quoted = String::new();
        write_quoted(&mut quoted, key);
        let long = quoted.chars().count() > SIMPLE_KEY;
        if long {
            let _ = write!(out, "? {quoted}\n{}", " ".repeat(indent));
        } else {
            out.push_str(&quoted);
        }
    }
}

fn write_scalar(out: &mut String, scalar: &Scalar, indent: usize) {
    match scalar.meaning() {
        Meaning::Null => out.push_str("null"),
        Meaning::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Meaning::Int(value) => {
            let _ = write!(out, "{value}");
        }
        // Passed on as the author wrote them: GitLab judges them, and `check` does so before.
        Meaning::Symbol if !stands_plain(&scalar.text) => write_quoted(out, &scalar.text),
        Meaning::Float(_) | Meaning::Date | Meaning::Symbol => out.push_str(&scalar.text),
        Meaning::Text(text) => write_text(out, text, indent),
    }
    out.push('\n');
}

fn write_text(out: &mut String, text: &str, indent: usize) {
    if is_plain(text) {
        out.push_str(text);
    } else if is_block(text) {
        write_block(out, text, indent);
    } else {
        write_quoted(out, text);
    }
}

/// Writes a literal block, the most readable form of a script.
fn write_block(out: &mut String, text: &str, indent: usize) {
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    if !text.ends_with('\n') {
        out.push('-');
    }
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            pad(out, indent);
            out.push_str(line);
        }
    }
}

/// Returns `true` if a symbol can be written unquoted: it may have spanned several lines, or been inside brackets.
fn stands_plain(symbol: &str) -> bool {
    let is_safe =
        symbol.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-' | '.' | '/'));
    is_safe && !symbol.ends_with(':')
}

/// Returns `true` if every YAML 1.1 and 1.2 reader reads the string back unchanged when it is unquoted.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(&first) = bytes.first() else { return false };
    let starts_well = first.is_ascii_alphabetic()
        || matches!(first, b'_' | b'/' | b'$')
        || (first == b'.' && bytes.len() > 1 && (bytes[1].is_ascii_alphabetic() || bytes[1] == b'/'));
    starts_well
        && bytes.iter().all(|c| (0x20..0x7f).contains(c))
        && !matches!(bytes.last(), Some(b' ' | b':'))
        && !bytes.windows(2).any(|pair| matches!(pair, b": " | b" #"))
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
        && matches!(plain(text), Meaning::Text(_))
        && !is_float_like(bytes)
}

/// `.e+1` makes Psych raise an error.
fn is_float_like(bytes: &[u8]) -> bool {
    bytes.len() > 1
        && bytes[0] == b'.'
        && bytes[1].eq_ignore_ascii_case(&b'e')
        && bytes[2..].iter().all(|c| matches!(c, b'0'..=b'9' | b'+' | b'-' | b'_'))
}

/// Returns `true` if a string can be a literal block. One that ends with empty lines cannot: `|+` would include the empty
/// line between two jobs. GitLab's reader does not find the indentation of one that begins with a tab.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.ends_with("\n\n")
        && !text.trim_start_matches('\n').starts_with('\t')
        && text.chars().all(|c| c == '\n' || c == '\t' || is_printable(c))
        // Readers disagree on how much of a blank line is indentation.
        && text.lines().all(|line| line.is_empty() || !line.bytes().all(|c| matches!(c, b' ' | b'\t')))
        && text.lines().any(|line| !line.is_empty())
}

/// Characters that stand for themselves in a quoted or block scalar, in every reader.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a1}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
}

fn write_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) < 0x100 => {
                let _ = write!(out, "\\x{:02X}", u32::from(c));
            }
            c => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
        }
    }
    out.push('"');
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Sources;
    use crate::yaml::parse_file;

    #[test]
    fn what_is_written_reads_back_the_same() {
        let sources = Sources::default();
        for text in [
            "a: [1, \"1\", yes, \"yes\", ~]\n",
            "s: |\n  a\n   b\n\n  c\n",
            "r: !reference [a, \"b c\"]\n",
            "e: {}\nl: []\n",
        ] {
            let node = parse_file(text, sources.add("a", text)).unwrap().remove(0);
            let out = emit(&node);
            let again = parse_file(&out, sources.add("b", out.as_str())).unwrap().remove(0);
            assert!(emit(&again) == out, "{text}: {out}");
        }
    }
}
