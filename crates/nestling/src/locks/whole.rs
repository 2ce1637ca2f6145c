//! Lock files that do not say which package of the repository needs what: all of it affects all that they serve.

use super::lock::{Lock, Need, Package};
use super::toml_packages::{packages, printed, text};
use super::{LockFile, Unknown};
use toml::{Table, Value};

/// `poetry.lock` (<https://python-poetry.org/docs/basic-usage/#installing-dependencies>), of the project beside it.
pub(super) fn read(file: &LockFile<'_>) -> Result<Lock, Unknown> {
    let mut table: Table = file.text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    // The hash of what the project asks for changes without any other package.
    if let Some(metadata) = table.get_mut("metadata").and_then(Value::as_table_mut) {
        metadata.remove("content-hash");
    }
    let (entries, mut lock) = packages(&table)?;
    let mut needs = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let (name, version) = (text(entry, "name")?.to_owned(), text(entry, "version")?.to_owned());
        let mention = format!("name = \"{name}\"\nversion = \"{version}\"");
        lock.packages.push(Package { name, version, text: printed(entry), needs: Vec::new(), mention });
        needs.push(Need::Package(index));
    }
    lock.members.insert(file.directory.clone(), needs);
    Ok(lock)
}
