//! "Did you mean …?": a known word that is near the one that a person typed.

/// A known word near the one that was typed, if there is one.
///
/// ```
/// use nestling_gitlab::diagnostic::Suggestion;
///
/// assert_eq!(Suggestion::among("scirpt", ["script", "stage"]).word(), Some("script"));
/// assert_eq!(Suggestion::among("kubernetes", ["script", "stage"]).word(), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suggestion<'a> {
    near: Option<&'a str>,
}

impl<'a> Suggestion<'a> {
    /// Finds the candidate that was probably meant: at most a third of its characters differ, and at least one is the
    /// same. Never the word itself.
    pub fn among(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        let mut best: Option<(usize, &str)> = None;
        let length = word.chars().count();
        for candidate in candidates {
            let Some(distance) = distance(word, length, candidate) else { continue };
            if best.is_none_or(|nearest| (distance, candidate) < nearest) {
                best = Some((distance, candidate));
            }
        }
        Self { near: best.map(|(_, candidate)| candidate) }
    }

    /// A suggestion that was found in another way.
    pub fn of(near: Option<&'a str>) -> Self {
        Self { near }
    }

    /// Returns the word.
    pub fn word(self) -> Option<&'a str> {
        self.near
    }

    /// Returns the suggestion as a help text.
    pub fn help(self) -> Option<String> {
        self.near.map(|near| format!("did you mean `{near}`?"))
    }

    /// Returns the suggestion as a help text, or another one where nothing is near.
    pub fn help_or(self, other: impl Into<String>) -> String {
        self.help().unwrap_or_else(|| other.into())
    }

    /// Returns this suggestion, or another one where nothing is near.
    #[must_use]
    pub fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        if self.near.is_some() { self } else { other() }
    }
}

/// Returns the edits between a word and a candidate, if they are near.
fn distance(word: &str, length: usize, candidate: &str) -> Option<usize> {
    let candidate_length = candidate.chars().count();
    let most = candidate_length.max(3) / 3;
    // The difference in length is the least number of edits.
    if candidate_length.abs_diff(length) > most || word == candidate {
        return None;
    }
    let distance = strsim::damerau_levenshtein(word, candidate);
    (distance <= most && distance < length.min(candidate_length)).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let words = ["script", "stage", "needs", "artifacts", "a"];
        let table = [
            ("scirpt", Some("script")),
            ("artefacts", Some("artifacts")),
            ("kubernetes", None),
            ("script", None),
            ("b", None),
            ("need", Some("needs")),
            ("", None),
        ];
        for (word, want) in table {
            assert_eq!(Suggestion::among(word, words).word(), want, "{word}");
        }
    }

    #[test]
    fn the_nearest_is_suggested_and_among_equals_the_first_by_name() {
        assert_eq!(Suggestion::among("bild", ["build", "bold", "bald"]).word(), Some("bald"));
        assert_eq!(Suggestion::among("deploi", ["deploys", "deploy"]).word(), Some("deploy"));
    }
}
