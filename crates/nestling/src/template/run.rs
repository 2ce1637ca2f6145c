//! Runs a compiled template. The engine stops at the first mistake; an author sees all of them after one run.

use super::bounds;
use super::engine::{Compiled, TemplateEngine, refuse_too_deep};
use super::engine_messages::missing_template;
use super::files::serving;
use super::marks::calls::with_calls;
use super::marks::wrap::visible;
use super::messages::context::enclosing_macro;
use super::messages::engine_error::{FailedExpression, engine_error, error_chain, failed_expression};
use super::scope::Scope;
use crate::template::rules::TEMPLATE_LIMIT;
use crate::template_syntax::expressions;
use minijinja::{Error, ErrorKind, Value};
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Severity, Suggestion};

/// The most mistakes of one template that are looked for.
const MAX_MISTAKES: usize = 20;

/// The part of the fuel that a run has which looks for the next mistake.
const FUEL_OF_NEXT_RUN: u64 = 10;

/// The way out where all units together are too much.
pub(crate) const FEWER_UNITS: &str = "plan fewer units at once: `--only` and `--except` name them";

/// Reason why a run stopped, and the expression.
struct Stop {
    problems: Vec<Diagnostic>,
    expression: Option<FailedExpression>,
}

impl From<Vec<Diagnostic>> for Stop {
    fn from(problems: Vec<Diagnostic>) -> Self {
        Self { problems, expression: None }
    }
}

/// A template as it was before an expression in it was replaced.
struct Original {
    name: String,
    template: Compiled,
}

impl TemplateEngine<'_> {
    /// Runs a template and returns its text with marks and placeholders. An expression that fails in a `${{ }}` is
    /// replaced by a number and the run begun again, so that the next mistake is found too; after a control line that
    /// fails, nothing can be known.
    pub(crate) fn run(&self, name: &str, values: &Value, scope: &Scope) -> Result<String, Vec<Diagnostic>> {
        let mut problems: Vec<Diagnostic> = Vec::new();
        let mut originals = Vec::new();
        let text = loop {
            let stop = match self.attempt(name, values, scope) {
                Ok(text) => break Some(text),
                Err(stop) => stop,
            };
            // A limit that only the search for the next mistake meets is none of the template's.
            let is_limit = stop.problems.iter().any(|problem| problem.rule.id == TEMPLATE_LIMIT.id);
            if is_limit && !originals.is_empty() {
                break None;
            }
            // A loop reports the same mistake in each of its turns.
            for problem in stop.problems {
                if !problems.iter().any(|known| is_same(known, &problem)) {
                    problems.push(problem);
                }
            }
            let may_go_on = originals.len() + 1 < MAX_MISTAKES;
            // The next mistakes are looked for with less, so that those of a template that does much take no minutes.
            self.environment.borrow_mut().set_fuel(Some(self.limits.fuel / FUEL_OF_NEXT_RUN));
            let Some(expression) = stop.expression.filter(|_| may_go_on) else { break None };
            match self.replace_by_number(expression) {
                Some(original) => originals.push(original),
                None => break None,
            }
        };
        self.environment.borrow_mut().set_fuel(Some(self.limits.fuel));
        // Backwards, since a template can have been changed several times.
        for original in originals.into_iter().rev() {
            self.recompile(original.name, original.template);
        }
        text.filter(|_| problems.is_empty()).ok_or(problems)
    }

    /// Runs the text of a header's string.
    pub(crate) fn run_string(&self, text: &str, scope: &Scope) -> Result<String, Box<Diagnostic>> {
        let (values, _) = scope.engine_values(self.files_of_header(scope));
        self.placeholders.clear();
        refuse_too_deep(text, FileId::from_index(0)).map_err(Box::new)?;
        // What the calls cannot be put around is the engine's own error.
        let text = with_calls(text, &bounds::calls(text).unwrap_or_default());
        let result = self.environment.borrow().render_str(&text, values);
        result.map_err(|error| Box::new(engine_error(&error, scope, self.sources, &|_| None)))
    }

    /// Runs a template up to its first mistake. A template whose name is computed and that the engine does not have yet
    /// is compiled, and the run begun again.
    fn attempt(&self, name: &str, values: &Value, scope: &Scope) -> Result<String, Stop> {
        loop {
            self.placeholders.clear();
            let result = self.rendered(name, values);
            let error = match result {
                Ok((text, steps)) => {
                    // With its values in place of their placeholders, and captured text in each place that prints it.
                    let bytes = self.placeholders.size_of(&text).bytes;
                    if bytes > self.limits.output as u64 {
                        return Err(vec![self.too_long(name, bytes)].into());
                    }
                    return self.add_work(name, steps, bytes).map(|()| text).map_err(|it| vec![*it].into());
                }
                Err(error) => error,
            };
            let missing = error_chain(&error).into_iter().find_map(missing_template);
            let Some(missing) = missing else {
                let problems = vec![self.problem(&error, name, scope)];
                return Err(Stop { problems, expression: failed_expression(&error) });
            };
            match self.templates.find(missing)? {
                Some(template) if !self.is_compiled(missing) => self.compile(missing, &template.body)?,
                _ => {
                    let problem = self.problem(&error, name, scope);
                    return Err(vec![self.with_near_template(problem, missing)].into());
                }
            }
        }
    }

    /// Runs a template, and answers what it asks about the repository's files. Returns its text and the steps that it took.
    fn rendered(&self, name: &str, values: &Value) -> Result<(String, u64), Error> {
        let environment = self.environment.borrow();
        let environment = &*environment;
        let render = || {
            let captured = environment.get_template(name)?.render_captured(values)?;
            let steps = captured.state().fuel_levels().map_or(0, |(consumed, _)| consumed);
            Ok((captured.into_output(), steps))
        };
        if !self.asking.borrow().contains(name) {
            let result = render();
            if !self.answers.take_unanswered() {
                return result;
            }
            // Few templates ask, and a thread takes as long as a small one.
            self.asking.borrow_mut().insert(name.to_owned());
            self.placeholders.clear();
        }
        serving(&self.answers, &|question| self.answered(question), render).unwrap_or_else(|error| {
            let message = format!("no thread can be started: {error}");
            Err(Error::new(ErrorKind::InvalidOperation, message))
        })
    }

    /// Returns an error of the run as a diagnostic, with the macro that it is in.
    fn problem(&self, error: &Error, name: &str, scope: &Scope) -> Diagnostic {
        let problem = engine_error(error, scope, self.sources, &|name| self.marked(name));
        // The chain of includes says more.
        if problem.notes.iter().any(|note| note.starts_with("included from")) {
            return problem;
        }
        let Some((rendered, _)) = self.marked(name) else { return problem };
        match problem.origin().and_then(|origin| enclosing_macro(origin, rendered, self.sources)) {
            Some(note) => problem.with_note(note),
            None => problem,
        }
    }

    /// Replaces the `${{ }}` that an error is in by one that prints a number and is as wide, so that columns hold.
    fn replace_by_number(&self, failed: FailedExpression) -> Option<Original> {
        let (file, marked) = self.marked(&failed.template)?;
        let mut expressions = expressions(&marked).into_iter();
        let range =
            expressions.find(|range| range.start <= failed.range.start && failed.range.end <= range.end)?;
        let expression = visible(&marked[range.clone()]);
        let first = expression.find(|c: char| !c.is_whitespace())?;
        let mut number = String::with_capacity(expression.len());
        for (offset, c) in expression.char_indices() {
            number.push(match c {
                // So that lines hold.
                '\n' => '\n',
                _ if offset == first => '0',
                _ => ' ',
            });
        }
        let replaced = format!("{}{number}{}", &marked[..range.start], &marked[range.end..]);
        self.recompile(failed.template.clone(), Compiled { file, marked: replaced });
        Some(Original { name: failed.template, template: Compiled { file, marked } })
    }

    fn recompile(&self, name: String, template: Compiled) {
        // One that cannot be compiled leaves the engine as it was, and the next run stops where the last one did.
        let result = self.environment.borrow_mut().add_template_owned(name.clone(), template.marked.clone());
        if result.is_ok() {
            self.compiled.borrow_mut().insert(name, template);
        }
    }

    fn with_near_template(&self, mut problem: Diagnostic, missing: &str) -> Diagnostic {
        problem.message = format!("unknown template `{missing}`");
        let stem = missing.trim_end_matches(".yml").trim_end_matches(".yaml");
        let names = self.templates.names();
        match Suggestion::among(stem, names.iter().map(String::as_str)).word() {
            Some(near) => problem.with_help(format!("did you mean `{near}{}`?", &missing[stem.len()..])),
            None => problem,
        }
    }

    /// Adds to the work of all renderings: their steps, and their text, which is kept until the pipeline is written.
    ///
    /// # Errors
    /// It is more than the limit for all of them.
    fn add_work(&self, name: &str, steps: u64, bytes: u64) -> Result<(), Box<Diagnostic>> {
        let steps = self.total_steps.get().saturating_add(steps);
        let bytes = self.total_output.get().saturating_add(bytes);
        self.total_steps.set(steps);
        self.total_output.set(bytes);
        let exceeded = if steps > self.limits.total_fuel {
            format!("took more than {} steps", self.limits.total_fuel)
        } else if bytes > self.limits.total_output {
            format!("rendered to more than {} bytes", self.limits.total_output)
        } else {
            return Ok(());
        };
        let message = format!("the templates of all units together {exceeded}, which is the limit");
        let problem = Diagnostic::new(&TEMPLATE_LIMIT, Severity::Error, message).with_help(FEWER_UNITS);
        Err(Box::new(match self.marked(name) {
            Some((file, _)) => problem.with_label(Origin::file(file), ""),
            None => problem,
        }))
    }

    fn too_long(&self, name: &str, length: u64) -> Diagnostic {
        let message = format!("the template rendered to {length} bytes; the limit is {}", self.limits.output);
        let problem = Diagnostic::new(&TEMPLATE_LIMIT, Severity::Error, message);
        match self.marked(name) {
            Some((file, _)) => problem.with_label(Origin::file(file), ""),
            None => problem,
        }
    }
}

/// Returns `true` if two diagnostics report one mistake.
fn is_same(a: &Diagnostic, b: &Diagnostic) -> bool {
    (a.rule, &a.message, a.origin()) == (b.rule, &b.message, b.origin())
}
