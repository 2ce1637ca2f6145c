//! Marks every line of a template's raw text with its file and line, and inserts the calls around expressions.

use super::calls::{Edge, Insertion};
use super::private_use::write_mark;
use super::wrap::{Untrusted, call};
use crate::template::source_position::{characters, first_line, line_breaks, span};
use crate::template::untrusted::UntrustedPrint;
use crate::template_syntax::syntax;
use minijinja::machinery::{Token, tokenize};
use nestling_gitlab::diagnostic::FileId;
use std::iter::Peekable;
use std::ops::Range;

/// Returns the template with marks in it, and with the calls around the expressions that print an untrusted value and
/// around what is paid for, for the engine only.
///
/// A mark follows the last character of a line that is not blank, and is before a `${{` that follows only white
/// space: `trim_blocks`, `lstrip_blocks` and `-%}` see the text that they look at, and no line is added, so that the
/// engine's own messages keep their lines. Blank lines get none. A string on one line between `set` and `endset` gets
/// none either, so that what is captured can be compared.
///
/// A template that cannot be tokenized comes back as it is: compiling it gives the error.
pub(crate) fn insert_marks(
    source: &str,
    file: FileId,
    untrusted: &[UntrustedPrint],
    mut calls: Vec<Insertion>,
) -> String {
    let tokens: Result<Vec<Token<'_>>, _> =
        tokenize(source, false, syntax()).map(|token| token.map(|(token, _)| token)).collect();
    let Ok(tokens) = tokens else { return source.to_owned() };
    let out = String::with_capacity(source.len() * 2);
    for print in untrusted {
        let (open, close) = call(&locate(print, source, file));
        let Range { start, end } = print.expression;
        calls.push(Insertion { offset: start, edge: Edge::OuterStart, text: open });
        calls.push(Insertion { offset: end, edge: Edge::OuterEnd, text: close });
    }
    // Stable: calls inside each other stay in their order.
    calls.sort_by_key(|insertion| (insertion.offset, insertion.edge));
    let calls = calls.iter().peekable();
    let mut marker = Marker { source, file, calls, out, copied: 0, line: 1 };
    for (index, token) in tokens.iter().enumerate() {
        if let Token::TemplateData(raw) = token {
            marker.raw_text(raw, &tokens[index + 1..]);
        }
    }
    marker.copy_to(source.len());
    marker.out
}

struct Marker<'a> {
    source: &'a str,
    file: FileId,
    calls: Peekable<std::slice::Iter<'a, Insertion>>,
    out: String,
    /// The bytes of the source that have been copied.
    copied: usize,
    /// The line there, from 1.
    line: u32,
}

impl Marker<'_> {
    /// Copies what is no raw text: statements and expressions, with their calls.
    fn copy_to(&mut self, end: usize) {
        while let Some(call) = self.calls.next_if(|call| call.offset <= end) {
            self.out.push_str(&self.source[self.copied..call.offset]);
            self.out.push_str(&call.text);
            self.copied = call.offset;
        }
        self.out.push_str(&self.source[self.copied..end]);
        self.copied = end;
    }

    /// Copies raw text with a mark on each of its lines. `next` are the tokens after it.
    fn raw_text(&mut self, raw: &str, next: &[Token<'_>]) {
        // The tokenizer hands out slices of the source, without their offsets.
        let start = raw.as_ptr() as usize - self.source.as_ptr() as usize;
        self.line += line_breaks(&self.source[self.copied..start]);
        self.copy_to(start);
        self.copied = start + raw.len();
        if !raw.contains('\n') && is_end_of_set(next) {
            self.out.push_str(raw);
            return;
        }
        // `${{-` removes the white space before it, and would stop at a mark.
        let prints = matches!(next.first(), Some(Token::VariableStart))
            && !self.source[self.copied..].starts_with("${{-");
        let mut lines = raw.split_inclusive('\n').peekable();
        while let Some(line) = lines.next() {
            let text = line.trim_end();
            let indents_value = lines.peek().is_none() && prints && !line.ends_with('\n');
            if !text.is_empty() {
                self.out.push_str(text);
                write_mark(&mut self.out, self.file.index(), self.line);
                self.out.push_str(&line[text.len()..]);
            } else {
                self.out.push_str(line);
                if indents_value {
                    write_mark(&mut self.out, self.file.index(), self.line);
                }
            }
            self.line += line_breaks(line);
        }
    }
}

/// Adds the place of a printed value, without the white space inside the braces.
fn locate(print: &UntrustedPrint, source: &str, file: FileId) -> Untrusted {
    let expression = &source[print.expression.clone()];
    let blanks = expression.len() - expression.trim_start().len();
    let width = characters(first_line(expression.trim()));
    let origin = span(file, source, print.expression.start + blanks, width);
    Untrusted { origin, source: print.source.clone() }
}

fn is_end_of_set(next: &[Token<'_>]) -> bool {
    matches!(next, [Token::BlockStart, Token::Ident("endset"), ..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::bounds::calls;
    use crate::template::marks::private_use::{Piece, pieces};
    use crate::template::marks::wrap::visible;
    use crate::template::untrusted;
    use std::collections::BTreeMap;

    /// Marks as `«line»`, for a person to read.
    fn marked(source: &str) -> String {
        let mut readable = String::new();
        for piece in pieces(&insert_marks(source, FileId::from_index(0), &[], Vec::new())) {
            match piece {
                Piece::Text(text) => readable.push_str(text),
                Piece::Mark(_, line) => readable.push_str(&format!("«{line}»")),
                Piece::Value(_) | Piece::Captured(_) => readable.push('?'),
            }
        }
        readable
    }

    #[test]
    fn raw_lines_are_marked_and_blank_ones_are_not() {
        assert_eq!(marked("a: 1\n\n  b:  \n"), "a: 1«1»\n\n  b:«3»  \n");
    }

    #[test]
    fn a_value_after_white_space_is_marked_before() {
        assert_eq!(marked("a:\n  ${{ x }}: 1\n"), "a:«1»\n  «2»${{ x }}: 1«2»\n");
    }

    #[test]
    fn an_untrusted_expression_is_wrapped_and_can_be_seen_as_it_was_written() {
        let source = "a: ${{pipeline.branch ~ [x]}} b\n";
        let prints = untrusted::find(source, &mut BTreeMap::new());
        let marked = insert_marks(source, FileId::from_index(3), &prints, calls(source).unwrap());
        assert!(marked.contains("3 1 7 21 pipeline.branch"), "{marked}");
        assert_eq!(visible(&marked), source);
    }

    #[test]
    fn control_lines_get_none() {
        assert_eq!(marked("#% if x\na: 1\n#% endif\n"), "#% if x\na: 1«2»\n#% endif\n");
    }

    #[test]
    fn what_set_captures_on_one_line_gets_none() {
        assert_eq!(marked("{% set x %}ab{% endset %}\n"), "{% set x %}ab{% endset %}\n");
    }
}
