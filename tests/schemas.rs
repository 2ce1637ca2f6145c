//! The schemas of the files that people write take what the repository's own files say.

use crate::support::tool::{Tool, need};
use crate::support::{output, root, run, tracked};

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

/// Each document of a file by itself, as editors read it.
fn documents(path: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    let documents = text.split("\n---\n").filter(|document| !document.trim().is_empty());
    documents.map(str::to_owned).collect()
}

/// Returns `true` if a document fits the schema of a file as a whole.
fn fits(documents: &[String], test: &str) -> Option<bool> {
    let mut check = need(Tool::CheckJsonschema, test)?;
    let directory = tempfile::tempdir().unwrap();
    check
        .args(["--data-transform", "gitlab-ci", "--schemafile"])
        .arg(root().join("docs/nestling.schema.json"));
    for (number, document) in documents.iter().enumerate() {
        let path = directory.path().join(format!("{number}.yml"));
        std::fs::write(&path, document).unwrap();
        check.arg(path);
    }
    Some(run(&mut check).status.success())
}

#[test]
fn both_documents_of_the_examples_fit_the_one_schema() {
    let test = "both_documents_of_the_examples_fit_the_one_schema";
    let is_read = |path: &str| {
        let is_file =
            path.ends_with("/nestling.yml") || path.ends_with("/template.yml") || path.contains("/ci/");
        is_file && path.ends_with(".yml") && (path.starts_with("examples/") || path.starts_with("templates/"))
    };
    let paths = tracked().into_iter().map(|path| path.display().to_string());
    let all: Vec<String> = paths.filter(|path| is_read(path)).flat_map(|path| documents(&path)).collect();
    assert!(all.len() > 60, "{}", all.len());
    assert_ne!(fits(&all, test), Some(false));
}

#[test]
fn the_one_schema_tells_headers_from_jobs_and_refuses_what_is_misspelt() {
    let test = "the_one_schema_tells_headers_from_jobs_and_refuses_what_is_misspelt";
    for (document, is_right) in [
        ("unit: { use: node }", true),
        ("unit: { ues: node }", false),
        ("workspace: { environments: { a: { when: always } } }", true),
        ("workspace: { enviroments: {} }", false),
        ("build: { script: make }", true),
        ("build: { scirpt: make }", false),
        ("deploy: { script: x, environment: [review, production], stop: { script: y } }", true),
        ("deploy: { script: x, environment: { name: [review], action: verify }, stop: false }", true),
        ("a: { script: x, parallel: \"${{ inputs.shards }}\", retry: \"${{ inputs.retry }}\" }", true),
        ("a: { script: x, parallel: many }", false),
        ("a: { script: x, when: \"${{ inputs.when }}\", needs: [\"^build\", \"lib:build?\"] }", true),
        ("a: { script: x, when: sometimes }", false),
    ] {
        let Some(found) = fits(&[document.to_owned()], test) else { return };
        assert_eq!(found, is_right, "{document}");
    }
}
