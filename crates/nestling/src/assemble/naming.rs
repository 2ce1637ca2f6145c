//! Final names of jobs.

use nestling_gitlab::name::{JobName, NAME_LIMIT, UnitName};
use sha2::{Digest, Sha256};

/// Number of hexadecimal digits that distinguish long names with the same beginning.
const HASH_DIGITS: usize = 10;

/// Returns the final name of a unit's job: `api:build`. A name over GitLab's limit is cut and ends with a hash of the whole,
/// so that it stays the same from run to run and two long names stay two.
pub(crate) fn scoped(unit: Option<&UnitName>, job: &str) -> Option<JobName> {
    let full = match unit {
        Some(unit) => format!("{unit}:{job}"),
        None => job.to_owned(),
    };
    JobName::parse(&within_limit(&full)).ok()
}

fn within_limit(name: &str) -> String {
    if name.chars().count() <= NAME_LIMIT {
        return name.to_owned();
    }
    let kept: String = name.chars().take(NAME_LIMIT - HASH_DIGITS - 1).collect();
    let hash: String = Sha256::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{kept}-{}", &hash[..HASH_DIGITS])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_to_the_limit_and_stay_apart() {
        let unit = UnitName::parse("api").unwrap();
        let (a, b) = (format!("{}a", "x".repeat(300)), format!("{}b", "x".repeat(300)));
        let (a, b) = (scoped(Some(&unit), &a).unwrap(), scoped(Some(&unit), &b).unwrap());
        assert_eq!(a.as_str().chars().count(), 255);
        assert_ne!(a, b);
    }
}
