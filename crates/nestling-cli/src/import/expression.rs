//! Expressions of `rules:if` that are joined.

pub(super) use nestling_gitlab::pipeline::parent_source::{PARENT_SOURCE, in_child};

/// Joins conditions of which all have to hold.
pub(crate) fn all_of(conditions: impl IntoIterator<Item = String>) -> Option<String> {
    let mut joined: Vec<String> = Vec::new();
    for condition in conditions {
        for part in conjuncts(&condition) {
            if !joined.iter().any(|known| known == part) {
                joined.push(part.to_owned());
            }
        }
    }
    match joined.len() {
        0 => None,
        1 => joined.pop(),
        _ => Some(joined.iter().map(|part| grouped(part)).collect::<Vec<_>>().join(" && ")),
    }
}

/// Returns the parts of which all have to hold, where that is plain to see.
fn conjuncts(condition: &str) -> Vec<&str> {
    let parts: Vec<&str> = condition.split(" && ").collect();
    let is_whole = |part: &&str| ['"', '\''].iter().all(|quote| part.matches(*quote).count() % 2 == 0);
    let is_plain = !condition.contains("||") && !condition.contains(['(', ')', '/']);
    if is_plain && parts.iter().all(is_whole) { parts } else { vec![condition] }
}

/// Joins conditions of which one has to hold.
pub(crate) fn any_of(conditions: &[String]) -> Option<String> {
    (!conditions.is_empty()).then(|| conditions.join(" || "))
}

fn grouped(condition: &str) -> String {
    if condition.contains("||") { format!("({condition})") } else { condition.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_are_grouped_where_they_are_joined() {
        let joined = all_of(["$A || $B".to_owned(), "$C".to_owned(), "$C".to_owned()]);
        assert_eq!(joined.as_deref(), Some("($A || $B) && $C"));
        let joined = all_of(["$A == null && $B == \"x\"".to_owned(), "$A == null".to_owned()]);
        assert_eq!(joined.as_deref(), Some("$A == null && $B == \"x\""));
    }
}
