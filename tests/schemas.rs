//! The committed schemas are what the program prints, and they take what the repository's own files say.

use crate::support::tool::{Tool, need};
use crate::support::{expect_file, output, root};
use nestling::workspace::Header;

/// `NESTLING_TEST_UPDATE=1` writes them.
#[test]
fn the_committed_schemas_are_those_of_the_program() {
    for header in Header::ALL {
        let path = root().join(format!("docs/schemas/{}.json", header.name()));
        expect_file(&path, &format!("{:#}\n", header.schema()))
            .unwrap_or_else(|difference| panic!("{difference}"));
    }
}

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
        let schema = root().join(format!("docs/schemas/{schema}.json"));
        output(check.arg("--schemafile").arg(schema).arg(header.path()));
    }
}
