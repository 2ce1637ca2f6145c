//! Ranges of versions, as npm, Python, Poetry and Terraform write them.

/// A version: major, minor, patch.
pub(super) type Version = [u32; 3];

/// Above every version.
const END: Version = [u32::MAX; 3];

/// The versions from the first up to the second, without the latter.
type Interval = (Version, Version);

/// The versions that a manifest permits.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Range {
    intervals: Vec<Interval>,
    /// The version, if the range is a single one.
    exact: Option<String>,
}

impl Range {
    /// Reads a range such as `>=18 <21 || ^22`, `~=3.10`, `~> 1.5` or `20.x`. `None` if it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut intervals = Vec::new();
        for alternative in text.replace("||", "|").split('|') {
            intervals.extend(intervals_of_all(alternative)?);
        }
        let exact = text.trim().trim_start_matches(['=', 'v', ' ']);
        let is_exact = exact.split('.').count() == 3 && exact.split('.').all(is_number);
        Some(Self { intervals, exact: is_exact.then(|| exact.to_owned()) })
    }

    /// Returns the version that a job is to run with: the single one, else the first of these lines whose newest version the range
    /// permits, else the oldest that it permits. A line such as `3.12` is all versions that begin so.
    pub(super) fn choose(&self, lines: &[&str]) -> String {
        if let Some(exact) = &self.exact {
            return exact.clone();
        }
        let is_permitted = |line: &&&str| parts(line).is_some_and(|parts| self.permits(&parts));
        if let Some(line) = lines.iter().find(is_permitted) {
            return (*line).to_owned();
        }
        let (oldest, end) = self.intervals.iter().min().copied().unwrap_or(([0; 3], END));
        let least = lines.first().map_or(1, |line| line.split('.').count());
        // As few parts as leave no version outside of the range.
        let count = (least..3).find(|count| line_of(&oldest[..*count]).1 <= end).unwrap_or(3);
        oldest[..count].iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
    }

    fn permits(&self, line: &[u32]) -> bool {
        let (start, end) = line_of(line);
        self.intervals.iter().any(|(from, to)| *from < end && start < *to && end <= *to)
    }
}

/// Returns the versions that all comparisons of an alternative permit. `None` if there are none.
fn intervals_of_all(alternative: &str) -> Option<Vec<Interval>> {
    let mut intervals = vec![([0; 3], END)];
    if let Some((from, to)) = alternative.split_once(" - ") {
        let (start, _) = line_of(&parts(from.trim())?);
        let (_, end) = line_of(&parts(to.trim())?);
        return Some(vec![(start, end)]);
    }
    // `>= 1.2` has a blank behind its operator.
    let mut operator = String::new();
    for word in alternative.split([',', ' ', '\t']).filter(|word| !word.is_empty()) {
        let digits = word.find(|c: char| !"<>=!~^".contains(c)).unwrap_or(word.len());
        operator.push_str(&word[..digits]);
        if digits == word.len() {
            continue;
        }
        let permitted = comparison(&operator, &word[digits..])?;
        let both = |(from, to): &Interval| {
            permitted.iter().map(|(start, end)| (*from.max(start), *to.min(end))).collect::<Vec<_>>()
        };
        intervals = intervals.iter().flat_map(both).filter(|(from, to)| from < to).collect();
        operator.clear();
    }
    (operator.is_empty() && !intervals.is_empty()).then_some(intervals)
}

/// Returns the versions that a comparison permits.
fn comparison(operator: &str, version: &str) -> Option<Vec<Interval>> {
    let parts = parts(version)?;
    let (start, end) = line_of(&parts);
    let count = parts.len();
    let interval = match operator {
        ">=" => (start, END),
        ">" => (end, END),
        "<" => ([0; 3], start),
        "<=" => ([0; 3], end),
        "!=" => return Some(vec![([0; 3], start), (end, END)]),
        "~=" | "~>" => (start, line_of(&parts[..count.saturating_sub(1)]).1),
        "~" => (start, line_of(&parts[..count.min(2)]).1),
        "^" => (start, line_of(&parts[..caret(&parts)]).1),
        "" | "=" | "==" | "===" => (start, end),
        _ => return None,
    };
    Some(vec![interval])
}

/// Returns the number of parts that `^` keeps: up to the first that is not zero.
fn caret(parts: &[u32]) -> usize {
    parts.iter().position(|part| *part > 0).map_or(parts.len(), |index| index + 1)
}

/// Returns the parts of a version up to a wildcard.
fn parts(version: &str) -> Option<Vec<u32>> {
    let version = version.trim().trim_start_matches('v');
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let parts = core.split('.').take_while(|part| !matches!(*part, "*" | "x" | "X"));
    parts.take(3).map(|part| part.parse().ok()).collect()
}

/// Returns the versions that begin with these parts.
fn line_of(parts: &[u32]) -> Interval {
    let mut start = [0; 3];
    start.iter_mut().zip(parts).for_each(|(place, part)| *place = *part);
    let mut end = start;
    match parts.len().min(3).checked_sub(1) {
        Some(last) => end[last] = end[last].saturating_add(1),
        None => end = END,
    }
    (start, end)
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_chooses_the_first_line_that_it_permits_whole() {
        const NODE: &[&str] = &["22", "24", "20", "18"];
        const PYTHON: &[&str] = &["3.13", "3.14", "3.12", "3.11", "3.10", "3.9"];
        const TERRAFORM: &[&str] = &["1.10", "1.9", "1.5", "1.4"];
        for (range, lines, expected) in [
            (">=18", NODE, "22"),
            ("20.x", NODE, "20"),
            ("20", NODE, "20"),
            ("^20.9.0", NODE, "20"),
            ("20.11.0", NODE, "20.11.0"),
            ("v20.11.0", NODE, "20.11.0"),
            (">=18 <21", NODE, "20"),
            ("^18 || ^20", NODE, "20"),
            ("^18.17 || ^20.3 || >=21", NODE, "22"),
            ("18 - 20", NODE, "20"),
            ("<=20", NODE, "20"),
            (">22", NODE, "24"),
            ("~18.19", NODE, "18.19"),
            ("*", NODE, "22"),
            (">= 26", NODE, "26"),
            (">=3.9", PYTHON, "3.13"),
            (">=3.9,<3.13", PYTHON, "3.12"),
            (">=3.9, <3.12", PYTHON, "3.11"),
            ("~=3.11", PYTHON, "3.13"),
            ("~=3.11.2", PYTHON, "3.11"),
            ("==3.10.*", PYTHON, "3.10"),
            ("^3.10", PYTHON, "3.13"),
            ("~3.10", PYTHON, "3.10"),
            ("==3.11.4", PYTHON, "3.11.4"),
            (">=3.14", PYTHON, "3.14"),
            (">=3.8,!=3.13.*", PYTHON, "3.14"),
            (">=3.9,!=3.9.7,<3.10", PYTHON, "3.9"),
            ("~> 1.5", TERRAFORM, "1.10"),
            ("~> 1.5.0", TERRAFORM, "1.5"),
            (">= 1.3, < 1.6", TERRAFORM, "1.5"),
            ("1.5.7", TERRAFORM, "1.5.7"),
        ] {
            let chosen = Range::parse(range).map(|range| range.choose(lines));
            assert_eq!(chosen.as_deref(), Some(expected), "{range}");
        }
        for invalid in ["lts/*", "latest", ">=", ">=20 <18", "workspace:*"] {
            assert_eq!(Range::parse(invalid), None, "{invalid}");
        }
    }
}
