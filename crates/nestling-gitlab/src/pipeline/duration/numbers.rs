//! Numbers in words, turned into digits as GitLab's reader of durations turns them (its library `numerizer`).

/// Words for numbers up to nineteen.
const SMALL: [(&str, u64); 20] = [
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("zero", 0),
    ("ten", 10),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
];

/// Words for tens, which a digit can follow: `twentyone`, `twenty one`.
const TENS: [(&str, u64); 8] = [
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
];

/// Words that multiply the number before them.
const LARGE: [(&str, u64); 3] = [("hundred", 100), ("thousand", 1000), ("million", 1_000_000)];

/// Words for fractions, each with its denominator.
const FRACTIONS: [(&str, u64); 8] = [
    ("half", 2),
    ("third", 3),
    ("thirds", 3),
    ("fourth", 4),
    ("fourths", 4),
    ("quarter", 4),
    ("quarters", 4),
    ("fifth", 5),
];

/// A piece of a string.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    /// A number that was a word. Two of them in a row are added.
    Number(u64),
    /// Digits, as they were written.
    Digits(String),
    /// One of two numbers over the other.
    Fraction(f64, f64),
    /// Any other text without a space.
    Text(String),
    Space,
}

/// Returns a string in which numbers are digits: `one and a half hours` becomes `1.5 hours`.
pub(super) fn with_digits(text: &str) -> String {
    let mut pieces = pieces(text);
    fractions(&mut pieces);
    multiply(&mut pieces);
    add(&mut pieces);
    pieces.iter().map(Piece::text).collect()
}

impl Piece {
    fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Digits(text) | Self::Text(text) => text.clone(),
            Self::Fraction(part, whole) => format!("{part}/{whole}"),
            Self::Space => " ".to_owned(),
        }
    }

    fn value(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Digits(text) => text.parse().ok(),
            _ => None,
        }
    }
}

/// Takes a string apart into words, digits, and everything else.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for c in text.chars() {
        match (c, pieces.last_mut()) {
            (' ', Some(Piece::Space)) => {}
            (' ', _) => pieces.push(Piece::Space),
            ('0'..='9', Some(Piece::Digits(digits))) => digits.push(c),
            ('0'..='9', _) => pieces.push(Piece::Digits(c.to_string())),
            (_, Some(Piece::Text(word))) if joins(word, c) => word.push(c),
            _ => pieces.push(Piece::Text(c.to_string())),
        }
    }
    let words = (0..pieces.len()).map(|position| {
        // A word that digits touch, as in `2h`, is none of its own.
        let is_touched = position > 0 && matches!(pieces[position - 1], Piece::Digits(_));
        let followed = matches!(pieces.get(position + 1), Some(Piece::Digits(_)));
        match &pieces[position] {
            Piece::Text(word) if !is_touched && !followed => number(word).map(Piece::Number),
            _ => None,
        }
    });
    let words: Vec<Option<Piece>> = words.collect();
    pieces.into_iter().zip(words).map(|(piece, word)| word.unwrap_or(piece)).collect()
}

fn joins(word: &str, c: char) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    is_letter(c) == word.ends_with(is_letter)
}

fn number(word: &str) -> Option<u64> {
    let in_list = |list: &[(&str, u64)], word: &str| {
        list.iter().find(|(name, _)| *name == word).map(|(_, number)| *number)
    };
    in_list(&SMALL, word).or_else(|| in_list(&TENS, word)).or_else(|| {
        TENS.iter().find_map(|(name, tens)| {
            let digit = in_list(&SMALL, word.strip_prefix(name)?)?;
            (1..=9).contains(&digit).then_some(tens + digit)
        })
    })
}

/// Reads `a half`, `one half` and `1/2`, and adds them to a number before them.
fn fractions(pieces: &mut Vec<Piece>) {
    name_fractions(pieces);
    let mut position = 0;
    while position + 2 < pieces.len() {
        let slash = Piece::Text("/".to_owned());
        if let (Some(part), true, Some(whole)) =
            (pieces[position].value(), pieces[position + 1] == slash, pieces[position + 2].value())
        {
            let fraction = Piece::Fraction(float(part), float(whole));
            pieces.splice(position..position + 3, [fraction]);
        }
        position += 1;
    }
    let mut position = 0;
    while position < pieces.len() {
        if let Some((start, whole)) = whole_before(pieces, position)
            && let Piece::Fraction(part, parts) = pieces[position]
        {
            let sum = float(whole) + part / parts;
            pieces.splice(start..=position, [Piece::Text(sum.to_string())]);
            position = start;
        }
        position += 1;
    }
}

/// Returns a number that no one writes larger.
fn float(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Makes `1/2` of `a half`, and `/2` of a `half` after a space.
fn name_fractions(pieces: &mut Vec<Piece>) {
    let mut position = 0;
    while position + 1 < pieces.len() {
        let denominator = match &pieces[position + 1] {
            Piece::Text(word) if pieces[position] == Piece::Space => {
                FRACTIONS.iter().find(|(name, _)| name == word).map(|(_, parts)| *parts)
            }
            _ => None,
        };
        if let Some(parts) = denominator {
            let slash = Piece::Text("/".to_owned());
            let is_article =
                position > 0 && matches!(&pieces[position - 1], Piece::Text(word) if word.ends_with('a'));
            if is_article {
                pieces.splice(position - 1..position + 2, [Piece::Number(1), slash, Piece::Number(parts)]);
            } else {
                pieces.splice(position..position + 2, [slash, Piece::Number(parts)]);
            }
        }
        position += 1;
    }
}

/// Returns the whole number that is before a piece, after a space or an `and`, and where it starts.
fn whole_before(pieces: &[Piece], position: usize) -> Option<(usize, u64)> {
    let mut start = position.checked_sub(1)?;
    let is_between = |piece: &Piece| match piece {
        Piece::Space => true,
        Piece::Text(word) => word == "and" || word == "-",
        _ => false,
    };
    if !is_between(&pieces[start]) {
        return None;
    }
    while is_between(&pieces[start]) {
        start = start.checked_sub(1)?;
    }
    Some((start, pieces[start].value()?))
}

/// Reads `two hundred`.
fn multiply(pieces: &mut Vec<Piece>) {
    for (name, factor) in LARGE {
        let mut position = 0;
        while position < pieces.len() {
            if pieces[position] == Piece::Text(name.to_owned()) {
                let number = position
                    .checked_sub(2)
                    .filter(|_| pieces[position - 1] == Piece::Space)
                    .and_then(|start| Some((start, pieces[start].value()?)));
                match number {
                    Some((start, number)) => {
                        let product = number.saturating_mul(factor);
                        pieces.splice(start..=position, [Piece::Number(product)]);
                        position = start;
                    }
                    None => pieces[position] = Piece::Number(factor),
                }
            }
            position += 1;
        }
        add(pieces);
    }
}

/// Reads `twenty one`, and `hundred and two`.
fn add(pieces: &mut Vec<Piece>) {
    let mut position = 0;
    while position + 2 < pieces.len() {
        let Piece::Number(first) = pieces[position] else {
            position += 1;
            continue;
        };
        let and = [Piece::Space, Piece::Text("and".to_owned()), Piece::Space];
        let (end, is_sum) = match &pieces[position + 1..] {
            [a, b, c, Piece::Number(_), ..] if [a, b, c] == [&and[0], &and[1], &and[2]] => {
                (position + 4, true)
            }
            [Piece::Space, Piece::Number(second), ..] => {
                (position + 2, first.to_string().len() > second.to_string().len())
            }
            _ => (position, false),
        };
        match pieces.get(end) {
            Some(Piece::Number(second)) if is_sum => {
                let sum = first.saturating_add(*second);
                pieces.splice(position..=end, [Piece::Number(sum)]);
            }
            _ => position += 1,
        }
    }
}
