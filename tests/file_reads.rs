//! Files that templates ask about, by the binary in real repositories: a change of one selects the units whose jobs differ
//! for it, and no others.

use crate::support::repository::Repository;
use crate::support::{nestling, output};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// A template that reads a list of sites, another that reads the nearest lock file, and one that computes a path.
fn workspace() -> Repository {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: { templates: [ci], unclaimed: everything }\n");
    let sites = "#% for site in files.yaml(\"data/sites.yml\").sites\ndeploy ${{ site }}: { script: make }\n#% endfor\n";
    repository.write("ci/sites.yml", sites);
    let lock = "test:\n  script: make\n  cache: { key: { files: [\"${{ files.nearest('pnpm-lock.yaml') or 'none' }}\"] }, paths: [x] }\n";
    repository.write("ci/lock.yml", lock);
    repository.write(
        "ci/computed.yml",
        "test: { script: \"echo ${{ files.json('data/' ~ unit.name ~ '.json').port }}\" }\n",
    );
    repository.write("ci/plain.yml", "test: { script: make }\n");
    for template in ["sites", "lock", "computed", "plain"] {
        repository.write(format!("{template}/nestling.yml"), &format!("unit: {{ use: {template} }}\n"));
    }
    repository.write("data/sites.yml", "sites: [eu, us]\n");
    repository.write("data/computed.json", "{ \"port\": 1, \"name\": \"a\" }\n");
    repository.write("data/other.json", "{}\n");
    repository.commit("base");
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    repository
}

fn selected(repository: &Path) -> Vec<String> {
    let text = output(nestling(repository).args(["affected", "--format", "json"]));
    let listed: Value = serde_json::from_str(&text).unwrap();
    let units = listed["units"].as_array().unwrap();
    units.iter().map(|unit| unit["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_file_that_is_read_selects_the_units_whose_jobs_differ() {
    for (path, text, expected) in [
        ("data/sites.yml", Some("sites: [eu, us, asia]\n"), &["sites"][..]),
        ("data/sites.yml", Some("# A list of sites.\nsites: [eu, us]\n"), &[]),
        ("data/computed.json", Some("{ \"port\": 2, \"name\": \"a\" }\n"), &["computed"]),
        ("data/computed.json", Some("{ \"port\": 1, \"name\": \"b\" }\n"), &[]),
        ("pnpm-lock.yaml", Some("a: 1\n"), &["lock"]),
        ("lock/pnpm-lock.yaml", Some("a: 1\n"), &["lock"]),
    ] {
        let repository = workspace();
        match text {
            Some(text) => drop(repository.write(path, text)),
            None => fs::remove_file(repository.path().join(path)).unwrap(),
        }
        repository.commit("change");
        assert_eq!(selected(repository.path()), expected, "{path}: {text:?}");
    }
}

#[test]
fn a_file_that_is_read_and_goes_is_a_change_too() {
    let repository = workspace();
    repository.write("pnpm-lock.yaml", "a: 1\n").commit("lock");
    repository.git(&["branch", "--force", "main"]);
    fs::remove_file(repository.path().join("pnpm-lock.yaml")).unwrap();
    repository.commit("unlock");
    assert_eq!(selected(repository.path()), ["lock"]);
}

#[test]
fn explain_names_the_file_and_the_units_that_read_it() {
    let repository = workspace();
    repository.write("data/sites.yml", "sites: [eu]\n").commit("one site");
    let unit = output(nestling(repository.path()).args(["explain", "sites"]));
    assert!(unit.contains("data/sites.yml"), "{unit}");
    let path = output(nestling(repository.path()).args(["explain", "data/sites.yml"]));
    assert!(path.contains("sites"), "{path}");
    println!("{unit}\n{path}");
}

/// Three units include `ci/image.yml` where there is a file: by its own `include`, by that of a template, and through another file.
fn conditional_includes() -> Repository {
    let repository = Repository::new();
    repository.write("nestling.yml", "workspace: { templates: [ci] }\n");
    let include = "include: [{ local: /parts/image.yml, rules: [{ exists: [Dockerfile, docker/*.env] }] }]\n";
    repository.write("parts/image.yml", "build image: { script: make image }\n");
    repository.write("parts/through.yml", include);
    repository.write("ci/images.yml", include);
    repository.write("own/nestling.yml", &format!("{include}test: {{ script: make }}\n"));
    repository.write("template/nestling.yml", "unit: { use: images }\n---\ntest: { script: make }\n");
    repository.write("through/nestling.yml", "include: /parts/through.yml\ntest: { script: make }\n");
    repository.write("plain/nestling.yml", "include: /parts/image.yml\ntest: { script: make }\n");
    repository.commit("base");
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    repository
}

#[test]
fn a_file_that_decides_about_an_include_selects_the_units_whose_jobs_differ() {
    let all: &[&str] = &["own", "template", "through"];
    for (path, expected) in
        [("Dockerfile", all), ("docker/prod.env", all), ("docker/readme.md", &[]), ("docs/Dockerfile", &[])]
    {
        let repository = conditional_includes();
        repository.write(path, "x\n").commit("added");
        assert_eq!(selected(repository.path()), expected, "{path} is added");
        repository.git(&["branch", "--force", "main"]);
        fs::remove_file(repository.path().join(path)).unwrap();
        repository.commit("removed");
        assert_eq!(selected(repository.path()), expected, "{path} is removed");
    }
}
