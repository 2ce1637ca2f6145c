//! Words of HCL, as far as paths are found by them. No stack grows with the text, which a merge request writes.

/// A word of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A name, such as `module` or `path.module`.
    Name(&'t str),
    /// The text between two quotes, with its `${}` as written.
    Text(&'t str),
    /// Any other character.
    Mark(char),
}

/// Cuts a string into words, each with the byte at which it starts. Blanks, comments and here-documents are left out, ends of
/// lines are not.
pub(super) fn tokens(text: &str) -> Vec<(Token<'_>, usize)> {
    let mut tokens = Vec::new();
    let mut position = 0;
    while let Some(c) = text[position..].chars().next() {
        let rest = &text[position..];
        let (token, length) = match c {
            '"' => {
                let length = text_length(rest);
                let inner = rest[1..length].strip_suffix('"').unwrap_or(&rest[1..length]);
                (Some(Token::Text(inner)), length)
            }
            '#' => (None, line_length(rest)),
            '/' if rest.starts_with("//") => (None, line_length(rest)),
            '/' if rest.starts_with("/*") => (None, rest.find("*/").map_or(rest.len(), |end| end + 2)),
            '<' if rest.starts_with("<<") => (None, here_document_length(rest)),
            c if is_part_of_name(c) => {
                let length = rest.find(|c| !is_part_of_name(c)).unwrap_or(rest.len());
                (Some(Token::Name(&rest[..length])), length)
            }
            c if c.is_whitespace() && c != '\n' => (None, c.len_utf8()),
            c => (Some(Token::Mark(c)), c.len_utf8()),
        };
        tokens.extend(token.map(|token| (token, position)));
        position += length;
    }
    tokens
}

fn is_part_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

fn line_length(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// The length of a string that the text begins with, both quotes included. Strings within its `${}` are part of it; one that is
/// not closed ends with its line.
fn text_length(text: &str) -> usize {
    // For each string that is open, the braces that are open in it.
    let mut open: Vec<usize> = vec![0];
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((position, c)) = characters.next() {
        let Some(braces) = open.last_mut() else { break };
        match c {
            '\n' => return position,
            '\\' if *braces == 0 => {
                characters.next();
            }
            '"' if *braces > 0 => open.push(0),
            '"' => {
                open.pop();
                if open.is_empty() {
                    return position + 1;
                }
            }
            '{' if *braces > 0 => *braces += 1,
            '$' | '%' if characters.next_if(|(_, next)| *next == '{').is_some() => *braces += 1,
            '}' if *braces > 0 => *braces -= 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a here-document, up to the line that closes it. For `<<` in an expression, of which HCL has none, two.
fn here_document_length(text: &str) -> usize {
    let word = text[2..].trim_start_matches('-');
    let word: &str = &word[..word.find(|c| !is_part_of_name(c)).unwrap_or(word.len())];
    if word.is_empty() {
        return 2;
    }
    let mut length = line_length(text);
    for line in text[length..].split_inclusive('\n').skip(1) {
        if line.trim() == word {
            return length + 1 + line.trim_end_matches('\n').len();
        }
        length += line.len();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_comments_and_here_documents_are_told_apart() {
        let text = "a = \"x ${f(\"y }\", {z = 1})} \\\" #\" # c \"no\"\n/* \"no\" */ b // \"no\"\nc = <<-EOT\n \"no\"\n  EOT\nd";
        let written: Vec<String> = tokens(text)
            .into_iter()
            .map(|(token, _)| match token {
                Token::Name(name) => name.to_owned(),
                Token::Text(inner) => format!("<{inner}>"),
                Token::Mark(c) => c.to_string().replace('\n', "|"),
            })
            .collect();
        assert_eq!(written.join(" "), "a = <x ${f(\"y }\", {z = 1})} \\\" #> | b | c = | d");
    }

    #[test]
    fn every_text_is_cut_at_its_end() {
        for text in ["\"", "\"${", "<<", "<<X", "<<X\n", "/*", "\"\\", "#", "\"ä${\"", "<<X\nX"] {
            for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                tokens(&text[..end]);
            }
        }
    }
}
