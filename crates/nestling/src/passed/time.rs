//! Times as GitLab's API writes them.

/// Reads a time such as `2026-11-30T00:35:55.123Z` or `2026-11-30T01:35:55+01:00`, in seconds since 1970; `None` for anything else.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let (date, rest) = text.split_once('T')?;
    let mut numbers = date.split('-').map(|number| number.parse::<i64>().ok());
    let (year, month, day) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let is_date = (1970..10_000).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let zone = rest.find(['Z', '+', '-'])?;
    let (clock, zone) = rest.split_at(zone);
    let clock = clock.split('.').next()?;
    let mut numbers = clock.split(':').map(|number| number.parse::<i64>().ok());
    let (hour, minute, second) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let is_clock = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    if !is_date || !is_clock {
        return None;
    }
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset(zone)?;
    u64::try_from(seconds).ok()
}

fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    Some(sign * (hours.parse::<i64>().ok()? * 3_600 + minutes.parse::<i64>().ok()? * 60))
}

/// Returns the days since 1970 of a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that leap days are at their end.
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn times_of_the_api_are_read() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-11-30T00:35:55.123Z", Some(1_795_998_955)),
            ("2026-11-30T01:35:55+01:00", Some(1_795_998_955)),
            ("2026-11-29T19:35:55.000-05:00", Some(1_795_998_955)),
            ("2024-02-29T12:00:00Z", Some(1_709_208_000)),
            ("2026-11-30", None),
            ("2026-13-30T00:00:00Z", None),
            ("2026-11-30T25:00:00Z", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
