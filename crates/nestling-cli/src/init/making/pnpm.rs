//! pnpm: a workspace without a lock file is installed by pnpm as well.

use super::super::findings::{Findings, Found, Remark};
use super::super::inventory::and_above;
use super::super::text::json_of;
use super::{Fact, Making, fact};
use nestling::ReadError;

/// The file that lists the packages of a workspace.
const WORKSPACE: &[u8] = b"pnpm-workspace.yaml";

/// Lock files by which the template chooses a package manager.
const LOCKS: [&str; 6] =
    ["bun.lock", "bun.lockb", "pnpm-lock.yaml", "yarn.lock", "package-lock.json", "npm-shrinkwrap.json"];

impl Making<'_> {
    /// Names the package manager where neither a lock file nor a package.json does.
    pub(super) fn pnpm_workspace(
        &self,
        project: &Found,
        findings: &mut Findings,
    ) -> Result<Vec<Fact>, ReadError> {
        let workspace = project.list.clone().filter(|list| list.file_name() == WORKSPACE);
        let workspace = workspace
            .or_else(|| Some(project.dir.child(WORKSPACE)).filter(|file| self.inventory.is_file(file)));
        let Some(workspace) = workspace else { return Ok(Vec::new()) };
        for above in and_above(&project.dir) {
            let has_lock = LOCKS.iter().any(|lock| self.inventory.is_file(&above.child(lock.as_bytes())));
            let package = json_of(self.files, &above.child(b"package.json"))?;
            if has_lock || package.get("packageManager").is_some() {
                return Ok(Vec::new());
            }
        }
        let reason =
            format!("there is no pnpm-lock.yaml next to {workspace}: each job installs what is newest");
        findings.notes.push(Remark::new(&project.marker, reason));
        Ok(vec![fact("package_manager", "pnpm")])
    }
}
