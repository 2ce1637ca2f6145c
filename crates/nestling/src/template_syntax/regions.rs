//! The parts of a template that are no text: control lines and the expressions between them.

use nestling_gitlab::pipeline::moa::{CLOSE, OPEN, end_of_expression};
use std::ops::Range;

/// A part of a template that is no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Region {
    /// The inside of `{% … %}`, or a control line behind `#%`.
    Control(Range<usize>),
    /// The bytes between the braces of a `${{ … }}`.
    Expression {
        /// The bytes between its braces.
        inside: Range<usize>,
        /// Set if a backslash before it gives it to GitLab.
        is_escaped: bool,
    },
    /// `\${{` that nothing closes: GitLab's way to write the braces themselves.
    Braces(Range<usize>),
}

/// Returns the regions of a template, in order. Comments and what `raw` holds are none.
pub(crate) fn regions(text: &str) -> Vec<Region> {
    let mut regions = Vec::new();
    let mut position = 0;
    while let Some(opening) = next_opening(text, position) {
        let after = opening.offset + opening.kind.text().len();
        position = match opening.kind {
            Kind::Line => {
                let end = text[after..].find('\n').map_or(text.len(), |length| after + length);
                regions.push(Region::Control(after..end));
                end
            }
            Kind::Comment => end_of(text, after, "*#}").unwrap_or(text.len()),
            Kind::Block => {
                let Some(end) = end_of(text, after, "%}") else { break };
                let inside = after..end - "%}".len();
                if is_raw(&text[inside.clone()]) {
                    end_of_raw(text, end).unwrap_or(text.len())
                } else {
                    regions.push(Region::Control(inside));
                    end
                }
            }
            Kind::Expression => {
                let is_escaped = is_escaped(&text[..opening.offset]);
                let rest = &text[after..];
                match if is_escaped { end_on_line(rest) } else { end_of_expression(rest) } {
                    Some(length) => {
                        regions.push(Region::Expression { inside: after..after + length, is_escaped });
                        after + length + CLOSE.len()
                    }
                    None => {
                        regions.extend(is_escaped.then_some(Region::Braces(opening.offset..after)));
                        after
                    }
                }
            }
        };
    }
    regions
}

/// Opening delimiter of a region.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Line,
    Block,
    Comment,
    Expression,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Line, Self::Block, Self::Comment, Self::Expression];

    fn text(self) -> &'static str {
        match self {
            Self::Line => "#%",
            Self::Block => "{%",
            Self::Comment => "{#*",
            Self::Expression => OPEN,
        }
    }
}

struct Opening {
    offset: usize,
    kind: Kind,
}

/// Returns the next opening from an offset on.
fn next_opening(text: &str, start: usize) -> Option<Opening> {
    let mut position = start;
    loop {
        let distance = memchr::memchr3(b'#', b'{', b'$', text.as_bytes().get(position..)?)?;
        let offset = position + distance;
        let opens = |kind: &Kind| text[offset..].starts_with(kind.text());
        match Kind::ALL.into_iter().find(opens) {
            Some(Kind::Line) if !is_first_of_line(&text[..offset]) => {}
            Some(kind) => return Some(Opening { offset, kind }),
            None => {}
        }
        position = offset + 1;
    }
}

/// Returns the end of an expression that may be none: where the braces themselves are intended, those of another expression and
/// those of a later line do not close them.
fn end_on_line(text: &str) -> Option<usize> {
    let line = text.find('\n').map_or(text, |end| &text[..end]);
    end_of_expression(line).filter(|end| !line[..*end].contains(OPEN))
}

fn is_first_of_line(before: &str) -> bool {
    before.trim_end_matches([' ', '\t']).chars().next_back().is_none_or(|c| c == '\n')
}

/// An even number of backslashes is one for each two of them, and escapes nothing.
fn is_escaped(before: &str) -> bool {
    let backslashes = before.len() - before.trim_end_matches('\\').len();
    backslashes % 2 == 1
}

fn end_of(text: &str, start: usize, close: &str) -> Option<usize> {
    Some(start + text[start..].find(close)? + close.len())
}

fn is_raw(statement: &str) -> bool {
    words(statement).next() == Some("raw")
}

/// Returns the offset after the `{% endraw %}` from an offset on.
fn end_of_raw(text: &str, start: usize) -> Option<usize> {
    let mut position = start;
    loop {
        let opening = end_of(text, position, "{%")?;
        let end = end_of(text, opening, "%}")?;
        if words(&text[opening..end]).next() == Some("endraw") {
            return Some(end);
        }
        position = opening;
    }
}

fn words(statement: &str) -> impl Iterator<Item = &str> {
    statement.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}
