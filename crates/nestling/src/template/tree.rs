//! From rendered text to a tree: without its marks, with its values, and every node at home.

use crate::template::interpolation;
use crate::template::marks::locate::Locator;
use crate::template::marks::private_use;
use crate::template::marks::strip::Lines;
use crate::template::messages::context;
use crate::template::renderer::Renderer;
use crate::template::rules::TEMPLATE_LIMIT;
use crate::template::scope::Scope;
use crate::template::values::captured;
use crate::template::values::substitute::{PutBack, Spot};
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, has_errors};
use nestling_gitlab::yaml::rules::YAML_DOCUMENTS;
use nestling_gitlab::yaml::{self, Node, Position, merge_keys};
use std::cell::RefCell;

impl Renderer<'_> {
    /// Reads marked text into a tree with the values in their places, and gives what is to be warned of.
    pub(crate) fn tree(
        &self,
        marked: &str,
        file: FileId,
        exact: bool,
        scope: &Scope,
    ) -> Result<(Node, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let mut node = if exact {
            one_document(yaml::parse_file(marked, file)?, Origin::file(file), &mut problems)
        } else if let Some(node) = self.shapes.get(file, marked) {
            node
        } else {
            let node = self.parse(marked, file, &mut problems)?;
            if problems.is_empty() {
                self.shapes.keep(file, marked, &node);
            }
            node
        };
        if interpolation::is_component(marked) && scope.inputs.is_object() {
            interpolation::interpolate(&mut node, &scope.inputs, &mut problems);
        }
        if !exact {
            self.put_back(&mut node, 0, Spot::Elsewhere, &mut problems);
        }
        problems.extend(merge_keys(&mut node).err().unwrap_or_default());
        if has_errors(&problems) { Err(problems) } else { Ok((node, problems)) }
    }

    fn parse(
        &self,
        marked: &str,
        file: FileId,
        problems: &mut Vec<Diagnostic>,
    ) -> Result<Node, Vec<Diagnostic>> {
        let lines = Lines::strip(marked);
        let locator = Locator::new(&lines, &self.texts, file);
        let documents = yaml::parse(&lines.text, &|at| locator.origin(at), &yaml::ParseLimits::default());
        let documents = documents.map_err(|found| self.with_rendered_lines(found, &lines))?;
        Ok(one_document(documents, Origin::file(file), problems))
    }

    /// What a template with control lines wrote can look unlike its source: shows the text that the YAML reader saw.
    fn with_rendered_lines(&self, problems: Vec<Diagnostic>, lines: &Lines) -> Vec<Diagnostic> {
        let shown = |problem: Diagnostic| {
            let Some(origin) = problem.origin() else { return problem };
            let index = lines.table.iter().position(|line| {
                line.marks.iter().any(|mark| mark.file == origin.file.index() && mark.line == origin.line)
            });
            let text = index.map(|index| self.store.resolved(lines.line(index))).unwrap_or_default();
            let text = private_use::unescape(&text).into_owned();
            let same = self.texts.with_line(origin.file.index(), origin.line, |source| {
                source.iter().collect::<String>().trim() == text.trim()
            });
            if same || text.is_empty() {
                problem
            } else {
                problem.with_note(format!("rendered as `{}`", text.trim()))
            }
        };
        problems.into_iter().map(shown).collect()
    }

    /// Says which template was rendered where the mistake is in another file, such as one with macros.
    pub(crate) fn with_user(&self, problem: Diagnostic, rendered: FileId) -> Diagnostic {
        match problem.origin() {
            Some(origin) if origin.file != rendered => {
                let found = context::in_macro(origin, rendered, self.sources);
                let used = || format!("used by `{}`", self.sources.path(rendered));
                problem.with_note(found.unwrap_or_else(used))
            }
            _ => problem,
        }
    }

    pub(crate) fn put_back(&self, node: &mut Node, depth: usize, spot: Spot, problems: &mut Vec<Diagnostic>) {
        let told = RefCell::new(Vec::new());
        let parse = |text: &str, at: Origin, depth: usize, spot: Spot| {
            self.captured(text, at, depth, spot).map(|(node, warnings)| {
                told.borrow_mut().extend(warnings);
                node
            })
        };
        let mut back = PutBack { store: &self.store, parse: &parse, depth, spot, problems: Vec::new() };
        back.node(node);
        problems.extend(back.problems);
        problems.extend(told.into_inner());
    }

    /// Reads text that a macro made, where it stands for a whole node.
    fn captured(
        &self,
        text: &str,
        at: Origin,
        depth: usize,
        spot: Spot,
    ) -> Result<(Node, Vec<Diagnostic>), Vec<Diagnostic>> {
        const DEPTH: usize = 50;
        if depth > DEPTH {
            return Err(vec![Diagnostic::error(&TEMPLATE_LIMIT, at, "macros are nested too deep here")]);
        }
        let mut problems = Vec::new();
        let marked = captured::splice(text, &self.store);
        let lines = Lines::strip(&marked);
        let marked = lines.table.iter().any(|line| !line.marks.is_empty());
        let locator = Locator::new(&lines, &self.texts, at.file);
        let locate = |position: Position| if marked { locator.origin(position) } else { at };
        let documents = yaml::parse(&lines.text, &locate, &yaml::ParseLimits::default())?;
        let mut node = one_document(documents, at, &mut problems);
        self.put_back(&mut node, depth, spot, &mut problems);
        if has_errors(&problems) { Err(problems) } else { Ok((node, problems)) }
    }
}

/// GitLab drops every document but the first in silence.
fn one_document(documents: Vec<Node>, at: Origin, problems: &mut Vec<Diagnostic>) -> Node {
    let mut documents = documents.into_iter();
    let first = documents.next().unwrap_or_else(|| Node::plain(at, ""));
    if let Some(second) = documents.next() {
        problems.push(
            Diagnostic::error(
                &YAML_DOCUMENTS,
                second.origin,
                "a second document begins here, which GitLab would drop",
            )
            .with_help("take the `---` out"),
        );
    }
    first
}
