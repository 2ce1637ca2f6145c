//! Finds markers that cannot be read: invalid JSON, YAML, TOML or HCL, and documents that are not mappings.

use super::inventory::Inventory;
use super::kinds::KINDS;
use super::lists::Unreadable;
use super::terraform::blocks;
use super::text::{jsonc, text_of};
use nestling::{Files, ReadError};

/// Adds the markers that are invalid and that no list of members was read from.
///
/// # Errors
/// A file cannot be read.
pub(super) fn add_invalid(
    files: &dyn Files,
    inventory: &Inventory,
    unreadable: &mut Vec<Unreadable>,
) -> Result<(), ReadError> {
    for kind in &KINDS {
        for (dir, marker) in inventory.of_kind(kind) {
            let path = dir.child(marker.as_bytes());
            if unreadable.iter().any(|file| file.path == path) {
                continue;
            }
            let text = text_of(files, &path)?.unwrap_or_default();
            if let Err(reason) = form(marker, &text) {
                unreadable.push(Unreadable { path, reason });
            }
        }
    }
    Ok(())
}

/// Reads a document by the end of its name.
fn form(name: &str, text: &str) -> Result<(), String> {
    let end = name.rsplit('.').next().unwrap_or_default();
    let is_mapping = match end {
        // A template of Helmfile is not YAML until it is rendered.
        "yaml" | "yml" if !text.contains("{{") => {
            let documents = serde_yaml::Deserializer::from_str(text);
            let mut is_mapping = true;
            for document in documents {
                use serde::Deserialize as _;
                let value = serde_yaml::Value::deserialize(document).map_err(|error| error.to_string())?;
                is_mapping &= value.is_mapping() || value.is_null();
            }
            is_mapping
        }
        "json" | "jsonc" => {
            let value: serde_json::Value =
                serde_json::from_str(&jsonc(text)).map_err(|error| error.to_string())?;
            value.is_object()
        }
        "toml" => text.parse::<toml::Table>().map(|_| true).map_err(|error| error.message().to_owned())?,
        "tf" | "tofu" | "hcl" => blocks(text).map(|_| true)?,
        _ => true,
    };
    if is_mapping { Ok(()) } else { Err("it must be a mapping".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read_by_the_ends_of_their_names() {
        for (name, text, is_valid) in [
            ("Chart.yaml", "name: x\n", true),
            ("Chart.yaml", "- x\n", false),
            ("Chart.yaml", "name: {{ x }}\n", true),
            ("Chart.yaml", "a: [\n", false),
            ("compose.yaml", "x: !override [1]\n", true),
            ("deno.jsonc", "{ // c\n \"a\": [1,], }\n", true),
            ("composer.json", "\"s\"", false),
            ("book.toml", "[", false),
            ("main.tf", "a {\n", false),
            ("main.tf", "a \"b\" {\n  c = \"${x}\"\n}\n", true),
            ("Makefile", "[", true),
        ] {
            assert_eq!(form(name, text).is_ok(), is_valid, "{name}: {text}");
        }
    }
}
