//! From rendered text to a tree: without its marks, with its values, and with every node at the line that wrote it.

use super::interpolation;
use super::marks::locate::{Locator, SourceLines};
use super::marks::private_use::unescape;
use super::marks::strip::{StrippedLine, StrippedText};
use super::messages::context::enclosing_macro;
use super::scope::Scope;
use super::tree_cache::TreeCache;
use super::values::captured::expand_captured;
use super::values::place::Place;
use super::values::placeholders::{CAPTURE_DEPTH, Placeholders};
use super::values::substitute::{ReadCaptured, Substitution};
use crate::template::rules::{TEMPLATE_LIMIT, YAML_DOCUMENTS};
use crate::template_syntax::hidden::reveal;
use crate::workspace::Body;
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Sources, has_errors};
use nestling_gitlab::yaml::{self, Node, ParseLimits, Position, merge_keys};
use std::borrow::Cow;

/// Reads rendered text into trees.
pub(crate) struct TreeReader<'a> {
    sources: &'a Sources,
    source_lines: SourceLines<'a>,
    cache: TreeCache,
    placeholders: Placeholders,
}

/// A tree, and warnings about it.
pub(crate) type TreeResult = Result<(Node, Vec<Diagnostic>), Vec<Diagnostic>>;

impl<'a> TreeReader<'a> {
    /// Makes a reader that takes values from these placeholders.
    pub(crate) fn new(sources: &'a Sources, placeholders: Placeholders) -> Self {
        let source_lines = SourceLines::new(sources);
        Self { sources, source_lines, cache: TreeCache::default(), placeholders }
    }

    /// Reads a body that the engine has nothing to do for.
    pub(crate) fn read_plain(&self, body: &Body, scope: &Scope) -> TreeResult {
        let mut problems = Vec::new();
        let documents = yaml::parse_file(&body.text, body.file).map_err(as_written)?;
        let mut node = only_document(documents, Origin::file(body.file), &mut problems);
        interpolate_inputs(&mut node, &body.text, scope, &mut problems);
        if body.has_hidden {
            self.substitute(&mut node, 0, Place::Pipeline, &mut problems);
        }
        finish(node, problems)
    }

    /// Reads a body that the engine rendered, with the values of this rendering.
    pub(crate) fn read_rendered(&self, rendered: &str, file: FileId, scope: &Scope) -> TreeResult {
        let result = self.read_with_values(rendered, file, scope);
        result.map_err(|problems| {
            let problems = as_written(problems).into_iter();
            problems.map(|problem| self.with_rendered_template(problem, file)).collect()
        })
    }

    fn read_with_values(&self, rendered: &str, file: FileId, scope: &Scope) -> TreeResult {
        let marked = expand_captured(rendered, &self.placeholders);
        let mut problems = Vec::new();
        let mut node = match self.cache.get(file, &marked) {
            Some(node) => node,
            None => {
                let node = self.parse(&marked, file, &mut problems)?;
                // Problems of the text are reported for each unit, as if it were read for each.
                if problems.is_empty() {
                    self.cache.insert(file, &marked, &node);
                }
                node
            }
        };
        interpolate_inputs(&mut node, &marked, scope, &mut problems);
        self.substitute(&mut node, 0, Place::Pipeline, &mut problems);
        finish(node, problems)
    }

    /// Puts the values of this rendering into a tree.
    pub(crate) fn substitute(
        &self,
        node: &mut Node,
        depth: usize,
        place: Place,
        problems: &mut Vec<Diagnostic>,
    ) {
        let placeholders = &self.placeholders;
        Substitution { placeholders, reader: self, depth, place, problems }.node(node);
    }

    /// Adds which template was rendered, where the mistake is in another file, such as one with macros.
    fn with_rendered_template(&self, problem: Diagnostic, rendered: FileId) -> Diagnostic {
        match problem.origin() {
            Some(origin) if origin.file != rendered => {
                let note = enclosing_macro(origin, rendered, self.sources)
                    .unwrap_or_else(|| format!("used by `{}`", self.sources.path(rendered)));
                problem.with_note(note)
            }
            _ => problem,
        }
    }

    fn parse(
        &self,
        marked: &str,
        file: FileId,
        problems: &mut Vec<Diagnostic>,
    ) -> Result<Node, Vec<Diagnostic>> {
        let stripped = StrippedText::strip(marked);
        let locator = Locator::new(&stripped, &self.source_lines, file);
        let locate = |position: Position| locator.origin(position);
        match yaml::parse(&stripped.text, &locate, &ParseLimits::default()) {
            Ok(documents) => Ok(only_document(documents, Origin::file(file), problems)),
            Err(problems) => {
                Err(problems.into_iter().map(|problem| self.with_rendered_line(problem, &stripped)).collect())
            }
        }
    }

    /// Adds the text that the YAML reader saw. What a template with control lines wrote can look unlike its source.
    fn with_rendered_line(&self, problem: Diagnostic, stripped: &StrippedText) -> Diagnostic {
        let Some(origin) = problem.origin() else { return problem };
        let file = origin.file.index();
        let is_written_there =
            |line: &StrippedLine| line.marks.iter().any(|mark| (mark.file, mark.line) == (file, origin.line));
        let Some(line_index) = stripped.lines.iter().position(is_written_there) else { return problem };
        let rendered = self.placeholders.resolved(stripped.line_text(line_index));
        let rendered = unescape(&rendered);
        let rendered = reveal(rendered.trim());
        let is_as_written = self
            .source_lines
            .with_line(file, origin.line, |source| source.iter().collect::<String>().trim() == rendered);
        if is_as_written || rendered.is_empty() {
            return problem;
        }
        problem.with_note(format!("rendered as `{rendered}`"))
    }

    fn read_nested(
        &self,
        text: &str,
        origin: Origin,
        depth: usize,
        place: Place,
        problems: &mut Vec<Diagnostic>,
    ) -> Result<Node, Vec<Diagnostic>> {
        if depth > CAPTURE_DEPTH {
            return Err(vec![Diagnostic::error(
                &TEMPLATE_LIMIT,
                origin,
                "macros are nested too deeply here",
            )]);
        }
        let stripped = StrippedText::strip(&expand_captured(text, &self.placeholders));
        let has_marks = stripped.lines.iter().any(|line| !line.marks.is_empty());
        let locator = Locator::new(&stripped, &self.source_lines, origin.file);
        // Text without a line of its own, such as a `set` on one line, is located where it is printed.
        let locate = |position: Position| if has_marks { locator.origin(position) } else { origin };
        let documents = yaml::parse(&stripped.text, &locate, &ParseLimits::default())?;
        let mut node = only_document(documents, origin, problems);
        self.substitute(&mut node, depth, place, problems);
        Ok(node)
    }
}

impl ReadCaptured for TreeReader<'_> {
    fn read_captured(
        &self,
        text: &str,
        origin: Origin,
        depth: usize,
        place: Place,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Node> {
        match self.read_nested(text, origin, depth, place, problems) {
            Ok(node) => Some(node),
            Err(found) => {
                problems.extend(found);
                None
            }
        }
    }
}

/// Puts the braces of GitLab's expressions back into what messages quote.
fn as_written(problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let reveal_message = |mut problem: Diagnostic| {
        if let Cow::Owned(message) = reveal(&problem.message) {
            problem.message = message;
        }
        problem
    };
    problems.into_iter().map(reveal_message).collect()
}

/// Interpolates `$[[ ]]`, in component files only: for scripts of other templates it is text.
fn interpolate_inputs(node: &mut Node, text: &str, scope: &Scope, problems: &mut Vec<Diagnostic>) {
    if interpolation::has_blocks(text) && scope.inputs.is_object() {
        let values = interpolation::Values { inputs: &scope.inputs, component: &scope.component };
        interpolation::interpolate_all(node, &values, problems);
    }
}

fn finish(mut node: Node, mut problems: Vec<Diagnostic>) -> TreeResult {
    problems.extend(merge_keys(&mut node).err().unwrap_or_default());
    if has_errors(&problems) { Err(problems) } else { Ok((node, problems)) }
}

/// Returns the first document, and reports a second one, which GitLab would drop silently.
fn only_document(documents: Vec<Node>, origin: Origin, problems: &mut Vec<Diagnostic>) -> Node {
    let mut documents = documents.into_iter();
    let first = documents.next().unwrap_or_else(|| Node::plain(origin, ""));
    if let Some(second) = documents.next() {
        let message = "a second document starts here, which GitLab would drop";
        let problem = Diagnostic::error(&YAML_DOCUMENTS, second.origin, message);
        problems.push(problem.with_help("remove the `---`"));
    }
    first
}
