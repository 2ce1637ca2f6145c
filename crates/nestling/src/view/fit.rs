//! Shortens text to a width: a cut is marked with `…`, and omitted items are counted.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Returns the number of columns that a terminal uses, without ANSI escapes: two for most characters of Chinese, Japanese and
/// Korean and for emoji, none for combining marks.
pub(crate) fn width(text: &str) -> usize {
    if text.is_ascii() && !text.contains('\x1b') {
        return text.len();
    }
    let mut columns = 0;
    for (index, part) in text.split('\x1b').enumerate() {
        // An escape ends with an `m`.
        let shown = if index == 0 { part } else { part.split_once('m').map_or("", |(_, rest)| rest) };
        columns += shown.width();
    }
    columns
}

/// Shortens a string at its end.
pub(crate) fn end_cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    format!("{}…", start_of(text, columns.saturating_sub(1)).trim_end())
}

/// Shortens a string in its middle: both ends of an environment's name distinguish it from others.
pub(crate) fn middle_cut(text: &str, columns: usize) -> String {
    if width(text) <= columns || columns < 3 {
        return text.to_owned();
    }
    let tail = (columns - 1) / 2;
    format!("{}…{}", start_of(text, columns - 1 - tail), end_of(text, tail))
}

/// Returns the characters before the end that fit into a number of columns.
pub(crate) fn end_of(text: &str, columns: usize) -> String {
    let reversed: String = text.chars().rev().collect();
    start_of(&reversed, columns).chars().rev().collect()
}

/// Breaks lines between words so that they fit. The rest of a line is indented.
pub(crate) fn wrapped(text: &str, columns: usize) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut line_width = 0;
        let mut broken = String::new();
        for word in line.split(' ') {
            let word_width = width(word);
            if line_width > 0 && line_width + 1 + word_width > columns {
                broken.push_str("\n  ");
                line_width = 2;
            } else if !broken.is_empty() {
                broken.push(' ');
                line_width += 1;
            }
            broken.push_str(word);
            line_width += word_width;
        }
        lines.push(broken);
    }
    lines.join("\n")
}

/// Returns the characters from the start that fit into a number of columns.
pub(crate) fn start_of(text: &str, columns: usize) -> String {
    let mut room = columns;
    let mut start = String::new();
    for c in text.chars() {
        let columns = c.width().unwrap_or(0);
        if columns > room {
            break;
        }
        room -= columns;
        start.push(c);
    }
    start
}

/// Joins as many items as fit, followed by `more` for the number of the others. Empty if not even one item fits.
pub(crate) fn list(
    items: &[String],
    between: &str,
    columns: usize,
    more: impl Fn(usize) -> String,
) -> String {
    let whole = items.join(between);
    if width(&whole) <= columns {
        return whole;
    }
    for shown in (1..items.len()).rev() {
        let listed = items[..shown].join(between);
        let text = format!("{listed}{between}{}", more(items.len() - shown));
        if width(&text) <= columns {
            return text;
        }
    }
    String::new()
}

/// Returns a count with its noun: `1 job`, `2 jobs`.
pub(crate) fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn omitted_items_are_counted() {
        let items = ["alpha", "beta", "gamma"].map(str::to_owned);
        let shown = |columns| list(&items, ", ", columns, |n| format!("+{n}"));
        assert_eq!(shown(18), "alpha, beta, gamma");
        assert_eq!(shown(17), "alpha, beta, +1");
        assert_eq!(shown(14), "alpha, +2");
        assert_eq!(shown(8), "");
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrapped("one two three\nfour", 9), "one two\n  three\nfour");
        assert_eq!(wrapped("\x1b[1mone\x1b[0m 配達 two", 8), "\x1b[1mone\x1b[0m 配達\n  two");
        assert_eq!(wrapped("as it is", usize::MAX), "as it is");
    }

    #[test]
    fn a_cut_is_marked() {
        assert_eq!(end_cut("a long sentence", 7), "a long…");
        assert_eq!(middle_cut("review/$CI_COMMIT_REF_SLUG/api", 15), "review/…LUG/api");
        assert_eq!(middle_cut("short", 15), "short");
    }

    #[test]
    fn wide_characters_use_two_columns_and_marks_none() {
        for (text, columns) in
            [("api", 3), ("配達", 4), ("サービス", 8), ("🚀 go", 5), ("e\u{301}", 1), ("\x1b[1m配\x1b[0m", 2)]
        {
            assert_eq!(width(text), columns, "{text}");
        }
        assert_eq!(end_cut("配達サービス", 6), "配達…");
        assert_eq!(width(&middle_cut("配達サービス配達", 9)), 9);
    }
}
