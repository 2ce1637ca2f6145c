//! GitLab's JSON schema, which comes with check-jsonschema, against the table of keywords, both ways. A new version of the schema
//! that knows more makes a red test with a list.

use crate::support::tool::{Tool, need};
use crate::support::{expect_file, output, read, root};
use nestling_gitlab::table::{
    DEFAULT, HEADER, INCLUDE, JOB, Keyword, MappingShape, Shape, StringShape, TRIGGER_JOB, WORKFLOW, rows,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

/// The differences that are meant, each with its reason.
const ACCEPTED: &str = "tests/keywords.txt";

/// `None` where check-jsonschema is missing.
fn schema(test: &str) -> Option<Value> {
    need(Tool::CheckJsonschema, test)?;
    let python = root().join(".cache/tools/venv/bin/python");
    let find = "import check_jsonschema, pathlib; print(pathlib.Path(check_jsonschema.__file__).parent)";
    let package = output(Command::new(python).args(["-c", find]));
    let path = format!("{}/builtin_schemas/vendor/gitlab-ci.json", package.trim());
    Some(serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
}

/// One side's knowledge of a place.
#[derive(Default)]
struct Side<'a, T> {
    keys: BTreeMap<&'a str, Vec<T>>,
    words: BTreeSet<&'a str>,
    /// Values under names that a person chooses.
    named: Vec<T>,
}

/// Reads a place of the schema, through `oneOf`, `anyOf`, `allOf`, `items` and `$ref`.
fn of_schema<'a>(schema: &'a Value, place: &'a Value, side: &mut Side<'a, &'a Value>) {
    if let Some(name) = place["$ref"].as_str() {
        return of_schema(schema, schema.pointer(name.strip_prefix('#').unwrap()).unwrap(), side);
    }
    for (name, value) in place["properties"].as_object().into_iter().flatten() {
        side.keys.entry(name).or_default().push(value);
    }
    side.words.extend(place["enum"].as_array().into_iter().flatten().filter_map(Value::as_str));
    side.words.extend(place["const"].as_str());
    side.named.extend(place["patternProperties"].as_object().into_iter().flatten().map(|(_, value)| value));
    side.named.extend(Some(&place["additionalProperties"]).filter(|value| value.is_object()));
    for key in ["oneOf", "anyOf", "allOf"] {
        place[key].as_array().into_iter().flatten().for_each(|part| of_schema(schema, part, side));
    }
    if place["items"].is_object() {
        of_schema(schema, &place["items"], side);
    }
}

fn of_mapping(mapping: &'static MappingShape, side: &mut Side<'static, &'static [Shape]>) {
    for keyword in mapping.keys {
        side.keys.entry(keyword.name).or_default().push(keyword.shapes);
    }
}

fn of_table(shapes: &'static [Shape], side: &mut Side<'static, &'static [Shape]>) {
    for shape in shapes {
        match shape {
            Shape::Mapping(mapping) => of_mapping(mapping, side),
            Shape::Cases(cases) => cases.iter().for_each(|case| of_mapping(case.mapping, side)),
            Shape::Names(names) => side.named.push(names.shapes),
            Shape::List(list) => of_table(list.items, side),
            Shape::String(StringShape::Words(words) | StringShape::WordsOrVariable(words)) => {
                side.words.extend(words.iter().filter(|word| !word.is_empty()));
            }
            _ => {}
        }
    }
}

struct Comparison<'a> {
    schema: &'a Value,
    /// The values of the keys have been compared in another place.
    keys_only: bool,
    differences: BTreeSet<String>,
}

impl<'a> Comparison<'a> {
    fn compare(&mut self, place: &str, values: &[&'a Value], shapes: &[&'static [Shape]]) {
        let mut schema = Side::default();
        let mut table = Side::default();
        values.iter().for_each(|value| of_schema(self.schema, value, &mut schema));
        shapes.iter().for_each(|shapes| of_table(shapes, &mut table));
        self.sides(place, &schema, &table);
    }

    fn sides(&mut self, place: &str, schema: &Side<'a, &'a Value>, table: &Side<'static, &'static [Shape]>) {
        for key in schema.keys.keys().filter(|key| !table.keys.contains_key(**key)) {
            self.differences.insert(format!("schema only: {place}:{key}"));
        }
        for key in table.keys.keys().filter(|key| !schema.keys.contains_key(**key)) {
            self.differences.insert(format!("table only: {place}:{key}"));
        }
        if !schema.words.is_empty() {
            for word in schema.words.difference(&table.words) {
                self.differences.insert(format!("schema only: {place} = {word}"));
            }
            for word in table.words.difference(&schema.words) {
                self.differences.insert(format!("table only: {place} = {word}"));
            }
        }
        if self.keys_only {
            return;
        }
        for (key, values) in &schema.keys {
            if let Some(shapes) = table.keys.get(key) {
                self.compare(&format!("{place}:{key}"), values, shapes);
            }
        }
        if !schema.named.is_empty() && !table.named.is_empty() {
            self.compare(&format!("{place}:NAME"), &schema.named, &table.named);
        }
    }

    fn mapping(&mut self, place: &str, value: &'a Value, mapping: &'static MappingShape) {
        let mut schema = Side::default();
        let mut table = Side::default();
        of_schema(self.schema, value, &mut schema);
        of_mapping(mapping, &mut table);
        self.sides(place, &schema, &table);
    }
}

#[test]
fn the_table_and_gitlabs_schema_differ_only_where_it_is_meant() {
    let Some(schema) = schema("the_table_and_gitlabs_schema_differ_only_where_it_is_meant") else { return };
    let mut comparison = Comparison { schema: &schema, keys_only: false, differences: BTreeSet::new() };
    let root = &schema["properties"];
    comparison.mapping("job", &schema["definitions"]["job_template"], &JOB);
    comparison.keys_only = true;
    comparison.mapping("default", &root["default"], &DEFAULT);
    comparison.keys_only = false;
    comparison.mapping("workflow", &root["workflow"], &WORKFLOW);
    comparison.compare("include", &[&root["include"]], &[INCLUDE]);
    comparison.compare("spec", &[&root["spec"]], &[HEADER.keys[0].shapes]);
    let accepted = read(ACCEPTED);
    let accepted: Vec<&str> =
        accepted.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let is_meant = |difference: &String| accepted.iter().any(|pattern| fits(pattern, difference));
    let new: Vec<_> = comparison.differences.iter().filter(|difference| !is_meant(difference)).collect();
    let is_there =
        |pattern: &&&str| comparison.differences.iter().any(|difference| fits(pattern, difference));
    let gone: Vec<_> = accepted.iter().filter(|pattern| !is_there(pattern)).collect();
    assert!(new.is_empty() && gone.is_empty(), "new: {new:#?}\nno longer there: {gone:#?}");
}

/// `*` at the end of a pattern stands for any keys and words.
fn fits(pattern: &str, difference: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => difference.starts_with(start),
        None => pattern == difference,
    }
}

/// The page is made from the table. `NESTLING_TEST_UPDATE=1` writes it again.
#[test]
fn the_page_of_keywords_is_what_the_table_says() {
    let mut text = format!("{PAGE}\n| keyword | value | default | since | rule |\n|---|---|---|---|---|\n");
    for row in rows() {
        let name = match row.page {
            "" => format!("`{}`", row.path),
            page => format!("[`{}`](https://docs.gitlab.com/{page})", row.path),
        };
        let default = row.keyword.default.map(|default| format!("`{default}`")).unwrap_or_default();
        let since = row.since().map(|(major, minor)| format!("{major}.{minor}")).unwrap_or_default();
        let value = row.value();
        let _ = writeln!(text, "| {name} | {value} | {default} | {since} | [{0}](rules/{0}.md) |", row.rule);
    }
    expect_file(&root().join("docs/keywords.md"), &text).unwrap_or_else(|difference| panic!("{difference}"));
}

const PAGE: &str = "# GitLab's keywords\n\n`nestling check` validates every keyword of a pipeline against one table: the type of its value, \
the keys of a mapping, ranges, lists of words, and keys that exclude each other. It also has the version of GitLab that introduced a keyword. \
The table follows GitLab's code as of 18.11 and its documentation up to 19.5. [GitLab versions](gitlab-versions.md) explains how to set your \
version, and the treatment of newer and unknown keywords.\n\n`default` takes the keywords of a job that GitLab lists there, with the same \
values. `NAME` is any name. Jobs of a workspace have three more keywords, Nestling's own [`reuse`](passed.md#which-jobs-are-omitted), [`stop`](environments.md#the-stop-job) and [`target`](environments.md#targets), which are not passed \
on to GitLab. `nestling schema jobs` prints the table as a [JSON schema](jobs.schema.json) for editors.\n";

/// Jobs with `trigger` have no place of their own in the schema.
#[test]
fn every_keyword_of_a_trigger_job_is_one_of_a_job() {
    for Keyword { name, .. } in TRIGGER_JOB.keys {
        assert!(JOB.keyword(name).is_some(), "{name}");
    }
}
