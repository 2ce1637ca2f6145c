//! Lints for globs: forms that are probably not meant.

use std::fmt;

/// A glob that does not do what it looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GlobLint {
    /// `src/**`: the last `**` is one level, as `*` is.
    OneLevel {
        /// The glob that spans every level.
        meant: String,
    },
    /// `./src/*`: changed paths never start with `./`.
    DotSlash {
        /// The glob without it.
        meant: String,
    },
    /// `/src/*`: changed paths never start with a slash.
    LeadingSlash {
        /// The glob without it.
        meant: String,
    },
    /// `src/`: changed paths are files, and none ends in a slash.
    TrailingSlash {
        /// The glob for everything in that directory.
        meant: String,
    },
    /// `{a,b`: a brace that is never closed makes a glob that matches nothing.
    UnclosedBrace,
    /// `[a-z`: a bracket that is never closed makes a glob that matches nothing.
    UnclosedBracket,
}

impl GlobLint {
    /// The glob that was probably meant, if it is known.
    pub fn meant(&self) -> Option<&str> {
        match self {
            Self::OneLevel { meant }
            | Self::DotSlash { meant }
            | Self::LeadingSlash { meant }
            | Self::TrailingSlash { meant } => Some(meant),
            Self::UnclosedBrace | Self::UnclosedBracket => None,
        }
    }

    /// The replacement, if it is known.
    pub fn help(&self) -> String {
        match self {
            Self::OneLevel { meant }
            | Self::DotSlash { meant }
            | Self::LeadingSlash { meant }
            | Self::TrailingSlash { meant } => format!("did you mean `{meant}`?"),
            Self::UnclosedBrace => {
                "close it with `}`, or write `\\{` for a brace in a file's name".to_owned()
            }
            Self::UnclosedBracket => {
                "close it with `]`, or write `\\[` for a bracket in a file's name".to_owned()
            }
        }
    }
}

impl fmt::Display for GlobLint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneLevel { .. } => "`**` at the end of a glob is one level deep in GitLab",
            Self::DotSlash { .. } => "a glob that starts with `./` matches nothing",
            Self::LeadingSlash { .. } => "a glob that starts with `/` matches nothing",
            Self::TrailingSlash { .. } => "a glob that ends in `/` matches nothing",
            Self::UnclosedBrace => "a glob with a brace that is never closed matches nothing",
            Self::UnclosedBracket => "a glob with a bracket that is never closed matches nothing",
        })
    }
}

pub(super) fn lint(glob: &str) -> Vec<GlobLint> {
    let mut lints = Vec::new();
    if let Some(rest) = glob.strip_prefix("./") {
        lints.push(GlobLint::DotSlash { meant: rest.to_owned() });
    }
    if let Some(rest) = glob.strip_prefix('/') {
        lints.push(GlobLint::LeadingSlash { meant: rest.to_owned() });
    }
    if let Some(folder) = glob.strip_suffix('/').filter(|folder| !folder.is_empty()) {
        let folder = folder.strip_suffix("/**").unwrap_or(folder);
        lints.push(GlobLint::TrailingSlash { meant: format!("{folder}/**/*") });
    }
    if glob == "**" || glob.ends_with("/**") {
        lints.push(GlobLint::OneLevel { meant: format!("{glob}/*") });
    }
    let open = unclosed(glob);
    if open.contains(&b'{') {
        lints.push(GlobLint::UnclosedBrace);
    }
    if open.contains(&b'[') {
        lints.push(GlobLint::UnclosedBracket);
    }
    lints
}

/// The opening braces and brackets that nothing closes.
fn unclosed(glob: &str) -> Vec<u8> {
    let (mut braces, mut bracket) = (0_usize, false);
    let mut bytes = glob.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'{' => braces += 1,
            b'}' => braces = braces.saturating_sub(1),
            b'[' => bracket = true,
            b']' => bracket = false,
            b'/' if bracket => break,
            _ => {}
        }
    }
    let brace = (braces > 0).then_some(b'{');
    brace.into_iter().chain(bracket.then_some(b'[')).collect()
}
