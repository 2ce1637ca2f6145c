//! The table in words: what messages say of a value, and the rows of the documentation.

use super::globals::{DEFAULT_KEYS, ROOT};
use super::header::HEADER;
use super::job::{JOB, TRIGGER_JOB};
use super::shape::{Keyword, MappingShape, Null, Release, Shape, StringShape, Words};

/// Returns what a value must be: `a string, a list of strings or a mapping`.
pub fn expected(shapes: &[Shape]) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in shapes.iter().flat_map(described) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    match words.pop() {
        None => "empty".to_owned(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} or {last}", words.join(", ")),
    }
}

/// Returns a shape in words; none for those that GitLab takes and nobody writes.
fn described(shape: &Shape) -> Vec<String> {
    let word = match shape {
        Shape::False | Shape::Empty | Shape::String(StringShape::Digits(..)) => return Vec::new(),
        Shape::List(list) if list.most == 0 => return Vec::new(),
        Shape::String(StringShape::Length(0, 0)) => return Vec::new(),
        Shape::Boolean => return vec!["`true`".to_owned(), "`false`".to_owned()],
        Shape::Integer(least, most) if most.checked_sub(*least) == Some(2) => {
            return (*least..=*most).map(|number| number.to_string()).collect();
        }
        Shape::Integer(i64::MIN, _) => "a whole number",
        Shape::Integer(least, most) => return vec![format!("a whole number from {least} to {most}")],
        Shape::Anything => "any value",
        Shape::Number => "a number",
        Shape::String(StringShape::Duration(_)) => "a duration in words",
        Shape::Scalar | Shape::String(_) => "a string",
        Shape::List(list) => match list.items {
            [Shape::String(_)] => "a list of strings",
            [Shape::Mapping(_) | Shape::Cases(_) | Shape::Names(_)] => "a list of mappings",
            [Shape::Integer(..)] => "a list of whole numbers",
            _ => "a list",
        },
        Shape::Mapping(_) | Shape::Cases(_) | Shape::Names(_) => "a mapping",
    };
    vec![word.to_owned()]
}

/// A keyword with its path, for documentation.
#[derive(Debug, Clone)]
pub struct KeywordRow {
    /// Its path: `artifacts:reports:junit`, `variables:NAME:value`.
    pub path: String,
    /// The keyword.
    pub keyword: &'static Keyword,
    /// The rule that reports its value.
    pub rule: &'static str,
    /// The page that documents it.
    pub page: &'static str,
}

impl KeywordRow {
    /// Returns what its value must be, with the words of a closed list.
    pub fn value(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        for word in self.keyword.shapes.iter().filter_map(words_of).flat_map(Words::iter) {
            let word = format!("`{word}`");
            if word != "``" && !words.contains(&word) {
                words.push(word);
            }
        }
        let value = match words.len() {
            0 => expected(self.keyword.shapes),
            1..=8 => format!("{}: {}", expected(self.keyword.shapes), words.join(", ")),
            count => format!("{}: one of {count} words", expected(self.keyword.shapes)),
        };
        match self.keyword.null {
            Null::Required | Null::RequiredKey => format!("{value}; required"),
            Null::Unset | Null::Refused => value,
        }
    }

    /// Returns the first version that knows it.
    pub fn since(&self) -> Option<Release> {
        self.keyword.since
    }
}

fn words_of(shape: &'static Shape) -> Option<&'static Words> {
    match shape {
        Shape::String(StringShape::Words(words) | StringShape::WordsOrVariable(words)) => Some(words),
        Shape::List(list) => list.items.iter().find_map(words_of),
        _ => None,
    }
}

/// Returns every keyword of a file, of `default`, and of jobs, in the order of the table.
pub fn rows() -> Vec<KeywordRow> {
    let mut rows = Vec::new();
    for keyword in HEADER.keys.iter().chain(ROOT.keys.iter().filter(|keyword| keyword.name != "spec")) {
        let is_of_job = DEFAULT_KEYS.iter().any(|default| default.name == keyword.name);
        if !is_of_job {
            add(&mut rows, "", keyword, ROOT.rule, "");
        }
    }
    JOB.keys.iter().for_each(|keyword| add(&mut rows, "", keyword, JOB.rule, ""));
    for keyword in TRIGGER_JOB.keys {
        if !JOB.keys.iter().any(|other| other.name == keyword.name) {
            add(&mut rows, "", keyword, TRIGGER_JOB.rule, "");
        }
    }
    rows
}

fn add(
    rows: &mut Vec<KeywordRow>,
    above: &str,
    keyword: &'static Keyword,
    rule: &'static str,
    page: &'static str,
) {
    let path = if above.is_empty() { keyword.name.to_owned() } else { format!("{above}:{}", keyword.name) };
    let rule = if keyword.rule.is_empty() { rule } else { keyword.rule };
    let page = if keyword.page.is_empty() { page } else { keyword.page };
    // A keyword that versions differ about is in the table twice, and so do those of several cases.
    if rows.iter().any(|row| row.path == path && row.keyword.since == keyword.since) {
        return;
    }
    rows.push(KeywordRow { path: path.clone(), keyword, rule, page });
    // Keywords of `default` are those of jobs.
    if path != "default" {
        add_shapes(rows, &path, keyword.shapes, rule, page);
    }
}

fn add_shapes(
    rows: &mut Vec<KeywordRow>,
    path: &str,
    shapes: &'static [Shape],
    rule: &'static str,
    page: &'static str,
) {
    let mut add_mapping = |mapping: &'static MappingShape| {
        let rule = if mapping.rule.is_empty() { rule } else { mapping.rule };
        mapping.keys.iter().for_each(|keyword| add(rows, path, keyword, rule, page));
    };
    for shape in shapes {
        match shape {
            Shape::Mapping(mapping) => add_mapping(mapping),
            Shape::Cases(cases) => cases.iter().for_each(|case| add_mapping(case.mapping)),
            _ => {}
        }
    }
    for shape in shapes {
        match shape {
            Shape::List(list) => add_shapes(rows, path, list.items, rule, page),
            Shape::Names(names) => add_shapes(rows, &format!("{path}:NAME"), names.shapes, rule, page),
            _ => {}
        }
    }
}
