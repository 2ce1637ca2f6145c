//! Ruby's `File.fnmatch?(PATHNAME | DOTMATCH | EXTGLOB)`, on bytes.

use super::ALTERNATIVES_LIMIT;

/// The patterns that the braces of `pattern` stand for; none where a brace is never closed, which Ruby takes for a
/// pattern that matches nothing. `None` if there are too many.
pub(super) fn expand_braces(pattern: &str) -> Option<Box<[Box<[u8]>]>> {
    let mut done: Vec<Box<[u8]>> = Vec::new();
    let mut open: Vec<Vec<u8>> = vec![pattern.as_bytes().to_vec()];
    while let Some(pattern) = open.pop() {
        match outer_brace(&pattern) {
            Brace::None => done.push(pattern.into()),
            Brace::Unclosed => {}
            Brace::Pair(left, right) => {
                let (before, after) = (&pattern[..left], &pattern[right + 1..]);
                let choices = split_at_commas(&pattern[left + 1..right]);
                open.extend(choices.into_iter().rev().map(|choice| [before, choice, after].concat()));
            }
        }
        if done.len() + open.len() > ALTERNATIVES_LIMIT {
            return None;
        }
    }
    Some(done.into())
}

enum Brace {
    None,
    Unclosed,
    Pair(usize, usize),
}

/// Returns the positions of the first outermost pair of braces.
fn outer_brace(pattern: &[u8]) -> Brace {
    let (mut left, mut nest, mut position) = (None, 0_usize, 0);
    while position < pattern.len() {
        match pattern[position] {
            b'{' => {
                if nest == 0 {
                    left = Some(position);
                }
                nest += 1;
            }
            b'}' => {
                if let Some(left) = left {
                    nest -= 1;
                    if nest == 0 {
                        return Brace::Pair(left, position);
                    }
                }
            }
            b'\\' => position += 1,
            _ => {}
        }
        position += 1;
    }
    if left.is_some() { Brace::Unclosed } else { Brace::None }
}

/// The choices between braces: split at the commas that are in no inner brace.
fn split_at_commas(inner: &[u8]) -> Vec<&[u8]> {
    let (mut choices, mut start, mut nest, mut position) = (Vec::new(), 0, 0_usize, 0);
    while position < inner.len() {
        match inner[position] {
            b'{' => nest += 1,
            b'}' => nest = nest.saturating_sub(1),
            b'\\' => position += 1,
            b',' if nest == 0 => {
                choices.push(&inner[start..position]);
                start = position + 1;
            }
            _ => {}
        }
        position += 1;
    }
    choices.push(&inner[start..]);
    choices
}

/// Returns `true` if a pattern without braces matches the whole path. Directory by directory; where a `**/` was passed, a
/// mismatch tries again one directory further on.
pub(in crate::path) fn matches(pattern: &[u8], path: &[u8]) -> bool {
    let (mut p, mut s) = (pattern, path);
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        if p.starts_with(b"**/") {
            while let Some(rest) = p.strip_prefix(b"**/") {
                p = rest;
            }
            retry = Some((p, s));
        }
        if let Some(rest) = folder(p, segment(s)) {
            let after = &s[segment(s).len()..];
            match (rest, after) {
                ([], []) => return true,
                ([_, rest @ ..], [_, after @ ..]) => {
                    (p, s) = (rest, after);
                    continue;
                }
                _ => {}
            }
        }
        let Some((again, from)) = retry else { return false };
        let [_, further @ ..] = &from[segment(from).len()..] else { return false };
        retry = Some((again, further));
        (p, s) = (again, further);
    }
}

fn segment(path: &[u8]) -> &[u8] {
    &path[..path.iter().position(|b| *b == b'/').unwrap_or(path.len())]
}

/// Matches one directory's or file's name. What is left of the pattern (nothing, or from its `/` on), if it matches.
fn folder<'a>(pattern: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (mut p, mut s) = (pattern, name);
    let mut star: Option<(&[u8], &[u8])> = None;
    loop {
        if p.first() == Some(&b'*') {
            while let [b'*', rest @ ..] = p {
                p = rest;
            }
            if ends(unescaped(p)) {
                return Some(unescaped(p));
            }
            if s.is_empty() {
                return None;
            }
            star = Some((p, s));
            continue;
        }
        match step(p, s) {
            Step::Next(next, rest) => (p, s) = (next, rest),
            Step::Done(rest) => return Some(rest),
            Step::TooShort => return None,
            Step::Mismatch => {
                let (again, from) = star?;
                let from = &from[char_len(from)..];
                star = Some((again, from));
                (p, s) = (again, from);
            }
        }
    }
}

enum Step<'p, 's> {
    Next(&'p [u8], &'s [u8]),
    Done(&'p [u8]),
    TooShort,
    Mismatch,
}

/// Matches one character of the name with anything but a star.
fn step<'p, 's>(p: &'p [u8], s: &'s [u8]) -> Step<'p, 's> {
    match (p.first(), s.is_empty()) {
        (Some(b'?' | b'['), true) => Step::TooShort,
        (Some(b'?'), false) => Step::Next(&p[1..], &s[char_len(s)..]),
        (Some(b'['), false) => match bracket(&p[1..], s) {
            Some(rest) => Step::Next(rest, &s[char_len(s)..]),
            None => Step::Mismatch,
        },
        _ => {
            let p = unescaped(p);
            if s.is_empty() {
                return if ends(p) { Step::Done(p) } else { Step::TooShort };
            }
            let width = char_len(p);
            if ends(p) || !s.starts_with(&p[..width]) {
                return Step::Mismatch;
            }
            Step::Next(&p[width..], &s[width..])
        }
    }
}

/// Matches a class such as `[a-z]` or `[!ab]`, whose text starts after the bracket, with the first character of
/// `s`. What follows the class, if it matches. A class that is never closed matches nothing, and neither does `[]`.
fn bracket<'p>(class: &'p [u8], s: &[u8]) -> Option<&'p [u8]> {
    let c = &s[..char_len(s)];
    let (negated, mut p) = match class {
        [b'!' | b'^', rest @ ..] => (true, rest),
        _ => (false, class),
    };
    let mut is_member = false;
    loop {
        match p {
            [] => return None,
            [b']', rest @ ..] => return (is_member != negated).then_some(rest),
            _ => {}
        }
        let (low, rest) = class_char(p)?;
        p = rest;
        let high = match p {
            [b'-', after @ ..] if after.first() != Some(&b']') => {
                let (high, rest) = class_char(after)?;
                p = rest;
                high
            }
            _ => low,
        };
        is_member |= low == c || high == c || in_range(low, c, high);
    }
}

fn class_char(p: &[u8]) -> Option<(&[u8], &[u8])> {
    let p = p.strip_prefix(b"\\").unwrap_or(p);
    if p.is_empty() { None } else { Some(p.split_at(char_len(p))) }
}

/// UTF-8 keeps the order of code points, so bytes can be compared.
fn in_range(low: &[u8], c: &[u8], high: &[u8]) -> bool {
    low <= c && c <= high
}

fn unescaped(p: &[u8]) -> &[u8] {
    match p {
        [b'\\', rest @ ..] if !rest.is_empty() => rest,
        _ => p,
    }
}

fn ends(p: &[u8]) -> bool {
    matches!(p.first(), None | Some(b'/'))
}

/// The width of the first character; a byte that starts no UTF-8 character counts as one.
fn char_len(s: &[u8]) -> usize {
    let width = match s.first() {
        None => return 0,
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        Some(_) => 1,
    };
    if s.get(..width).is_some_and(|c| std::str::from_utf8(c).is_ok()) { width } else { 1 }
}
