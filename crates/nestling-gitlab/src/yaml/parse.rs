//! Builds a tree from granit-parser's events, with aliases expanded, limits enforced and duplicate keys rejected.

use super::duplicates::{duplicate_keys, keep_last_keys};
use super::node::{Entry, Key, Kind, Map, Node, Scalar, Style};
use super::position::Position;
use super::{breaks, simple, syntax, tags};
use crate::diagnostic::{Diagnostic, FileId, Origin, Severity, number};
use crate::yaml::rules::{YAML_DUPLICATE_KEY, YAML_FOLDED_ITEM, YAML_KEY, YAML_LIMIT, YAML_SYNTAX};
use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, StructureStyle};
use std::collections::HashMap;

/// Limits of a file that is parsed.
#[derive(Debug, Clone, Copy)]
pub struct ParseLimits {
    /// Bytes.
    pub bytes: usize,
    /// Levels of nesting; GitLab's own limit is 100 (<https://docs.gitlab.com/administration/instance_limits/>).
    pub depth: usize,
    /// Nodes, those of each alias counted again.
    pub nodes: usize,
}

impl Default for ParseLimits {
    fn default() -> Self {
        Self { bytes: 64 << 20, depth: 100, nodes: 1_000_000 }
    }
}

/// Reads a file.
///
/// # Errors
/// As [`parse`].
pub fn parse_file(text: &str, file: FileId) -> Result<Vec<Node>, Vec<Diagnostic>> {
    if let Some(node) = simple::read(text, file) {
        return Ok(vec![node]);
    }
    parse_any(text, file)
}

/// Reads a file of any YAML.
pub(super) fn parse_any(text: &str, file: FileId) -> Result<Vec<Node>, Vec<Diagnostic>> {
    parse(text, &|position| position.in_file(file), &ParseLimits::default())
}

/// Parses all documents of a string; an empty one is null. `locate` returns the origin of a position: a rendered string comes
/// from several files.
///
/// # Errors
/// One syntax error, a limit that was exceeded, or every duplicate key.
pub fn parse(
    text: &str,
    locate: &dyn Fn(Position) -> Origin,
    limits: &ParseLimits,
) -> Result<Vec<Node>, Vec<Diagnostic>> {
    let (documents, problems) = read(text, locate, limits)?;
    if problems.is_empty() { Ok(documents) } else { Err(problems) }
}

/// Reads a file as GitLab does, which uses the last of duplicate keys where [`parse_file`] fails for the sake of the author.
/// Such findings are returned as warnings.
///
/// # Errors
/// One syntax error, or a limit that was exceeded.
pub fn parse_leniently(text: &str, file: FileId) -> Result<(Vec<Node>, Vec<Diagnostic>), Vec<Diagnostic>> {
    if let Some(node) = simple::read(text, file) {
        return Ok((vec![node], Vec::new()));
    }
    let (mut documents, mut problems) =
        read(text, &|position| position.in_file(file), &ParseLimits::default())?;
    if problems.iter().any(|problem| !ACCEPTED.contains(&problem.rule.id)) {
        return Err(problems);
    }
    problems.iter_mut().for_each(|problem| problem.severity = Severity::Warning);
    documents.iter_mut().for_each(keep_last_keys);
    Ok((documents, problems))
}

/// Rules whose findings GitLab accepts.
const ACCEPTED: [&str; 2] = [YAML_DUPLICATE_KEY.id, YAML_FOLDED_ITEM.id];

/// Reads all documents, with the findings in spite of which they can be read.
fn read(
    text: &str,
    locate: &dyn Fn(Position) -> Origin,
    limits: &ParseLimits,
) -> Result<(Vec<Node>, Vec<Diagnostic>), Vec<Diagnostic>> {
    if text.len() > limits.bytes {
        let origin = locate(Position { line: 1, column: 1, width: 0 });
        let message = format!("the file has {} bytes; the limit is {}", text.len(), limits.bytes);
        return Err(vec![Diagnostic::error(&YAML_LIMIT, origin, message)]);
    }
    if text.contains(breaks::NEXT_LINE) {
        let (text, starts) = breaks::as_line_feeds(text);
        return read(&text, &|position| locate(breaks::original(position, &starts)), limits);
    }
    let mut reader = Reader {
        text,
        parser: Parser::new_from_str(text),
        locate,
        depth: limits.depth,
        nodes: limits.nodes,
        flow: 0,
        anchors: HashMap::new(),
        problems: Vec::new(),
    };
    let mut documents = Vec::new();
    while let Some((event, span)) = reader.next()? {
        match event {
            Event::StreamEnd => break,
            Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
            event => documents.push(reader.node(event, span, 0)?),
        }
    }
    Ok((documents, reader.problems))
}

struct Reader<'a, 'i> {
    text: &'i str,
    parser: Parser<'i, StrInput<'i>>,
    locate: &'a dyn Fn(Position) -> Origin,
    depth: usize,
    nodes: usize,
    /// Brackets and braces around the node.
    flow: usize,
    /// The node of each anchor, with its weight.
    anchors: HashMap<usize, (Node, usize)>,
    problems: Vec<Diagnostic>,
}

type Stop = Vec<Diagnostic>;

/// Reports `:x` or `?x` between brackets, where GitLab's reader takes the sign for that of a key or a value.
fn sign_in_flow(text: &str, origin: Origin) -> Diagnostic {
    let message = format!("`{}` cannot begin a string between brackets", &text[..1]);
    Diagnostic::error(&YAML_SYNTAX, origin, message).with_help(format!("quote it: \"{text}\""))
}

impl<'i> Reader<'_, 'i> {
    fn next(&mut self) -> Result<Option<(Event<'i>, Span)>, Stop> {
        loop {
            match self.parser.next() {
                None => return Ok(None),
                Some(Err(error)) => return Err(self.syntax(&error)),
                Some(Ok((Event::Comment(..), _))) => {}
                Some(Ok(event)) => return Ok(Some(event)),
            }
        }
    }

    /// The next event inside a collection, which the parser always closes.
    fn inner(&mut self, span: Span) -> Result<(Event<'i>, Span), Stop> {
        self.next()?.ok_or_else(|| {
            vec![Diagnostic::error(&YAML_SYNTAX, self.origin(span), "unterminated collection")]
        })
    }

    fn node(&mut self, event: Event<'i>, span: Span, depth: usize) -> Result<Node, Stop> {
        let origin = self.origin(span);
        if depth >= self.depth {
            let message = format!("nested more than {} levels deep", self.depth);
            return Err(vec![Diagnostic::error(&YAML_LIMIT, origin, message)]);
        }
        self.spend(1, origin)?;
        let before = self.nodes;
        let (anchor, tag, kind) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                if style == ScalarStyle::Plain && span.start.line() < span.end.line() && text.contains(" - ")
                {
                    self.folded_item(&text, span);
                }
                if style == ScalarStyle::Plain && self.flow > 0 && text.starts_with([':', '?']) {
                    return Err(vec![sign_in_flow(&text, origin)]);
                }
                let mut text = text.into_owned();
                if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
                    self.block(&mut text, span)?;
                }
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                    _ => Style::Quoted,
                };
                (anchor, tag.map(|tag| tag.to_string()), Kind::Scalar(Scalar { text: text.into(), style }))
            }
            Event::SequenceStart(style, anchor, tag) => {
                let around = self.enter(style);
                let items = self.items(span, depth)?;
                self.flow = around;
                (anchor, tag.map(|tag| tag.to_string()), Kind::Seq(items))
            }
            Event::MappingStart(style, anchor, tag) => {
                let around = self.enter(style);
                let entries = self.entries(span, depth)?;
                self.flow = around;
                (anchor, tag.map(|tag| tag.to_string()), Kind::Map(entries))
            }
            Event::Alias(id) => return self.alias(id, origin),
            _ => return Ok(Node::plain(origin, "")),
        };
        let (tag, kind) = tags::resolve(tag, kind, origin).map_err(|problem| vec![*problem])?;
        let node = Node { origin, tag, kind };
        if anchor != 0 {
            let weight = node.weight();
            // The text of an anchor is kept once more, also where no alias names it.
            self.spend(weight.saturating_sub(before - self.nodes + 1), origin)?;
            self.anchors.insert(anchor, (node.clone(), weight));
        }
        Ok(node)
    }

    /// Counts a bracket, and returns the count before it.
    fn enter(&mut self, style: StructureStyle) -> usize {
        let around = self.flow;
        self.flow += usize::from(style == StructureStyle::Flow);
        around
    }

    fn items(&mut self, span: Span, depth: usize) -> Result<Vec<Node>, Stop> {
        let mut items = Vec::new();
        loop {
            match self.inner(span)? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn entries(&mut self, span: Span, depth: usize) -> Result<Map, Stop> {
        let mut map = Map::default();
        loop {
            let key = match self.inner(span)? {
                (Event::MappingEnd, _) => break,
                (event, span) => self.node(event, span, depth + 1)?,
            };
            let (event, span) = self.inner(span)?;
            let value = self.node(event, span, depth + 1)?;
            let Kind::Scalar(scalar) = key.kind else {
                let problem = Diagnostic::error(&YAML_KEY, key.origin, "a key must be a string")
                    .with_help("quote it; a template prints values with `${{ … }}`");
                self.problems.push(problem);
                continue;
            };
            map.entries.push(Entry { key: Key { origin: key.origin, scalar }, value });
        }
        self.problems.extend(duplicate_keys(&map));
        Ok(map)
    }

    fn alias(&mut self, id: usize, origin: Origin) -> Result<Node, Stop> {
        match self.anchors.get(&id) {
            Some((node, size)) => {
                let (node, size) = (node.clone(), *size);
                self.spend(size, origin)?;
                Ok(node)
            }
            // The parser rejects undefined aliases. An anchor is stored once its node is complete, so this alias is in its own.
            None => {
                Err(vec![Diagnostic::error(&YAML_SYNTAX, origin, "an alias cannot be inside its own anchor")])
            }
        }
    }

    fn spend(&mut self, nodes: usize, origin: Origin) -> Result<(), Stop> {
        self.nodes = self.nodes.checked_sub(nodes).ok_or_else(|| {
            vec![Diagnostic::error(
                &YAML_LIMIT,
                origin,
                "too many nodes or characters (aliases count each time)",
            )]
        })?;
        Ok(())
    }

    /// Reads a block scalar as GitLab's reader does: no line break is added at the end of the file, and the indentation is not
    /// found from a tab.
    fn block(&self, text: &mut String, span: Span) -> Result<(), Stop> {
        if !self.text.ends_with(['\n', '\r']) && text.ends_with('\n') && self.is_end(span.end) {
            text.pop();
        }
        let header = self.text.lines().nth(span.start.line().saturating_sub(1)).unwrap_or_default();
        let header: String =
            header.chars().skip(span.start.col()).take_while(|c| !c.is_whitespace()).collect();
        let is_indented = header.contains(|c: char| c.is_ascii_digit());
        if !is_indented && text.trim_start_matches('\n').starts_with('\t') {
            let problem =
                Diagnostic::error(&YAML_SYNTAX, self.origin(span), "a block string cannot begin with a tab");
            return Err(vec![
                problem.with_help("set its indentation, for example `|2`, or indent with spaces"),
            ]);
        }
        Ok(())
    }

    /// Returns `true` at the end of the file.
    fn is_end(&self, marker: granit_parser::Marker) -> bool {
        let lines = self.text.lines();
        let (count, last) = lines.fold((0, ""), |(count, _), line| (count + 1, line));
        marker.line() >= count && marker.col() >= last.chars().count()
    }

    fn origin(&self, span: Span) -> Origin {
        let (start, end) = (span.start, span.end);
        let width = if start.line() == end.line() { end.col().saturating_sub(start.col()) } else { 0 };
        (self.locate)(Position {
            line: number(start.line()),
            column: number(start.col()) + 1,
            width: number(width),
        })
    }

    fn syntax(&self, error: &ScanError) -> Stop {
        let mark = error.marker();
        vec![syntax::problem(self.text, (mark.line(), mark.col() + 1), &error.info(), self.locate)]
    }

    /// Reports an item that is indented too deep, which YAML silently reads as part of the item above.
    fn folded_item(&mut self, text: &str, span: Span) {
        let lines: Vec<&str> = self.text.lines().take(span.end.line() + 1).collect();
        let folded = (span.start.line()..lines.len()).find(|index| {
            // The parser's end of a scalar can be on the line after it.
            text.contains(lines[*index].trim()) && syntax::continues_item(&lines, *index)
        });
        let Some(folded) = folded else { return };
        let above = syntax::content_above(&lines, folded).unwrap_or(folded);
        let origin = syntax::line_origin(&lines, folded, self.locate);
        let message = "this line looks like an item, but continues the item above";
        self.problems.push(
            Diagnostic::error(&YAML_FOLDED_ITEM, origin, message)
                .with_label(syntax::line_origin(&lines, above, self.locate), "the item above")
                .with_help("indent both lines the same, or quote the string that has two lines"),
        );
    }
}
