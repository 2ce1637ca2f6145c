//! Values cannot break structure: whatever is in the holes of a built-in template, the tree keeps its shape.

use super::{names, with_library};
use nestling::testing::{TemplateRenderer, TemplateValues};
use nestling_gitlab::yaml::{Entry, Key, Kind, Map, Node};
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

/// Templates whose deploying jobs are never rendered without an environment.
const DEPLOYING: [&str; 5] =
    ["nestling/ecs", "nestling/helm", "nestling/kubernetes", "nestling/lambda", "nestling/s3-site"];

/// Inputs that name something in the repository, or that a template refuses for what they say: none of them is any text.
const NOT_FREE: [&str; 38] = [
    "apply",
    "artifacts",
    "backend_config",
    "binaries",
    "binary",
    "build_context",
    "build_script",
    "bucket",
    "chart",
    "chart_version",
    "directory",
    "dockerfile",
    "environment",
    "exclude",
    "features",
    "identity_provider",
    "images",
    "lint_script",
    "package_manager_version",
    "name",
    "package",
    "path",
    "project",
    "publish",
    "registry",
    "requirements",
    "role",
    "root",
    "rules",
    "secrets",
    "set",
    "state",
    "target",
    "test_script",
    "typecheck_script",
    "var_files",
    "versions",
    "workspaces",
];

/// Inputs that go without one for the image, which may have a tag.
const VERSIONS: [&str; 7] =
    ["dotnet_version", "go_version", "java_version", "node_version", "rust_version", "version", "versions"];

/// The inputs of a template with this text wherever any text may stand; `choice` picks among what is not free.
fn inputs(written: &Node, text: &str, choice: usize) -> Map {
    let origin = written.origin;
    let mut given = Map::default();
    for (name, definition) in written.as_map().unwrap().iter() {
        let is_image_with_version =
            name == "image" && VERSIONS.iter().any(|version| written.get(version).is_some());
        if NOT_FREE.contains(&name) || is_image_with_version {
            continue;
        }
        let options = definition.get("options").and_then(Node::as_seq);
        let value = match (definition.get("type").and_then(Node::text), options) {
            (_, Some(options)) => options[choice % options.len()].clone(),
            (Some("boolean"), _) => {
                Node::plain(origin, if choice.is_multiple_of(2) { "true" } else { "false" })
            }
            (Some("number"), _) => Node::plain(origin, (choice % 4 + 1).to_string()),
            // With a tag of the content, an argument must have its value.
            (Some("array"), _) if name == "build_args" => {
                Node::seq(origin, vec![Node::string(origin, format!("A={text}")), Node::string(origin, "B=")])
            }
            (Some("array"), _) => {
                Node::seq(origin, vec![Node::string(origin, text), Node::string(origin, "b")])
            }
            (Some("string"), _) if definition.get("regex").is_none() => Node::string(origin, text),
            _ => continue,
        };
        given.entries.push(Entry { key: Key::new(origin, name), value });
    }
    let of_a_form = [
        ("account", "123456789012"),
        ("bucket", "site"),
        ("cluster", "shop"),
        ("namespace", "shop"),
        ("region", "eu-central-1"),
        ("role", "arn:aws:iam::123456789012:role/x"),
    ];
    for (name, value) in of_a_form {
        // The project's own registry takes no role.
        let is_taken = name != "role" || written.get("registry").is_none();
        if written.get(name).is_some() && is_taken {
            given.set(name, Node::string(origin, value));
        }
    }
    given
}

/// A template for a branch, a merge request or a tag, with an environment or without, all texts of which are this one.
fn rendered(templates: &TemplateRenderer<'_>, name: &str, text: &str, choice: usize) -> Node {
    let inputs = inputs(&templates.inputs(name).unwrap().unwrap(), text, choice);
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
    let values = TemplateValues {
        unit: json!({
            "name": text, "dir": text, "slug": "api", "depends_on": [text], "changed_files": [text], "reasons": [text],
            "fingerprint": text,
        }),
        vars: json!({}),
        // A template whose only job deploys is never rendered without an environment.
        environment: if (choice / 3).is_multiple_of(2) && !DEPLOYING.contains(&name) {
            None
        } else {
            Some(environment)
        },
        pipeline: json!({
            "kind": kind, "source": text, "branch": branch, "default_branch": text, "tag": tag, "sha": text,
            "ref_slug": text, "mr": (kind == "merge_request").then_some(request),
        }),
    };
    let node = templates.render(name, &inputs, &values);
    node.unwrap_or_else(|problems| panic!("{name} with {text:?}: {problems:#?}"))
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
        let shapes = |text: &str| with_library(|templates| {
            let rendered = |name: String| rendered(templates, &format!("nestling/{name}"), text, choice);
            names().into_iter().map(rendered).collect::<Vec<_>>()
        });
        for ((name, plain), hostile) in names().into_iter().zip(shapes("plain")).zip(shapes(&text)) {
            prop_assert_eq!(shape(&plain), shape(&hostile), "{} with {:?}, {}", name, text, choice);
        }
    }
}
