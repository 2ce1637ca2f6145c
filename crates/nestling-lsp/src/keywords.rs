//! The keys of each place with their documentation: GitLab's from the table of keywords, those of headers from their schemas.

mod own;

use crate::meaning::{FileKind, Section, in_case, in_header, in_jobs};
use crate::outline::ITEM;
use nestling::Header;
use nestling_gitlab::table::{DEFAULT, JOB, KeywordRow, ROOT, Shape, StringShape, TRIGGER_JOB, rows};
use own::{case_keys, is_nestling_key, own_keys};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static ROWS: LazyLock<BTreeMap<String, KeywordRow>> = LazyLock::new(|| {
    // Of a keyword that versions differ about, the newest comes last.
    rows().into_iter().map(|row| (row.path.clone(), row)).collect()
});

static HEADERS: LazyLock<Vec<Value>> = LazyLock::new(|| Header::ALL.map(Header::schema).into());

/// A key that a mapping can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownKey {
    pub name: String,
    /// The values that it can have, in words.
    pub value: String,
    /// Its documentation in Markdown.
    pub documentation: String,
    /// Set if its value is mostly a mapping or a list.
    pub is_container: bool,
}

/// Returns the keys that the mapping at a path can have.
pub(crate) fn keys(section: Section, path: &[&str]) -> Vec<KnownKey> {
    if let Some(rest) = in_stop(path) {
        let mut keys = job_keys(&[&["stop job"], rest].concat());
        keys.retain(|key| {
            !rest.is_empty()
                || !["stop", "environment", "needs", "trigger", "reuse"].contains(&key.name.as_str())
        });
        return keys;
    }
    match section {
        Section::Header => {
            let schemas = schemas_at(path);
            let objects = schemas.into_iter().filter_map(|schema| schema.get("properties")?.as_object());
            objects.flatten().map(|(name, schema)| of_schema(name, schema)).collect()
        }
        Section::Jobs => job_keys(path),
        Section::Cases => case_keys(path),
    }
}

/// Returns the steps within a stop block, which has the keys of a job.
fn in_stop<'a, 'p>(path: &'a [&'p str]) -> Option<&'a [&'p str]> {
    match path {
        [_, "stop", rest @ ..] | ["workspace", "environments", _, "stop", rest @ ..] => Some(rest),
        _ => None,
    }
}

/// Returns the key at the end of a path.
pub(crate) fn key(section: Section, path: &[&str]) -> Option<KnownKey> {
    let (name, above) = path.split_last()?;
    if let Some(rest) = in_stop(above) {
        return row(&[&["stop job"], rest, &[*name]].concat()).map(|row| of_row(name, row));
    }
    match section {
        Section::Header | Section::Cases => keys(section, above).into_iter().find(|key| key.name == *name),
        Section::Jobs if is_nestling_key(path) => own_keys().into_iter().find(|key| key.name == *name),
        Section::Jobs => row(path).map(|row| of_row(name, row)),
    }
}

/// Returns `true` if a value at a path can be a mapping.
pub(crate) fn can_be_mapping(section: Section, path: &[&str]) -> bool {
    if section == Section::Jobs && matches!(path, [_, ITEM]) && ROOT.keyword(path[0]).is_none() {
        return false;
    }
    let Some(row) = row(path).filter(|_| section == Section::Jobs) else { return true };
    let is_mapping = |shape: &Shape| matches!(shape, Shape::Mapping(_) | Shape::Cases(_) | Shape::Names(_));
    let shapes = row.keyword.shapes.iter();
    if path.last() != Some(&ITEM) {
        return shapes.clone().any(is_mapping);
    }
    let lists = shapes.filter_map(|shape| match shape {
        Shape::List(list) => Some(list.items),
        _ => None,
    });
    lists.flatten().any(is_mapping)
}

/// Returns the keys that open a header in a kind of file.
pub(crate) fn header_keys(kind: &FileKind) -> Vec<KnownKey> {
    let of_kind: &[&str] = match kind {
        FileKind::Nestling => &["unit", "workspace"],
        FileKind::Template(_) | FileKind::Jobs => &["spec"],
        FileKind::Cases(_) | FileKind::Snapshot => &[],
    };
    let keys = keys(Section::Header, &[]).into_iter();
    keys.filter(|key| of_kind.contains(&key.name.as_str())).collect()
}

/// Returns the words that a value at a path can be.
pub(crate) fn words(section: Section, path: &[&str]) -> Vec<String> {
    if let Some(rest) = in_stop(path).filter(|rest| !rest.is_empty()) {
        return words(Section::Jobs, &[&["stop job"], rest].concat());
    }
    if section == Section::Cases {
        return match (in_header(path), in_jobs(path)) {
            (Some(path), _) => words(Section::Header, &path),
            (_, Some(path)) => words(Section::Jobs, &path),
            _ if in_case(path) == ["expect", "snapshot"] => vec!["true".to_owned(), "false".to_owned()],
            _ => Vec::new(),
        };
    }
    if section == Section::Header {
        let mut words = Vec::new();
        for schema in schemas_at(path) {
            let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
            words.extend(listed.filter_map(Value::as_str).map(str::to_owned));
            if schema.get("type").and_then(Value::as_str) == Some("boolean") {
                words.extend(["true".to_owned(), "false".to_owned()]);
            }
        }
        return words;
    }
    let Some(row) = row(path) else { return Vec::new() };
    let mut words = Vec::new();
    add_words(row.keyword.shapes, &mut words);
    words
}

fn add_words(shapes: &[Shape], words: &mut Vec<String>) {
    for shape in shapes {
        match shape {
            Shape::String(StringShape::Words(listed) | StringShape::WordsOrVariable(listed)) => {
                words.extend(listed.iter().filter(|word| !word.is_empty()).map(str::to_owned));
            }
            Shape::Boolean => words.extend(["true".to_owned(), "false".to_owned()]),
            Shape::List(list) => add_words(list.items, words),
            _ => {}
        }
    }
}

/// Returns the row of the table at a path of a file of jobs.
fn row(path: &[&str]) -> Option<&'static KeywordRow> {
    let wanted = table_path(path)?;
    if let Some(row) = ROWS.get(&wanted.join(":")) {
        return Some(row);
    }
    // Some mappings have names that a person chooses.
    (1..wanted.len()).find_map(|position| {
        let mut named = wanted.clone();
        named[position] = "NAME";
        ROWS.get(&named.join(":"))
    })
}

/// Returns a path as the table has it: without the job's name and the items of lists.
fn table_path<'p>(path: &[&'p str]) -> Option<Vec<&'p str>> {
    let (first, rest) = path.split_first()?;
    let of_file = ROOT.keyword(first).is_some();
    // Keywords of `default` are those of jobs.
    let kept = if of_file && (*first != "default" || rest.is_empty()) { path } else { rest };
    Some(kept.iter().copied().filter(|step| *step != ITEM).collect())
}

fn job_keys(path: &[&str]) -> Vec<KnownKey> {
    if path.is_empty() {
        return ROOT
            .keys
            .iter()
            .filter_map(|keyword| Some(of_row(keyword.name, row(&[keyword.name])?)))
            .collect();
    }
    if path == ["default"] {
        return DEFAULT
            .keys
            .iter()
            .filter_map(|keyword| Some(of_row(keyword.name, ROWS.get(keyword.name)?)))
            .collect();
    }
    let Some(wanted) = table_path(path) else { return Vec::new() };
    if wanted.is_empty() {
        let names = JOB.keys.iter().chain(TRIGGER_JOB.keys).map(|keyword| keyword.name);
        let mut keys: Vec<KnownKey> = names.filter_map(|name| Some(of_row(name, ROWS.get(name)?))).collect();
        keys.extend(own_keys());
        keys.sort_by(|one, other| one.name.cmp(&other.name));
        keys.dedup_by(|one, other| one.name == other.name);
        return keys;
    }
    let mut prefixes = vec![wanted.join(":")];
    for position in 1..wanted.len() {
        let mut named = wanted.clone();
        named[position] = "NAME";
        prefixes.push(named.join(":"));
    }
    let below = |(path, row): (&String, &'static KeywordRow)| {
        let name =
            prefixes.iter().find_map(|prefix| path.strip_prefix(prefix.as_str())?.strip_prefix(':'))?;
        (!name.contains(':') && name != "NAME").then(|| of_row(name, row))
    };
    ROWS.iter().filter_map(below).collect()
}

fn of_row(name: &str, row: &KeywordRow) -> KnownKey {
    let mut lines = vec![format!("Value: {}.", row.value())];
    lines.extend(row.keyword.default.map(|default| format!("Default: `{default}`.")));
    lines.extend(row.since().map(|(major, minor)| format!("Since GitLab {major}.{minor}.")));
    if !row.page.is_empty() {
        lines.push(format!("[GitLab's documentation](https://docs.gitlab.com/{})", row.page));
    }
    let is_container = |shape: &Shape| {
        matches!(shape, Shape::Mapping(_) | Shape::Cases(_) | Shape::Names(_) | Shape::List(_))
    };
    KnownKey {
        name: name.to_owned(),
        value: row.value(),
        documentation: lines.join("\n\n"),
        is_container: row.keyword.shapes.iter().all(is_container),
    }
}

/// Returns the alternatives of the schema at a path of a header.
fn schemas_at(path: &[&str]) -> Vec<&'static Value> {
    let mut schemas: Vec<&'static Value> = HEADERS.iter().collect();
    for step in path {
        let below = |schema: &'static Value| {
            if *step == ITEM {
                return schema.get("items");
            }
            let named = schema.get("properties").and_then(|properties| properties.get(*step));
            named.or_else(|| schema.get("additionalProperties").filter(|schema| schema.is_object()))
        };
        schemas = schemas.into_iter().filter_map(below).flat_map(alternatives).collect();
    }
    schemas
}

fn alternatives(schema: &'static Value) -> Vec<&'static Value> {
    match schema.get("anyOf").and_then(Value::as_array) {
        Some(listed) => listed.iter().flat_map(alternatives).collect(),
        None => vec![schema],
    }
}

fn of_schema(name: &str, schema: &Value) -> KnownKey {
    let description = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let words = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    let words: Vec<String> = words.filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
    let type_name = schema.get("type").and_then(Value::as_str).unwrap_or_default();
    let value = match (words.is_empty(), type_name) {
        (false, _) => words.join(", "),
        (true, "array") => "a list".to_owned(),
        (true, "object") => "a mapping".to_owned(),
        (true, "boolean") => "`true`, `false`".to_owned(),
        (true, "integer") => "a whole number".to_owned(),
        (true, "string") => "a string".to_owned(),
        _ => String::new(),
    };
    let mut documentation = description.to_owned();
    if !value.is_empty() {
        documentation = format!("{documentation}\n\nValue: {value}.");
    }
    KnownKey {
        name: name.to_owned(),
        value,
        documentation,
        is_container: matches!(type_name, "array" | "object"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_place() {
        for (section, path, has, has_not) in [
            (Section::Jobs, &[][..], "stages", "script"),
            (Section::Jobs, &["build"], "script", "stages"),
            (Section::Jobs, &["default"], "image", "stage"),
            (Section::Jobs, &["build", "artifacts", "reports"], "junit", "paths"),
            (Section::Jobs, &["build", "needs", "-"], "optional", "script"),
            (Section::Jobs, &["build", "variables", "A"], "value", "script"),
            (Section::Jobs, &["build", "rules", "-"], "changes", "script"),
            (Section::Jobs, &["include", "-"], "local", "script"),
            (Section::Header, &["unit"], "use", "stages"),
            (Section::Header, &["unit", "use", "-"], "template", "use"),
            (Section::Header, &["unit", "use"], "inputs", "use"),
            (Section::Header, &["workspace", "environments", "review"], "auto_stop_in", "use"),
            (Section::Header, &["spec", "inputs", "image"], "options", "use"),
        ] {
            let names: Vec<String> = keys(section, path).into_iter().map(|key| key.name).collect();
            assert!(names.iter().any(|name| name == has), "{path:?}: {names:?}");
            assert!(!names.iter().any(|name| name == has_not), "{path:?}: {names:?}");
        }
    }

    #[test]
    fn words_are_those_of_the_table_and_of_the_schemas() {
        for (section, path, expected) in [
            (Section::Jobs, &["build", "when"][..], "manual"),
            (Section::Jobs, &["build", "interruptible"], "true"),
            (Section::Jobs, &["build", "environment", "deployment_tier"], "production"),
            (Section::Header, &["workspace", "environments", "a", "when", "-"], "merge_request"),
            (Section::Header, &["workspace", "unclaimed"], "warn"),
            (Section::Header, &["workspace", "environments", "a", "manual"], "true"),
        ] {
            let words = words(section, path);
            assert!(words.iter().any(|word| word == expected), "{path:?}: {words:?}");
        }
        let key = key(Section::Jobs, &["build", "id_tokens"]).unwrap();
        assert!(key.documentation.contains("Since GitLab 15.7"), "{key:?}");
    }
}
