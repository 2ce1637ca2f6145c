//! The lines of one job as it is written, each with its origin.

use super::body;
use nestling_gitlab::diagnostic::{Origin, Sources};
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::yaml::{Entry, Key, Kind, Map, Node, Style, emit, emit_entry};

/// A line of a job's YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The line, without its end.
    pub text: String,
    /// Source of the line.
    pub origin: Origin,
}

/// A job's final YAML: the same text as [`emit_job`](super::emit_job), with the place of each line.
pub(crate) fn job_lines(job: &Job, sources: &Sources) -> Vec<Line> {
    let key = Key::new(job.origin, job.name.as_str());
    of_entry(&Entry { key, value: body(job) }, sources)
}

fn of_map(map: &Map, sources: &Sources) -> Vec<Line> {
    map.entries.iter().flat_map(|entry| of_entry(entry, sources)).collect()
}

fn of_entry(entry: &Entry, sources: &Sources) -> Vec<Line> {
    let mut text = String::new();
    if is_leaf(&entry.value) {
        emit_entry(&mut text, &entry.key, &entry.value, 0);
        return spread(&text, &entry.value, sources);
    }
    // An empty mapping in place of the value gives the key's line, with the tag.
    let nothing = Node { kind: Kind::Map(Map::default()), ..entry.value.clone() };
    emit_entry(&mut text, &entry.key, &nothing, 0);
    let text = text.strip_suffix(" {}\n").unwrap_or(&text).to_owned();
    let mut lines: Vec<Line> =
        text.split('\n').map(|text| Line { text: text.to_owned(), origin: entry.key.origin }).collect();
    lines.extend(of_node(&entry.value, sources).into_iter().map(|line| after("  ", line)));
    lines
}

fn of_node(node: &Node, sources: &Sources) -> Vec<Line> {
    match &node.kind {
        Kind::Map(map) => of_map(map, sources),
        Kind::Seq(items) => items.iter().flat_map(|item| of_item(item, sources)).collect(),
        Kind::Scalar(_) => spread(&emit(node), node, sources),
    }
}

fn of_item(item: &Node, sources: &Sources) -> Vec<Line> {
    if is_leaf(item) {
        return spread(&emit(&Node::seq(item.origin, vec![item.clone()])), item, sources);
    }
    let tag = item.tag.as_ref().map(|tag| format!(" {tag}")).unwrap_or_default();
    let mut lines = of_node(item, sources).into_iter();
    let first = lines.next().map(|line| after(&format!("-{tag} "), line));
    first.into_iter().chain(lines.map(|line| after("  ", line))).collect()
}

/// Returns `true` if a value has no lines of its own below its key, but for those of a string.
fn is_leaf(node: &Node) -> bool {
    match &node.kind {
        Kind::Scalar(_) => true,
        Kind::Map(map) => map.is_empty(),
        Kind::Seq(items) => items.is_empty() || node.is_reference(),
    }
}

fn after(prefix: &str, line: Line) -> Line {
    // A block scalar's empty line stays empty.
    if line.text.is_empty() { line } else { Line { text: format!("{prefix}{}", line.text), ..line } }
}

/// The lines of a string: those of a literal block each have a line of their own in the file, as far as no control line
/// is between them.
fn spread(text: &str, value: &Node, sources: &Sources) -> Vec<Line> {
    let source = sources.get(value.origin.file);
    let header = source.as_ref().and_then(|source| literal_header(value, &source.text));
    let below = match (&source, header) {
        (Some(source), Some(header)) => {
            source.text.lines().skip(header as usize).take_while(|line| !is_control(line)).count()
        }
        _ => 0,
    };
    let mut lines = Vec::new();
    for (number, line) in text.strip_suffix('\n').unwrap_or(text).split('\n').enumerate() {
        let origin = match (header, u32::try_from(number)) {
            (Some(header), Ok(offset)) if number <= below => Origin::line(value.origin.file, header + offset),
            _ => value.origin,
        };
        lines.push(Line { text: line.to_owned(), origin });
    }
    lines
}

/// The line with the `|` of a literal block, which the reader says begins there or with its first text.
fn literal_header(value: &Node, text: &str) -> Option<u32> {
    value.as_scalar().filter(|scalar| scalar.style == Style::Block)?;
    let opens = |line: &u32| {
        let line = text.lines().nth(line.checked_sub(1)? as usize)?;
        let indicators = |c: char| c.is_ascii_digit() || c == '-' || c == '+';
        line.trim_end().trim_end_matches(indicators).ends_with('|').then_some(())
    };
    [value.origin.line, value.origin.line.saturating_sub(1)].into_iter().find(|line| opens(line).is_some())
}

fn is_control(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("#%") || line.starts_with("{%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::emit_job;
    use nestling_gitlab::name::JobName;
    use nestling_gitlab::yaml::parse_file;

    const TEXT: &str = "\
\"a b\":
  image: { name: x, entrypoint: [\"\"] }
  needs: [{ job: a, parallel: { matrix: [{ A: [1, \"2\"] }] } }, b]
  variables: {}
  script:
    - |
      one

        two
    - [nested, [deeper]]
    - !reference [a, script]
    - \"a: b\"
  rules: []
  after_script: |
    x
    y
";

    fn job(sources: &Sources) -> Job {
        let node = parse_file(TEXT, sources.add("ci.yml", TEXT)).unwrap().remove(0);
        let entry = node.as_map().unwrap().entries[0].clone();
        Job {
            name: JobName::parse(entry.key.text()).unwrap(),
            origin: entry.key.origin,
            unit: None,
            environment: None,
            body: entry.value.as_map().unwrap().clone(),
        }
    }

    #[test]
    fn the_lines_are_those_of_the_whole_job() {
        let sources = Sources::default();
        let job = job(&sources);
        let lines: String = job_lines(&job, &sources).into_iter().map(|line| line.text + "\n").collect();
        assert_eq!(lines, emit_job(&job));
    }

    #[test]
    fn each_line_of_a_literal_block_has_its_own_place() {
        let sources = Sources::default();
        let lines = job_lines(&job(&sources), &sources);
        let place = |text: &str| lines.iter().find(|line| line.text.trim() == text).unwrap().origin.line;
        assert_eq!([place("one"), place("two"), place("x"), place("y")], [7, 9, 15, 16]);
        assert_eq!([place("script:"), place("- b"), place("a b:")], [5, 3, 1]);
    }
}
