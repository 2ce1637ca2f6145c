//! Resources of a template: their types, and the references between them.

use crate::cdk::document::At;
use serde_json::Value;

/// A resource's type.
pub(crate) fn type_of<'a>(resource: &At<'a>) -> &'a str {
    resource.value().get("Type").and_then(Value::as_str).unwrap_or_default()
}

/// The resource that `Ref` or `Fn::GetAtt` names.
pub(crate) fn logical_id(value: &Value) -> Option<String> {
    let reference = value.get("Ref").and_then(Value::as_str);
    let attribute = || value.get("Fn::GetAtt").and_then(Value::as_array)?.first()?.as_str();
    reference.or_else(attribute).map(str::to_owned)
}
