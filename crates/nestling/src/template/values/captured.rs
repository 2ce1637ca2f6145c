//! Captured text that stands alone on a line is written there, at the line's indentation: what a macro gives is YAML.

use crate::template::marks::private_use::{self, Piece};
use crate::template::values::placeholders::Store;

/// Captured text inside captured text, at most so many times.
const DEPTH: usize = 50;

/// The rendered text with every placeholder of captured text that is alone on its line replaced by that text.
pub(crate) fn splice(text: &str, store: &Store) -> String {
    if !text.contains(private_use::TEXT) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() * 2);
    splice_into(&mut out, text, "", store, 0);
    out
}

fn splice_into(out: &mut String, text: &str, indent: &str, store: &Store, depth: usize) {
    for line in text.split_inclusive('\n') {
        let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, "\n"));
        match alone(body).and_then(|(own, index)| Some((own, store.get(index)?))) {
            Some((own, value)) if depth < DEPTH => {
                let captured = value.as_str().unwrap_or_default().trim_matches('\n');
                if is_blank(captured) {
                    continue;
                }
                splice_into(out, captured, &format!("{indent}{own}"), store, depth + 1);
                out.push_str(end);
            }
            _ => {
                if !is_blank(body) {
                    out.push_str(indent);
                }
                out.push_str(line);
            }
        }
    }
}

/// The indentation and the placeholder of a line that holds nothing else.
fn alone(line: &str) -> Option<(&str, usize)> {
    let mut found = None;
    let mut indent = "";
    for piece in private_use::pieces(line) {
        match piece {
            Piece::Captured(index) if found.is_none() => found = Some(index),
            Piece::Mark(..) => {}
            Piece::Text(text) if text.trim().is_empty() => {
                if found.is_none() {
                    indent = text;
                }
            }
            _ => return None,
        }
    }
    Some((indent, found?))
}

fn is_blank(text: &str) -> bool {
    private_use::pieces(text).all(|piece| match piece {
        Piece::Text(text) => text.trim().is_empty(),
        Piece::Mark(..) => true,
        Piece::Value(_) | Piece::Captured(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::Value;

    #[test]
    fn a_captured_text_alone_on_its_line_takes_the_lines_indentation() {
        let store = Store::default();
        let inner = store.keep(&Value::from_safe_string("x: 1\n".into()));
        let outer = store.keep(&Value::from_safe_string(format!("a:\n  {inner}\nb: 2\n")));
        assert_eq!(splice(&format!("job:\n  {outer}\n"), &store), "job:\n  a:\n    x: 1\n  b: 2\n");
    }

    #[test]
    fn inside_a_line_the_placeholder_stays() {
        let store = Store::default();
        let text = format!("a: {}\n", store.keep(&Value::from_safe_string("x".into())));
        assert_eq!(splice(&text, &store), text);
    }
}
