//! Finds what was opened and never closed: the engine only knows where it gave up.

use crate::template::marks::private_use;
use crate::template::rules::TEMPLATE_SYNTAX;
use crate::template::syntax::syntax;
use minijinja::machinery::{Token, tokenize};
use minijinja::{Error, ErrorKind};
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, number};

/// The statements that need an end.
const BLOCKS: [&str; 8] = ["if", "for", "macro", "call", "filter", "block", "with", "autoescape"];

/// The error told at the block or the `${{` that has no end, if that is what is wrong.
pub(crate) fn unclosed(
    error: &Error,
    marked: &dyn Fn(&str) -> Option<(FileId, String)>,
) -> Option<Diagnostic> {
    if error.kind() != ErrorKind::SyntaxError {
        return None;
    }
    let (file, text) = marked(error.name()?)?;
    let source = private_use::visible(&text);
    let detail = error.detail()?;
    if let Some((at, line)) = open_expression(&source, error.line()?) {
        let opened = span(file, &source, at, 3);
        let mut problem = Diagnostic::error(&TEMPLATE_SYNTAX, opened, "this `${{` is not closed");
        if line_of(&source, at) < line {
            let stumbled = Origin::line(file, u32::try_from(line).ok()?);
            problem = problem.with_label(stumbled, "so that this is read as a part of it");
        }
        return Some(problem.with_help("write `}}` at its end"));
    }
    if let Some(problem) = not_a_token(file, &source) {
        return Some(problem);
    }
    if let Some(end) = detail.strip_prefix("unknown statement end") {
        let line = error.line()?;
        let before = source.split_inclusive('\n').take(line.saturating_sub(1)).collect::<String>();
        let (at, word) = open_block(&before)?;
        let here = Origin::line(file, u32::try_from(line).ok()?);
        let problem =
            Diagnostic::error(&TEMPLATE_SYNTAX, here, format!("`end{end}` comes before `end{word}`"));
        let opened = span(file, &source, at, word.len());
        return Some(
            problem.with_label(opened, "this is still open").with_help(format!("write `#% end{word}` first")),
        );
    }
    if !detail.contains("unexpected end of input") {
        return None;
    }
    let (at, word) = open_block(&source)?;
    let message = format!("this `{word}` is not closed");
    let problem = Diagnostic::error(&TEMPLATE_SYNTAX, span(file, &source, at, word.len()), message);
    Some(problem.with_help(format!("write `#% end{word}` where it ends")))
}

/// The `${{` that no `}}` closes, with the line where the text stops making sense.
fn open_expression(source: &str, line: usize) -> Option<(usize, usize)> {
    let mut open = None;
    for token in tokenize(source, false, syntax()) {
        match token {
            Ok((Token::VariableStart, span)) => open = Some(span.start_offset as usize),
            Ok((Token::VariableEnd, _)) => open = None,
            Ok(_) => {}
            Err(error) => {
                // One that is closed on its line has a mistake inside.
                let closed =
                    |at: &usize| source[*at..].lines().next().is_some_and(|rest| rest.contains("}}"));
                return open.filter(|at| !closed(at)).zip(error.line());
            }
        }
    }
    Some((open?, line))
}

fn line_of(source: &str, at: usize) -> usize {
    source[..at].matches('\n').count() + 1
}

/// A statement that waits for its end.
struct Open<'s> {
    at: usize,
    word: &'s str,
    /// The column of its `#%`.
    column: usize,
}

/// The statement that has no end: the last one that is open, or one that is passed over by an end that stands under
/// another of the same kind.
fn open_block(source: &str) -> Option<(usize, &str)> {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut opens = false;
    for (token, span) in tokenize(source, false, syntax()).map_while(Result::ok) {
        if let (true, Token::Ident(word)) = (opens, &token) {
            let at = span.start_offset as usize;
            let line = source[..at].rfind('\n').map_or(0, |at| at + 1);
            let column = source[line..at].len() - source[line..at].trim_start().len();
            if let Some(closed) = word.strip_prefix("end") {
                let under = |open: &Open<'_>| open.word == closed && open.column == column;
                match open.last() {
                    Some(last) if !under(last) && open.iter().any(under) => {
                        return Some((last.at, last.word));
                    }
                    Some(last) if last.word == closed => drop(open.pop()),
                    _ => {}
                }
            } else if BLOCKS.contains(word) || (*word == "set" && captures(source, at)) {
                open.push(Open { at, word, column });
            }
        }
        opens = matches!(token, Token::BlockStart);
    }
    open.pop().map(|open| (open.at, open.word))
}

/// Whether a `set` captures what follows instead of assigning.
fn captures(source: &str, at: usize) -> bool {
    let line = source[at..].lines().next().unwrap_or_default();
    !line.split("%}").next().unwrap_or_default().contains('=')
}

/// A character that no expression has; the engine tells it as an end that comes too early.
fn not_a_token(file: FileId, source: &str) -> Option<Diagnostic> {
    let error = tokenize(source, false, syntax()).find_map(Result::err)?;
    let detail = error.detail().filter(|detail| *detail == "unexpected character")?;
    let line = error.line()?;
    let text = source.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let statement = text.trim_start().strip_prefix("#%").filter(|rest| rest.contains('#'));
    let Some(rest) = statement else {
        let here = Origin::line(file, number(line));
        return Some(Diagnostic::error(&TEMPLATE_SYNTAX, here, format!("{detail} in an expression")));
    };
    let before = text.len() - rest.len() + rest.find('#')?;
    let column = text[..before].chars().count() + 1;
    let here = Origin::span(file, number(line), number(column), number(text[before..].chars().count()));
    let problem = Diagnostic::error(&TEMPLATE_SYNTAX, here, "a control line takes no comment");
    Some(problem.with_help("put it on a line of its own, or write `{#* … *#}`"))
}

/// A run of characters on the line of a byte.
pub(crate) fn span(file: FileId, source: &str, at: usize, width: usize) -> Origin {
    let before = &source[..at];
    let line = line_of(source, at);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Origin::span(file, number(line), number(column), number(width))
}
