use super::testing::{line, pipelines};
use super::{Comments, emit_job, emit_pipeline};
use nestling_gitlab::diagnostic::{FileId, Sources};
use nestling_gitlab::name::{JobName, StageName};
use nestling_gitlab::pipeline::fragment::Fragment;
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::testing::{map, shown_map};
use nestling_gitlab::yaml::{Kind, Map, Meaning, Node, parse_file};
use proptest::prelude::*;
use serde_yaml::{Mapping, Value};

fn sources() -> Sources {
    let sources = Sources::default();
    sources.add("nestling.yml", "");
    sources
}

fn text(pipeline: &Pipeline, comments: Comments) -> String {
    let mut text = String::new();
    emit_pipeline(&mut text, pipeline, &sources(), comments);
    text
}

/// The same tree with every scalar written as the emitter writes it.
fn normal(node: &Node) -> Node {
    let kind = match &node.kind {
        Kind::Scalar(scalar) => match scalar.meaning() {
            Meaning::Text(text) => return Node { tag: node.tag.clone(), ..Node::string(node.origin, text) },
            Meaning::Null => return Node::plain(node.origin, "null"),
            Meaning::Bool(bool) => return Node::plain(node.origin, bool.to_string()),
            Meaning::Int(int) => return Node::plain(node.origin, int.to_string()),
            _ => node.kind.clone(),
        },
        Kind::Seq(items) => Kind::Seq(items.iter().map(normal).collect()),
        Kind::Map(map) => Kind::Map(normal_map(map)),
    };
    Node { kind, ..node.clone() }
}

fn normal_map(map: &Map) -> Map {
    let mut normalised = Map::default();
    map.iter().for_each(|(key, value)| normalised.set(key, normal(value)));
    normalised
}

/// The document as another program should read it, without tags.
fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Scalar(scalar) => match scalar.meaning() {
            Meaning::Null => Value::Null,
            Meaning::Bool(bool) => Value::Bool(bool),
            Meaning::Int(int) => Value::Number(i64::try_from(int).unwrap().into()),
            _ => Value::String(scalar.text.to_string()),
        },
        Kind::Seq(items) => Value::Sequence(items.iter().map(value).collect()),
        Kind::Map(map) => Value::Mapping(
            map.iter().map(|(key, node)| (Value::String(key.to_owned()), value(node))).collect(),
        ),
    }
}

fn untagged(value: Value) -> Value {
    match value {
        Value::Tagged(tagged) => untagged(tagged.value),
        Value::Sequence(items) => Value::Sequence(items.into_iter().map(untagged).collect()),
        Value::Mapping(map) => {
            Value::Mapping(map.into_iter().map(|(key, value)| (key, untagged(value))).collect::<Mapping>())
        }
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    /// `parse(emit(p)) == p`, but for the order of keys, which is GitLab's customary one.
    #[test]
    fn what_is_written_is_read_as_it_was(pipeline in pipelines()) {
        for comments in [Comments::Origins, Comments::None] {
            let text = text(&pipeline, comments);
            let mut documents = parse_file(&text, FileId::from_index(0)).unwrap();
            prop_assert_eq!(documents.len(), 1);
            let (fragment, problems) = Fragment::from_node(documents.remove(0));
            prop_assert!(problems.is_empty(), "{:?}\n{}", problems, text);
            let names: Vec<&str> = fragment.jobs.keys().map(String::as_str).collect();
            let want: Vec<&str> = pipeline.jobs.iter().map(|job| job.name.as_str()).collect();
            prop_assert_eq!(names, want);
            for job in &pipeline.jobs {
                let read = normal_map(&fragment.jobs[job.name.as_str()].body);
                let want = normal_map(super::body(job).as_map().unwrap());
                prop_assert!(read.same_as(&want), "{}\n{}\n{}", shown_map(&read), shown_map(&want), text);
            }
            let stages = fragment.globals.get("stages").and_then(Node::as_seq).unwrap();
            let stages: Vec<&str> = stages.iter().map(|stage| stage.as_str().unwrap()).collect();
            let want: Vec<&str> = pipeline.stages.iter().map(StageName::as_str).collect();
            prop_assert_eq!(stages, want);
            prop_assert!(fragment.globals.get("workflow").unwrap().get("rules").is_some());
        }
    }

    /// Written again, what was read is the same text.
    #[test]
    fn writing_is_stable(pipeline in pipelines()) {
        let first = text(&pipeline, Comments::None);
        let mut again = pipeline.clone();
        let read = parse_file(&first, FileId::from_index(0)).unwrap().remove(0);
        let (fragment, _) = Fragment::from_node(read);
        for job in &mut again.jobs {
            job.body = fragment.jobs[job.name.as_str()].body.clone();
        }
        prop_assert_eq!(first, text(&again, Comments::None));
    }

    #[test]
    fn another_reader_reads_the_same(pipeline in pipelines()) {
        let text = text(&pipeline, Comments::Origins);
        let read: Value = serde_yaml::from_str(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        let read = untagged(read);
        for job in &pipeline.jobs {
            let want = value(&Node::map(job.origin, normal_map(&job.body)));
            prop_assert_eq!(read.get(job.name.as_str()), Some(&want), "{}", text);
        }
        prop_assert_eq!(read.as_mapping().unwrap().len(), pipeline.jobs.len() + 2);
    }
}

fn job(name: &str, body: &str) -> Job {
    Job {
        name: JobName::parse(name).unwrap(),
        origin: line(3),
        unit: None,
        environment: None,
        body: map(body),
    }
}

#[test]
fn a_job_looks_as_people_write_it() {
    let job = job(
        "api:build",
        "{artifacts: {paths: [dist], expire_in: 1 week}, script: ['cd api', \"set -e\\nif true; then\\n  make\\nfi\\n\", 'echo a: b'], \
         brand_new: x, rules: [{if: '$A == \"b\"', when: manual}], variables: {VERSION: '1.10', DEBUG: 'yes', COUNT: 8}, needs: [], \
         image: 'node:22', before_script: !reference [.a, b], stage: build, when: manual, retry: {max: 2, when: [api_failure]}}",
    );
    let want = "\
'api:build':
  stage: build
  image: node:22
  needs: []
  rules:
    - if: $A == \"b\"
      when: manual
  when: manual
  retry:
    max: 2
    when:
      - api_failure
  variables:
    VERSION: \"1.10\"
    DEBUG: \"yes\"
    COUNT: 8
  before_script: !reference [.a, b]
  script:
    - cd api
    - |
      set -e
      if true; then
        make
      fi
    - \"echo a: b\"
  artifacts:
    paths:
      - dist
    expire_in: \"1 week\"
  brand_new: x
";
    assert_eq!(emit_job(&job), want.replace("'api:build'", "api:build"));
}

#[test]
fn a_compact_pipeline_has_no_comments_and_is_the_same_otherwise() {
    let pipeline =
        Pipeline { jobs: vec![job("a", "{script: x}"), job("b", "{script: y}")], ..Pipeline::default() };
    let (full, compact) = (text(&pipeline, Comments::Origins), text(&pipeline, Comments::None));
    assert!(full.contains("# nestling.yml:3"), "{full}");
    let kept: Vec<&str> = full.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(kept, compact.lines().collect::<Vec<_>>());
}

/// Without rules there, GitLab would drop jobs without rules from the child of a merge request's pipeline.
#[test]
fn every_pipeline_has_workflow_rules() {
    let rules = |workflow: &str| {
        let pipeline =
            Pipeline { workflow: map(workflow), jobs: vec![job("a", "{script: x}")], ..Pipeline::default() };
        text(&pipeline, Comments::None)
    };
    assert!(rules("{}").starts_with("workflow:\n  rules:\n    - when: always\n\nstages: []\n"));
    assert!(rules("{name: x}").starts_with("workflow:\n  name: x\n  rules:\n    - when: always\n"));
    assert!(rules("{rules: [{if: $A}]}").starts_with("workflow:\n  rules:\n    - if: $A\n\nstages"));
    assert!(rules("{rules: null}").starts_with("workflow:\n  rules:\n    - when: always\n"));
}
