//! A library.

/// Returns the answer.
///
/// ```
/// assert_eq!(lib::answer(), 42);
/// ```
pub fn answer() -> u8 {
    42
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_answer_is_known() {
        assert_eq!(super::answer(), 42);
    }
}
