//! Finds where the values of a JSON text stand. The text has been parsed before, so it is known to be JSON.

use std::borrow::Cow;

/// The children of the value at `offset`, with the offset of each key (or item) and of its value.
pub(crate) fn children(text: &str, offset: usize) -> Vec<Child<'_>> {
    let bytes = text.as_bytes();
    let mut at = blank(bytes, offset);
    let mut found = Vec::new();
    let object = match bytes.get(at) {
        Some(b'{') => true,
        Some(b'[') => false,
        _ => return found,
    };
    at = blank(bytes, at + 1);
    while at < bytes.len() && bytes[at] != b'}' && bytes[at] != b']' {
        let place = at;
        let mut key = None;
        if object {
            let end = value_end(bytes, at);
            key = Some(decoded(&text[at..end]));
            // Past the colon.
            at = blank(bytes, blank(bytes, end) + 1);
        }
        found.push(Child { key, place, value: at });
        at = blank(bytes, value_end(bytes, at));
        if bytes.get(at) == Some(&b',') {
            at = blank(bytes, at + 1);
        }
    }
    found
}

/// A child of a list or an object.
pub(crate) struct Child<'a> {
    /// Its key, in an object.
    pub key: Option<Cow<'a, str>>,
    /// Where its key stands, or the item itself.
    pub place: usize,
    /// Where its value stands.
    pub value: usize,
}

fn decoded(quoted: &str) -> Cow<'_, str> {
    let inner = quoted.trim_matches('"');
    if inner.contains('\\') {
        serde_json::from_str(quoted).map_or(Cow::Borrowed(inner), Cow::Owned)
    } else {
        Cow::Borrowed(inner)
    }
}

fn blank(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// The end of the value that starts here.
fn value_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0usize;
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at = string_end(bytes, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return if depth == 0 { at } else { at + 1 },
            b'}' | b']' => depth -= 1,
            b',' | b':' if depth == 0 => return at,
            byte if depth == 0 && byte.is_ascii_whitespace() => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at.min(bytes.len())
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
        assert!(text[top[1].place..].starts_with("\"c\\\"d\""));
        let items = children(text, top[0].value);
        assert_eq!(items.iter().map(|item| &text[item.value..=item.value]).collect::<String>(), "1\"{");
        assert_eq!(children(text, items[2].value)[0].key.as_deref(), Some("b"));
        assert!(children(text, top[2].value).is_empty());
    }
}
