use super::*;
use crate::view::Screen;
use nestling_gitlab::diagnostic::Sources;
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

fn difference(base: &Pipeline, head: &Pipeline) -> Diff {
    compare(&Side::new(base, BTreeSet::new()), &Side::new(head, BTreeSet::new()))
}

/// A job that its rules leave out counts as missing; where both sides leave it out, a change to it is still counted.
#[test]
fn jobs_that_rules_leave_out_are_not_in_the_pipelines() {
    let base = pipeline("'a:x': { script: x }\n'a:y': { script: y }\n'a:z': { script: z }\n");
    let head = pipeline("'a:x': { script: 'X' }\n'a:y': { script: y }\n'a:z': { script: 'Z' }\n");
    let base = Side::new(&base, ["a:x", "a:y"].into());
    let head = Side::new(&head, ["a:x", "a:z"].into());
    assert_eq!(
        text(&compare(&base, &head), Screen::PLAIN),
        "\
1 job added
  + a:y

1 job removed
  - a:z

1 changed job left out by rules in this kind of pipeline: `--as KIND` compares another kind
"
    );
    let unchanged = text(&compare(&base, &base), Screen::PLAIN);
    assert_eq!(unchanged, "no job is added, removed or changed\n");
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
