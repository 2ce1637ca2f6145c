//! Any text as a template. It may be refused; it may not panic, hang or grow.

use nestling::testing::{RenderLimits, TemplateValues, with_templates};
use nestling::{MemoryFiles, PipelineFacts, Project};
use nestling_gitlab::yaml;
use serde_json::json;

/// Small, so that a string that makes much of itself is stopped soon.
const LIMITS: RenderLimits =
    RenderLimits { fuel: 20_000, recursion: 30, output: 1 << 20, total_fuel: 40_000, total_output: 1 << 20 };

/// Renders a string as the template `a.yml`, which it can also include.
pub(crate) fn render(text: &str) {
    let files = MemoryFiles::new([("nestling.yml", "workspace: { templates: [ci] }"), ("ci/a.yml", text)]);
    let Ok(project) = Project::of_files(&files, PipelineFacts::local(None, None, None)) else { return };
    let values = TemplateValues {
        unit: json!({ "name": "api", "dir": "services/api", "slug": "api", "changed_files": ["a b"], "reasons": [] }),
        vars: json!({ "list": [1, 2], "map": { "a": "b" }, "none": null }),
        environment: None,
        pipeline: json!({ "kind": "branch", "branch": "x'\n: y", "tag": null }),
    };
    match with_templates(&project, LIMITS, |templates| templates.render("a", &yaml::Map::default(), &values))
    {
        Ok(node) => drop(yaml::emit(&node)),
        Err(problems) => assert!(!problems.is_empty(), "it failed without a word"),
    }
}
