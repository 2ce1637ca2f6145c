//! Made-up monorepos, made by the benchmarks' own maker.

use super::tool::{Tool, need};
use super::{output, root};
use std::path::{Path, PathBuf};

/// Makes one in a directory, with Nestling's own files in it; `None` where there is no Python to make it.
pub(crate) fn make(folder: &Path, options: &[&str], test: &str) -> Option<PathBuf> {
    let mut python = need(Tool::Python, test)?;
    let repository = folder.join("mono");
    python.arg(root().join("crates/nestling-cli/benches/monorepo_gen.py")).arg(&repository);
    python.args(["--files-per-service", "12", "--group-size", "0", "--peer-configs", "nestling"]);
    output(python.args(options));
    Some(repository)
}
