//! Terraform and OpenTofu: which directories are modules of others, and which have a state.

use super::inventory::Inventory;
use super::kinds::Kind;
use nestling::{Files, ReadError, RepoPath};
use std::collections::{BTreeMap, BTreeSet};

/// The relations between the `*.tf` files of the repository.
#[derive(Debug, Default)]
pub(super) struct Modules {
    /// The local modules that each directory uses.
    pub uses: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
    /// Directories with a `backend` or `cloud` block.
    pub with_state: BTreeSet<RepoPath>,
    /// Directories with a `provider` block that configures one.
    pub with_provider: BTreeSet<RepoPath>,
}

impl Modules {
    /// Reads all `*.tf` and `*.tofu` files.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn read(files: &dyn Files, inventory: &Inventory) -> Result<Self, ReadError> {
        let mut modules = Self::default();
        let Some(kind) = Kind::named("opentofu") else { return Ok(modules) };
        let dirs: Vec<RepoPath> = inventory.of_kind(kind).map(|(dir, _)| dir.clone()).collect();
        for dir in dirs {
            for name in &inventory.directories[&dir].files {
                if !(name.ends_with(".tf") || name.ends_with(".tofu")) {
                    continue;
                }
                let bytes = files.read(&dir.child(name.as_bytes()))?.unwrap_or_default();
                modules.add(&dir, &String::from_utf8_lossy(&bytes));
            }
        }
        Ok(modules)
    }

    fn add(&mut self, dir: &RepoPath, text: &str) {
        for line in text.lines().map(str::trim) {
            if line.starts_with("backend ") || line.starts_with("cloud ") {
                self.with_state.insert(dir.clone());
            }
            if line.starts_with("provider ") {
                self.with_provider.insert(dir.clone());
            }
            let source = line.strip_prefix("source").map(|rest| rest.trim_start().trim_start_matches('='));
            let path = source.and_then(|rest| rest.trim().strip_prefix('"')?.split('"').next());
            // Only these are paths; everything else is an address.
            if let Some(path) = path.filter(|path| path.starts_with("./") || path.starts_with("../"))
                && let Ok(used) = dir.join(path.trim_end_matches('/'))
                && used != *dir
            {
                self.uses.entry(dir.clone()).or_default().insert(used);
            }
        }
    }

    /// Returns true for a directory that is a part of others, and is applied as a part of these: another one uses it, or it is
    /// in a directory called `modules`, and it has no state of its own.
    pub(super) fn is_module(&self, dir: &RepoPath) -> bool {
        let is_used = self.uses.values().any(|used| used.contains(dir));
        let is_below_modules = dir.as_str().is_some_and(|path| {
            path.rsplit_once('/').is_some_and(|(above, _)| above.split('/').any(|name| name == "modules"))
        });
        let has_state = self.with_state.contains(dir);
        !has_state && (is_used || is_below_modules || !self.with_provider.contains(dir))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling::MemoryFiles;

    #[test]
    fn modules_are_those_that_others_use_and_that_have_no_state() {
        let files = MemoryFiles::new([
            (
                "live/prod/main.tf",
                "terraform {\n  backend \"s3\" {}\n}\nmodule \"vpc\" {\n  source = \"../../modules/vpc\"\n}\n",
            ),
            (
                "live/bare/main.tf",
                "provider \"aws\" {\n}\nmodule \"x\" {\n  source = \"terraform-aws-modules/vpc/aws\"\n}\n",
            ),
            ("modules/vpc/main.tf", "resource \"aws_vpc\" \"x\" {}\n"),
            ("modules/own/main.tf", "terraform {\n  backend \"http\" {}\n}\n"),
            ("snippet/main.tf", "variable \"x\" {}\n"),
        ]);
        let inventory = Inventory::read(&files).unwrap();
        let modules = Modules::read(&files, &inventory).unwrap();
        for (dir, expected) in [
            ("live/prod", false),
            ("live/bare", false),
            ("modules/vpc", true),
            ("modules/own", false),
            ("snippet", true),
        ] {
            assert_eq!(modules.is_module(&RepoPath::parse(dir).unwrap()), expected, "{dir}");
        }
        let prod = RepoPath::parse("live/prod").unwrap();
        assert!(modules.uses[&prod].contains(&RepoPath::parse("modules/vpc").unwrap()));
    }
}
