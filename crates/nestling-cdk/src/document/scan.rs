//! Finds the offsets of the values of a JSON text, which has been parsed before: it is known to be JSON.
//!
//! serde_json keeps no offsets. Scanning the children of a value again, once it is looked at, costs less than a tree in which
//! every value has its place: most of an assembly is never looked at.

use std::borrow::Cow;

/// A child of a list or an object.
pub(crate) struct Child<'a> {
    /// Its key, in an object.
    pub key: Option<Cow<'a, str>>,
    /// The offset of its key, or of the item itself.
    pub key_offset: usize,
    /// The offset of its value.
    pub value_offset: usize,
}

/// Returns the children of the value at `offset`; none where it is neither a list nor an object.
pub(crate) fn children(text: &str, offset: usize) -> Vec<Child<'_>> {
    let bytes = text.as_bytes();
    let start = skip_blanks(bytes, offset);
    let mut children = Vec::new();
    let is_object = match bytes.get(start) {
        Some(b'{') => true,
        Some(b'[') => false,
        _ => return children,
    };
    let mut position = skip_blanks(bytes, start + 1);
    while position < bytes.len() && bytes[position] != b'}' && bytes[position] != b']' {
        let key_offset = position;
        let mut key = None;
        if is_object {
            let key_end = value_end(bytes, position);
            key = Some(decoded(&text[position..key_end]));
            let colon = skip_blanks(bytes, key_end);
            position = skip_blanks(bytes, colon + 1);
        }
        children.push(Child { key, key_offset, value_offset: position });
        position = skip_blanks(bytes, value_end(bytes, position));
        if bytes.get(position) == Some(&b',') {
            position = skip_blanks(bytes, position + 1);
        }
    }
    children
}

fn decoded(quoted: &str) -> Cow<'_, str> {
    let inner = quoted.trim_matches('"');
    if inner.contains('\\') {
        serde_json::from_str(quoted).map_or(Cow::Borrowed(inner), Cow::Owned)
    } else {
        Cow::Borrowed(inner)
    }
}

fn skip_blanks(bytes: &[u8], position: usize) -> usize {
    let rest = bytes.get(position..).unwrap_or_default();
    position + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Returns the end of the value that starts here.
fn value_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0usize;
    let mut position = start;
    while position < bytes.len() {
        match bytes[position] {
            b'"' => {
                position = string_end(bytes, position);
                if depth == 0 {
                    return position;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return position,
            b'}' | b']' if depth == 1 => return position + 1,
            b'}' | b']' => depth -= 1,
            b',' | b':' if depth == 0 => return position,
            byte if depth == 0 && byte.is_ascii_whitespace() => return position,
            _ => {}
        }
        position += 1;
    }
    position
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut position = start + 1;
    while position < bytes.len() {
        match bytes[position] {
            b'\\' => position += 1,
            b'"' => return position + 1,
            _ => {}
        }
        position += 1;
    }
    position.min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_stand_where_their_keys_do() {
        let text = r#" { "a" : [1, "x,}\"" , {"b":2}], "c\"d":null , "e": -1.5 } "#;
        let top = children(text, 0);
        let keys: Vec<&str> = top.iter().filter_map(|child| child.key.as_deref()).collect();
        assert_eq!(keys, ["a", "c\"d", "e"]);
        assert!(text[top[1].key_offset..].starts_with("\"c\\\"d\""));
        let items = children(text, top[0].value_offset);
        assert_eq!(
            items.iter().map(|item| &text[item.value_offset..=item.value_offset]).collect::<String>(),
            "1\"{"
        );
        assert_eq!(children(text, items[2].value_offset)[0].key.as_deref(), Some("b"));
        assert!(children(text, top[2].value_offset).is_empty());
    }
}
