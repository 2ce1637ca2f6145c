//! Rust: the oldest version that a manifest supports, and the files of asdf and mise.

use super::{Choice, Statement, Version, Versions, numbers};
use crate::init::inventory::and_above;
use nestling::{ReadError, RepoPath};
use toml::{Table, Value};

const RUST: Choice = Choice { noun: "Rust", input: "rust_version", lines: &["1"] };

/// The first minor version of Rust 1 that no image will have for years. A new one comes every six weeks.
const OUT_OF_REACH: u32 = 150;

/// Returns true for an oldest version that no image has, and none will have soon. Cargo stops in an older one.
fn is_out_of_reach(oldest: &str) -> bool {
    match numbers(oldest).as_slice() {
        [1, minor, ..] => *minor >= OUT_OF_REACH,
        [major, ..] => *major > 1,
        [] => false,
    }
}

impl Versions<'_> {
    pub(super) fn rust(&self, dir: &RepoPath) -> Result<Vec<Version>, ReadError> {
        // These the template reads.
        if self.nearest(dir, &["rust-toolchain.toml", "rust-toolchain"]).is_some() {
            return Ok(Vec::new());
        }
        let oldest = self.oldest_rust(dir)?;
        if let Some(oldest) = oldest.as_ref().filter(|oldest| is_out_of_reach(&oldest.text)) {
            return Ok(vec![Version::refused(RUST.input, RUST.noun, oldest.clone())]);
        }
        let stated = match self.of_tool_files(dir, &["rust"])? {
            Some(stated) => Some(stated),
            None => oldest,
        };
        Ok(stated.map(|stated| RUST.of(stated)).into_iter().collect())
    }

    /// Returns `rust-version` of a crate, or of the workspace that it takes it from: the oldest version, so that each newer one does.
    fn oldest_rust(&self, dir: &RepoPath) -> Result<Option<Statement>, ReadError> {
        for above in and_above(dir) {
            let file = above.child(b"Cargo.toml");
            let Some(text) = self.text(&file)? else { continue };
            let manifest = text.parse::<Table>().unwrap_or_default();
            let of = |value: Option<&Value>| value?.get("rust-version")?.as_str().map(str::to_owned);
            let own = (above == *dir).then(|| of(manifest.get("package"))).flatten();
            let of_workspace =
                || of(manifest.get("workspace").and_then(|workspace| workspace.get("package")));
            if let Some(version) = own.or_else(of_workspace) {
                let text = format!(">={version}");
                return Ok(Some(Statement { file, key: "rust-version", text }));
            }
        }
        Ok(None)
    }
}
