//! The blocks of configurations in JSON, as far as `init` needs them
//! (<https://developer.hashicorp.com/terraform/language/syntax/json>).

use super::Block;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Blocks with labels, and the number of these.
const LABELS: [(&str, usize); 5] =
    [("module", 1), ("provider", 1), ("backend", 1), ("variable", 1), ("resource", 2)];

/// Reads the blocks of a file.
///
/// # Errors
/// The text is not JSON, or not a mapping.
pub(super) fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let content: Map<String, Value> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(content.iter().flat_map(|(name, value)| named(name, value)).collect())
}

/// Returns the blocks of a name.
fn named(name: &str, value: &Value) -> Vec<Block> {
    let labels = LABELS.iter().find(|(known, _)| *known == name).map_or(0, |(_, labels)| *labels);
    labelled(name, &[], labels, value)
}

/// Returns the strings of an object.
fn strings(value: &Value) -> Option<BTreeMap<String, String>> {
    let strings = value.as_object()?.iter();
    Some(strings.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect())
}

/// Returns the blocks of a name after some of their labels. Each level may be a list of several.
fn labelled(name: &str, labels: &[String], left: usize, value: &Value) -> Vec<Block> {
    match value {
        Value::Array(items) => items.iter().flat_map(|item| labelled(name, labels, left, item)).collect(),
        Value::Object(map) if left > 0 => {
            let with = |label: &String| labels.iter().cloned().chain([label.clone()]).collect::<Vec<_>>();
            map.iter().flat_map(|(label, inner)| labelled(name, &with(label), left - 1, inner)).collect()
        }
        Value::Object(map) => {
            let arguments = map.iter().filter(|(_, value)| !value.is_object());
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            vec![Block {
                name: name.to_owned(),
                labels: labels.to_vec(),
                arguments: arguments.map(|(key, value)| (key.clone(), text(value))).collect(),
                objects: map.iter().filter_map(|(key, value)| Some((key.clone(), strings(value)?))).collect(),
                blocks: map
                    .iter()
                    .filter(|(_, value)| is_block(value))
                    .flat_map(|(key, value)| named(key, value))
                    .collect(),
            }]
        }
        _ => Vec::new(),
    }
}

/// Returns true for a mapping, or a list of some.
fn is_block(value: &Value) -> bool {
    value.is_object() || value.as_array().is_some_and(|items| items.iter().any(Value::is_object))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_json_are_those_of_hcl() {
        let json = r#"{
          "terraform": {"required_version": "1.5", "backend": {"s3": {"bucket": "x"}}},
          "provider": {"aws": [{"region": "a"}, {"alias": "b"}]},
          "module": [{"x": {"source": "../x"}}],
          "//": "a comment"
        }"#;
        let found = blocks(json).unwrap();
        let terraform = found.iter().find(|block| block.name == "terraform").unwrap();
        assert_eq!(terraform.arguments["required_version"], "1.5");
        assert_eq!(
            (terraform.blocks[0].name.as_str(), terraform.blocks[0].labels[0].as_str()),
            ("backend", "s3")
        );
        assert!(terraform.blocks[0].arguments.contains_key("bucket"));
        assert_eq!(found.iter().filter(|block| block.name == "provider").count(), 2);
        let module = found.iter().find(|block| block.name == "module").unwrap();
        assert_eq!((module.labels[0].as_str(), module.arguments["source"].as_str()), ("x", "../x"));
        assert!(blocks("[]").is_err());
    }
}
