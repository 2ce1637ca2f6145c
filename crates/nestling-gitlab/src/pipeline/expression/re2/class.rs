//! Classes of RE2, `[…]`. There are no operators in them: `[`, `&`, `~` and `-` are characters.

use super::Reader;
use super::escape::{literal, perl_class};

/// The names of `[:name:]`.
const NAMES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

impl Reader<'_> {
    /// Reads a class.
    pub(super) fn class(&mut self) -> Option<()> {
        let mut class = String::from("[");
        self.take(1);
        if self.rest.starts_with('^') {
            self.take(1);
            class.push('^');
        }
        let mut is_first = true;
        while is_first || !self.rest.starts_with(']') {
            is_first = false;
            let item = self.class_item()?;
            class.push_str(&item);
        }
        self.take(1);
        class.push(']');
        self.atom(&class)
    }

    fn class_item(&mut self) -> Option<String> {
        if let Some(item) = self.named_class() {
            return item;
        }
        if let Some(escaped) = self.rest.strip_prefix('\\').and_then(|rest| rest.chars().next()) {
            if matches!(escaped, 'p' | 'P') {
                return self.unicode();
            }
            if let Some(class) = perl_class(escaped) {
                self.take(2);
                return Some(format!("[{class}]"));
            }
        }
        let start = self.class_character()?;
        let is_range = self.rest.starts_with('-') && self.rest.len() > 1 && !self.rest.starts_with("-]");
        if !is_range {
            return Some(literal(start));
        }
        self.take(1);
        let end = self.class_character()?;
        (start <= end).then(|| format!("{}-{}", literal(start), literal(end)))
    }

    /// Reads `[:name:]`; `None` where `[` is a character, and an inner `None` for a name that there is not.
    fn named_class(&mut self) -> Option<Option<String>> {
        let end = self.rest.strip_prefix("[:")?.find(":]")?;
        let name = &self.rest[2..2 + end];
        if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return Some(None);
        }
        let item = self.take(end + 4);
        Some(Some(item.to_owned()))
    }

    fn class_character(&mut self) -> Option<char> {
        if self.rest.starts_with('\\') {
            return self.escaped_character();
        }
        let c = self.rest.chars().next()?;
        self.take(c.len_utf8());
        Some(c)
    }
}
