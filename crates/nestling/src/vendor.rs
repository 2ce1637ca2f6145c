//! Components of other projects that are kept in the repository: their paths, and the lock file with the commit of each.
//!
//! `nestling vendor` fetches each component that a unit uses once, and writes its files below [`DIRECTORY`] of the workspace, with
//! [`LOCK_FILE`] beside them. From then on a run reads nothing but these files.
//!
//! ```
//! use nestling::vendor::ComponentPath;
//!
//! let component_path = ComponentPath::parse("gitlab.com/components/opentofu/fmt@1")?;
//! assert_eq!((component_path.project(), component_path.name(), component_path.version()), ("components/opentofu", "fmt", "1"));
//! assert_eq!(component_path.url(), "https://gitlab.com/components/opentofu.git");
//! # Ok::<(), nestling::vendor::ComponentPathError>(())
//! ```

pub(crate) mod rules;
mod component_path;
mod project_path;
mod source;
mod conditions;
mod lock;
mod state;
mod copies;

pub use component_path::{ComponentPath, ComponentPathError};
pub use conditions::{RewrittenCondition, rewritten_conditions};
pub use lock::{LockedComponent, LockedFile, LockedReference, VendorLock, checksum};
pub use project_path::ProjectPath;
pub use source::{NestedInclude, VendorSource, nested_include};
pub(crate) use state::{Vendored, differs, does_not_exist, findings, lock_path, not_vendored, read};

/// The directory of vendored components, from the root of the workspace.
pub const DIRECTORY: &str = "ci/vendor";

/// The name of the lock file in [`DIRECTORY`].
pub const LOCK_FILE: &str = "nestling-vendor.lock";

/// Returns `true` if `nestling vendor` resolves a finding.
///
/// ```
/// use nestling::testing::plan_files;
///
/// let plan = plan_files([
///     ("nestling.yml", "workspace: {}"),
///     ("api/nestling.yml", "unit: { use: { component: gitlab.com/components/go/test@1 } }"),
/// ])?;
/// assert!(nestling::vendor::is_finding(&plan.diagnostics[0]));
/// # Ok::<(), nestling::Error>(())
/// ```
pub fn is_finding(problem: &nestling_gitlab::diagnostic::Diagnostic) -> bool {
    let own = [&rules::VENDOR_LOCK, &rules::VENDOR_MISSING, &rules::VENDOR_CHANGED, &rules::VENDOR_UNUSED];
    own.iter().any(|rule| problem.rule.id == rule.id)
}

#[cfg(test)]
mod tests;
