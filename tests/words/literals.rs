//! The string literals of Rust code.

/// Returns each string literal with the line that it starts on. A line that ends with `\` continues without its
/// indentation, as in Rust; other escapes stay as they are written.
pub(super) fn of(code: &str) -> Vec<(usize, String)> {
    let mut literals = Vec::new();
    let mut line = 1;
    let mut rest = code;
    while let Some(character) = rest.chars().next() {
        let raw = raw_start(rest);
        let (text, length) = match (raw, character) {
            (Some(hashes), _) => raw_literal(rest, hashes),
            (None, '"') => literal(rest),
            (None, '\'') => (None, char_length(rest)),
            (None, _) => (None, character.len_utf8()),
        };
        literals.extend(text.map(|text| (line, text)));
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    literals
}

/// The number of `#` if a raw string starts here.
fn raw_start(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some(hashes)
}

fn raw_literal(rest: &str, hashes: usize) -> (Option<String>, usize) {
    let start = hashes + 2;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = rest[start..].find(&end).unwrap_or(rest.len() - start);
    (Some(rest[start..start + length].to_owned()), (start + length + end.len()).min(rest.len()))
}

fn literal(rest: &str) -> (Option<String>, usize) {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((offset, character)) = characters.next() {
        match character {
            '"' => return (Some(text), offset + 1),
            '\\' => match characters.next() {
                Some((_, '\n')) => while characters.next_if(|(_, next)| next.is_whitespace()).is_some() {},
                Some((_, escaped)) => text.extend(['\\', escaped]),
                None => break,
            },
            other => text.push(other),
        }
    }
    (None, rest.len())
}

/// The length of a character literal; 1 for the quote of a lifetime.
fn char_length(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    let is_escape = matches!(characters.next(), Some((_, '\\')));
    let end = if is_escape { rest[2..].find('\'').map(|end| end + 3) } else { None };
    let plain =
        || rest.char_indices().nth(2).filter(|(_, character)| *character == '\'').map(|(end, _)| end + 1);
    end.or_else(plain).unwrap_or(1)
}

#[test]
fn each_literal_is_found_with_its_line() {
    let code = "fn a<'b>() {\n    f(\"one \\\n        two\", '\"', '\\'', r#\"three \"q\" \"#);\n}\nlet x = \"four \\\"five\";\n";
    let expected = [(2, "one two"), (3, "three \"q\" "), (5, "four \\\"five")];
    assert_eq!(of(code), expected.map(|(line, text)| (line, text.to_owned())));
}
