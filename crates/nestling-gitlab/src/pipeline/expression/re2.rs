//! Regular expressions in the syntax of RE2, which GitLab uses (<https://github.com/google/re2/wiki/Syntax>), rewritten for
//! the `regex` crate. The two differ in a few places: braces that repeat nothing, operators inside of classes, escapes and
//! flags that only one of them has.

/// How often RE2 repeats at most.
const MOST_REPETITIONS: u32 = 1000;

/// Returns the same expression in the syntax of the `regex` crate; `None` where RE2 refuses what the crate takes.
pub(super) fn translated(source: &str) -> Option<String> {
    let mut reader = Reader { rest: source, written: String::new() };
    while let Some(c) = reader.rest.chars().next() {
        match c {
            '\\' => reader.escape()?,
            '[' => reader.class()?,
            '{' => reader.brace()?,
            '(' => reader.group()?,
            _ => reader.keep(c.len_utf8()),
        }
    }
    Some(reader.written)
}

struct Reader<'s> {
    rest: &'s str,
    written: String,
}

impl Reader<'_> {
    fn keep(&mut self, length: usize) {
        let (kept, rest) = self.rest.split_at(length);
        self.written.push_str(kept);
        self.rest = rest;
    }

    /// Keeps a character that means something to the crate and nothing to RE2.
    fn keep_as_literal(&mut self, length: usize) {
        self.written.push('\\');
        self.keep(length);
    }

    fn escape(&mut self) -> Option<()> {
        let escaped = self.rest[1..].chars().next()?;
        // Code points are `\x{…}` there, and words have no start and end of their own.
        if matches!(escaped, 'u' | 'U' | '<' | '>') {
            return None;
        }
        let braced = matches!(escaped, 'x' | 'p' | 'P') && self.rest[2..].starts_with('{');
        let length = if braced { self.rest.find('}')? + 1 } else { 1 + escaped.len_utf8() };
        self.keep(length);
        Some(())
    }

    /// `{` repeats only as `{n}`, `{n,}` or `{n,m}`; any other is itself.
    fn brace(&mut self) -> Option<()> {
        let inner = self.rest[1..].split_once('}').map(|(inner, _)| inner);
        let Some((inner, (least, most))) = inner.and_then(|inner| Some((inner, repetition(inner)?))) else {
            self.keep_as_literal(1);
            return Some(());
        };
        if least.max(most.unwrap_or(0)) > MOST_REPETITIONS {
            return None;
        }
        self.keep(inner.len() + 2);
        Some(())
    }

    /// Flags of a group: RE2 has `i`, `m`, `s` and `U`.
    fn group(&mut self) -> Option<()> {
        if let Some(flags) = self.rest.strip_prefix("(?") {
            let flags: String = flags.chars().take_while(char::is_ascii_alphabetic).collect();
            let names_group = self.rest[2..].starts_with("P<") || self.rest[2..].starts_with('<');
            if !names_group && flags.contains(|c| !matches!(c, 'i' | 'm' | 's' | 'U')) {
                return None;
            }
        }
        self.keep(1);
        Some(())
    }

    /// A class: `[` in it is itself unless it opens `[:name:]`, and there are no operators.
    fn class(&mut self) -> Option<()> {
        self.keep(1);
        if self.rest.starts_with('^') {
            self.keep(1);
        }
        if self.rest.starts_with(']') {
            self.keep_as_literal(1);
        }
        loop {
            let c = self.rest.chars().next()?;
            match c {
                ']' => {
                    self.keep(1);
                    return Some(());
                }
                '\\' => self.escape()?,
                '[' => match self.rest.starts_with("[:").then(|| self.rest.find(":]")).flatten() {
                    Some(end) => self.keep(end + 2),
                    None => self.keep_as_literal(1),
                },
                '&' | '~' => self.keep_as_literal(1),
                '-' if self.rest.starts_with("--") => self.keep_as_literal(1),
                _ => self.keep(c.len_utf8()),
            }
        }
    }
}

/// Reads `n`, `n,` or `n,m`.
fn repetition(inner: &str) -> Option<(u32, Option<u32>)> {
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    match inner.split_once(',') {
        None => Some((number(inner)?, None)),
        Some((least, "")) => Some((number(least)?, None)),
        Some((least, most)) => Some((number(least)?, Some(number(most)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::translated;
    use regex::Regex;

    /// Whether the expression matches the text; `None` where RE2 refuses it.
    fn matches(source: &str, text: &str) -> Option<bool> {
        Some(Regex::new(&translated(source)?).ok()?.is_match(text))
    }

    #[test]
    fn what_re2_reads_otherwise_is_read_as_re2_does() {
        for (source, text, wanted) in [
            ("^a{2}$", "aa", Some(true)),
            ("^a{2,}$", "aaa", Some(true)),
            ("^a{1,2}$", "aaa", Some(false)),
            ("a{,2}b", "a{,2}b", Some(true)),
            ("^(${RELEASE})$", "x", Some(false)),
            ("a{1001}", "a", None),
            ("[[a]", "[", Some(true)),
            ("^[[:digit:]]+$", "12", Some(true)),
            ("^[a&&b]+$", "&ab", Some(true)),
            ("^[]a]+$", "]a", Some(true)),
            ("^[^]a]+$", "b", Some(true)),
            (r"^\x{41}\p{Lu}$", "AB", Some(true)),
            (r"\u0041", "A", None),
            (r"\<a", "a", None),
            ("(?x)a", "a", None),
            ("(?i)A", "a", Some(true)),
            ("(?i:A)b", "ab", Some(true)),
            ("(?P<name>a)", "a", Some(true)),
            ("[a", "a", None),
        ] {
            assert_eq!(matches(source, text), wanted, "{source} on {text}");
        }
    }
}
