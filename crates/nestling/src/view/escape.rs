//! Escapes strings of users for Markdown: a name or a line may hold any character and must stay plain text.

/// Returns a string as inline code, also if it has back-ticks.
pub(crate) fn code(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let ticks = "`".repeat(longest_run(&text) + 1);
    // A space separates a back-tick at either end from the delimiter; Markdown strips one space again.
    let pad = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// Returns a fenced code block, also if the text has back-ticks.
pub(crate) fn fence(language: &str, text: &str) -> String {
    let ticks = "`".repeat(longest_run(text).max(2) + 1);
    format!("{ticks}{language}\n{text}\n{ticks}\n")
}

/// Escapes a string for a table cell.
pub(crate) fn cell(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '#' | '@' | '!') {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
        out
    })
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_back_ticks() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a ``b`"), "``` a ``b` ```");
        assert_eq!(fence("diff", "```"), "````diff\n```\n````\n");
        assert_eq!(cell("a|b\n<x>"), "a\\|b \\<x\\>");
    }
}
