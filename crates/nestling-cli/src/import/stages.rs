//! The stages of all units in one order.

/// Puts the stages of several lists into one order, each list in its own.
///
/// # Errors
/// The position of the first list that is in another order than those before it.
pub(super) fn merged(lists: &[Vec<String>]) -> Result<Vec<String>, usize> {
    let mut merged: Vec<String> = Vec::new();
    for (index, list) in lists.iter().enumerate() {
        let mut next = 0;
        for stage in list {
            match merged.iter().position(|known| known == stage) {
                Some(position) if position < next => return Err(index),
                Some(position) => next = position + 1,
                None => {
                    merged.insert(next, stage.clone());
                    next += 1;
                }
            }
        }
    }
    Ok(merged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_keeps_its_order() {
        let list = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let merge = |lists: &[&str]| merged(&lists.iter().map(|text| list(text)).collect::<Vec<_>>());
        assert_eq!(merge(&["build deploy", "lint build test"]), Ok(list("lint build test deploy")));
        assert_eq!(merge(&["build test", "test build"]), Err(1));
    }
}
