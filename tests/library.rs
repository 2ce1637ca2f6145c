//! The built-in templates: their cases pass, their pages are what their headers say, and GitLab takes what they make.

mod contract;
mod dotnet;
mod ecs;
mod go;
mod image;
mod java;
mod job;
mod kubernetes;
mod lambda;
mod mutations;
mod old_tools;
mod opentofu;
mod release;
mod run;
mod s3_site;
mod scan;
mod scripts;
mod server;
mod shapes;

use crate::support::{expect_file, judge, read, root, setting};
use nestling::testing::{
    self, CaseOutcome, RenderLimits, Suite, TemplateCase, TemplateRenderer, with_templates,
};
use nestling::{Diagnostic, MemoryFiles, PipelineFacts, Project, Sources, library_names};
use nestling_gitlab::yaml::{self, Node};
use std::fmt::Write as _;

/// The names of the templates, without `nestling/`.
fn names() -> Vec<String> {
    library_names().iter().map(|name| name.trim_start_matches("nestling/").to_owned()).collect()
}

/// All cases of a suite.
fn cases(suite: &Suite<'_>) -> Vec<TemplateCase> {
    let mut cases = Vec::new();
    for file in suite.case_files().unwrap() {
        cases.extend(suite.read(&file).unwrap().unwrap_or_else(|problems| panic!("{problems:#?}")));
    }
    cases
}

fn outcomes() -> Vec<CaseOutcome> {
    let suite = Suite::of_library();
    cases(&suite).iter().map(|case| suite.run(case)).collect()
}

/// Calls a function with the built-in templates.
fn with_library<T>(act: impl FnOnce(&TemplateRenderer<'_>) -> T) -> T {
    // What templates ask about, for a unit at the root.
    let package = "{ \"scripts\": { \"build\": \"x\", \"lint\": \"x\", \"typecheck\": \"x\", \"test\": \"vitest run\" } }";
    let crate_manifest = "[package]\nname = \"a\"\n";
    let files = MemoryFiles::new([
        ("nestling.yml", "workspace: {}"),
        ("package.json", package),
        ("Cargo.toml", crate_manifest),
        ("Dockerfile", "FROM scratch"),
        ("go.mod", "module a\n\ngo 1.25\n"),
        ("pom.xml", "<project/>"),
        ("settings.gradle", ""),
        ("App.csproj", "Microsoft.NET.Test.Sdk JunitXml.TestLogger coverlet.collector"),
        ("chart/Chart.yaml", "name: a"),
        ("k8s/web.yaml", ""),
        ("task-definition.json", "{ \"image\": \"$IMAGE\" }"),
    ]);
    let project = Project::of_files(&files, PipelineFacts::local(None, None, None)).unwrap();
    with_templates(&project, RenderLimits::default(), act)
}

#[test]
fn every_case_of_the_library_passes_without_a_warning() {
    let outcomes = outcomes();
    if setting("NESTLING_TEST_UPDATE").is_some() {
        for snapshot in outcomes.iter().filter_map(|outcome| outcome.snapshot.as_ref()) {
            let path = root().join("templates").join(snapshot.path.to_string());
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &snapshot.text).unwrap();
        }
    }
    assert!(outcomes.len() >= 25, "only {} cases", outcomes.len());
    let failed: Vec<&CaseOutcome> = outcomes.iter().filter(|outcome| !outcome.passed()).collect();
    assert!(failed.is_empty(), "{}", testing::summary(&outcomes));
    let warned: Vec<&CaseOutcome> = outcomes.iter().filter(|outcome| !outcome.warnings.is_empty()).collect();
    assert!(warned.is_empty(), "{warned:#?}");
}

#[test]
fn gitlab_takes_what_the_library_makes() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (at, outcome) in outcomes().into_iter().enumerate() {
        let Some(text) = outcome.pipeline else { continue };
        let path = folder.path().join(format!("{at}.yml"));
        std::fs::write(&path, text).unwrap();
        files.push(path);
    }
    assert!(files.len() >= 20);
    judge::schema("gitlab_takes_what_the_library_makes", &files);
    judge::psych("gitlab_takes_what_the_library_makes", &files);
}

/// The description and the inputs of a built-in template.
fn header(name: &str) -> (Option<String>, Node) {
    let name = format!("nestling/{name}");
    with_library(|templates| {
        (templates.description(&name).unwrap(), templates.inputs(&name).unwrap().unwrap())
    })
}

/// Grade of the tests: the scripts are run with the real tools, or with programs that refuse what those refuse, or they are
/// judged without being run.
const GRADES: [&str; 3] = ["run", "run with stubs", "parsed"];

/// The grade of a template, as its page has it.
fn grade(name: &str) -> String {
    let page = read(format!("templates/{name}/README.md"));
    let grade = page.split("\nTest grade: **").nth(1).and_then(|rest| rest.split("**").next());
    grade.unwrap_or_default().to_owned()
}

#[test]
fn every_template_has_a_page_cases_and_inputs_that_say_what_they_are() {
    let names = names();
    assert_eq!(names.len(), 20, "{names:?}");
    for name in names {
        let page = read(format!("templates/{name}/README.md"));
        assert!(page.contains(&format!("nestling/{name}")), "{name}");
        assert!(GRADES.contains(&grade(&name).as_str()), "{name} has no grade");
        assert!(root().join(format!("templates/{name}/tests/cases.yml")).is_file(), "{name}");
        let (description, inputs) = header(&name);
        assert!(description.is_some(), "{name}");
        for (input, definition) in inputs.as_map().unwrap().iter() {
            assert!(definition.get("type").is_some(), "{name}: {input} has no type");
            assert!(definition.get("description").is_some(), "{name}: {input} says nothing");
        }
    }
}

/// Editors and linters read a template before it is rendered.
#[test]
fn every_template_is_yaml_as_it_stands() {
    for name in names() {
        let path = format!("templates/{name}/template.yml");
        let text = read(&path);
        let file = Sources::default().add(&path, text.as_str());
        let parsed: Result<_, Vec<Diagnostic>> = yaml::parse_file(&text, file);
        assert_eq!(parsed.unwrap_or_else(|problems| panic!("{path}: {problems:#?}")).len(), 2, "{path}");
    }
}

/// The top of the catalogue: how to use a template, and a table of all of them.
fn overview() -> String {
    let mut page = String::from(
        "# Built-in templates\n\nThe built-in templates are part of the binary. To use one, write its name: `use: nestling/node`. \
         `templates/NAME/README.md` explains each template, with an example.\n\n\
         In the defaults below, `build?` is a [role](templates-guide.md#needs-by-role): the unit's job `build`, if it has one. The \
         inputs `role` and `roles` are AWS roles.\n\n\
         The test grade shows how thoroughly Nestling's tests cover a template:\n\n\
         - **run**: the tests run the jobs with the real tools on small projects.\n\
         - **run with stubs**: they run the jobs with stubs, which record their calls and reject what the real tools reject.\n\
         - **parsed**: they only check the scripts with ShellCheck, and the jobs with GitLab's schema. All other templates are \
         checked in this way as well.\n\n\
         | template | description | test grade |\n|---|---|---|\n",
    );
    for name in names() {
        let description = header(&name).0.unwrap_or_default();
        let row = format!("| [nestling/{name}](#nestling{name}) | {description} | {} |", grade(&name));
        let _ = writeln!(page, "{row}");
    }
    page
}

/// `NESTLING_TEST_UPDATE=1` writes the page.
#[test]
fn the_catalogue_is_what_the_headers_say() {
    let mut page = overview();
    for name in names() {
        let (description, inputs) = header(&name);
        let description = description.unwrap_or_default();
        let _ = writeln!(
            page,
            "\n## nestling/{name}\n\n{description}.\n\n| input | type | default | description |"
        );
        page.push_str("|---|---|---|---|\n");
        for (input, definition) in inputs.as_map().unwrap().iter() {
            let text = |key: &str| definition.get(key).and_then(Node::text).unwrap_or_default().to_owned();
            let default = match definition.get("default") {
                None => "**required**".to_owned(),
                Some(node) => format!("`{}`", testing::plain_value(node)),
            };
            let options = definition.get("options").and_then(Node::as_seq).unwrap_or_default();
            let options: Vec<String> =
                options.iter().filter_map(Node::text).map(|o| format!("`{o}`")).collect();
            let options =
                if options.is_empty() { String::new() } else { format!("; one of {}", options.join(", ")) };
            let regex = definition.get("regex").and_then(Node::text);
            let regex =
                regex.map(|regex| format!("; matches `{}`", regex.replace('|', "\\|"))).unwrap_or_default();
            let (kind, what) = (text("type"), text("description"));
            let row = format!("| `{input}` | {kind} | {default} | {what}{options}");
            let row = row.replace("\\|", "\\\\|").replace("[^|]", "[^\\|]");
            let _ = writeln!(page, "{row}{regex} |");
        }
    }
    expect_file(&root().join("docs/templates.md"), &page).unwrap_or_else(|difference| panic!("{difference}"));
}
