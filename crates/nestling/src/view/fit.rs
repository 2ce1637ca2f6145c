//! Shortens text to a width: a cut is marked with `…`, and omitted items are counted.

/// Returns the number of characters that a terminal shows, without ANSI escapes.
pub(crate) fn width(text: &str) -> usize {
    let mut count = 0;
    let mut escape = false;
    for c in text.chars() {
        match (escape, c) {
            (false, '\x1b') => escape = true,
            (true, 'm') => escape = false,
            (true, _) => {}
            (false, _) => count += 1,
        }
    }
    count
}

/// Shortens a text at its end.
pub(crate) fn end_cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let kept: String = text.chars().take(columns.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Shortens a text in its middle: both ends of an environment's name distinguish it from others.
pub(crate) fn middle_cut(text: &str, columns: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= columns || columns < 3 {
        return text.to_owned();
    }
    let tail = (columns - 1) / 2;
    let head = columns - 1 - tail;
    let start: String = chars[..head].iter().collect();
    let end: String = chars[chars.len() - tail..].iter().collect();
    format!("{start}…{end}")
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
    fn a_cut_is_marked() {
        assert_eq!(end_cut("a long sentence", 7), "a long…");
        assert_eq!(middle_cut("review/$CI_COMMIT_REF_SLUG/api", 15), "review/…LUG/api");
        assert_eq!(middle_cut("short", 15), "short");
    }
}
