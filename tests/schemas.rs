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

#[test]
fn every_published_schema_is_a_valid_schema() {
    let Some(mut check) = need(Tool::CheckJsonschema, "every_published_schema_is_a_valid_schema") else {
        return;
    };
    let files = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let schemas: Vec<_> = files.filter(|path| path.to_string_lossy().ends_with(".schema.json")).collect();
    assert!(schemas.len() >= 8, "{schemas:?}");
    output(check.arg("--check-metaschema").args(schemas));
}
