//! Calls around those parts of expressions that make a value or walk through one: the engine pays for a value where it is
//! made, and not for what is inside.
//!
//! `[x, x]` costs two slots, however large `x` is. Forty such lines make a list with more than 10¹² items out of nothing, and
//! `==`, `in` or `~` would walk through it for ever; a list in a list in a list, some hundred thousand levels deep, ends the
//! process when it is freed. So each list and mapping, each sum, product and slice is paid for with all that is in it and
//! refused when it is too deep, and so is each operand of a comparison and of `~`. Filters pay for themselves
//! ([`super::filters`]), and what is printed is paid for by the formatter.
//!
//! The engine's own syntax tree has no exact places, so that expressions are read here from its tokens.

mod reader;

use super::marks::calls::{Edge, Insertion, close, open};
use crate::template_syntax::syntax;
use minijinja::machinery::{Token, tokenize};
use reader::Reader;
use std::ops::Range;

/// A part of an expression and the call around it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wrap {
    range: Range<usize>,
    function: &'static str,
}

/// A token with its bytes.
type Spanned<'a> = (Token<'a>, Range<usize>);

/// Returns the calls around the parts of a template's expressions, by offset. `Err` gives the offset of an expression that
/// is not understood.
pub(crate) fn calls(template: &str) -> Result<Vec<Insertion>, usize> {
    let mut tokens: Vec<Spanned<'_>> = Vec::new();
    for token in tokenize(template, false, syntax()) {
        // A template that cannot be tokenized is refused when it is compiled.
        let Ok((token, span)) = token else { return Ok(Vec::new()) };
        tokens.push((token, span.start_offset as usize..span.end_offset as usize));
    }
    let mut wraps = Vec::new();
    let mut index = 0;
    while index < tokens.len() {
        let start = index + 1;
        index += 1;
        let is_statement = match tokens[start - 1].0 {
            Token::VariableStart => false,
            Token::BlockStart => true,
            _ => continue,
        };
        let is_end = |(token, _): &Spanned<'_>| matches!(token, Token::VariableEnd | Token::BlockEnd);
        let end = tokens[start..].iter().position(is_end).map_or(tokens.len(), |length| start + length);
        let mut reader = Reader::new(&tokens[start..end]);
        let result = if is_statement { reader.statement() } else { reader.print() };
        result.ok_or_else(|| tokens[start - 1].1.start)?;
        wraps.extend(reader.into_wraps());
        index = end;
    }
    Ok(insertions(wraps))
}

/// Returns what opens and closes the calls, in the order of the text.
fn insertions(mut wraps: Vec<Wrap>) -> Vec<Insertion> {
    // Outer calls first: what opens is pushed in this order, and what closes in the other.
    wraps.sort_by(|a, b| a.range.start.cmp(&b.range.start).then(b.range.end.cmp(&a.range.end)));
    let mut insertions = Vec::with_capacity(wraps.len() * 2);
    for wrap in wraps.iter().rev() {
        let text = close();
        insertions.push(Insertion { offset: wrap.range.end, edge: Edge::InnerEnd, text });
    }
    for wrap in &wraps {
        let text = open(wrap.function);
        insertions.push(Insertion { offset: wrap.range.start, edge: Edge::InnerStart, text });
    }
    // Stable: of the calls that begin at one offset, the outer ones stay outside.
    insertions.sort_by_key(|insertion| (insertion.offset, insertion.edge));
    insertions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::marks::calls::{
        BOUNDED_FUNCTION, KEPT_FUNCTION, NAMED_FUNCTION, STEP_FUNCTION, with_calls, without_calls,
    };

    /// The template with `‹…›` around what is paid for, and `«…»` around what a namespace keeps,
    /// `<…>` around names of templates, `|…|` around steps of slices.
    fn shown(template: &str) -> String {
        let mut shown = String::new();
        let mut copied = 0;
        let mut open_calls = Vec::new();
        for insertion in calls(template).unwrap() {
            shown.push_str(&template[copied..insertion.offset]);
            copied = insertion.offset;
            shown.push_str(match &*insertion.text {
                text if text == open(BOUNDED_FUNCTION) => {
                    open_calls.push("›");
                    "‹"
                }
                text if text == close() => open_calls.pop().unwrap(),
                text if text == open(NAMED_FUNCTION) => {
                    open_calls.push(">");
                    "<"
                }
                text if text == open(STEP_FUNCTION) => {
                    open_calls.push("|");
                    "|"
                }
                text => {
                    assert_eq!(text, open(KEPT_FUNCTION));
                    open_calls.push("»");
                    "«"
                }
            });
        }
        shown + &template[copied..]
    }

    #[test]
    fn what_makes_or_walks_through_a_value_is_paid_for() {
        for (template, expected) in [
            (
                "${{ a }} ${{ a.b[0] | sh }} ${{ a | default('x') }}",
                "${{ a }} ${{ a.b[0] | sh }} ${{ a | default('x') }}",
            ),
            ("${{ [1, 'a', [2]] }}", "${{ [1, 'a', [2]] }}"),
            ("${{ [a, [b]] }}", "${{ ‹[a, ‹[b]›]› }}"),
            ("${{ (a, 1) }} ${{ (a) }}", "${{ ‹(a, 1)› }} ${{ (a) }}"),
            ("${{ {'k': a, b: 1} }}", "${{ ‹{'k': a, ‹b›: 1}› }}"),
            ("${{ a == 'x' }} ${{ a == b }}", "${{ a == 'x' }} ${{ ‹a› == ‹b› }}"),
            ("${{ a < b < 3 }}", "${{ ‹a› < ‹b› < 3 }}"),
            ("${{ a not in b and c in [1] }}", "${{ ‹a› not in ‹b› and ‹c› in [1] }}"),
            ("${{ 'x' ~ a ~ b.c }}", "${{ 'x' ~ ‹a› ~ ‹b.c› }}"),
            ("${{ a + b - 1 }} ${{ a - b }} ${{ 1 + 2 }}", "${{ ‹a + b - 1› }} ${{ a - b }} ${{ 1 + 2 }}"),
            ("${{ [1] * 3 }} ${{ a / b }}", "${{ ‹[1] * 3› }} ${{ a / b }}"),
            ("${{ a[b] }} ${{ a[1:] | f }} ${{ a['k'] }}", "${{ a[‹b›] }} ${{ ‹a[1:]› | f }} ${{ a['k'] }}"),
            ("${{ a[::-1] }} ${{ a[:b:c] }}", "${{ ‹a[::-1]› }} ${{ ‹a[:‹b›:|c|]› }}"),
            ("${{ a[::-9223372036854775808] }}", "${{ ‹a[::|-9223372036854775808|]› }}"),
            ("${{ dict(a=b) }} ${{ range(a) }}", "${{ ‹dict(a=b)› }} ${{ range(a) }}"),
            ("${{ loop.changed(a, b) }} ${{ m(a, k=b) }}", "${{ loop.changed(‹a›, ‹b›) }} ${{ m(a, k=b) }}"),
            (
                "${{ a is eq(b) }} ${{ a is defined }} ${{ a is not in b }}",
                "${{ ‹a› is eq(‹b›) }} ${{ a is defined }} ${{ ‹a› is not in ‹b› }}",
            ),
            ("${{ (a or b) == -c }}", "${{ ‹(a or b)› == ‹-c› }}"),
            ("${{ a if b == c else [d] }}", "${{ a if ‹b› == ‹c› else ‹[d]› }}"),
            ("${{ a | zip(b, *c) | map(attribute='d') }}", "${{ a | zip(‹b›, *‹c›) | map(attribute='d') }}"),
            (
                "{% set x = [a] %}{% set x.y = a %}{% set x %}{% endset %}",
                "{% set x = ‹[a]› %}{% set x.y = «a» %}{% set x %}{% endset %}",
            ),
            ("{% set x = a, b %}", "{% set x = ‹a, b› %}"),
            (
                "#% for a, b in c + d if a == b\n#% endfor\n",
                "#% for a, b in ‹c + d› if ‹a› == ‹b›\n#% endfor\n",
            ),
            (
                "{% if a == b %}{% elif c == d %}{% else %}{% endif %}",
                "{% if ‹a› == ‹b› %}{% elif ‹c› == ‹d› %}{% else %}{% endif %}",
            ),
            ("{% with a = [b], c = 1 %}{% endwith %}", "{% with a = ‹[b]›, c = 1 %}{% endwith %}"),
            (
                "{% call(x) m([a]) %}{% endcall %}{% do f([a]) %}",
                "{% call(x) m(‹[a]›) %}{% endcall %}{% do f(‹[a]›) %}",
            ),
            (
                "{% include a ~ '.yml' ignore missing %}{% include 'a' %}{% include ['a', 'b'] %}",
                "{% include <‹a› ~ '.yml'> ignore missing %}{% include 'a' %}{% include <['a', 'b']> %}",
            ),
            ("{% raw %}${{ [a] }}{% endraw %}", "{% raw %}${{ [a] }}{% endraw %}"),
        ] {
            assert_eq!(shown(template), expected);
        }
    }

    #[test]
    fn a_template_with_calls_is_as_it_was_written_without_them() {
        let template = "${{ [a, b ~ [c]] == d }}{% set ns.x = [1, a] %}";
        assert_eq!(without_calls(&with_calls(template, &calls(template).unwrap())), template);
    }
}
