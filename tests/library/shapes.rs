//! Values cannot break structure: whatever stands in the holes of a built-in template, the tree keeps its shape.

use super::names;
use nestling::diagnostic::{Origin, Sources};
use nestling::files::Nowhere;
use nestling::template::{EnvironmentScope, RenderLimits, Renderer, Scope, bind};
use nestling::workspace::{Template, Templates, library_files};
use nestling::yaml::{Entry, Key, Kind, Map, Node};
use proptest::prelude::*;
use serde_json::json;

/// Everything of a tree but the texts of its scalars.
fn shape(node: &Node) -> String {
    match &node.kind {
        Kind::Scalar(_) => "_".to_owned(),
        Kind::Seq(items) => format!("[{}]", items.iter().map(shape).collect::<Vec<_>>().join(",")),
        Kind::Map(map) => {
            let entries = map.iter().map(|(key, value)| format!("{key}:{}", shape(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
    }
}

/// The inputs of a template with this text wherever any text may stand; `choice` picks among what is not free.
fn inputs(template: &Template, text: &str, choice: usize) -> Map {
    let origin = Origin::file(template.file);
    let mut given = Map::default();
    for (name, definition) in template.inputs.as_ref().and_then(Node::as_map).unwrap().iter() {
        let options = definition.get("options").and_then(Node::as_seq);
        let value = match (definition.get("type").and_then(Node::text), options) {
            (_, Some(options)) => options[choice % options.len()].clone(),
            (Some("boolean"), _) => {
                Node::plain(origin, if choice.is_multiple_of(2) { "true" } else { "false" })
            }
            (Some("number"), _) => Node::plain(origin, (choice % 4 + 1).to_string()),
            (Some("array"), _) => {
                Node::seq(origin, vec![Node::string(origin, text), Node::string(origin, "b")])
            }
            (Some("string"), _) if definition.get("regex").is_none() => Node::string(origin, text),
            _ => continue,
        };
        given.entries.push(Entry { key: Key::new(origin, name), value });
    }
    for (name, value) in [("account", "123456789012"), ("role", "arn:aws:iam::123456789012:role/x")] {
        if template.inputs.as_ref().is_some_and(|inputs| inputs.get(name).is_some()) {
            given.set(name, Node::string(origin, value));
        }
    }
    given
}

/// A template for a branch, a merge request or a tag, with an environment or without, all texts of which are this one.
fn rendered(renderer: &Renderer<'_>, template: &Template, text: &str, choice: usize) -> Node {
    let origin = Origin::file(template.file);
    let inputs = bind(template.inputs.as_ref(), &inputs(template, text, choice), origin);
    let (kind, branch, tag) = match choice % 3 {
        0 => ("branch", Some(text), None),
        1 => ("merge_request", Some(text), None),
        _ => ("tag", None, Some(text)),
    };
    let request = json!({ "iid": "1", "source_branch": text, "target_branch": text });
    let environment = json!({
        "name": text, "tier": text, "slug": text, "title": text, "url": text, "variables": { "A": text },
        "resource_group": text, "auto_stop_in": text, "manual": false,
    });
    let scope = Scope {
        unit: json!({
            "name": text, "dir": text, "slug": "api", "depends_on": [text], "changed_files": [text], "reasons": [text],
        }),
        inputs: inputs.unwrap_or_else(|problems| panic!("{problems:#?}")),
        vars: json!({}),
        environment: match choice / 3 % 2 {
            0 => EnvironmentScope::Unbound,
            _ => EnvironmentScope::Bound(environment),
        },
        pipeline: json!({
            "kind": kind, "source": text, "branch": branch, "default_branch": text, "tag": tag, "sha": text,
            "ref_slug": text, "mr": (kind == "merge_request").then_some(request),
        }),
    };
    let name = &template.name;
    renderer.render(&template.body, &scope).unwrap_or_else(|e| panic!("{name} with {text:?}: {e:#?}")).node
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn no_value_changes_the_shape_of_a_built_in_template(
        text in prop_oneof![
            "[^\\u{0}]{1,40}",
            "[\\[\\]{}:,#&*!|>'\"%@` \\n\\t\\\\-]{1,12}",
            "[\\u{F0000}-\\u{F001F}a]{1,8}",
            "(a: b|- x|\\n  script: evil|#% if true|\\$\\{\\{ unit \\}\\}|!reference \\[a, b\\]|<<: \\*a|\\n---\\n|null|true|1){1,4}",
        ],
        choice in 0_usize..24,
    ) {
        let sources = Sources::default();
        let files = library_files();
        let templates = Templates::new(&files, &Nowhere, &[], &sources);
        let renderer = Renderer::new(&sources, &templates, RenderLimits::default());
        for name in names() {
            let template = templates.find(&format!("nestling/{name}")).unwrap().unwrap();
            let plain = rendered(&renderer, &template, "plain", choice);
            let hostile = rendered(&renderer, &template, &text, choice);
            prop_assert_eq!(shape(&plain), shape(&hostile), "{} with {:?}, {}", name, text, choice);
        }
    }
}
