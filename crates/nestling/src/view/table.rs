//! Text in columns. Widths are counted without ANSI escapes.

/// Where a column's text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// At the left.
    Left,
    /// At the right, for numbers.
    Right,
}

/// The rows as lines, each column as wide as its widest text, without blanks at the end.
pub(crate) fn columns(rows: &[Vec<String>], align: &[Align]) -> Vec<String> {
    let widths: Vec<usize> = (0..align.len())
        .map(|at| rows.iter().filter_map(|row| row.get(at)).map(|s| width(s)).max().unwrap_or(0))
        .collect();
    rows.iter().map(|row| line(row, &widths, align)).collect()
}

fn line(row: &[String], widths: &[usize], align: &[Align]) -> String {
    let mut line = String::new();
    for ((text, full), align) in row.iter().zip(widths).zip(align) {
        let blanks = " ".repeat(full - width(text));
        match align {
            Align::Left => line += &format!("{text}{blanks}  "),
            Align::Right => line += &format!("{blanks}{text}  "),
        }
    }
    line.trim_end().to_owned()
}

/// How many characters a terminal shows.
fn width(text: &str) -> usize {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_whatever_their_color() {
        let rows = vec![vec!["a".into(), "\x1b[1mbb\x1b[0m".into()], vec!["ccc".into(), "d".into()]];
        let lines = columns(&rows, &[Align::Left, Align::Right]);
        assert_eq!(lines, ["a    \x1b[1mbb\x1b[0m", "ccc   d"]);
    }
}
