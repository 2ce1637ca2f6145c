//! Marks every line of a template's raw text with its file and line.

use crate::template::marks::private_use::{wrap, write_mark};
use crate::template::syntax::syntax;
use crate::template::untrusted::Emit;
use minijinja::machinery::{Token, tokenize};

/// The template with marks in it, for the engine only.
///
/// A mark follows the last character of a line that is not blank, and stands before a `${{` that follows only white
/// space: `trim_blocks`, `lstrip_blocks` and `-%}` see the text that they look at, and no line is added, so that the
/// engine's own messages keep their lines. Blank lines get none. A text on one line between `set` and `endset` gets
/// none either, so that what is captured can be compared.
///
/// A template that cannot be tokenized comes back as it is: compiling it gives the error.
///
/// The expressions of `untrusted` are wrapped, so that the store learns what they print.
pub(crate) fn mark(source: &str, file: u32, untrusted: &[Emit]) -> String {
    let tokens: Result<Vec<Token<'_>>, _> =
        tokenize(source, false, syntax()).map(|token| token.map(|(token, _)| token)).collect();
    let Ok(tokens) = tokens else { return source.to_owned() };
    let out = String::with_capacity(source.len() * 2);
    let mut marker = Marker { source, file, untrusted, out, copied: 0, line: 1 };
    for (at, token) in tokens.iter().enumerate() {
        if let Token::TemplateData(data) = token {
            marker.data(data, &tokens[at + 1..]);
        }
    }
    marker.copy(source.len());
    marker.out
}

struct Marker<'a> {
    source: &'a str,
    file: u32,
    untrusted: &'a [Emit],
    out: String,
    /// How far the source has been copied.
    copied: usize,
    /// The line there.
    line: u32,
}

impl Marker<'_> {
    /// Copies what is no raw text, up to a byte.
    fn copy(&mut self, end: usize) {
        for emit in self.untrusted {
            if emit.inside.start < self.copied || emit.inside.end > end {
                continue;
            }
            self.out.push_str(&self.source[self.copied..emit.inside.start]);
            self.out.push_str(&wrap(&self.source[emit.inside.clone()], &self.told(emit)));
            self.copied = emit.inside.end;
        }
        self.out.push_str(&self.source[self.copied..end]);
        self.copied = end;
    }

    /// File, line, column and width of an expression, and what it prints.
    fn told(&self, emit: &Emit) -> String {
        let text = &self.source[emit.inside.clone()];
        let before = &self.source[..emit.inside.start + text.len() - text.trim_start().len()];
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let width = text.trim().lines().next().unwrap_or_default().chars().count();
        format!("{} {} {column} {width} {}", self.file, count(before) + 1, emit.source)
    }

    fn data(&mut self, data: &str, next: &[Token<'_>]) {
        // The tokenizer hands out slices of the source.
        let start = data.as_ptr() as usize - self.source.as_ptr() as usize;
        self.line += count(&self.source[self.copied..start]);
        self.copy(start);
        self.copied = start + data.len();
        if !data.contains('\n') && closes_set(next) {
            self.out.push_str(data);
            return;
        }
        let prints = matches!(next.first(), Some(Token::VariableStart))
            && !self.source[self.copied..].starts_with("${{-");
        let mut lines = data.split_inclusive('\n').peekable();
        while let Some(line) = lines.next() {
            let text = line.trim_end();
            let before_value = lines.peek().is_none() && prints && !line.ends_with('\n');
            if !text.is_empty() {
                self.out.push_str(text);
                write_mark(&mut self.out, self.file, self.line);
                self.out.push_str(&line[text.len()..]);
            } else {
                self.out.push_str(line);
                if before_value {
                    write_mark(&mut self.out, self.file, self.line);
                }
            }
            self.line += count(line);
        }
    }
}

fn count(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

fn closes_set(next: &[Token<'_>]) -> bool {
    matches!(next, [Token::BlockStart, Token::Ident("endset"), ..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::marks::private_use::{CLOSE, MARK};

    /// Marks as `«line»`, for a person to read.
    fn shown(source: &str) -> String {
        let marked = mark(source, 0, &[]);
        let mut shown = String::new();
        for piece in crate::template::marks::private_use::pieces(&marked) {
            match piece {
                crate::template::marks::private_use::Piece::Text(text) => shown.push_str(text),
                crate::template::marks::private_use::Piece::Mark(_, line) => {
                    shown.push_str(&format!("«{line}»"));
                }
                _ => shown.push('?'),
            }
        }
        assert!(!shown.contains([MARK, CLOSE]));
        shown
    }

    #[test]
    fn raw_lines_are_marked_and_blank_ones_are_not() {
        assert_eq!(shown("a: 1\n\n  b:  \n"), "a: 1«1»\n\n  b:«3»  \n");
    }

    #[test]
    fn a_value_after_white_space_is_marked_before() {
        assert_eq!(shown("a:\n  ${{ x }}: 1\n"), "a:«1»\n  «2»${{ x }}: 1«2»\n");
    }

    #[test]
    fn an_untrusted_expression_is_wrapped_and_can_be_seen_as_it_was_written() {
        let source = "a: ${{ pipeline.branch }} b\n";
        let emits = crate::template::untrusted::find(source, &mut std::collections::BTreeMap::new());
        let marked = mark(source, 3, &emits);
        assert!(marked.contains("3 1 8 15 pipeline.branch"), "{marked}");
        assert_eq!(crate::template::marks::private_use::visible(&marked), source);
    }

    #[test]
    fn control_lines_get_none() {
        assert_eq!(shown("#% if x\na: 1\n#% endif\n"), "#% if x\na: 1«2»\n#% endif\n");
    }

    #[test]
    fn what_set_captures_on_one_line_gets_none() {
        assert_eq!(shown("{% set x %}ab{% endset %}\n"), "{% set x %}ab{% endset %}\n");
    }
}
