//! Renders the body of a template for a scope, from text to a tree with origins.

use super::checks::reserved_characters::reserved_character;
use super::engine::{RenderLimits, TemplateEngine};
use super::scope::Scope;
use super::tree::TreeReader;
use super::unit_prints::UnitPrints;
use super::values::place::Place;
use super::values::placeholders::Placeholders;
use crate::template_syntax::is_template;
use crate::template_syntax::owner::{OwnerProblem, separate};
use crate::template_syntax::rules::EXPRESSION_OWNER;
use crate::workspace::{Body, Templates};
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Sources};
use nestling_gitlab::yaml::{Kind, Node};
use std::sync::atomic::Ordering;

/// A rendered body.
#[derive(Debug)]
pub(crate) struct Rendered {
    /// The tree; null where the body is empty.
    pub node: Node,
    /// Set if the template read `environment` while none was known.
    pub environment_read: bool,
    /// Warnings, such as of an untrusted value in a script.
    pub warnings: Vec<Diagnostic>,
}

/// Work of renderings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RenderingWork {
    /// Steps of the engine.
    pub steps: u64,
    /// Bytes of their text.
    pub bytes: u64,
    /// Number of questions that templates asked about the repository's files and about fingerprints.
    pub questions: u64,
}

impl RenderingWork {
    /// Returns the work since an earlier moment.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            steps: self.steps.saturating_sub(earlier.steps),
            bytes: self.bytes.saturating_sub(earlier.bytes),
            questions: self.questions.saturating_sub(earlier.questions),
        }
    }
}

/// Renders bodies. Each template is compiled once, whatever the number of units that use it.
pub(crate) struct Renderer<'a> {
    engine: TemplateEngine<'a>,
    reader: TreeReader<'a>,
}

impl<'a> Renderer<'a> {
    /// Makes a renderer whose includes and imports are found among these templates, and whose templates ask about these files.
    pub(crate) fn new(
        sources: &'a Sources,
        templates: &'a Templates<'a>,
        files: &'a dyn Files,
        limits: RenderLimits,
    ) -> Self {
        // The engine fills them and the reader empties them.
        let placeholders = Placeholders::default();
        Self {
            engine: TemplateEngine::new(sources, templates, files, limits, placeholders.clone()),
            reader: TreeReader::new(sources, placeholders),
        }
    }

    /// Lets templates ask for the fingerprints of units.
    pub(crate) fn with_prints(mut self, prints: Option<&'a dyn UnitPrints>) -> Self {
        self.engine.prints = prints;
        self
    }

    /// Returns the work of all renderings so far.
    pub(crate) fn work(&self) -> RenderingWork {
        let engine = &self.engine;
        let (steps, bytes) = (engine.total_steps.get(), engine.total_output.get());
        RenderingWork { steps, bytes, questions: engine.answers.questions() }
    }

    /// Counts the work of renderings that are left out, and returns `true` if that of all is within the limits.
    pub(crate) fn add_work(&self, work: RenderingWork) -> bool {
        let engine = &self.engine;
        engine.total_steps.set(engine.total_steps.get().saturating_add(work.steps));
        engine.total_output.set(engine.total_output.get().saturating_add(work.bytes));
        engine.total_steps.get() <= engine.limits.total_fuel
            && engine.total_output.get() <= engine.limits.total_output
    }

    /// Says which paths changed, for the comparison of units with what they were.
    pub(crate) fn compare_with(&self, changed: Vec<RepoPath>) {
        self.engine.compare_with(changed);
    }

    /// Returns `true` if what one unit renders can depend on what others have: on a macro that one of them calls with an untrusted value.
    pub(crate) fn mixes_units(&self) -> bool {
        self.engine.has_untrusted_parameters()
    }

    /// Renders a body.
    ///
    /// # Errors
    /// The mistakes of the template and of the text that it rendered to, at the template's own lines.
    pub(crate) fn render(&self, body: &Body, scope: &Scope) -> Result<Rendered, Vec<Diagnostic>> {
        if body.is_plain || !is_template(&body.text) {
            self.read_plain(body, scope)
        } else {
            self.run(body, scope)
        }
    }

    fn read_plain(&self, body: &Body, scope: &Scope) -> Result<Rendered, Vec<Diagnostic>> {
        if let Some(problem) = reserved_character(body) {
            return Err(vec![problem]);
        }
        if !body.problems.is_empty() {
            return Err(body.problems.clone());
        }
        let (node, warnings) = self.reader.read_plain(body, scope)?;
        Ok(Rendered { node, environment_read: false, warnings })
    }

    fn run(&self, body: &Body, scope: &Scope) -> Result<Rendered, Vec<Diagnostic>> {
        let name = self.engine.name_of_body(body)?;
        let (values, environment_read) = scope.engine_values(self.engine.files_of(scope));
        let text = self.engine.run(&name, &values, scope)?;
        let (node, warnings) = self.reader.read_rendered(&text, body.file, scope)?;
        Ok(Rendered { node, environment_read: environment_read.load(Ordering::Relaxed), warnings })
    }

    /// Evaluates the `${{ }}` in the strings of a tree that is part of a header.
    ///
    /// # Errors
    /// The mistakes in them, each at its string.
    pub(crate) fn evaluate(&self, node: &Node, scope: &Scope) -> Result<Node, Vec<Diagnostic>> {
        let mut node = node.clone();
        let mut problems = Vec::new();
        self.evaluate_in(&mut node, scope, &mut problems);
        if problems.is_empty() { Ok(node) } else { Err(problems) }
    }

    fn evaluate_in(&self, node: &mut Node, scope: &Scope, problems: &mut Vec<Diagnostic>) {
        match &mut node.kind {
            Kind::Seq(items) => items.iter_mut().for_each(|item| self.evaluate_in(item, scope, problems)),
            Kind::Map(map) => {
                for entry in &mut map.entries {
                    self.evaluate_in(&mut entry.value, scope, problems);
                }
            }
            Kind::Scalar(scalar) if scalar.text.contains("${{") => {
                let separated = separate(&scalar.text).unwrap_or_default();
                if !separated.problems.is_empty() {
                    problems
                        .extend(separated.problems.iter().map(|problem| two_owners(problem, node.origin)));
                    return;
                }
                let text = if separated.text.is_empty() { &scalar.text } else { &*separated.text };
                match self.engine.run_string(text, scope) {
                    Ok(text) => {
                        scalar.text = text.into();
                        self.reader.substitute(node, 0, Place::Data, problems);
                    }
                    Err(problem) => {
                        // The engine knows the string alone, and not where the header has it.
                        let mut problem = *problem;
                        problem.labels.clear();
                        problems.push(problem.with_label(node.origin, ""));
                    }
                }
            }
            Kind::Scalar(_) => {}
        }
    }
}

fn two_owners(problem: &OwnerProblem, origin: Origin) -> Diagnostic {
    Diagnostic::error(&EXPRESSION_OWNER, origin, problem.message.clone()).with_help(problem.help.clone())
}
