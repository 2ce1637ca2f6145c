//! Captured text, which a macro, a `set` block or a filter made, is YAML of its own: alone on a line it is written out at
//! the indentation of that line.

use super::placeholders::{CAPTURE_DEPTH, Placeholders};
use crate::template::marks::private_use::{CAPTURED, Piece, pieces};

/// Returns rendered text with captured text in place of each of its placeholders that is alone on a line.
pub(crate) fn expand_captured(text: &str, placeholders: &Placeholders) -> String {
    if !text.contains(CAPTURED) {
        return text.to_owned();
    }
    let mut expanded = String::with_capacity(text.len() * 2);
    expand_into(&mut expanded, text, "", placeholders, 0);
    expanded
}

fn expand_into(
    expanded: &mut String,
    text: &str,
    indentation: &str,
    placeholders: &Placeholders,
    depth: usize,
) {
    for line in text.split_inclusive('\n') {
        let body = line.strip_suffix('\n').unwrap_or(line);
        let captured = lone_placeholder(body).filter(|_| depth < CAPTURE_DEPTH);
        let captured =
            captured.and_then(|(own_indentation, index)| Some((own_indentation, placeholders.get(index)?)));
        let Some((own_indentation, value)) = captured else {
            // White space on a blank line would change block scalars.
            if !is_blank(body) {
                expanded.push_str(indentation);
            }
            expanded.push_str(line);
            continue;
        };
        let inner = value.as_str().unwrap_or_default().trim_matches('\n');
        // A macro that prints nothing leaves no line behind.
        if is_blank(inner) {
            continue;
        }
        expand_into(expanded, inner, &format!("{indentation}{own_indentation}"), placeholders, depth + 1);
        expanded.push_str(&line[body.len()..]);
    }
}

/// Returns the indentation and the index of the captured text that is alone on a line.
fn lone_placeholder(line: &str) -> Option<(&str, usize)> {
    let mut captured = None;
    let mut indentation = "";
    for piece in pieces(line) {
        match piece {
            Piece::Captured(index) if captured.is_none() => captured = Some(index),
            Piece::Mark(..) => {}
            Piece::Text(blanks) if blanks.trim().is_empty() => {
                if captured.is_none() {
                    indentation = blanks;
                }
            }
            Piece::Text(_) | Piece::Value(_) | Piece::Captured(_) => return None,
        }
    }
    Some((indentation, captured?))
}

fn is_blank(text: &str) -> bool {
    pieces(text).all(|piece| match piece {
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
    fn captured_text_alone_on_its_line_takes_the_lines_indentation() {
        let placeholders = Placeholders::default();
        let inner = placeholders.keep(&Value::from_safe_string("x: 1\n".into()), 0);
        let outer = placeholders.keep(&Value::from_safe_string(format!("a:\n  {inner}\nb: 2\n")), 0);
        let expanded = expand_captured(&format!("job:\n  {outer}\n"), &placeholders);
        assert_eq!(expanded, "job:\n  a:\n    x: 1\n  b: 2\n");
    }

    #[test]
    fn inside_a_line_the_placeholder_stays() {
        let placeholders = Placeholders::default();
        let text = format!("a: {}\n", placeholders.keep(&Value::from_safe_string("x".into()), 0));
        assert_eq!(expand_captured(&text, &placeholders), text);
    }
}
