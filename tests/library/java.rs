//! The jobs of `nestling/java`: Maven chooses the modules of a build without plugins, and Gradle's options are those that it has.

use super::job::{Pipeline, SHELLS, fakes};
use crate::support::said;
use crate::support::tool::optional;

const PROJECT: &str =
    "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>";

/// A `pom.xml` that builds nothing, and so needs no plugin.
fn pom(name: &str, more: &str) -> String {
    let parent = if name == "root" {
        "<groupId>x</groupId><version>1</version>".to_owned()
    } else {
        "<parent><groupId>x</groupId><artifactId>root</artifactId><version>1</version><relativePath>../../pom.xml</relativePath></parent>".to_owned()
    };
    format!("{PROJECT}{parent}<artifactId>{name}</artifactId><packaging>pom</packaging>{more}</project>")
}

const WORKSPACE: &str =
    "workspace: { stages: [build, test], units: [{ match: services/*, use: nestling/java }] }\n";

#[test]
fn maven_builds_a_module_with_what_it_needs_and_nothing_else() {
    let test = "maven_builds_a_module_with_what_it_needs_and_nothing_else";
    if optional("mvn", test).is_none() {
        return;
    }
    let modules = "<modules><module>libs/core</module><module>services/a b</module><module>services/other</module></modules>";
    let core = "<dependencies><dependency><groupId>x</groupId><artifactId>core</artifactId><version>1</version><type>pom</type></dependency></dependencies>";
    let pipeline = Pipeline::generate(
        &[
            ("nestling.yml", WORKSPACE),
            ("pom.xml", &pom("root", modules)),
            ("libs/core/pom.xml", &pom("core", "")),
            ("services/a b/pom.xml", &pom("api", core)),
            ("services/other/pom.xml", &pom("other", "")),
        ],
        None,
    );
    let java = pipeline.run("services/a b:test", SHELLS[0], &[("MAVEN_ARGS", "--offline")], &[]);
    let log = said(&java);
    assert!(java.status.success(), "{log}");
    let built: Vec<&str> = log.lines().filter_map(|line| line.strip_prefix("[INFO] Building ")).collect();
    let names: Vec<&str> = built.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(names, ["root", "core", "api"], "{log}");
}

#[test]
fn gradle_gets_options_that_it_has_and_tasks_of_the_project() {
    let wrapper = "#!/bin/sh\nexec gradle \"$@\"\n";
    let pipeline = Pipeline::generate(
        &[
            ("nestling.yml", WORKSPACE),
            ("settings.gradle", "include 'services:a b'\n"),
            ("gradlew", wrapper),
            ("services/a b/build.gradle.kts", ""),
            ("services/own/settings.gradle.kts", ""),
            ("services/own/build.gradle", ""),
        ],
        None,
    );
    for shell in SHELLS {
        let (programs, state) = fakes();
        for job in ["services/a b:build", "services/a b:test", "services/own:build", "services/own:test"] {
            let variables = [("FAKES", state.path().to_str().unwrap())];
            let output = pipeline.run(job, shell, &variables, std::slice::from_ref(&programs));
            assert!(output.status.success(), "{job}\n{}", said(&output));
        }
        let calls = std::fs::read_to_string(state.path().join("calls")).unwrap();
        let tasks: Vec<&str> = calls.lines().map(|line| line.rsplit_once("plain ").unwrap().1).collect();
        assert_eq!(tasks, [":services:a b:assemble", ":services:a b:check", "assemble", "check"]);
    }
}
