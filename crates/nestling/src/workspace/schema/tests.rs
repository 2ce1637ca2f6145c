use super::super::format::{
    DependencyFile, EnvironmentFile, ReuseFile, SpecFile, TemplateHeader, TemplatesFile, UnitFile,
    UnitHeader, UnitRule, UseFile, WorkspaceFile, WorkspaceHeader,
};
use super::*;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::yaml;
use serde::de::DeserializeOwned;

/// The keys that a struct of the format takes, in the reader's own words.
fn keys<T: DeserializeOwned + std::fmt::Debug>() -> Vec<String> {
    let text = "zzzzzzzzzzzzzzzz: 1\n";
    let file = Sources::default().add("x", text);
    let node = yaml::parse_file(text, file).unwrap().remove(0);
    let help = yaml::from_node::<T>(&node, &nestling_gitlab::instance::rules::HEADER)
        .unwrap_err()
        .remove(0)
        .help
        .unwrap();
    let mut keys: Vec<String> =
        help.trim_start_matches("known keys: ").split(", ").map(str::to_owned).collect();
    keys.sort();
    keys
}

fn of(schema: &Value) -> Vec<String> {
    let mut keys: Vec<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
    keys.sort();
    keys
}

#[test]
fn the_schemas_know_the_keys_that_are_read_and_no_others() {
    assert_eq!(of(&Header::Workspace.schema()), keys::<WorkspaceHeader>());
    assert_eq!(of(&Header::Unit.schema()), keys::<UnitHeader>());
    assert_eq!(of(&Header::Template.schema()), keys::<TemplateHeader>());
    assert_eq!(of(&workspace()), keys::<WorkspaceFile>());
    assert_eq!(of(&rule()), keys::<UnitRule>());
    assert_eq!(of(&unit()), keys::<UnitFile>());
    assert_eq!(of(&environment()), keys::<EnvironmentFile>());
    assert_eq!(of(&spec()), keys::<SpecFile>());
    assert_eq!(of(&uses()["anyOf"][0]["anyOf"][1]), keys::<UseFile>());
    assert_eq!(of(&depends_on()["anyOf"][0]["anyOf"][1]), keys::<DependencyFile>());
    assert_eq!(of(&workspace()["properties"]["reuse"]["anyOf"][1]), keys::<ReuseFile>());
    assert_eq!(of(&reuse_of_jobs()["anyOf"][1]), keys::<ReuseFile>());
    let directory = &workspace()["properties"]["templates"]["items"]["anyOf"][1];
    assert_eq!(of(directory), keys::<TemplatesFile>());
}

#[test]
fn the_schema_of_gitlab_knows_the_keys_that_are_read_and_no_others() {
    let mut read = nestling_gitlab::instance::KEYS.map(str::to_owned);
    read.sort();
    assert_eq!(of(&workspace()["properties"]["gitlab"]), read);
}
