//! Dates with times, as `DateTime.iso8601` of Ruby reads them.

use regex::{Captures, Regex};
use std::sync::LazyLock;

/// Separators of a date and a time, with dashes and colons and without.
const FORMS: [&str; 4] = [
    r"^\s*(?:(?<year>[-+]?\d{2,}|-)-(?<month>\d{2})?(?:-(?<day>\d{2}))?|(?<year2>[-+]?\d{2,})?-(?<yearday>\d{3})|(?<year3>\d{4}|\d{2})?-w(?<week>\d{2})-(?<weekday>\d)|-w-(?<weekday2>\d))(?:t(?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,]\d+)?)?(?:z|[-+]\d{2}(?::?\d{2})?)?)?\s*$",
    r"^\s*(?:(?<year>[-+]?(?:\d{4}|\d{2})|--)(?<month>\d{2}|-)(?<day>\d{2})|(?<year2>[-+]?(?:\d{4}|\d{2}))(?<yearday>\d{3})|-(?<yearday2>\d{3})|(?<year3>\d{4}|\d{2})w(?<week>\d{2})(?<weekday>\d)|-w(?<week2>\d{2})(?<weekday2>\d)|-w-(?<weekday3>\d))(?:t?(?<hour>\d{2})(?<minute>\d{2})(?:(?<second>\d{2})(?:[.,]\d+)?)?(?:z|[-+]\d{2}(?:\d{2})?)?)?\s*$",
    r"^\s*(?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,]\d+)?(?:z|[-+]\d{2}(?::?\d{2})?)?)?\s*$",
    r"^\s*(?<hour>\d{2})(?<minute>\d{2})(?:(?<second>\d{2})(?:[.,]\d*)?(?:z|[-+]\d{2}(?:\d{2})?)?)?\s*$",
];

static PATTERNS: LazyLock<Vec<Regex>> =
    LazyLock::new(|| FORMS.iter().filter_map(|form| Regex::new(&format!("(?i-u){form}")).ok()).collect());

/// Returns `true` for a date that there is, with or without a time, or for a time.
///
/// ```
/// use nestling_gitlab::pipeline::date_time::is_date_time;
///
/// assert!(is_date_time("2026-03-15T08:00:00Z"));
/// assert!(!is_date_time("2026-02-30"));
/// ```
pub fn is_date_time(text: &str) -> bool {
    // The first form that fits decides, as in Ruby.
    let captures = PATTERNS.iter().find_map(|pattern| pattern.captures(text));
    captures.is_some_and(|captures| is_date(&captures) && is_time(&captures))
}

/// Returns a number that is in one of several groups of the same meaning.
fn number(captures: &Captures<'_>, names: &[&str]) -> Option<i64> {
    let text = names.iter().find_map(|name| captures.name(name))?.as_str();
    text.trim_start_matches('+').parse().ok()
}

fn is_time(captures: &Captures<'_>) -> bool {
    let hour = number(captures, &["hour"]).unwrap_or(0);
    let minute = number(captures, &["minute"]).unwrap_or(0);
    let second = number(captures, &["second"]).unwrap_or(0);
    // A leap second is the last one of the minute.
    (hour < 24 && minute < 60 && second <= 60) || (hour, minute, second) == (24, 0, 0)
}

/// A part that is missing is today's; which one that is does not count.
fn is_date(captures: &Captures<'_>) -> bool {
    let year = number(captures, &["year", "year2", "year3"]).map_or(2024, |year| match year {
        0..=68 => year + 2000,
        69..=99 => year + 1900,
        _ => year,
    });
    if let Some(day) = number(captures, &["yearday", "yearday2"]) {
        return (1..=365 + i64::from(is_leap(year))).contains(&day);
    }
    if let Some(weekday) = number(captures, &["weekday", "weekday2", "weekday3"]) {
        let week = number(captures, &["week", "week2"]).unwrap_or(1);
        return (1..=7).contains(&weekday) && (1..=weeks(year)).contains(&week);
    }
    let month = number(captures, &["month"]).unwrap_or(1);
    let day = number(captures, &["day"]).unwrap_or(1);
    let days = match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

fn is_leap(year: i64) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

/// Returns the number of ISO weeks of a year: 53 if it begins on a Thursday, or on a Wednesday with a leap day.
fn weeks(year: i64) -> i64 {
    let last_weekday =
        |year: i64| (year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400)).rem_euclid(7);
    52 + i64::from(last_weekday(year) == 4 || last_weekday(year - 1) == 3)
}

#[cfg(test)]
mod tests;
