//! The types that Ruby Psych, GitLab's YAML reader, gives to scalars.

use super::node::{Kind, Node, Scalar, Style};

/// The value that Psych reads from a scalar.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning<'a> {
    /// `~`, `null`, or nothing.
    Null,
    /// `true`, `yes`, `on` and their opposites, in any case.
    Bool(bool),
    /// A whole number: decimal, octal (`010`), hexadecimal, binary, with `_` or `,`, or base 60 (`12:30`).
    Int(i128),
    /// A number with a fraction.
    Float(f64),
    /// A date or a time, which GitLab refuses to load.
    Date,
    /// A Ruby symbol: a leading colon.
    Symbol,
    /// Text.
    Text(&'a str),
}

impl Scalar {
    /// Returns the value that Psych reads from this scalar.
    pub fn meaning(&self) -> Meaning<'_> {
        if self.style != Style::Plain { Meaning::Text(&self.text) } else { plain(&self.text) }
    }
}

impl Node {
    /// The text, if it is a string and nothing else.
    pub fn as_str(&self) -> Option<&str> {
        match self.as_scalar()?.meaning() {
            Meaning::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value, if it is a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.as_scalar()?.meaning() {
            Meaning::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The value, if it is a whole number.
    pub fn as_int(&self) -> Option<i128> {
        match self.as_scalar()?.meaning() {
            Meaning::Int(value) => Some(value),
            _ => None,
        }
    }

    /// Returns the type of the node with an article, as messages name it: `a list`.
    pub fn type_name(&self) -> &'static str {
        match &self.kind {
            Kind::Seq(_) => "a list",
            Kind::Map(_) => "a mapping",
            Kind::Scalar(scalar) => match scalar.meaning() {
                Meaning::Null => "null",
                Meaning::Bool(_) => "a boolean",
                Meaning::Int(_) | Meaning::Float(_) => "a number",
                Meaning::Date => "a date",
                Meaning::Symbol => "a symbol",
                Meaning::Text(_) => "a string",
            },
        }
    }

    /// Returns `true` if the node is `null`, `~` or empty.
    pub fn is_null(&self) -> bool {
        self.as_scalar().is_some_and(|scalar| scalar.meaning() == Meaning::Null)
    }

    /// Returns `true` for what Rails calls blank: null, `false`, white space, and an empty list or mapping.
    pub fn is_blank(&self) -> bool {
        match &self.kind {
            Kind::Seq(items) => items.is_empty() && !self.is_reference(),
            Kind::Map(map) => map.is_empty(),
            Kind::Scalar(_) => {
                self.is_null()
                    || self.as_bool() == Some(false)
                    || self.as_str().is_some_and(|text| text.trim().is_empty())
            }
        }
    }
}

/// Words that Psych reads as something other than a string, in upper and lower case.
const WORDS: [(&str, Meaning<'static>); 13] = [
    ("", Meaning::Null),
    ("~", Meaning::Null),
    ("null", Meaning::Null),
    ("yes", Meaning::Bool(true)),
    ("true", Meaning::Bool(true)),
    ("on", Meaning::Bool(true)),
    ("no", Meaning::Bool(false)),
    ("false", Meaning::Bool(false)),
    ("off", Meaning::Bool(false)),
    (".inf", Meaning::Float(f64::INFINITY)),
    ("+.inf", Meaning::Float(f64::INFINITY)),
    ("-.inf", Meaning::Float(f64::NEG_INFINITY)),
    (".nan", Meaning::Float(f64::NAN)),
];

/// Returns the value that Psych reads from a plain scalar.
pub(super) fn plain(text: &str) -> Meaning<'_> {
    let word = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
    if let Some((_, meaning)) = word {
        return meaning.clone();
    }
    if text.starts_with(':') && text.len() > 1 {
        return Meaning::Symbol;
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return Meaning::Text(text);
    }
    if is_date(text) {
        return Meaning::Date;
    }
    if let Some(value) = int(text).or_else(|| base60(text)) {
        return Meaning::Int(value);
    }
    float(text).or_else(|| base60_float(text)).map_or(Meaning::Text(text), Meaning::Float)
}

/// Returns `true` for a date, or a date with a time of day to the second: what Psych loads as a class of its own.
fn is_date(text: &str) -> bool {
    let Some((date, rest)) = date(text.strip_prefix('-').unwrap_or(text)) else { return false };
    if rest.is_empty() {
        return !text.starts_with('-') && is_of_calendar(date);
    }
    let time = match rest.strip_prefix(['T', 't']) {
        Some(time) => time,
        None if rest.starts_with(char::is_whitespace) => rest.trim_start(),
        None => return false,
    };
    is_time(time)
}

/// Takes year, month and day from the start of a string, and returns what follows them.
fn date(text: &str) -> Option<([&str; 3], &str)> {
    let (year, rest) = digits(text, 4..=4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 1..=2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 1..=2)?;
    Some(([year, month, day], rest))
}

fn is_of_calendar([_, month, day]: [&str; 3]) -> bool {
    let within = |text: &str, most: u32| text.parse().is_ok_and(|number: u32| number <= most);
    within(month, 12) && within(day, 31)
}

/// Reads `1:02:03`, with a fraction and a zone or without.
fn is_time(text: &str) -> bool {
    let Some((_, rest)) = digits(text, 1..=2) else { return false };
    let Some((_, rest)) = rest.strip_prefix(':').and_then(|rest| digits(rest, 2..=2)) else { return false };
    let Some((_, rest)) = rest.strip_prefix(':').and_then(|rest| digits(rest, 2..=2)) else { return false };
    let rest =
        rest.strip_prefix('.').map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let zone = rest.trim_start();
    let Some(offset) = zone.strip_prefix(['+', '-']) else {
        return zone.is_empty() && rest.is_empty() || zone == "Z";
    };
    let Some((_, rest)) = digits(offset, 1..=2) else { return false };
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    rest.is_empty() || digits(rest, 2..=2).is_some_and(|(_, rest)| rest.is_empty())
}

/// Takes a number of digits from the start of a string.
fn digits(text: &str, counts: std::ops::RangeInclusive<usize>) -> Option<(&str, &str)> {
    let length = text.bytes().take(*counts.end()).take_while(u8::is_ascii_digit).count();
    counts.contains(&length).then(|| text.split_at(length))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns `true` for a character that Psych ignores between digits.
fn is_separator(byte: u8) -> bool {
    matches!(byte, b'_' | b',')
}

fn int(text: &str) -> Option<i128> {
    let (negative, rest) = match text.as_bytes()[0] {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = if let Some(digits) = rest.strip_prefix("0b") {
        (2, digits)
    } else if let Some(digits) = rest.strip_prefix("0x") {
        (16, digits)
    } else if rest.len() > 1 && rest.starts_with('0') {
        (8, &rest[1..])
    } else {
        (10, rest)
    };
    let bytes = digits.as_bytes();
    let is_valid = if radix == 10 {
        is_decimal(bytes)
    } else {
        bytes.iter().all(|byte| is_separator(*byte) || char::from(*byte).is_digit(radix))
            && bytes.iter().any(|byte| !is_separator(*byte))
    };
    if !is_valid {
        return None;
    }
    let value = i128::from_str_radix(&digits.replace(['_', ','], ""), radix).ok()?;
    Some(if negative { -value } else { value })
}

/// Returns `true` for a decimal number: separators only between digits, no leading zero.
fn is_decimal(bytes: &[u8]) -> bool {
    if bytes == b"0" {
        return true;
    }
    matches!(bytes.first(), Some(b'1'..=b'9'))
        && bytes.last().is_some_and(u8::is_ascii_digit)
        && bytes.windows(2).all(|pair| match pair[1] {
            b'0'..=b'9' => true,
            byte => is_separator(byte) && pair[0].is_ascii_digit(),
        })
}

/// `12:30` is 45,000: numbers in base 60. Ruby takes the first part for hours, however many follow.
fn base60(text: &str) -> Option<i128> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut parts = rest.split(':');
    let first = parts.next()?;
    let is_number = first.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    if !is_number || !first.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let first: i128 = first.replace('_', "").parse().ok()?;
    let mut value = first.checked_mul(60 * 60)?;
    let mut weight = 60;
    let mut count = 1;
    for part in parts {
        count += 1;
        if part.is_empty() || part.len() > 2 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let part: i128 = part.parse().ok()?;
        if part > 59 {
            return None;
        }
        // The minus is that of the first part.
        value = value.checked_add(if negative { -part * weight } else { part * weight })?;
        weight /= 60;
    }
    matches!(count, 2 | 3).then_some(if negative { -value } else { value })
}

/// `1:30.5` is 5430: the fraction belongs to the last part.
fn base60_float(text: &str) -> Option<f64> {
    let (whole, fraction) = text.rsplit_once('.')?;
    if !fraction.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        return None;
    }
    let weight = if whole.matches(':').count() == 1 { 60.0 } else { 1.0 };
    let digits: String = fraction.chars().take_while(char::is_ascii_digit).collect();
    let fraction: f64 = format!("0.{digits}0").parse().ok()?;
    #[expect(clippy::cast_precision_loss, reason = "Ruby counts in such numbers as well")]
    let whole = base60(whole)? as f64;
    Some(whole + fraction * weight)
}

fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, rest) = unsigned.split_once('.')?;
    let starts_well = whole.is_empty() || whole.as_bytes()[0].is_ascii_digit();
    if !starts_well || !whole.bytes().all(|c| c.is_ascii_digit() || c == b'_' || c == b',') {
        return None;
    }
    let (fraction, exponent) = match rest.find(['e', 'E']) {
        Some(separator) => (&rest[..separator], &rest[separator + 1..]),
        None => (rest, "+0"),
    };
    let signed = exponent.starts_with(['+', '-']) && exponent.len() > 1;
    if !is_digits(fraction)
        || !signed
        || !is_digits(&exponent[1..])
        || (whole.is_empty() && fraction.is_empty())
    {
        return None;
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    let whole = if whole.is_empty() { "0".to_owned() } else { whole.replace(['_', ','], "") };
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    format!("{sign}{whole}.{fraction}e{exponent}").parse().ok()
}
