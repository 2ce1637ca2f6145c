//! The schemas of the files that people write take what the repository's own files say.

use crate::support::tool::{Tool, need};
use crate::support::{output, root};

#[test]
fn the_files_of_the_examples_fit_the_schemas() {
    let files = [
        ("workspace", "examples/shop/nestling.yml"),
        ("unit", "examples/shop/services/api/nestling.yml"),
        ("template", "examples/shop/ci/templates/deploy.yml"),
        ("template", "templates/node/template.yml"),
    ];
    for (schema, path) in files {
        let test = "the_files_of_the_examples_fit_the_schemas";
        let Some(mut check) = need(Tool::CheckJsonschema, test) else { return };
        let header = tempfile::NamedTempFile::with_suffix(".yml").unwrap();
        let text = std::fs::read_to_string(root().join(path)).unwrap();
        std::fs::write(header.path(), text.split("\n---").next().unwrap()).unwrap();
        let schema = root().join(format!("docs/{schema}.schema.json"));
        output(check.arg("--schemafile").arg(schema).arg(header.path()));
    }
}
