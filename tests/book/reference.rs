//! The pages of the formats, generated from their schemas. `NESTLING_TEST_UPDATE=1` updates them.
//!
//! A schema has the type and the description of a key. For the files that people write, `keys.txt` adds the default
//! and the version that introduced the key, and `examples` has an example for each table that shows all of its keys.

use super::keys::{Keys, example};
use super::links::anchor;
use crate::support::{expect_file, read, root};
use serde_json::Value;
use std::fmt::Write as _;

/// Each page: its name, the schema that it is generated from, and the text above the tables.
const PAGES: [(&str, &str, &str); 11] = [
    (
        "files/workspace",
        "workspace",
        "# The workspace file\n\n`nestling.yml` at the root of the repository makes it a workspace. Jobs below a line `---` are part of \
         every child pipeline; `default:` and `variables:` there are the defaults of every unit's jobs.\n",
    ),
    (
        "files/unit",
        "unit",
        "# The unit file\n\n`nestling.yml` in a directory makes it a unit. The header is optional: a plain GitLab CI file is a unit, too. \
         The unit's own jobs follow a line `---`; a job with the name of a template's job is merged over it.\n",
    ),
    (
        "files/template",
        "template",
        "# The template header\n\nThe header of a [template](../templates-guide.md) uses the syntax of GitLab's \
         [`spec: inputs`](https://docs.gitlab.com/ci/inputs/). The jobs follow a line `---`.\n",
    ),
    (
        "json/plan",
        "plan",
        "# plan.json\n\nOutput of `nestling preview --format json`, and a file of `nestling generate --report`.\n",
    ),
    ("json/diff", "diff", "# diff.json\n\nOutput of `nestling diff --format json`.\n"),
    ("json/affected", "affected", "# affected.json\n\nOutput of `nestling affected --format json`.\n"),
    ("json/replay", "replay", "# replay.json\n\nOutput of `nestling replay --format json`.\n"),
    (
        "json/against",
        "against",
        "# against.json\n\nOutput of `nestling replay --against OLD --format json`.\n",
    ),
    ("json/explain", "explain", "# explain.json\n\nOutput of `nestling explain --format json`.\n"),
    (
        "json/passed",
        "passed",
        "# A record of passed jobs\n\nOutput of `nestling passed record`, [one for each pipeline](../passed.md).\n",
    ),
    (
        "json/verified",
        "verified",
        "# verified.json\n\nOutput of `nestling passed verify`, which `--passed` reads.\n",
    ),
];

#[test]
fn the_page_of_each_format_is_what_its_schema_says() {
    let mut wrong = Vec::new();
    for (page, schema, head) in PAGES {
        let read: Value = serde_json::from_str(&read(format!("docs/{schema}.schema.json"))).unwrap();
        let mut text = format!("{head}\nGenerated from [{schema}.schema.json](../{schema}.schema.json)");
        let _ = writeln!(text, ", which `nestling schema {schema}` prints for editors and scripts.");
        let keys = (!read["$defs"].is_object()).then(|| Keys::read(schema));
        let mut tables = Tables { root: &read, keys, done: Vec::new(), text };
        tables.object("", &[&read]);
        wrong.extend(tables.keys.iter().flat_map(Keys::unused));
        wrong.extend(expect_file(&root().join(format!("docs/{page}.md")), &tables.text).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A table for each mapping of a schema.
struct Tables<'a> {
    root: &'a Value,
    /// Defaults and versions of the keys, for a file that people write.
    keys: Option<Keys>,
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
        let header = match self.keys {
            Some(_) => "\n| key | type | default | since | description |\n|---|---|---|---|---|\n",
            None => "\n| key | type | description |\n|---|---|---|\n",
        };
        self.text.push_str(header);
        for mapping in mappings {
            for (key, value) in mapping["properties"].as_object().unwrap() {
                let must = if self.must(mapping, key) && mappings.len() == 1 { " (required)" } else { "" };
                let row = self.row(&inside(path, key), value);
                let _ = writeln!(self.text, "| `{key}`{must} | {row} |");
            }
        }
        if self.keys.is_some() && !path.is_empty() {
            let names: Vec<&String> =
                mappings.iter().flat_map(|it| it["properties"].as_object().unwrap().keys()).collect();
            let _ = write!(self.text, "\n```yaml\n{}```\n", example(path, &names));
        }
    }

    /// The cells of a key after its name.
    fn row(&mut self, path: &str, value: &'a Value) -> String {
        let words = self.words(path, value);
        let description = value["description"].as_str().unwrap_or_default().trim_end_matches('.');
        let description = description.replace('\n', " ").replace('|', "\\|");
        let Some(keys) = &mut self.keys else { return format!("{words} | {description}") };
        let key = keys.take(path);
        let words = key.kind.unwrap_or(words);
        format!("{words} | {} | {} | {description}", key.default, key.since)
    }

    /// Returns `true` for a required key. In the outputs of Nestling almost every key is required, which is not shown.
    fn must(&self, mapping: &Value, key: &str) -> bool {
        self.keys.is_some() && mapping["required"].as_array().into_iter().flatten().any(|it| it == key)
    }

    /// The definition that a schema refers to, with its name.
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

    /// The type of a value, in words.
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
                kinds.iter().map(|kind| word(kind).to_owned()).collect::<Vec<_>>().join(" or ")
            }
            Value::Null => schema["const"].as_bool().map_or("any".to_owned(), |value| format!("`{value}`")),
            kind if kind == "array" => match self.words(&path, &schema["items"]).as_str() {
                "string" => "list of strings".to_owned(),
                other if other.contains(", ") || other.contains(" or ") => format!("list of: {other}"),
                other => format!("list of {}", other.replace("[mapping]", "[mappings]")),
            },
            _ if schema["properties"].is_object() => format!("[mapping](#{})", anchor(&path)),
            _ if schema["additionalProperties"].is_object() => {
                let words = self.words(&format!("{path}.NAME"), &schema["additionalProperties"]);
                format!("mapping of names to: {words}")
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
            return format!("{}, or a list of them", self.words(path, one));
        }
        let mut words: Vec<String> = choices.iter().map(|choice| self.words(path, choice)).collect();
        words.dedup();
        words.join(" or ")
    }
}

fn inside(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The name of a kind of value.
fn word(kind: &Value) -> &'static str {
    match kind.as_str().unwrap() {
        "string" => "string",
        "integer" | "number" => "number",
        "boolean" => "boolean",
        "null" => "`null`",
        "array" => "list",
        "object" => "mapping",
        kind => panic!("no word for {kind}"),
    }
}
