//! Durations as GitLab reads them: `42`, `3 mins 4 sec`, `2h20min`, `1 week`, `6 mos 1 day`, `2:30:00`
//! (<https://docs.gitlab.com/ci/yaml/#artifactsexpire_in>).

/// Words for numbers that GitLab's reader turns into digits.
const NUMBERS: [(&str, f64); 20] = [
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("fifteen", 15.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("ninety", 90.0),
    ("hundred", 100.0),
];

/// Returns a duration in seconds; `None` where GitLab rejects it: an unknown word, or zero.
pub fn seconds(text: &str) -> Option<f64> {
    let text = text.trim().to_lowercase();
    let total = clock(&text).or_else(|| words(&text))?;
    (total > 0.0).then_some(total)
}

/// Returns `true` if the string holds a variable that GitLab expands later.
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

/// `30`, `2:30`, `1:02:03`: seconds last.
fn clock(text: &str) -> Option<f64> {
    const UNITS: [f64; 5] = [1.0, 60.0, 3600.0, 86_400.0, 604_800.0];
    let compact: String = text.chars().filter(|c| *c != ' ').collect();
    let parts: Vec<&str> = compact.split(':').collect();
    if parts.len() < 2 || parts.len() > UNITS.len() {
        return None;
    }
    let mut total = 0.0;
    for (part, unit) in parts.iter().rev().zip(UNITS) {
        // `parse` would also take `1e5` and `-1`.
        if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        total += part.parse::<f64>().ok()? * unit;
    }
    Some(total)
}

fn words(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut number: Option<f64> = None;
    let mut meaning = false;
    for word in split(text) {
        if let Some(value) = value(&word) {
            number = Some(value);
            meaning = true;
        } else if let Some(unit) = unit(&word) {
            // `day` alone is one day; a later unit without a number counts nothing. So does `chronic_duration`.
            let count = number.take().unwrap_or(if meaning { 0.0 } else { 1.0 });
            total += count * unit;
            meaning = true;
        } else if !matches!(word.as_str(), "and" | "with" | "plus") {
            return None;
        }
    }
    // A number without a unit at the end counts seconds.
    Some(total + number.unwrap_or(0.0))
}

/// Words and numbers apart: `2h20min` is four of them.
fn split(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last_is_number = None;
    for c in text.chars() {
        let is_number = c.is_ascii_digit() || c == '.';
        match words.last_mut() {
            _ if c.is_whitespace() || c == ',' => last_is_number = None,
            Some(word) if last_is_number == Some(is_number) => word.push(c),
            _ => words.push(c.to_string()),
        }
        if !(c.is_whitespace() || c == ',') {
            last_is_number = Some(is_number);
        }
    }
    words
}

fn value(word: &str) -> Option<f64> {
    if word.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return word.parse().ok();
    }
    NUMBERS.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
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
        ] {
            assert_eq!(seconds(text), Some(want), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "soon", "3 fortnights", "0", "0 days", "never", "1 day or so", "-"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn a_variable_is_seen() {
        assert!(has_variable("$TTL") && has_variable("${TTL} days"));
        assert!(!has_variable("1 day") && !has_variable("5 $"));
    }
}
