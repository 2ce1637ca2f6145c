use super::*;
use crate::view::Screen;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::facts::PipelineFacts;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::known::KnownVariables;
use nestling_gitlab::pipeline::presence::{Creation, JobPresence};
use nestling_gitlab::yaml::parse_file;

/// A pipeline of jobs written as YAML; a name up to the first colon is the unit.
fn pipeline(text: &str) -> Pipeline {
    let sources = Sources::default();
    let node = parse_file(text, sources.add("ci.yml", text)).unwrap().remove(0);
    let jobs = node.as_map().unwrap().entries.iter().map(|entry| Job {
        name: JobName::parse(entry.key.text()).unwrap(),
        origin: entry.key.origin,
        unit: entry.key.text().split_once(':').map(|(unit, _)| UnitName::parse(unit).unwrap()),
        environment: None,
        body: entry.value.as_map().unwrap().clone(),
    });
    Pipeline { jobs: jobs.collect(), ..Pipeline::default() }
}

/// The presence of each job by its own rules.
fn presence(pipeline: &Pipeline) -> Vec<JobPresence> {
    let variables = KnownVariables::of_child(&PipelineFacts::local(None, None, None));
    let creation = Creation::of(&variables);
    let of = |job: &Job| JobPresence::of(job.name.as_str(), &job.body, &creation.moment(true));
    pipeline.jobs.iter().map(of).collect()
}

/// Compares pipelines whose jobs have the presence that the jobs of others have.
fn differing(base: [&Pipeline; 2], head: [&Pipeline; 2]) -> Diff {
    let (of_base, of_head) = (presence(base[1]), presence(head[1]));
    compare(&side(base[0], &of_base), &side(head[0], &of_head))
}

fn side<'a>(pipeline: &'a Pipeline, presence: &'a [JobPresence]) -> Side<'a> {
    let jobs = pipeline.jobs.iter().zip(presence);
    Side::new(pipeline, jobs.map(|(job, presence)| PlannedJob { job, presence }))
}

fn difference(base: &Pipeline, head: &Pipeline) -> Diff {
    differing([base, base], [head, head])
}

/// A job that its rules leave out counts as missing; where both sides leave it out, a change to it is still counted.
#[test]
fn jobs_that_rules_leave_out_are_not_in_the_pipelines() {
    let base = pipeline("'a:x': { script: x }\n'a:y': { script: y }\n'a:z': { script: z }\n");
    let head = pipeline("'a:x': { script: 'X' }\n'a:y': { script: y }\n'a:z': { script: 'Z' }\n");
    let only = |name: &str| {
        let jobs = ["a:x", "a:y", "a:z"].map(|job| match job == name {
            true => format!("'{job}': {{ script: x }}\n"),
            false => format!("'{job}': {{ script: x, when: never }}\n"),
        });
        pipeline(&jobs.concat())
    };
    let (of_base, of_head) = (only("a:z"), only("a:y"));
    assert_eq!(
        text(&differing([&base, &of_base], [&head, &of_head]), Screen::PLAIN),
        "\
1 job added
  + a:y

1 job removed
  - a:z

1 changed job left out by rules in this kind of pipeline: `--as KIND` compares another kind
"
    );
    let unchanged = text(&differing([&base, &of_base], [&base, &of_base]), Screen::PLAIN);
    assert_eq!(unchanged, "no job is added, removed or changed\n");
}

/// Presence, start and `allow_failure` depend on more than the job's YAML, such as variables of the pipeline.
#[test]
fn a_job_whose_rules_decide_differently_has_changed() {
    let written = pipeline("'a:x': { script: x, rules: [{ if: $A }] }\n");
    for (rules, key, value) in [
        ("[{ if: $B }]", "presence", "if `$B` is set and not empty"),
        ("[{ if: $A, when: manual, allow_failure: false }]", "start", "manual"),
        ("[{ if: $A, when: on_failure }]", "start", "on failure"),
        ("[{ if: $A, allow_failure: true }]", "allow_failure", "true"),
    ] {
        let ruled = pipeline(&format!("'a:x': {{ script: x, rules: {rules} }}\n"));
        let diff = differing([&written, &written], [&written, &ruled]);
        let keys = &diff.changed[0].keys;
        assert_eq!((keys[0].key.as_str(), keys[0].added[0].as_str()), (key, value), "{rules}");
        assert_eq!((keys.len(), diff.counts()), (1, [0, 0, 1]), "{rules}");
    }
    // A keyword of a job without rules says it already.
    let plain = "'a:x': { script: x }\n";
    for (body, key) in [
        ("when: manual", "when"),
        ("when: manual, allow_failure: false", "when"),
        ("allow_failure: true", "allow_failure"),
        ("allow_failure: { exit_codes: 3 }", "allow_failure.exit_codes"),
    ] {
        let diff = difference(&pipeline(plain), &pipeline(&format!("'a:x': {{ script: x, {body} }}\n")));
        let names: Vec<&str> = diff.changed[0].keys.iter().map(|key| key.key.as_str()).collect();
        assert_eq!(names[0], key, "{body}");
        assert!(!names.contains(&"start") && names.iter().all(|name| *name != "presence"), "{names:?}");
    }
    // Rules that are written otherwise and decide the same are a change to the YAML alone.
    let both = difference(&written, &pipeline("'a:x': { script: x, rules: [{ if: '$A != null && $A' }] }\n"));
    assert!(both.changed[0].keys.iter().all(|key| key.key != "start"), "{both:?}");
}

/// Every number counts the jobs that GitLab creates.
#[test]
fn copies_are_counted_one_by_one() {
    let base = "'a:x': { script: x, parallel: 3 }\n'b:x': { script: x, parallel: 3 }\n'a:gone': { script: x, parallel: 4 }\n";
    let head = "'a:x': { script: z, parallel: 5 }\n'b:x': { script: z, parallel: 3 }\n'a:new': { script: x, parallel: { matrix: [{ A: [1, 2] }] } }\n";
    let diff = difference(&pipeline(base), &pipeline(head));
    assert_eq!(diff.counts(), [4, 4, 6]);
    assert_eq!(
        text(&diff, Screen::PLAIN),
        "\
4 jobs added
  + a:x ×2
  + a:new ×2

4 jobs removed
  - a:gone ×4

6 jobs changed in 2 units

`script` changes in 6 jobs of 2 units
  - x
  + z
    a: x ×3
    b: x ×3

`parallel` changes in a:x ×3
  - 3
  + 5
"
    );
    let json = serde_json::to_value(diff_v1(&diff, String::new(), String::new())).unwrap();
    assert_eq!((&json["added"][0]["copies"], &json["added"][0]["name"]), (&2.into(), &"a:x".into()));
    assert_eq!((&json["changed"][1]["copies"], &json["folded"][0]["jobs"][1]), (&3.into(), &"b:x".into()));
    assert!(markdown(&diff, "").contains("**4 added**, **4 removed**, **6 changed**"));
}

fn shown(base: &str, head: &str) -> String {
    text(&difference(&pipeline(base), &pipeline(head)), Screen::PLAIN)
}

#[test]
fn the_same_jobs_in_another_style_and_order_are_no_change() {
    let base = "'a:b': { image: x, script: [one, two] }\n'a:c': { script: 'a' }\n";
    let head = "'a:c': { script: a }\n'a:b':\n  script:\n    - one\n    - \"two\"\n  image: 'x'\n";
    assert_eq!(shown(base, head), "no job is added, removed or changed\n");
}

#[test]
fn what_changes_alike_in_many_units_is_told_once() {
    let jobs = |image: &str, flag: &str| -> String {
        ["api", "web", "pay"]
            .map(|unit| {
                let script = format!("script: ['npm ci --prefix {unit}{flag}', npm test]");
                format!("'{unit}:build': {{ image: {image}, {script} }}\n'{unit}:test': {{ image: {image}, script: 'true' }}\n")
            })
            .concat()
    };
    assert_eq!(
        shown(&jobs("node20", ""), &jobs("node22", " --no-audit")),
        "\
6 jobs changed in 3 units

`image` changes in 6 jobs of 3 units
  - node20
  + node22
    api: build, test
    web: build, test
    pay: build, test

`script` changes in 3 jobs of 3 units
  - - npm ci --prefix <unit>
  + - npm ci --prefix <unit> --no-audit
    api: build
    web: build
    pay: build
"
    );
}

#[test]
fn jobs_that_come_and_go_are_listed_by_their_short_names() {
    let base = "'a:x': { script: x }\nown: { script: x }\n";
    let head = "'a:lint': { script: x }\n'b:lint': { script: x }\n'a:pack': { script: x }\n";
    assert_eq!(
        shown(base, head),
        "\
3 jobs added
  + lint  in 2 units: a, b
  + a:pack

2 jobs removed
  - a:x
  - own
"
    );
}

#[test]
fn added_and_removed_keys_are_marked_and_mappings_are_compared_key_by_key() {
    let base = "'a:x': { variables: { A: 1, B: 2 }, retry: 1 }\n";
    let head = "'a:x': { variables: { A: 1, B: 3 }, tags: [big] }\n";
    let diff = difference(&pipeline(base), &pipeline(head));
    let keys: Vec<&str> = diff.changed[0].keys.iter().map(|key| key.key.as_str()).collect();
    assert_eq!(keys, ["variables.B", "tags", "retry"]);
    let text = text(&diff, Screen::PLAIN);
    assert!(text.contains("`tags` is added in a:x\n  + - big\n"), "{text}");
    assert!(text.contains("`retry` is removed in a:x\n  - 1\n"), "{text}");
}

/// A word that only happens to contain the name of a unit does not make a change another one.
#[test]
fn the_same_lines_in_several_units_are_one_change() {
    let jobs = |image: &str| {
        let job = |unit: &str| format!("'{unit}:x': {{ image: {image}, script: run {unit} }}\n");
        ["api", "web", "lib"].map(job).concat()
    };
    let text = shown(&jobs("'api-tools:1'"), &jobs("'api-tools:2'"));
    let change = "`image` changes in 3 jobs of 3 units\n  - api-tools:1\n  + api-tools:2\n";
    assert!(text.contains(change), "{text}");
}

#[test]
fn a_line_that_is_only_removed_changes_its_key() {
    let [base, head] = ["[one, two]", "[one]"].map(|lines| format!("'a:x': {{ script: {lines} }}\n"));
    assert!(shown(&base, &head).contains("`script` changes in a:x\n  - - two\n"));
    assert!(shown(&head, &base).contains("`script` changes in a:x\n  + - two\n"));
}

#[test]
fn a_line_in_the_middle_of_a_script_changes_alone() {
    let base = "'a:x': { script: [one, two, three, four] }\n";
    let head = "'a:x': { script: [one, three, 2.5, four] }\n";
    let diff = difference(&pipeline(base), &pipeline(head));
    let key = &diff.changed[0].keys[0];
    assert_eq!(
        (key.removed.as_slice(), key.added.as_slice()),
        (&["- two".to_owned()][..], &["- 2.5".to_owned()][..])
    );
}

#[test]
fn a_name_cannot_break_out_of_the_note() {
    let base = pipeline("'a:x': { script: x }\n'a:<img>': { script: x }\n");
    let head = pipeline(
        "'a:<img>': { script: y }\n'a:x': { script: '```\n</details><img src=x>' }\n'a:`evil`': { script: x }\n",
    );
    let note = markdown(&difference(&base, &head), "base and head");
    assert!(note.contains("- `` a:`evil` ``\n"), "{note}");
    assert!(note.contains("````diff\n"), "{note}");
    assert!(note.contains("`script` changes in `a:<img>`\n"), "{note}");
}
