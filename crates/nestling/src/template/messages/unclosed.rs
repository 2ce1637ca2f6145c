//! Finds what was opened and never closed: the engine only knows where it gave up.

use super::error_place::MarkedTemplate;
use crate::template::engine_messages::{detail, is_end_in_block, is_unexpected_character, unknown_statement};
use crate::template::marks::wrap::visible;
use crate::template::rules::TEMPLATE_SYNTAX;
use crate::template::source_position::{characters, column_of, first_line, line_of, line_start, span};
use crate::template_syntax::syntax;
use minijinja::machinery::{Token, tokenize};
use minijinja::{Error, ErrorKind};
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, number};

/// The statements that need an end; `set` does where it captures.
const BLOCKS: [&str; 8] = ["if", "for", "macro", "call", "filter", "block", "with", "autoescape"];

/// Reports a syntax error at the block or the `${{` that has no end, if that is what is wrong.
pub(crate) fn unclosed(error: &Error, marked: MarkedTemplate<'_>) -> Option<Diagnostic> {
    if error.kind() != ErrorKind::SyntaxError {
        return None;
    }
    let (file, text) = marked(error.name()?)?;
    let template = Template { file, source: visible(&text) };
    let line = error.line()?;
    if let Some(problem) = template.open_expression(line) {
        return Some(problem);
    }
    if let Some(problem) = template.stray_character() {
        return Some(problem);
    }
    if let Some(word) = unknown_statement(error).and_then(|statement| statement.strip_prefix("end")) {
        return template.early_end(word, line);
    }
    if is_end_in_block(error) { template.open_block() } else { None }
}

/// A template that cannot be compiled, as its author wrote it.
struct Template {
    file: FileId,
    source: String,
}

impl Template {
    fn span(&self, offset: usize, width: usize) -> Origin {
        span(self.file, &self.source, offset, number(width))
    }

    fn line(&self, line: usize) -> Origin {
        Origin::line(self.file, number(line))
    }

    /// Reports the `${{` that no `}}` closes.
    fn open_expression(&self, engine_line: usize) -> Option<Diagnostic> {
        let (start, stumbled) = open_expression(&self.source, engine_line)?;
        let opened = self.span(start, "${{".len());
        let mut problem = Diagnostic::error(&TEMPLATE_SYNTAX, opened, "unclosed `${{`");
        if (line_of(&self.source, start) as usize) < stumbled {
            problem = problem.with_label(self.line(stumbled), "so that this is part of it");
        }
        Some(problem.with_help("write `}}` at its end"))
    }

    /// Reports a character that no expression has, which the engine takes for an end that comes too early.
    fn stray_character(&self) -> Option<Diagnostic> {
        let error = tokenize(&self.source, false, syntax()).find_map(Result::err)?;
        if !is_unexpected_character(&error) {
            return None;
        }
        let line = error.line()?;
        let text = self.source.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let Some(comment) = comment_of_control_line(text) else {
            let message = format!("{} in an expression", detail(&error));
            return Some(Diagnostic::error(&TEMPLATE_SYNTAX, self.line(line), message));
        };
        let column = column_of(text, comment);
        let origin = Origin::span(self.file, number(line), column, characters(&text[comment..]));
        let problem = Diagnostic::error(&TEMPLATE_SYNTAX, origin, "a control line cannot have a comment");
        Some(problem.with_help("put it on a separate line, or write `{#* … *#}`"))
    }

    /// Reports an `end…` while another block is open.
    fn early_end(&self, word: &str, line: usize) -> Option<Diagnostic> {
        let lines_above: usize =
            self.source.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let open = open_block(&self.source[..lines_above])?;
        let message = format!("`end{word}` comes before `end{}`", open.word);
        let problem = Diagnostic::error(&TEMPLATE_SYNTAX, self.line(line), message);
        let opened = self.span(open.offset, open.word.len());
        Some(
            problem
                .with_label(opened, "this block is open")
                .with_help(format!("write `#% end{}` first", open.word)),
        )
    }

    /// Reports the block that is open where the template ends.
    fn open_block(&self) -> Option<Diagnostic> {
        let open = open_block(&self.source)?;
        let origin = self.span(open.offset, open.word.len());
        let problem = Diagnostic::error(&TEMPLATE_SYNTAX, origin, format!("unclosed `{}`", open.word));
        Some(problem.with_help(format!("write `#% end{}` where it ends", open.word)))
    }
}

/// Returns the offset of the `${{` that no `}}` closes, and the line where the text stops making sense.
fn open_expression(source: &str, engine_line: usize) -> Option<(usize, usize)> {
    let mut open = None;
    for token in tokenize(source, false, syntax()) {
        match token {
            Ok((Token::VariableStart, span)) => open = Some(span.start_offset as usize),
            Ok((Token::VariableEnd, _)) => open = None,
            Ok(_) => {}
            Err(error) => {
                // One that is closed on its line has another mistake inside.
                let start = open.filter(|start| !first_line(&source[*start..]).contains("}}"))?;
                return Some((start, error.line()?));
            }
        }
    }
    Some((open?, engine_line))
}

/// A statement that waits for its end.
struct OpenBlock<'s> {
    offset: usize,
    word: &'s str,
    /// Indentation of its `#%`, in bytes.
    indentation: usize,
}

/// Returns the block that has no end: the last one that is open, or one whose end is missing before an `end…` that is
/// indented like an outer block of the same kind.
fn open_block(source: &str) -> Option<OpenBlock<'_>> {
    let mut open: Vec<OpenBlock<'_>> = Vec::new();
    let mut is_statement_start = false;
    for (token, span) in tokenize(source, false, syntax()).map_while(Result::ok) {
        if let Token::Ident(word) = token
            && is_statement_start
        {
            let offset = span.start_offset as usize;
            let indentation = indentation_of(source, offset);
            if let Some(closed) = word.strip_prefix("end") {
                let belongs =
                    |block: &OpenBlock<'_>| block.word == closed && block.indentation == indentation;
                let is_outer = open.iter().any(belongs);
                match open.pop() {
                    Some(last) if is_outer && !belongs(&last) => return Some(last),
                    Some(last) if last.word != closed => open.push(last),
                    _ => {}
                }
            } else if BLOCKS.contains(&word) || (word == "set" && captures(source, offset)) {
                open.push(OpenBlock { offset, word, indentation });
            }
        }
        is_statement_start = matches!(token, Token::BlockStart);
    }
    open.pop()
}

/// Returns how far the line of a byte is indented before that byte.
fn indentation_of(source: &str, offset: usize) -> usize {
    let before = &source[line_start(source, offset)..offset];
    before.len() - before.trim_start().len()
}

/// Returns `true` if a `set` captures what follows instead of assigning.
fn captures(source: &str, offset: usize) -> bool {
    let statement = first_line(&source[offset..]).split("%}").next().unwrap_or_default();
    !statement.contains('=')
}

/// Returns the offset of the comment after a control line.
fn comment_of_control_line(line: &str) -> Option<usize> {
    let statement = line.trim_start().strip_prefix("#%")?;
    Some(line.len() - statement.len() + statement.find('#')?)
}
