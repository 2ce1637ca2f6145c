//! The pages of the formats, made from their schemas. `NESTLING_TEST_UPDATE=1` writes them anew.

use super::links::anchor;
use crate::support::{expect_file, read, root};
use serde_json::Value;
use std::fmt::Write as _;

/// Each page: its name, the schema that it is made from, and what stands above the tables.
const PAGES: [(&str, &str, &str); 10] = [
    (
        "files/workspace",
        "workspace",
        "# The workspace's file\n\n`nestling.yml` at the repository's root makes it a workspace. Below a line `---` are jobs that every child \
         pipeline has, and the `default:` and `variables:` of every unit's jobs, if any.\n",
    ),
    (
        "files/unit",
        "unit",
        "# A unit's file\n\n`nestling.yml` in a directory makes it a unit. The header may be missing: a plain GitLab CI file is a unit too. \
         Behind a line `---` stand the unit's own jobs; one that has the name of a template's job is merged over it.\n",
    ),
    (
        "files/template",
        "template",
        "# A template's header\n\nThe head of a [template](../templates-guide.md), in the syntax of GitLab's \
         [`spec: inputs`](https://docs.gitlab.com/ci/inputs/). The jobs stand behind a line `---`.\n",
    ),
    (
        "json/plan",
        "plan",
        "# plan.json\n\nWhat `nestling preview --format json` prints and `nestling generate --report` leaves.\n",
    ),
    ("json/diff", "diff", "# diff.json\n\nWhat `nestling diff --format json` prints.\n"),
    ("json/affected", "affected", "# affected.json\n\nWhat `nestling affected --format json` prints.\n"),
    ("json/replay", "replay", "# replay.json\n\nWhat `nestling replay --format json` prints.\n"),
    ("json/explain", "explain", "# explain.json\n\nWhat `nestling explain --format json` prints.\n"),
    (
        "json/passed",
        "passed",
        "# A record of passed jobs\n\nWhat `nestling passed record` writes, [one for each pipeline](../passed.md).\n",
    ),
    (
        "json/verified",
        "verified",
        "# verified.json\n\nWhat `nestling passed verify` writes, and `--passed` reads.\n",
    ),
];

#[test]
fn the_page_of_each_format_is_what_its_schema_says() {
    let mut wrong = Vec::new();
    for (page, schema, head) in PAGES {
        let read: Value = serde_json::from_str(&read(format!("docs/{schema}.schema.json"))).unwrap();
        let mut text = format!("{head}\nMade from [{schema}.schema.json](../{schema}.schema.json)");
        let _ = writeln!(text, ", which `nestling schema {schema}` prints for editors and scripts.");
        let mut tables = Tables { root: &read, done: Vec::new(), text };
        tables.object("", &[&read]);
        wrong.extend(expect_file(&root().join(format!("docs/{page}.md")), &tables.text).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A table for each mapping of a schema.
struct Tables<'a> {
    root: &'a Value,
    done: Vec<String>,
    text: String,
}

/// A place in a format, and the mappings that may stand there.
type Place<'a> = (String, Vec<&'a Value>);

impl<'a> Tables<'a> {
    /// The table of a place, then those of the places in it.
    fn object(&mut self, path: &str, mappings: &[&'a Value]) {
        let keys = || mappings.iter().flat_map(|it| it["properties"].as_object()).flatten();
        if keys().count() > 1 || !path.is_empty() {
            self.table(path, mappings);
        }
        for (key, value) in keys() {
            for (path, mappings) in self.places(&inside(path, key), value) {
                if !self.done.contains(&path) {
                    self.done.push(path.clone());
                    self.object(&path, &mappings);
                }
            }
        }
    }

    fn table(&mut self, path: &str, mappings: &[&'a Value]) {
        if !path.is_empty() {
            let _ = write!(self.text, "\n## `{path}`\n");
        }
        if let ([one], false) = (mappings, path.is_empty())
            && let Some(description) = one["description"].as_str()
        {
            let _ = write!(self.text, "\n{}.\n", description.trim_end_matches('.'));
        } else if mappings.len() > 1 {
            self.text.push_str("\nOne of these keys:\n");
        }
        self.text.push_str("\n| key | value | what it says |\n|---|---|---|\n");
        for mapping in mappings {
            for (key, value) in mapping["properties"].as_object().unwrap() {
                let must = if self.must(mapping, key) && mappings.len() == 1 { " (required)" } else { "" };
                let words = self.words(&inside(path, key), value);
                let says = value["description"].as_str().unwrap_or_default().trim_end_matches('.');
                let _ = writeln!(
                    self.text,
                    "| `{key}`{must} | {words} | {} |",
                    says.replace('\n', " ").replace('|', "\\|")
                );
            }
        }
    }

    /// Whether a key has to be written. In what Nestling writes almost every key is there: that is no news.
    fn must(&self, mapping: &Value, key: &str) -> bool {
        let is_written_by_people = !self.root["$defs"].is_object();
        is_written_by_people && mapping["required"].as_array().into_iter().flatten().any(|it| it == key)
    }

    /// What a schema means, with the name of the definition that it points to.
    fn meant(&self, schema: &'a Value) -> (&'a Value, Option<String>) {
        let Some(name) = schema["$ref"].as_str().and_then(|it| it.strip_prefix("#/$defs/")) else {
            return (schema, None);
        };
        (&self.root["$defs"][name], Some(name.trim_end_matches("V1").to_owned()))
    }

    /// The places in a value that have tables of their own.
    fn places(&self, path: &str, schema: &'a Value) -> Vec<Place<'a>> {
        let (schema, named) = self.meant(schema);
        let path = named.unwrap_or_else(|| path.to_owned());
        if schema["properties"].is_object() {
            return vec![(path, vec![schema])];
        }
        let mut found: Vec<Place<'a>> = Vec::new();
        let choices = schema["anyOf"].as_array().into_iter().flatten().chain(schema.get("items"));
        let inner = choices.flat_map(|it| self.places(&path, it));
        let named = schema.get("additionalProperties").filter(|it| it.is_object());
        let below = named.into_iter().flat_map(|it| self.places(&format!("{path}.NAME"), it));
        for (path, mappings) in inner.chain(below) {
            match found.iter_mut().find(|(other, _)| *other == path) {
                Some((_, there)) => {
                    let more: Vec<_> = mappings.into_iter().filter(|it| !there.contains(it)).collect();
                    there.extend(more);
                }
                None => found.push((path, mappings)),
            }
        }
        found
    }

    /// What a value may be, in words.
    fn words(&self, path: &str, schema: &'a Value) -> String {
        let (schema, named) = self.meant(schema);
        let path = named.unwrap_or_else(|| path.to_owned());
        if let Some(values) = schema["enum"].as_array() {
            return values
                .iter()
                .map(|value| format!("`{}`", value.as_str().unwrap()))
                .collect::<Vec<_>>()
                .join(", ");
        }
        if let Some(choices) = schema["anyOf"].as_array() {
            return self.choice(&path, choices);
        }
        match &schema["type"] {
            Value::Array(kinds) => {
                kinds.iter().map(|kind| word(kind).to_owned()).collect::<Vec<_>>().join(", or ")
            }
            Value::Null => "as in GitLab".to_owned(),
            kind if kind == "array" => match self.words(&path, &schema["items"]).as_str() {
                "a text" => "a list of texts".to_owned(),
                other if other.contains(", ") => format!("a list, each one of: {other}"),
                other => format!("a list of {}", other.replace("[a mapping]", "[mappings]")),
            },
            _ if schema["properties"].is_object() => format!("[a mapping](#{})", anchor(&path)),
            _ if schema["additionalProperties"].is_object() => {
                format!(
                    "names, each with {}",
                    self.words(&format!("{path}.NAME"), &schema["additionalProperties"])
                )
            }
            kind => word(kind).to_owned(),
        }
    }

    /// Several possible values; one, or a list of such, in fewer words.
    fn choice(&self, path: &str, choices: &'a [Value]) -> String {
        if let [one, list] = choices
            && list["type"] == "array"
            && list["items"] == *one
        {
            return format!("{}; or a list of such", self.words(path, one));
        }
        let mut words: Vec<String> = choices.iter().map(|choice| self.words(path, choice)).collect();
        words.dedup();
        words.join(", or ")
    }
}

fn inside(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The name of a kind of value.
fn word(kind: &Value) -> &'static str {
    match kind.as_str().unwrap() {
        "string" => "a text",
        "integer" | "number" => "a number",
        "boolean" => "`true`, `false`",
        "null" => "nothing",
        "array" => "a list",
        "object" => "a mapping",
        kind => panic!("no word for {kind}"),
    }
}
