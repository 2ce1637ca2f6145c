//! A file that `init` would write.

/// A file to write, with its path from the root.
pub(crate) struct ProposedFile {
    pub path: &'static str,
    pub text: String,
    pub about: &'static str,
}
