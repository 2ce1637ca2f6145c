//! OpenTofu and Terraform: links to files that are not committed, which no command of theirs passes over.

use super::super::inventory::and_above;
use super::super::terraform::blocks_of;
use super::Manifests;
use nestling::RepoPath;
use nestling_files::files::resolve_links;
use std::collections::BTreeSet;

impl Manifests<'_> {
    /// Returns a link of code or variables in a directory, or below it, that leads to nothing.
    pub(super) fn terraform_fault(&self, words: &[&str], dir: &RepoPath) -> Option<String> {
        let is_recursive = words.contains(&"-recursive");
        let directories = self.inventory.directories.iter();
        let read = directories.filter(|(path, _)| *path == dir || (is_recursive && path.is_in(dir)));
        let links = read.flat_map(|(path, directory)| {
            let names = directory.links.iter().filter(|name| is_read(name));
            names.map(|name| path.child(name.as_bytes())).collect::<Vec<_>>()
        });
        if let Some(dangling) = links.into_iter().find(|link| self.leads_to_nothing(link)) {
            let name = String::from_utf8_lossy(dangling.relative_to(dir)?).into_owned();
            return Some(format!("the file that the link `{name}` points to, which does not exist"));
        }
        if words.get(1) == Some(&"init") { self.missing_module(dir) } else { None }
    }

    /// Returns a local module without code that a directory uses, or a module of it.
    fn missing_module(&self, dir: &RepoPath) -> Option<String> {
        let mut seen = BTreeSet::new();
        let mut open = vec![dir.clone()];
        while let Some(next) = open.pop() {
            if !seen.insert(next.clone()) {
                continue;
            }
            for source in self.module_sources(&next) {
                let used = next.join(source.trim_end_matches('/')).ok();
                match used {
                    Some(used) if self.may_have_code(&used) => open.push(used),
                    _ => return Some(format!("the module `{source}` of {next}, which does not exist")),
                }
            }
        }
        None
    }

    /// Returns the sources of a directory's modules that are paths.
    pub(super) fn module_sources(&self, dir: &RepoPath) -> Vec<String> {
        let Some(directory) = self.inventory.directories.get(dir) else { return Vec::new() };
        let code = directory.files.iter().filter(|name| !name.contains(".tfvars") && is_read(name));
        let blocks = code
            .flat_map(|name| blocks_of(name, &self.text(&dir.child(name.as_bytes())).unwrap_or_default()));
        let modules = blocks.filter(|block| block.name == "module");
        let sources = modules.filter_map(|block| block.arguments.get("source").cloned());
        sources
            .filter(|source| {
                (source.starts_with("./") || source.starts_with("../")) && !source.contains("${")
            })
            .collect()
    }

    /// Returns true for a directory with code. Links and what is not entered may have some.
    fn may_have_code(&self, path: &RepoPath) -> bool {
        if let Some(directory) = self.inventory.directories.get(path) {
            return !directory.links.is_empty() || directory.files.iter().any(|name| is_read(name));
        }
        let is_link = |above: RepoPath| {
            let parent = above.parent().and_then(|parent| self.inventory.directories.get(&parent));
            parent.is_some_and(|parent| parent.links.contains(&*String::from_utf8_lossy(above.file_name())))
        };
        let mut left_out = self.inventory.left_out.iter().map(|left_out| &left_out.dir);
        left_out.any(|dir| dir == path || path.is_in(dir)) || and_above(path).any(is_link)
    }

    fn leads_to_nothing(&self, link: &RepoPath) -> bool {
        match resolve_links(self.files, link) {
            Ok(Ok(resolved)) => !self.is_there(&resolved.path),
            Ok(Err(_)) => true,
            Err(_) => false,
        }
    }
}

/// Returns true for a name that these tools read by themselves.
fn is_read(name: &str) -> bool {
    [".tf", ".tofu", ".tf.json", ".tofu.json", ".auto.tfvars", ".auto.tfvars.json"]
        .iter()
        .any(|end| name.ends_with(end))
        || ["terraform.tfvars", "terraform.tfvars.json"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::init::inventory::Inventory;
    use nestling::{Files, MemoryFiles, ReadError};
    use nestling_files::files::{DirectoryEntry, EntryKind, Walk};

    /// Files with a link in the directory `a`.
    struct WithLink {
        files: MemoryFiles,
        target: &'static str,
    }

    impl Files for WithLink {
        fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
            self.files.read(path)
        }

        fn read_link(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
            Ok((path.as_bytes() == b"a/terraform.tfvars").then(|| self.target.into()))
        }

        fn walk(&self, visit: &mut dyn FnMut(&RepoPath, &[DirectoryEntry]) -> Walk) -> Result<(), ReadError> {
            self.files.walk(&mut |directory, entries| {
                let mut entries = entries.to_vec();
                if directory.as_bytes() == b"a" {
                    entries
                        .push(DirectoryEntry { name: b"terraform.tfvars".into(), kind: EntryKind::Symlink });
                }
                visit(directory, &entries)
            })
        }
    }

    #[test]
    fn a_link_to_a_file_that_is_not_committed_stops_the_first_command() {
        for (target, command, is_fault) in [
            ("../all.tfvars", "tofu fmt -check", false),
            ("../none.tfvars", "tofu fmt -check", true),
            ("../../outside.tfvars", "terraform init", true),
            ("../none.tfvars", "terraform --version", false),
        ] {
            let files = MemoryFiles::new([("a/main.tf", ""), ("all.tfvars", "")]);
            let files = WithLink { files, target };
            let inventory = Inventory::read(&files).unwrap();
            let manifests = Manifests::new(&files, &inventory, &[]);
            let words: Vec<&str> = command.split(' ').collect();
            let fault = manifests.fault(&words, &RepoPath::parse("a").unwrap(), true);
            let expected = "the file that the link `terraform.tfvars` points to, which does not exist";
            assert_eq!(fault.as_deref(), is_fault.then_some(expected), "{target} {command}");
        }
    }
}
