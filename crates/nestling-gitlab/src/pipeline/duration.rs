//! Durations as GitLab reads them: `42`, `3 mins 4 sec`, `2h20min`, `1 week`, `6 mos 1 day`, `2:30:00`
//! (<https://docs.gitlab.com/ci/yaml/#artifactsexpire_in>).

mod numbers;

use numbers::with_digits;

/// Returns a duration in seconds; `None` where GitLab rejects it: an unknown word, or zero.
pub fn seconds(text: &str) -> Option<f64> {
    let text = text.to_lowercase();
    let is_plain = text
        .split_ascii_whitespace()
        .all(|word| word.bytes().all(|byte| byte.is_ascii_digit()) || unit(word).is_some());
    let digits = if is_plain { text } else { with_digits(&text) };
    let compact: String = digits.chars().filter(|c| *c != ' ').collect();
    let total = words(&if has_clock(&compact) { clock(&compact)? } else { digits })?;
    (total > 0.0).then_some(total)
}

/// Returns `true` if the string contains a variable that GitLab expands later.
pub fn has_variable(text: &str) -> bool {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '$' && chars.peek().is_some_and(starts_name) {
            return true;
        }
    }
    false
}

fn starts_name(c: &char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | '{')
}

/// Returns `true` for a string with a number on either side of a colon.
fn has_clock(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |position: Option<usize>| {
        position.and_then(|position| bytes.get(position)).is_some_and(u8::is_ascii_digit)
    };
    let is_number = |position: usize| {
        is_digit(Some(position)) || (bytes.get(position) == Some(&b'.') && is_digit(Some(position + 1)))
    };
    text.match_indices(':').any(|(colon, _)| is_digit(colon.checked_sub(1)) && is_number(colon + 1))
}

/// Reads `1:02:03`, seconds last. GitLab fails on more parts.
fn clock(text: &str) -> Option<String> {
    const UNITS: [&str; 6] = ["seconds", "minutes", "hours", "days", "months", "years"];
    let parts: Vec<&str> = text.split(':').collect();
    let units = UNITS.get(..parts.len())?;
    let words: Vec<String> =
        parts.iter().zip(units.iter().rev()).map(|(part, unit)| format!("{part} {unit}")).collect();
    Some(words.join(" "))
}

/// Adds up numbers, each with the unit after it. A number without one counts seconds at the end, and nothing before another
/// number; a unit without a number counts nothing, unless it comes first.
fn words(text: &str) -> Option<f64> {
    let mut known: Vec<Word> = Vec::new();
    for word in split(text) {
        if word.bytes().any(|byte| byte.is_ascii_digit()) {
            known.push(Word::Number(word.parse().unwrap_or(0.0)));
            continue;
        }
        let word = word.strip_prefix(',').unwrap_or(&word);
        let word = word.strip_suffix(',').unwrap_or(word);
        match unit(word) {
            Some(unit) => known.push(Word::Unit(unit)),
            None if matches!(word, "and" | "with" | "plus") => {}
            None => return None,
        }
    }
    if let Some(Word::Unit(_)) = known.first() {
        known.insert(0, Word::Number(1.0));
    }
    let counted =
        known.iter().enumerate().filter_map(|(position, word)| match (word, known.get(position + 1)) {
            (Word::Number(number), Some(Word::Unit(unit))) => Some(number * unit),
            (Word::Number(number), None) => Some(*number),
            _ => None,
        });
    Some(counted.sum())
}

/// A word that counts.
enum Word {
    Number(f64),
    /// In seconds.
    Unit(f64),
}

/// Words and numbers apart: `2h20min` is four of them.
fn split(text: &str) -> Vec<String> {
    let mut apart = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        // A point before the first digit belongs to it.
        let start = if rest[..start].ends_with('.') { start - 1 } else { start };
        let length = number_length(&rest[start..]);
        apart.push_str(&rest[..start]);
        apart.push(' ');
        apart.push_str(&rest[start..start + length]);
        apart.push(' ');
        rest = &rest[start + length..];
    }
    apart.push_str(rest);
    apart.split_ascii_whitespace().map(str::to_owned).collect()
}

/// Returns the length of the number at the start of a string: digits, and one point with more of them after it.
fn number_length(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let fraction = text[whole..].strip_prefix('.').map_or(0, digits);
    if fraction == 0 { whole } else { whole + 1 + fraction }
}

fn unit(word: &str) -> Option<f64> {
    let seconds = match word {
        "seconds" | "second" | "secs" | "sec" | "s" => 1.0,
        "minutes" | "minute" | "mins" | "min" | "m" => 60.0,
        "hours" | "hour" | "hrs" | "hr" | "h" => 3600.0,
        "days" | "day" | "dy" | "d" => 86_400.0,
        "weeks" | "week" | "wks" | "wk" | "w" => 604_800.0,
        "months" | "mo" | "mos" | "month" => 2_592_000.0,
        "years" | "year" | "yrs" | "yr" | "y" => 31_557_600.0,
        _ => return None,
    };
    Some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_that_gitlab_documents_are_read() {
        for (text, want) in [
            ("42", 42.0),
            ("42 seconds", 42.0),
            ("3 mins 4 sec", 184.0),
            ("2 hrs 20 min", 8400.0),
            ("2h20min", 8400.0),
            ("6 mos 1 day", 15_638_400.0),
            ("47 yrs 6 mos and 4d", 1_499_104_800.0),
            ("3 weeks and 2 days", 1_987_200.0),
            ("1 week", 604_800.0),
            ("one week", 604_800.0),
            ("day", 86_400.0),
            ("1.5 hours", 5400.0),
            ("2:30", 150.0),
            ("1:02:03", 3723.0),
            ("1:2:3:4", 93_784.0),
            ("1 1/2 hours", 5400.0),
            ("one and a half hours", 5400.0),
            ("twenty one minutes", 1260.0),
            ("two hundred seconds", 200.0),
            ("hundred and two seconds", 102.0),
            ("1 hour, 2 minutes", 3720.0),
            ("1.5.2 hours", 720.0),
            ("1 2 hours", 7200.0),
            ("hour 1", 3601.0),
        ] {
            assert_eq!(seconds(text), Some(want), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "soon",
            "3 fortnights",
            "0",
            "0 days",
            "never",
            "1 day or so",
            "-",
            "a day",
            "half an hour",
            "1, 2 hours",
            "5. hours",
            "1/2 hour",
            "1 min.",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn a_variable_is_seen() {
        assert!(has_variable("$TTL") && has_variable("${TTL} days"));
        assert!(!has_variable("1 day") && !has_variable("5 $"));
    }
}
