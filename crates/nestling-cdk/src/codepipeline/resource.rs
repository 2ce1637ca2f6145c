//! The resources of a template: their types, and the references between them.

use crate::document::Json;
use crate::template::PseudoParameters;
use serde_json::Value;

/// The template of a stack that has a pipeline.
#[derive(Clone, Copy)]
pub(crate) struct Template<'a> {
    /// Its resources by logical id.
    pub resources: &'a [(&'a str, Json<'a>)],
    /// The account and the region of the stack.
    pub pseudo: PseudoParameters<'a>,
}

impl<'a> Template<'a> {
    /// Returns the resource with a logical id.
    pub(crate) fn resource(&self, id: &str) -> Option<&'a Json<'a>> {
        self.resources.iter().find(|(known, _)| *known == id).map(|(_, resource)| resource)
    }
}

/// Returns a resource's type.
pub(crate) fn type_of<'a>(resource: &Json<'a>) -> &'a str {
    resource.value().get("Type").and_then(Value::as_str).unwrap_or_default()
}

/// Returns the logical id that `Ref` or `Fn::GetAtt` names.
pub(crate) fn logical_id(value: &Value) -> Option<&str> {
    let reference = value.get("Ref").and_then(Value::as_str);
    let attribute = || value.get("Fn::GetAtt").and_then(Value::as_array)?.first()?.as_str();
    reference.or_else(attribute)
}

/// Returns every logical id that a value names, however deep.
pub(crate) fn logical_ids(value: &Value) -> Vec<String> {
    let mut ids: Vec<String> = logical_id(value).map(str::to_owned).into_iter().collect();
    match value {
        Value::Object(map) => ids.extend(map.values().flat_map(logical_ids)),
        Value::Array(items) => ids.extend(items.iter().flat_map(logical_ids)),
        _ => {}
    }
    ids
}
