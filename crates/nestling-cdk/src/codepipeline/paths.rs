//! The construct paths of a stack's resources.

use crate::assembly::Stack;
use crate::document::{Document, Json, Reader};
use nestling_gitlab::diagnostic::Diagnostic;
use std::collections::BTreeMap;

/// Returns the construct path of each logical id, from the stack's metadata.
pub(crate) fn construct_paths(
    reader: &Reader<'_>,
    stack: &Stack,
) -> Result<BTreeMap<String, String>, Diagnostic> {
    let mut paths = BTreeMap::new();
    let name = stack.metadata.as_deref().unwrap_or("manifest.json");
    let Ok(path) = stack.directory.join(name) else { return Ok(paths) };
    let Some(document) = reader.json(&path)? else { return Ok(paths) };
    let metadata = match stack.metadata {
        Some(_) => Some(document.root()),
        None => inline_metadata(&document, stack),
    };
    let Some(metadata) = metadata else { return Ok(paths) };
    for (path, entries) in metadata.entries()? {
        for entry in entries.items()? {
            if entry.text_of("type")? == Some("aws:cdk:logicalId") {
                let id = entry.field("data")?.text()?;
                paths.insert(id.to_owned(), path.trim_start_matches('/').to_owned());
            }
        }
    }
    Ok(paths)
}

/// Up to aws-cdk-lib 2.2xx, the metadata are in the manifest itself.
fn inline_metadata<'a>(manifest: &'a Document, stack: &Stack) -> Option<Json<'a>> {
    manifest.root().get("artifacts")?.get(&stack.id)?.get("metadata")
}
