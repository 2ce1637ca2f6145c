//! What fuzzing feeds: any text as a template, and any text as YAML. Both may refuse it; neither may panic, hang or grow.

use nestling::diagnostic::Sources;
use nestling::files::{MemoryFiles, Nowhere};
use nestling::render::{EnvironmentScope, Limits, Renderer, Scope, bind};
use nestling::workspace::{Templates, load_header};
use nestling::yaml::{self, Kind, Node};
use serde_json::json;

/// Small, so that a text that makes much of itself is stopped soon.
const LIMITS: Limits = Limits { fuel: 20_000, recursion: 30, output: 1 << 20 };

/// Renders a text as the template `a.yml`, which it can also include.
pub(crate) fn render(text: &str) {
    let sources = Sources::default();
    let header = "templates: [ci]\n";
    let Ok(mut header) = yaml::parse_file(header, sources.add("nestling.yml", header)) else { return };
    let workspace = load_header(&header.remove(0), &sources).workspace;
    let files = MemoryFiles::new([("ci/a.yml", text.as_bytes())]);
    let templates = Templates::new(&files, &Nowhere, &workspace.template_folders, &sources);
    let Ok(Some(template)) = templates.find("a") else { return };
    let used = nestling::diagnostic::Origin::file(template.file);
    let inputs = bind(template.inputs.as_ref(), &yaml::Map::default(), used).unwrap_or_else(|_| json!({}));
    let scope = Scope {
        unit: json!({ "name": "api", "dir": "services/api", "slug": "api", "changed_files": ["a b"], "reasons": [] }),
        inputs,
        vars: json!({ "list": [1, 2], "map": { "a": "b" }, "none": null }),
        environment: EnvironmentScope::unbound(),
        pipeline: json!({ "kind": "branch", "branch": "x'\n: y", "tag": null }),
    };
    let renderer = Renderer::new(&sources, &templates, LIMITS);
    match renderer.render(&template.body, &scope) {
        Ok(rendered) => drop(yaml::emit(&rendered.node)),
        Err(problems) => assert!(!problems.is_empty(), "it failed without a word"),
    }
}

/// Reads a text as YAML; what is read is written and read again, and says the same.
pub(crate) fn yaml(text: &str) {
    let sources = Sources::default();
    let file = sources.add("a.yml", text);
    let Ok(documents) = yaml::parse_file(text, file) else { return };
    for node in documents.iter().filter(|node| matches!(node.kind, Kind::Map(_)) && !is_tagged(node)) {
        let written = yaml::emit(node);
        let read = yaml::parse_file(&written, file);
        let same = read.as_ref().is_ok_and(|read| read.len() == 1 && same(node, &read[0]));
        assert!(same, "{text:?}\nwritten as\n{written}\nand read as {read:#?}");
    }
}

/// Whether two trees mean the same to GitLab.
fn same(one: &Node, other: &Node) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::Scalar(a), Kind::Scalar(b)) => a.meaning() == b.meaning(),
        (Kind::Seq(a), Kind::Seq(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Kind::Map(a), Kind::Map(b)) => {
            let pairs = a.entries.iter().zip(&b.entries);
            a.len() == b.len()
                && pairs.into_iter().all(|(a, b)| a.key.text() == b.key.text() && same(&a.value, &b.value))
        }
        _ => false,
    }
}

fn is_tagged(node: &Node) -> bool {
    node.tag.is_some()
        || match &node.kind {
            Kind::Scalar(_) => false,
            Kind::Seq(items) => items.iter().any(is_tagged),
            Kind::Map(map) => map.iter().any(|(_, value)| is_tagged(value)),
        }
}
