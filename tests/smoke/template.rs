//! Any text as a template. It may be refused; it may not panic, hang or grow.

use nestling::diagnostic::{Origin, Sources};
use nestling::files::{MemoryFiles, Nowhere};
use nestling::template::{EnvironmentScope, RenderLimits, Renderer, Scope, bind};
use nestling::workspace::{Templates, load_header};
use nestling::yaml;
use serde_json::json;

/// Small, so that a text that makes much of itself is stopped soon.
const LIMITS: RenderLimits = RenderLimits { fuel: 20_000, recursion: 30, output: 1 << 20 };

/// Renders a text as the template `a.yml`, which it can also include.
pub(crate) fn render(text: &str) {
    let sources = Sources::default();
    let header = "templates: [ci]\n";
    let Ok(mut header) = yaml::parse_file(header, sources.add("nestling.yml", header)) else { return };
    let workspace = load_header(&header.remove(0), &sources).workspace;
    let files = MemoryFiles::new([("ci/a.yml", text.as_bytes())]);
    let templates = Templates::new(&files, &Nowhere, &workspace.template_folders, &sources);
    let Ok(Some(template)) = templates.find("a") else { return };
    let used = Origin::file(template.file);
    let inputs = bind(template.inputs.as_ref(), &yaml::Map::default(), used).unwrap_or_else(|_| json!({}));
    let scope = Scope {
        unit: json!({ "name": "api", "dir": "services/api", "slug": "api", "changed_files": ["a b"], "reasons": [] }),
        inputs,
        vars: json!({ "list": [1, 2], "map": { "a": "b" }, "none": null }),
        environment: EnvironmentScope::Unbound,
        pipeline: json!({ "kind": "branch", "branch": "x'\n: y", "tag": null }),
    };
    let renderer = Renderer::new(&sources, &templates, LIMITS);
    match renderer.render(&template.body, &scope) {
        Ok(rendered) => drop(yaml::emit(&rendered.node)),
        Err(problems) => assert!(!problems.is_empty(), "it failed without a word"),
    }
}
