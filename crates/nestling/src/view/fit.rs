//! Fitting text into a width: what is cut says so, and what is left out is counted.

/// How many characters a terminal shows, ANSI escapes aside.
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

/// The text with its end left out, where it is too long.
pub(crate) fn end_cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let kept: String = text.chars().take(columns.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// The text with its middle left out, where it is too long: both ends of an environment's name tell it from others.
pub(crate) fn middle_cut(text: &str, columns: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= columns || columns < 3 {
        return text.to_owned();
    }
    let tail = (columns - 1) / 2;
    let head = columns - 1 - tail;
    let ends = |range: &[char]| range.iter().collect::<String>();
    format!("{}…{}", ends(&chars[..head]), ends(&chars[chars.len() - tail..]))
}

/// As many items as fit, joined, with a count of the others; at least the count. `more` words it.
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
        let text = format!("{}{between}{}", items[..shown].join(between), more(items.len() - shown));
        if width(&text) <= columns {
            return text;
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted() {
        let items = ["alpha", "beta", "gamma"].map(str::to_owned);
        let shown = |columns| list(&items, ", ", columns, |n| format!("+{n}"));
        assert_eq!(shown(18), "alpha, beta, gamma");
        assert_eq!(shown(17), "alpha, beta, +1");
        assert_eq!(shown(14), "alpha, +2");
        assert_eq!(shown(8), "");
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(end_cut("a long sentence", 7), "a long…");
        assert_eq!(middle_cut("review/$CI_COMMIT_REF_SLUG/api", 15), "review/…LUG/api");
        assert_eq!(middle_cut("short", 15), "short");
    }
}
