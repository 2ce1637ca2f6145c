//! Terraform and OpenTofu: which directories are modules of others, and which have a state.

mod blocks;
mod json;

use super::inventory::Inventory;
use super::kinds::{Kind, fits};
use super::text::text_of;
use nestling::{Files, ReadError, RepoPath};
use std::collections::{BTreeMap, BTreeSet};

pub(super) use blocks::{Block, blocks};

/// The relations between the configurations of the repository.
#[derive(Debug, Default)]
pub(super) struct Modules {
    /// The local modules that each directory uses.
    pub uses: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
    /// Directories with a `backend` or `cloud` block.
    pub with_state: BTreeSet<RepoPath>,
    /// Directories with a `cloud` block.
    pub with_cloud: BTreeSet<RepoPath>,
    /// The `backend` block of each directory that has one.
    pub backends: BTreeMap<RepoPath, Backend>,
    /// Directories with a `provider` block that configures one.
    pub with_provider: BTreeSet<RepoPath>,
    /// The variables of each directory that have no default value.
    required: BTreeMap<RepoPath, BTreeSet<String>>,
    /// The variables of each directory that files give a value which are read without being named.
    assigned: BTreeMap<RepoPath, BTreeSet<String>>,
}

/// A `backend` block: where the state is kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Backend {
    /// Its type, such as `s3`.
    pub name: String,
    /// The settings that it has.
    settings: BTreeSet<String>,
}

/// Settings without which a backend cannot begin.
const REQUIRED: [(&str, &[&str]); 6] = [
    ("s3", &["bucket", "key"]),
    ("gcs", &["bucket"]),
    ("azurerm", &["storage_account_name", "container_name", "key"]),
    ("consul", &["path"]),
    ("cos", &["bucket"]),
    ("kubernetes", &["secret_suffix"]),
];

impl Backend {
    /// Reads a block `backend "s3" { … }`.
    fn of(block: &Block) -> Self {
        let name = block.labels.first().cloned().unwrap_or_default();
        let settings = block.arguments.iter().filter(|(_, value)| !is_placeholder(value));
        Self { name, settings: settings.map(|(name, _)| name.clone()).collect() }
    }

    /// Returns the first setting that the backend requires and that the code does not have.
    pub(super) fn lacks(&self) -> Option<&'static str> {
        let (_, required) = REQUIRED.iter().find(|(name, _)| *name == self.name)?;
        required.iter().copied().find(|setting| !self.settings.contains(*setting))
    }
}

impl Modules {
    /// Reads all configurations, those in JSON too.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn read(files: &dyn Files, inventory: &Inventory) -> Result<Self, ReadError> {
        let mut modules = Self::default();
        let Some(kind) = Kind::named("opentofu") else { return Ok(modules) };
        let dirs: Vec<RepoPath> = inventory.of_kind(kind).map(|(dir, _)| dir.clone()).collect();
        for dir in dirs {
            let is_configuration = |name: &&String| kind.markers.iter().any(|marker| fits(marker, name));
            for name in inventory.directories[&dir].files.iter().filter(is_configuration) {
                let text = text_of(files, &dir.child(name.as_bytes()))?.unwrap_or_default();
                modules.add(&dir, blocks_of(name, &text));
            }
            for name in inventory.directories[&dir].files.iter().filter(|name| is_read_by_itself(name)) {
                let text = text_of(files, &dir.child(name.as_bytes()))?.unwrap_or_default();
                modules.assigned.entry(dir.clone()).or_default().extend(assigned(name, &text));
            }
        }
        Ok(modules)
    }

    /// Adds the blocks of a file.
    fn add(&mut self, dir: &RepoPath, blocks: Vec<Block>) {
        for block in blocks {
            match block.name.as_str() {
                "terraform" => {
                    for inner in &block.blocks {
                        match inner.name.as_str() {
                            "backend" => drop(self.backends.insert(dir.clone(), Backend::of(inner))),
                            "cloud" => drop(self.with_cloud.insert(dir.clone())),
                            _ => continue,
                        }
                        self.with_state.insert(dir.clone());
                    }
                }
                "provider" => drop(self.with_provider.insert(dir.clone())),
                "variable" if !block.has_argument("default") => {
                    self.required.entry(dir.clone()).or_default().extend(block.labels.into_iter().next());
                }
                "module" => self.add_source(dir, block.arguments.get("source").map_or("", String::as_str)),
                _ => {}
            }
        }
    }

    /// Adds the source of a module, if it is a path: everything else is a URL or a name of a registry.
    fn add_source(&mut self, dir: &RepoPath, source: &str) {
        let is_path = source.starts_with("./") || source.starts_with("../");
        if let Ok(used) = dir.join(source.trim_end_matches('/'))
            && is_path
            && used != *dir
        {
            self.uses.entry(dir.clone()).or_default().insert(used);
        }
    }

    /// Returns the first variable that has neither a default value nor one in a file: of those that are read without being
    /// named, or in the text of another one.
    pub(super) fn without_value(&self, dir: &RepoPath, other: Option<(&str, &str)>) -> Option<&str> {
        let other = other.map(|(name, text)| assigned(name, text)).unwrap_or_default();
        let is_assigned = |name: &&String| {
            other.contains(*name) || self.assigned.get(dir).is_some_and(|names| names.contains(*name))
        };
        self.required.get(dir)?.iter().find(|name| !is_assigned(name)).map(String::as_str)
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

/// Returns true for a value that somebody has yet to write, such as `UPDATE_ME` and `<your-bucket>`.
fn is_placeholder(value: &str) -> bool {
    let text = value.to_uppercase().replace('-', "_");
    let is_bracketed = value.starts_with('<') && value.ends_with('>');
    let words = ["UPDATE_ME", "CHANGE_ME", "CHANGEME", "REPLACE_ME", "REPLACE_WITH", "YOUR_"];
    is_bracketed || words.iter().any(|word| text.starts_with(word))
}

/// Returns true for a file of variables that OpenTofu and Terraform read without being asked.
pub(super) fn is_read_by_itself(name: &str) -> bool {
    ["terraform.tfvars", "terraform.tfvars.json"].contains(&name)
        || [".auto.tfvars", ".auto.tfvars.json"].iter().any(|end| name.ends_with(end))
}

/// Returns the variables that a file of values assigns.
fn assigned(name: &str, text: &str) -> BTreeSet<String> {
    let names = if name.ends_with(".json") {
        serde_json::from_str::<serde_json::Map<_, _>>(text)
            .map(|map| map.into_iter().map(|(name, _)| name).collect())
            .ok()
    } else {
        blocks::names(text).ok()
    };
    names.unwrap_or_default()
}

/// Returns the blocks of a file by its name. An invalid one has none here: another reading reports it.
pub(super) fn blocks_of(name: &str, text: &str) -> Vec<Block> {
    let blocks = if name.ends_with(".json") { json::blocks(text) } else { blocks(text) };
    blocks.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling::MemoryFiles;

    #[test]
    fn a_backend_says_what_it_lacks() {
        for (text, expected) in [
            ("backend \"s3\" {}\n", Some("bucket")),
            ("backend \"s3\" {\n    # bucket = \"x\"\n    key = \"x\"\n  }\n", Some("bucket")),
            ("backend \"s3\" {\n    bucket = \"x\"\n    key = \"x\"\n  }\n", None),
            ("backend \"gcs\" { bucket = \"x\" }\n", None),
            ("backend \"gcs\" {\n  }\n", Some("bucket")),
            ("backend \"http\" {}\n", None),
            ("backend \"gcs\" {\n    bucket = \"UPDATE_ME\"\n  }\n", Some("bucket")),
            ("backend \"gcs\" {\n    bucket = \"<your-bucket>\"\n  }\n", Some("bucket")),
            ("backend \"gcs\" {\n    bucket = \"todos\"\n  }\n", None),
        ] {
            let text = format!("terraform {{\n  {text}}}\nlocals {{\n  bucket = 1\n}}\n");
            let mut modules = Modules::default();
            modules.add(&RepoPath::root(), blocks_of("main.tf", &text));
            assert_eq!(modules.backends[&RepoPath::root()].lacks(), expected, "{text}");
        }
    }

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
            ("snippet/main.tf", "\u{feff}variable \"x\" {}\n"),
            (
                "json/main.tf.json",
                "{\"provider\": {\"aws\": {}}, \"module\": {\"x\": {\"source\": \"../snippet\"}}}",
            ),
            ("state/main.tf.json", "{\"terraform\": [{\"backend\": {\"s3\": {\"bucket\": \"x\"}}}]}"),
        ]);
        let inventory = Inventory::read(&files).unwrap();
        let modules = Modules::read(&files, &inventory).unwrap();
        for (dir, expected) in [
            ("live/prod", false),
            ("live/bare", false),
            ("modules/vpc", true),
            ("modules/own", false),
            ("snippet", true),
            ("json", false),
            ("state", false),
        ] {
            assert_eq!(modules.is_module(&RepoPath::parse(dir).unwrap()), expected, "{dir}");
        }
        let prod = RepoPath::parse("live/prod").unwrap();
        assert!(modules.uses[&prod].contains(&RepoPath::parse("modules/vpc").unwrap()));
        let json = RepoPath::parse("json").unwrap();
        assert!(modules.uses[&json].contains(&RepoPath::parse("snippet").unwrap()));
        assert_eq!(modules.backends[&RepoPath::parse("state").unwrap()].lacks(), Some("key"));
    }
}
