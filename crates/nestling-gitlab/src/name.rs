//! Names, each created only by parsing: code that has a [`UnitName`] has a valid one.

use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;

/// Reason why a string is not a name. The message is a fragment with the user's own words in back-ticks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// Nothing, or nothing but white space.
    #[error("a {what} cannot be empty")]
    Empty {
        /// The kind of name.
        what: &'static str,
    },
    /// Longer than GitLab stores.
    #[error("the {what} `{name}` has {length} characters; GitLab allows {limit}")]
    TooLong {
        /// The kind of name.
        what: &'static str,
        /// The name as written.
        name: String,
        /// Its length in characters.
        length: usize,
        /// The most that GitLab allows.
        limit: usize,
    },
    /// A slash at an end of an environment's name.
    #[error("the environment name `{name}` cannot start or end with a slash")]
    Slash {
        /// The name as written.
        name: String,
    },
    /// A dot before the name of a unit, with which the names of its jobs start.
    #[error(
        "the unit name `{name}` cannot start with a dot: GitLab never runs a job whose name starts with one"
    )]
    Hidden {
        /// The name as written.
        name: String,
    },
    /// A character that cannot be there.
    #[error("the {what} `{name}` cannot contain {found:?}")]
    Character {
        /// The kind of name.
        what: &'static str,
        /// The name as written.
        name: String,
        /// The first character that is not allowed.
        found: char,
    },
}

/// Counts characters as GitLab's databases do.
fn within(what: &'static str, name: &str, limit: usize) -> Result<(), NameError> {
    if name.trim().is_empty() {
        return Err(NameError::Empty { what });
    }
    let length = name.chars().count();
    if length > limit {
        return Err(NameError::TooLong { what, name: name.to_owned(), length, limit });
    }
    Ok(())
}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

name_type! {
    /// The name of a unit: its directory, or what its header says. Never contains a colon, which separates a unit
    /// from a job in a [`JobName`], nor a control character, and never starts with a dot, which would hide its jobs
    /// (<https://docs.gitlab.com/ci/jobs/#hide-a-job>).
    ///
    /// ```
    /// use nestling_gitlab::name::{JobName, NameError, StageName, UnitName};
    ///
    /// assert_eq!(UnitName::parse("services/api")?.as_str(), "services/api");
    /// assert!(matches!(UnitName::parse("api:build"), Err(NameError::Character { found: ':', .. })));
    /// assert_eq!(JobName::parse("api:build")?.to_string(), "api:build");
    /// assert!(StageName::parse("").is_err());
    /// # Ok::<(), NameError>(())
    /// ```
    UnitName
}
name_type! {
    /// The final name of a job, at most 255 characters
    /// (<https://docs.gitlab.com/ci/jobs/#job-names>). A job `build` of the unit `api` is `api:build`.
    ///
    /// [`UnitName`] has an example.
    JobName
}
name_type! {
    /// The name of a stage, at most 255 characters (<https://docs.gitlab.com/ci/yaml/#stages>).
    ///
    /// [`UnitName`] has an example.
    StageName
}
name_type! {
    /// The key of an entry in the workspace's environment catalogue, as in `environment: [review]`. What GitLab
    /// calls the environment's name can differ (`review/$CI_COMMIT_REF_SLUG`) and is text until GitLab expands it.
    EnvironmentName
}

/// The longest name of a job or a stage, in characters.
pub const NAME_LIMIT: usize = 255;

impl UnitName {
    /// Reads a unit's name.
    ///
    /// # Errors
    /// Empty, over 255 characters, a dot at the start, a colon, or a control character.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        within("unit name", name, NAME_LIMIT)?;
        if name.starts_with('.') {
            return Err(NameError::Hidden { name: name.to_owned() });
        }
        if let Some(found) = name.chars().find(|c| *c == ':' || c.is_control()) {
            return Err(NameError::Character { what: "unit name", name: name.to_owned(), found });
        }
        Ok(Self(name.into()))
    }
}

impl UnitName {
    /// The name of a unit whose own name is refused, so that the rest of it can still be checked.
    pub fn unnamed() -> Self {
        Self("?".into())
    }
}

impl JobName {
    /// Reads a job's final name.
    ///
    /// # Errors
    /// Empty, over 255 characters, or a control character.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        within("job name", name, NAME_LIMIT)?;
        if let Some(found) = name.chars().find(|c| c.is_control()) {
            return Err(NameError::Character { what: "job name", name: name.to_owned(), found });
        }
        Ok(Self(name.into()))
    }
}

impl StageName {
    /// The stage that GitLab runs before all others.
    pub const PRE: &'static str = ".pre";
    /// The stage that GitLab runs after all others.
    pub const POST: &'static str = ".post";
    /// The stage of a job that names none (<https://docs.gitlab.com/ci/yaml/#stage>).
    pub const DEFAULT: &'static str = "test";

    /// Reads a stage's name.
    ///
    /// # Errors
    /// Empty or over 255 characters.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        within("stage name", name, NAME_LIMIT)?;
        Ok(Self(name.into()))
    }
}

impl EnvironmentName {
    /// Reads the key of a catalogue entry: letters, digits, `_`, `-`, `.` and `/`.
    ///
    /// # Errors
    /// Empty, over 255 characters, or another character.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        within("environment name", name, NAME_LIMIT)?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
        if let Some(found) = name.chars().find(|c| !allowed(*c)) {
            return Err(NameError::Character { what: "environment name", name: name.to_owned(), found });
        }
        no_slash_at_the_ends(name)?;
        Ok(Self(name.into()))
    }
}

/// Checks what GitLab calls an environment, variables unexpanded: letters, digits, spaces and `-_/${}.`, no slash at
/// either end, at most 255 characters (<https://docs.gitlab.com/ci/yaml/#environmentname>).
///
/// # Errors
/// Empty, too long, another character, or a slash at an end.
pub fn check_environment_title(title: &str) -> Result<(), NameError> {
    within("environment name", title, NAME_LIMIT)?;
    let allowed =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '$' | '{' | '}' | ' ');
    match title.chars().find(|c| !allowed(*c)) {
        Some(found) => Err(NameError::Character { what: "environment name", name: title.to_owned(), found }),
        None => no_slash_at_the_ends(title),
    }
}

fn no_slash_at_the_ends(name: &str) -> Result<(), NameError> {
    match name.starts_with('/') || name.ends_with('/') {
        true => Err(NameError::Slash { name: name.to_owned() }),
        false => Ok(()),
    }
}

/// GitLab's slug of a string, as in `CI_COMMIT_REF_SLUG`: lower case, everything but `0-9a-z` a hyphen, at most 63
/// bytes, no hyphen at either end (<https://docs.gitlab.com/ci/variables/predefined_variables/>).
pub fn slug(text: &str) -> String {
    let mut slug: String = text
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' })
        .collect();
    slug.truncate(63);
    slug.trim_matches('-').to_owned()
}

/// The longest slug of an environment, and how much of it is readable where a hash has to follow.
const ENVIRONMENT_SLUG: (usize, usize) = (24, 17);

/// GitLab's slug of an environment's name, `CI_ENVIRONMENT_SLUG`: lower case letters, digits and hyphens, at most 24,
/// with a hash of the name wherever the name had to be changed (lib/gitlab/slug/environment.rb).
pub fn environment_slug(name: &str) -> String {
    let (longest, readable) = ENVIRONMENT_SLUG;
    let lower = name.to_lowercase();
    let mut slug = String::with_capacity(lower.len() + 4);
    if !lower.starts_with(|c: char| c.is_ascii_lowercase()) {
        slug.push_str("env-");
    }
    for c in lower.chars() {
        let c = if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' };
        if c != '-' || !slug.ends_with('-') {
            slug.push(c);
        }
    }
    if slug.len() <= longest && slug == name {
        return slug;
    }
    slug.truncate(readable);
    if !slug.ends_with('-') {
        slug.push('-');
    }
    slug + &hash_suffix(name)
}

/// The last six digits of the name's SHA-256 as a number in base 36.
fn hash_suffix(name: &str) -> String {
    const BASE: u64 = 36;
    let modulus = BASE.pow(6);
    let hash = Sha256::digest(name.as_bytes());
    let mut rest = hash.iter().fold(0, |rest, byte| (rest * 256 + u64::from(*byte)) % modulus);
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789abcdefghijklmnopqrstuvwxyz"[usize::try_from(rest % BASE).unwrap_or(0)];
        rest /= BASE;
    }
    digits.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environment_slugs_follow_gitlab() {
        for (name, want) in
            [("review/foo", "review-foo-xd0pc1"), ("Staging", "staging-p75vhx"), ("production", "production")]
        {
            assert_eq!(environment_slug(name), want, "{name}");
        }
    }

    #[test]
    fn a_colon_is_refused_in_a_unit_and_allowed_in_a_job() {
        assert!(UnitName::parse("a:b").is_err());
        assert_eq!(JobName::parse("a:b").unwrap().as_str(), "a:b");
    }

    #[test]
    fn the_jobs_of_a_unit_are_never_hidden() {
        for (name, is_name) in [(".github", false), (".a/b", false), ("a/.b", true), ("services/api", true)] {
            assert_eq!(UnitName::parse(name).is_ok(), is_name, "{name}");
        }
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert!(JobName::parse(&"é".repeat(255)).is_ok());
        assert!(JobName::parse(&"é".repeat(256)).is_err());
    }

    #[test]
    fn slugs_follow_gitlab() {
        for (text, want) in [("Feature/A_b", "feature-a-b"), ("-x-", "x"), ("é", ""), ("a..b", "a--b")] {
            assert_eq!(slug(text), want, "{text}");
        }
    }
}
