//! The command line that jobs call, and where; assets that only a stack can make room for.

use super::assemblies::{NEWEST, Shop};

const LOCK: &str = r#"{"lockfileVersion":3,"packages":{"node_modules/aws-cdk":{"version":"2.1131.0"}}}"#;

/// Each file of the app and `cli` of the header, with what the deploying job calls.
#[test]
fn jobs_call_the_projects_command_line_where_it_reads_its_settings() {
    let stack = "Pipe/Live/Site --exclusively";
    for (files, cli, want) in [
        (vec![], "", format!("npx --yes aws-cdk@2.1148.1 deploy --app shop/cdk.out {stack}")),
        (
            vec![("package-lock.json", LOCK)],
            "",
            format!("npx --yes aws-cdk@2.1131.0 deploy --app shop/cdk.out {stack}"),
        ),
        (
            vec![("package-lock.json", LOCK)],
            "npx cdk",
            format!("npx --yes aws-cdk@2.1131.0 deploy --app shop/cdk.out {stack}"),
        ),
        (
            vec![("package-lock.json", LOCK)],
            "npx --yes aws-cdk@2",
            format!("npx --yes aws-cdk@2 deploy --app shop/cdk.out {stack}"),
        ),
        (vec![], "./cdk", format!("(cd shop && ./cdk deploy --app cdk.out {stack}")),
        (
            vec![("cdk.json", "{ \"app\": \"node x\" }")],
            "",
            format!("npx --yes aws-cdk@2.1148.1 deploy --app shop/cdk.out {stack}"),
        ),
        (
            vec![("cdk.json", "{ \"toolkitStackName\": \"Tool\" }")],
            "",
            format!("(cd shop && npx --yes aws-cdk@2.1148.1 deploy --app cdk.out {stack}"),
        ),
    ] {
        let cli = if cli.is_empty() { String::new() } else { format!(", cli: {cli}") };
        let mut shop = Shop::new(NEWEST, "steps", &format!("stages: {{ Live: staging }}{cli}"));
        shop.from = "synth";
        shop.app = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let text = shop.plan("branch:main").without_errors().text();
        let start = text.find("\nshop:Live.Site:").unwrap();
        let job = text[start + 1..].split("\n\n").next().unwrap();
        assert!(job.contains(&want), "{files:?} {cli}\n{job}");
        // What it fetches is fetched once; the project's own program needs the project.
        let is_pinned = want.contains("aws-cdk@2.1");
        assert_eq!(job.contains("key: aws-cdk-2.1"), is_pinned, "{job}");
        assert_eq!(job.contains("GIT_STRATEGY: none"), !want.starts_with('('), "{job}");
    }
}

#[test]
fn a_command_line_that_is_too_old_is_reported() {
    let mut shop = Shop::new(NEWEST, "steps", "stages: { Live: staging }");
    shop.app = vec![("package-lock.json".to_owned(), LOCK.replace("2.1131.0", "2.100.0"))];
    let said = shop.plan("branch:main").without_errors().said();
    let want = "`shop/package-lock.json` has aws-cdk 2.100.0, which is too old to publish assets";
    assert!(said.contains(want), "{said}");
}

/// A stop job has no checkout: a program of the project does not exist, one of the image is.
#[test]
fn stop_jobs_call_a_command_line_that_needs_no_checkout() {
    for (cli, want, is_line) in [
        ("npx cdk", "npx --yes aws-cdk@2.1148.1 destroy", false),
        ("cdk", "cdk destroy", false),
        ("/opt/cdk/bin/cdk", "/opt/cdk/bin/cdk destroy", false),
        ("npx --yes aws-cdk@2", "npx --yes aws-cdk@2 destroy", false),
        ("./cdk", "npx --yes aws-cdk@2.1148.1 destroy", true),
        ("node_modules/.bin/cdk", "npx --yes aws-cdk@2.1148.1 destroy", true),
        ("yarn --silent cdk", "npx --yes aws-cdk@2.1148.1 destroy", true),
        ("npx --no-install cdk", "npx --yes aws-cdk@2.1148.1 destroy", true),
    ] {
        let header = format!("stages: {{ Live: {{ environment: staging, stop: true }} }}, cli: {cli}");
        let planned = Shop::new(NEWEST, "steps", &header).plan("branch:main").without_errors();
        let text = planned.text();
        let start = text.find("\nshop:Live.Site:stop:").unwrap_or_else(|| panic!("{text}"));
        let job = text[start + 1..].split("\n\n").next().unwrap();
        assert!(job.contains(&format!("- {want} --app .nestling/stop")), "{cli}\n{job}");
        assert!(job.contains("GIT_STRATEGY: none"), "{job}");
        let line = format!("instead of `{cli}`");
        assert_eq!(planned.said().contains(&line), is_line, "{cli}: {}", planned.said());
    }
}

/// A manifest as the app staging synthesizer writes it: the bucket of the assets is in a stack of the app.
fn with_staging(before: &str) -> Vec<(String, String)> {
    let stack = |template: &str, dependencies: &str| {
        format!(
            r#"{{ "type": "aws:cloudformation:stack", "environment": "aws://111111111111/eu-west-1",
              "properties": {{ "templateFile": "{template}" }}, "dependencies": [{dependencies}], "displayName": "{template}" }}"#
        )
    };
    let manifest = format!(
        r#"{{ "version": "55.0.0", "artifacts": {{
          "A.assets": {{ "type": "cdk:asset-manifest", "properties": {{ "file": "A.assets.json" }}, "dependencies": ["Staging"] }},
          "A": {}, "B": {}, "Staging": {} }} }}"#,
        stack("A", "\"Staging\", \"A.assets\""),
        stack("B", before),
        stack("Staging", ""),
    );
    let assets = r#"{ "version": "55.0.0", "files": {}, "dockerImages": { "image": {
        "source": { "directory": "asset.1" }, "destinations": { "here": {} } } } }"#;
    let empty = || "{}".to_owned();
    let files = [
        ("manifest.json", manifest),
        ("A.assets.json", assets.to_owned()),
        ("A", empty()),
        ("B", empty()),
        ("Staging", empty()),
    ];
    files.map(|(path, text)| (path.to_owned(), text)).into()
}

#[test]
fn assets_are_published_when_the_stack_with_their_bucket_is_there() {
    // One job deploys all of them, and publishes what it needs: with docker.
    let text =
        Shop::of(with_staging("\"A\""), "environment: always").plan("branch:main").without_errors().text();
    assert!(text.contains("docker:28-dind") && !text.contains("publish-assets"), "{text}");
    // Several do: the job that publishes is between the stack with the bucket and the one that uses it.
    let header = "stages: { A: qa, B: always, Staging: staging }";
    let text = Shop::of(with_staging("\"A\""), header).plan("branch:main").without_errors().text();
    let job = |name: &str| {
        let start = text.find(&format!("\n{name}:\n")).unwrap_or_else(|| panic!("{name} in\n{text}"));
        text[start + 1..].split("\n\n").next().unwrap().to_owned()
    };
    let publishing = job("\"shop:A: assets\"");
    assert!(
        publishing.contains("publish-assets") && publishing.contains("job: shop:Staging\n"),
        "{publishing}"
    );
    assert!(job("shop:A").contains("job: \"shop:A: assets\"\n"), "{text}");
}
