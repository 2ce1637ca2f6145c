//! Escapes of RE2.

use super::Reader;
use super::unicode::unicode_class;

/// The digits, the letters of words and the blanks of RE2, which are ASCII.
pub(super) const DIGITS: &str = "0-9";
pub(super) const WORDS: &str = "0-9A-Za-z_";
pub(super) const BLANKS: &str = "\\t\\n\\f\\r ";

impl Reader<'_> {
    /// Reads an escape outside of a class.
    pub(super) fn escape(&mut self) -> Option<()> {
        let escaped = self.rest[1..].chars().next()?;
        let text = match escaped {
            'b' | 'B' => format!("(?-u:\\{escaped})"),
            'A' | 'z' => format!("\\{escaped}"),
            // Any byte, which no string is made of.
            'C' => "(?s:.)".to_owned(),
            'Q' => return self.quoted(),
            'p' | 'P' => {
                let class = self.unicode()?;
                return self.atom(&class);
            }
            _ => match perl_class(escaped) {
                Some(class) => format!("[{class}]"),
                None => {
                    let c = self.escaped_character()?;
                    return self.atom(&literal(c));
                }
            },
        };
        self.take(2);
        self.atom(&text)
    }

    /// Reads `\Q…\E`, in which every character is itself; without `\E` up to the end.
    fn quoted(&mut self) -> Option<()> {
        self.take(2);
        let (quoted, rest) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
        self.group()?.is_repeated = false;
        for c in quoted.chars() {
            self.atom(&literal(c))?;
        }
        self.rest = rest;
        Some(())
    }

    /// Reads `\pN`, `\p{Name}` or `\p{^Name}`, in upper case the opposite.
    pub(super) fn unicode(&mut self) -> Option<String> {
        let is_negated = self.rest[1..].starts_with('P');
        let after = &self.rest[2..];
        let (name, length) = match after.strip_prefix('{') {
            Some(braced) => {
                let end = braced.find('}')?;
                (&braced[..end], end + 4)
            }
            None => {
                let length = after.chars().next()?.len_utf8();
                (&after[..length], length + 2)
            }
        };
        let (name, is_negated) = match name.strip_prefix('^') {
            Some(name) => (name, !is_negated),
            None => (name, is_negated),
        };
        let class = unicode_class(name)?;
        self.take(length);
        Some(format!("\\{}{{{class}}}", if is_negated { 'P' } else { 'p' }))
    }

    /// Reads an escape that stands for one character.
    pub(super) fn escaped_character(&mut self) -> Option<char> {
        self.take(1);
        let c = self.rest.chars().next()?;
        self.take(c.len_utf8());
        match c {
            '0' => self.octal(0),
            '1'..='7' if self.rest.starts_with(|next: char| ('0'..='7').contains(&next)) => {
                self.octal(c.to_digit(8)?)
            }
            'x' => self.hexadecimal(),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'a' => Some('\x07'),
            'f' => Some('\x0c'),
            'v' => Some('\x0b'),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(c),
            _ => None,
        }
    }

    /// Reads up to two further digits of an octal number.
    fn octal(&mut self, first: u32) -> Option<char> {
        let mut code = first;
        for _ in 0..2 {
            let Some(digit) = self.rest.chars().next().and_then(|c| c.to_digit(8)) else { break };
            self.take(1);
            code = code * 8 + digit;
        }
        char::from_u32(code)
    }

    /// Reads two hexadecimal digits, or any number of them in braces.
    fn hexadecimal(&mut self) -> Option<char> {
        if let Some(braced) = self.rest.strip_prefix('{') {
            let (digits, rest) = braced.split_once('}')?;
            self.rest = rest;
            return from_hexadecimal(digits);
        }
        let digits = self.rest.get(..2)?;
        self.take(2);
        from_hexadecimal(digits)
    }
}

fn from_hexadecimal(digits: &str) -> Option<char> {
    let are_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digits = digits.trim_start_matches('0');
    let code = if digits.is_empty() { Some(0) } else { u32::from_str_radix(digits, 16).ok() };
    // RE2 knows halves of pairs, which no text holds.
    code.filter(|code| are_digits && *code <= 0x0010_FFFF)
        .map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// Returns the inside of the class that `\d`, `\w` or `\s` stands for, or their opposites.
pub(super) fn perl_class(escaped: char) -> Option<String> {
    let inside = match escaped.to_ascii_lowercase() {
        'd' => DIGITS,
        'w' => WORDS,
        's' => BLANKS,
        _ => return None,
    };
    Some(if escaped.is_ascii_uppercase() { format!("^{inside}") } else { inside.to_owned() })
}

/// Returns a character as the crate reads it, inside of a class and outside.
pub(super) fn literal(c: char) -> String {
    match c {
        c if c.is_ascii_control() => format!("\\x{{{:X}}}", u32::from(c)),
        c if c.is_ascii_punctuation() && !matches!(c, '_' | '/' | ',' | ':' | ';' | '=' | '<' | '>') => {
            format!("\\{c}")
        }
        c => c.to_string(),
    }
}
