//! A plan that is too large for one pipeline: 5,000 units with four jobs each, in parts that GitLab takes.

mod small;

use crate::support::memory::{facts, planned};
use crate::support::repository::Repository;
use crate::support::{nestling, output, run, said};
use nestling::testing::parsed_size;
use nestling::{
    ChangeSet, EmitOptions, Emitted, MemoryFiles, NOOP_JOB, Parts, PipelineLimits, Plan, Sources,
};
use nestling_gitlab::pipeline::need::{Need, needs};
use nestling_gitlab::yaml::{Map, Node, parse_file};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::Path;

const WORKSPACE: &str = "\
workspace:
  stages: [build, test, deploy]
  templates: [ci]
  units: [{ match: \"s/*\", use: service }]
  environments:
    review: { when: merge_request, name: \"review/$CI_COMMIT_REF_SLUG/${{ unit.slug }}\", deployment_tier: development }
";

const TEMPLATE: &str = "\
build: { stage: build, image: \"node:22\", script: [npm ci, npm run build], artifacts: { paths: [dist], expire_in: 1 week } }
test: { stage: test, image: \"node:22\", needs: [build], script: [npm test] }
deploy:
  stage: deploy
  needs: [build, test]
  environment: [review]
  script: ./deploy.sh ${{ unit.dir | sh }}
  stop: { script: ./destroy.sh ${{ unit.dir | sh }} }
";

/// Some thousand units; each hundredth needs its neighbour's build.
fn large(units: usize) -> Plan {
    let mut written =
        vec![("nestling.yml".to_owned(), WORKSPACE.into()), ("ci/service.yml".to_owned(), TEMPLATE.into())];
    for at in 0..units {
        written.push((format!("s/{at}/main.js"), Vec::new()));
        if at % 100 == 1 {
            let text = format!("test: {{ needs: [build, \"s/{}:build\"] }}\n", at - 1);
            written.push((format!("s/{at}/nestling.yml"), text.into_bytes()));
        }
    }
    let plan = planned(&MemoryFiles::new(written), ChangeSet::everything(), facts("merge_request"));
    assert!(plan.diagnostics.is_empty(), "{:?}", plan.diagnostics);
    assert_eq!(plan.pipeline.jobs.len(), units * 4);
    plan
}

fn options(parts: Parts) -> EmitOptions {
    let mut options = EmitOptions::default();
    options.parts = parts;
    options
}

/// Other limits than the workspace states.
fn limits(options: &mut EmitOptions) -> &mut PipelineLimits {
    options.limits.get_or_insert_default()
}

fn read(text: &str) -> Map {
    let mut documents = parse_file(text, Sources::default().add("read", text)).unwrap();
    assert_eq!(documents.len(), 1);
    documents.remove(0).as_map().unwrap().clone()
}

fn jobs(pipeline: &Map) -> impl Iterator<Item = (&str, &Map)> {
    let globals = ["workflow", "stages", "include"];
    pipeline.iter().filter_map(move |(name, node)| {
        let hidden = name.starts_with('.') || globals.contains(&name);
        if hidden { None } else { node.as_map().map(|body| (name, body)) }
    })
}

/// The part of each job. Fails where a part is more than GitLab takes or cannot stand by itself.
fn parts_of(emitted: &Emitted) -> BTreeMap<String, usize> {
    let limits = PipelineLimits::default();
    let mut part_of = BTreeMap::new();
    for (number, file) in emitted.files.iter().enumerate().skip(1) {
        let document = read(&file.text);
        let bytes = parsed_size(&Node::map(document.entries[0].key.origin, document.clone()));
        assert!(bytes <= 2 << 20, "{} takes {bytes} bytes", file.path);
        assert!(file.text.len() < 5_000_000, "{} is {} bytes long", file.path, file.text.len());
        let stages: BTreeSet<&str> =
            document.get("stages").unwrap().as_seq().unwrap().iter().filter_map(Node::text).collect();
        let names: BTreeSet<&str> = jobs(&document).map(|(name, _)| name).collect();
        let mut deployments = 0;
        for (name, body) in jobs(&document) {
            // Every part that would be empty has one.
            let known = if name == NOOP_JOB { format!("{name} {number}") } else { name.to_owned() };
            assert_eq!(part_of.insert(known, number), None, "{name} is in two parts");
            let base = body.get("extends").and_then(Node::text).map(|base| document.get(base).unwrap());
            let get = |key: &str| body.get(key).or_else(|| base.and_then(|base| base.get(key)));
            deployments += usize::from(get("environment").is_some());
            assert!(stages.contains(get("stage").unwrap().text().unwrap()), "{name}");
            let mut whole = Map::default();
            get("needs").into_iter().for_each(|needs| whole.set("needs", needs.clone()));
            for needed in needs(&whole).unwrap_or_default().iter().filter_map(Need::job) {
                assert!(names.contains(needed), "{name} needs {needed}, which is not in {}", file.path);
            }
        }
        assert!(deployments <= limits.deployments, "{deployments} deployments in {}", file.path);
    }
    part_of
}

/// The router's jobs: one that publishes all parts again, and one for each part that triggers it.
fn check_router(emitted: &Emitted) {
    let router = read(&emitted.files[0].text);
    let paths: Vec<&str> = emitted.files[1..].iter().map(|file| file.path.as_str()).collect();
    let relay = router.get("relay").unwrap();
    let published = relay.get("artifacts").unwrap().get("paths").unwrap().as_seq().unwrap();
    assert_eq!(published.iter().filter_map(Node::text).collect::<Vec<_>>(), paths);
    let triggers: Vec<(&str, &Map)> = jobs(&router).filter(|(name, _)| *name != "relay").collect();
    assert_eq!(triggers.len(), paths.len());
    for ((_, body), path) in triggers.iter().zip(paths) {
        let includes = body.get("trigger").unwrap().get("include").unwrap().as_seq().unwrap();
        assert_eq!(includes.len(), 1);
        assert_eq!(includes[0].get("artifact").and_then(Node::text), Some(path));
        assert_eq!(includes[0].get("job").and_then(Node::text), Some("relay"));
    }
}

#[test]
fn five_thousand_units_are_cut_into_parts_that_gitlab_takes() {
    let plan = large(5000);
    let emitted = plan.emit(&options(Parts::Fewest));
    assert!(emitted.diagnostics.is_empty(), "{:?}", emitted.diagnostics);
    // 10,000 deployments are twenty parts and no more.
    assert_eq!(emitted.files.len(), 1 + 20);
    check_router(&emitted);
    let part_of = parts_of(&emitted);
    let names: BTreeSet<&str> = plan.pipeline.jobs.iter().map(|job| job.name.as_str()).collect();
    assert_eq!(part_of.keys().map(String::as_str).collect::<BTreeSet<_>>(), names);
    for unit in 0..5000 {
        let part = |job: &str| part_of[&format!("s/{unit}:{job}")];
        assert!(
            part("build") == part("test") && part("test") == part("deploy:review"),
            "s/{unit} is torn apart"
        );
        if unit % 100 == 1 {
            assert_eq!(part("test"), part_of[&format!("s/{}:build", unit - 1)]);
        }
    }
    let again = plan.emit(&options(Parts::Fewest));
    assert!(again.files == emitted.files, "two runs differ");
}

#[test]
fn a_fixed_number_of_parts_is_always_that_many() {
    for (units, count) in [(1, 3), (7, 2), (40, 4)] {
        let plan = large(units);
        let parts = Parts::Exactly(NonZeroUsize::new(count).unwrap());
        let emitted = plan.emit(&options(parts));
        assert!(emitted.diagnostics.is_empty());
        assert_eq!(emitted.files.len(), 1 + count);
        check_router(&emitted);
        let part_of = parts_of(&emitted);
        let known: BTreeSet<&str> = plan.pipeline.jobs.iter().map(|job| job.name.as_str()).collect();
        let found: BTreeSet<&str> =
            part_of.keys().map(String::as_str).filter(|name| !name.starts_with(NOOP_JOB)).collect();
        assert_eq!(found, known);
        // A part without a job would fail its trigger job.
        assert_eq!(part_of.values().collect::<BTreeSet<_>>().len(), count);
    }
}

/// 250 units have 500 deployments, and more text than GitLab takes unless shared bodies are written once.
#[test]
fn bodies_are_shared_before_a_pipeline_is_cut() {
    let plan = large(250);
    let mut limited = options(Parts::Fewest);
    let whole = plan.emit(&limited);
    let whole = read(&whole.files[0].text);
    let bytes = parsed_size(&Node::map(whole.entries[0].key.origin, whole.clone()));
    limits(&mut limited).objects = bytes / 10 * 9;
    let emitted = plan.emit(&limited);
    assert_eq!(emitted.files.len(), 1, "{:?}", emitted.diagnostics);
    let document = read(&emitted.files[0].text);
    assert!(document.contains(".shared-1"));
    assert_eq!(jobs(&document).count(), 1000);
    assert!(parsed_size(&Node::map(document.entries[0].key.origin, document.clone())) <= bytes / 10 * 9);
}

/// A job that `parallel` multiplies is as many deployments; a unit by itself cannot be cut.
#[test]
fn a_unit_that_is_too_large_by_itself_is_told() {
    let plan = large(3);
    let mut limited = options(Parts::Fewest);
    limits(&mut limited).deployments = 1;
    let emitted = plan.emit(&limited);
    let messages: Vec<&str> = emitted.diagnostics.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "2 units that need each other: too large for one pipeline: 4 deployments of 1",
            "the unit `s/2`: too large for one pipeline: 2 deployments of 1",
        ]
    );
    assert!(emitted.diagnostics.iter().all(|problem| problem.rule.id == "limits"));
}

/// A need that all jobs of a template have goes into a hidden job, and ties them to the needed one all the same.
#[test]
fn a_need_that_is_shared_keeps_its_units_together() {
    const LINT: &str =
        "lint: { stage: test, needs: [\"s/0:rules\"], script: [npm ci, npm run lint -- --all] }\n";
    let mut written =
        vec![("nestling.yml".to_owned(), WORKSPACE.into()), ("ci/service.yml".to_owned(), LINT.into())];
    written.push(("s/0/nestling.yml".to_owned(), b"rules: { stage: build, script: ./rules }\n".into()));
    written.extend((1..30).map(|at| (format!("s/{at}/main.js"), Vec::new())));
    let plan = planned(&MemoryFiles::new(written), ChangeSet::everything(), facts("merge_request"));
    let mut limited = options(Parts::Fewest);
    limits(&mut limited).jobs = 10;
    let emitted = plan.emit(&limited);
    assert_eq!(emitted.files.len(), 1 + 1);
    let message = &emitted.diagnostics[0].message;
    assert!(message.starts_with("30 units that need each other: too large"), "{message}");
}

/// GitLab includes nothing from an archive over 5 MiB, however small the included file is.
#[test]
fn an_archive_that_is_too_large_is_told() {
    let plan = large(100);
    let mut limited = options(Parts::Exactly(NonZeroUsize::new(5).unwrap()));
    limits(&mut limited).artifact = 20_000;
    let emitted = plan.emit(&limited);
    let whole: usize = emitted.files.iter().map(|file| file.text.len()).sum();
    assert!(emitted.files.iter().all(|file| file.text.len() < 20_000) && whole > 60_000, "{whole}");
    // Compressed, they fit.
    assert!(emitted.diagnostics.is_empty(), "{:?}", emitted.diagnostics);
    limits(&mut limited).artifact = 2_000;
    let problems = plan.emit(&limited).diagnostics;
    assert_eq!(problems.len(), 6 + 1, "each file, and the archive: {problems:?}");
    assert!(problems[6].message.starts_with("the archive of 6 files has "), "{}", problems[6].message);
}

/// Output of the command for some units of a repository.
fn generated(limits: &str, options: &[&str]) -> (Repository, String) {
    let repository = Repository::new();
    repository.write("nestling.yml", &format!("{WORKSPACE}  gitlab: {{ {limits} }}\n"));
    repository.write("ci/service.yml", TEMPLATE);
    (0..20).for_each(|at| _ = repository.write(format!("s/{at:02}/main.js"), ""));
    repository.commit("twenty services");
    let said = generate(&repository, options);
    (repository, said)
}

/// Its output while it writes.
fn generate(repository: &Repository, options: &[&str]) -> String {
    let output = run(nestling(repository.path()).args(OPTIONS).args(options));
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    said
}

const OPTIONS: [&str; 4] = ["generate", "--all", "--as", "merge_request"];

#[test]
fn the_limits_of_the_instance_say_when_a_plan_is_cut() {
    let (repository, said) = generated("deployments: 10", &[]);
    assert!(said.contains("wrote child-pipeline.part-4.yml"), "{said}");
    let read_file = |name: &str| read(&std::fs::read_to_string(repository.path().join(name)).unwrap());
    for number in 1..=4 {
        let part = read_file(&format!("child-pipeline.part-{number}.yml"));
        let deployments = jobs(&part).filter(|(_, body)| body.contains("environment"));
        assert_eq!(deployments.count(), 10);
    }
    let (_, said) = generated("jobs: 40", &[]);
    assert!(said.contains("wrote child-pipeline.part-2.yml") && !said.contains("part-3"), "{said}");
}

/// GitLab keeps artifacts by their paths from the project's directory, wherever the command was told to write.
#[test]
fn a_router_names_its_parts_from_the_root() {
    let named = |router: &Path| {
        let router = read(&std::fs::read_to_string(router).unwrap());
        let include = router.get("part 1 of 4").unwrap().get("trigger").unwrap().get("include").unwrap();
        include.as_seq().unwrap()[0].get("artifact").and_then(Node::text).unwrap().to_owned()
    };
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("child.yml");
    let (repository, said) = generated("deployments: 10", &["--output", elsewhere.to_str().unwrap()]);
    assert!(said.contains(&format!("wrote {}", folder.path().join("child.part-1.yml").display())), "{said}");
    assert_eq!(named(&elsewhere), "child.part-1.yml", "as if somebody put it at the root");
    let inside = repository.path().join("s/child.yml");
    for output in [inside.to_str().unwrap(), "s/../s/child.yml"] {
        generate(&repository, &["--output", output]);
        assert_eq!(named(&inside), "s/child.part-1.yml", "{output}");
    }
    let project = folder.path().join("group");
    std::fs::create_dir(&project).unwrap();
    let mut command = nestling(repository.path());
    command.env("CI_PROJECT_DIR", folder.path()).args(OPTIONS).arg("--output").arg(project.join("child.yml"));
    output(&mut command);
    assert_eq!(named(&project.join("child.yml")), "group/child.part-1.yml");
    let (repository, _) = generated("deployments: 10", &["-C", "s/00", "--output", "../child.yml"]);
    assert_eq!(named(&repository.path().join("s/child.yml")), "s/child.part-1.yml");
}

/// The parent publishes `child-pipeline*.yml`, and nothing cleans up between the jobs of a runner that does not check out.
#[test]
fn parts_that_an_older_run_has_left_are_removed() {
    let (repository, said) = generated("deployments: 10", &[]);
    assert!(said.contains("wrote child-pipeline.part-4.yml") && !said.contains("removed"), "{said}");
    let written = std::fs::read_to_string(repository.path().join("child-pipeline.part-4.yml")).unwrap();
    let others = ["child-pipeline.part-7.yml", "child-pipeline.part-x.yml", "child.part-9.yml"];
    repository.write(others[0], "# Part 7 of a story\n");
    others[1..].iter().for_each(|other| _ = repository.write(other, &written));
    let parts = || {
        let entries = std::fs::read_dir(repository.path()).unwrap().map(|it| it.unwrap().file_name());
        let names = entries.map(|name| name.into_string().unwrap());
        names.filter(|name| name.contains(".part-") && !others.contains(&name.as_str())).count()
    };
    assert_eq!(parts(), 4);
    repository.write("nestling.yml", WORKSPACE);
    let said = generate(&repository, &["--parts", "3", "--compact"]);
    assert!(said.contains("removed child-pipeline.part-4.yml of an earlier run\n"), "{said}");
    assert_eq!((parts(), said.matches("removed").count()), (3, 1), "{said}");
    let said = generate(&repository, &[]);
    assert_eq!((parts(), said.matches("removed").count()), (0, 3), "{said}");
    assert!(others.iter().all(|other| repository.path().join(other).exists()));
}

/// The router is a child already, and its parts are children of a child.
#[test]
fn a_unit_that_starts_a_child_pipeline_cannot_be_in_a_part() {
    let unit = "go: { stage: build, trigger: { include: [{ local: x.yml }] } }\n".as_bytes().to_vec();
    let root = "workspace: { stages: [build] }\n".as_bytes().to_vec();
    let files = MemoryFiles::new([("nestling.yml".to_owned(), root), ("a/nestling.yml".to_owned(), unit)]);
    let plan = planned(&files, ChangeSet::everything(), facts("merge_request"));
    assert!(plan.emit(&options(Parts::Fewest)).diagnostics.is_empty());
    let found = plan.emit(&options(Parts::Exactly(NonZeroUsize::new(2).unwrap()))).diagnostics;
    assert!(
        found[0].message.starts_with("`a:go` triggers a child pipeline from one of several parts"),
        "{found:?}"
    );
}
