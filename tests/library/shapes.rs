//! Values cannot break structure: whatever stands in the holes of a built-in template, the tree keeps its shape.

use super::names;
use nestling::diagnostic::{Origin, Sources};
use nestling::files::Nowhere;
use nestling::render::{EnvironmentScope, Limits, Renderer, Scope, bind};
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

/// The inputs of a template with this text wherever any text may stand.
fn inputs(template: &Template, text: &str) -> Map {
    let origin = Origin::file(template.file);
    let mut given = Map::default();
    for (name, definition) in template.inputs.as_ref().and_then(Node::as_map).unwrap().iter() {
        let bound = definition.get("options").is_some() || definition.get("regex").is_some();
        let value = match definition.get("type").and_then(Node::text) {
            Some("string") if !bound => Node::string(origin, text),
            Some("array") => Node::seq(origin, vec![Node::string(origin, text), Node::string(origin, "b")]),
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

fn rendered(renderer: &Renderer<'_>, template: &Template, text: &str) -> Node {
    let origin = Origin::file(template.file);
    let inputs = bind(template.inputs.as_ref(), &inputs(template, text), origin);
    let scope = Scope {
        unit: json!({ "name": text, "dir": text, "slug": "api", "depends_on": [], "changed_files": [text], "reasons": [] }),
        inputs: inputs.unwrap_or_else(|problems| panic!("{problems:#?}")),
        vars: json!({}),
        environment: EnvironmentScope::unbound(),
        pipeline: json!({ "kind": "branch", "source": text, "branch": text, "default_branch": "main" }),
    };
    let name = &template.name;
    renderer.render(&template.body, &scope).unwrap_or_else(|e| panic!("{name} with {text:?}: {e:#?}")).node
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_value_changes_the_shape_of_a_built_in_template(
        text in prop_oneof![
            "[^\\u{0}]{1,40}",
            "[\\[\\]{}:,#&*!|>'\"%@` \\n\\t\\\\-]{1,12}",
            "[\\u{F0000}-\\u{F001F}a]{1,8}",
            "(a: b|- x|\\n  script: evil|#% if true|\\$\\{\\{ unit \\}\\}|!reference \\[a, b\\]|<<: \\*a|\\n---\\n|null|true|1){1,4}",
        ]
    ) {
        let sources = Sources::default();
        let files = library_files();
        let templates = Templates::new(&files, &Nowhere, &[], &sources);
        let renderer = Renderer::new(&sources, &templates, Limits::default());
        for name in names() {
            let template = templates.find(&format!("nestling/{name}")).unwrap().unwrap();
            let plain = rendered(&renderer, &template, "plain");
            let hostile = rendered(&renderer, &template, &text);
            prop_assert_eq!(shape(&plain), shape(&hostile), "{} with {:?}", name, text);
        }
    }
}
