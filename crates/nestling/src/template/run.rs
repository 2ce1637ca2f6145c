//! Runs a compiled template. The engine stops at the first mistake; an author hears of all of them in one run.

use crate::template::messages::context;
use crate::template::messages::engine_error::{Found, found, problem};
use crate::template::renderer::Renderer;
use crate::template::rules::TEMPLATE_LIMIT;
use crate::template::scope::Scope;
use crate::template::syntax::braces;
use minijinja::{ErrorKind, Value};
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Severity, did_you_mean};
use std::collections::BTreeMap;

/// How many mistakes of one template are looked for.
const MOST: usize = 20;

/// Why a run stopped, and at which expression.
struct Stop {
    problems: Vec<Diagnostic>,
    at: Option<Found>,
}

impl From<Vec<Diagnostic>> for Stop {
    fn from(problems: Vec<Diagnostic>) -> Self {
        Self { problems, at: None }
    }
}

/// A template as it was before an expression in it was covered.
struct Original {
    name: String,
    file: FileId,
    text: String,
}

impl Renderer<'_> {
    /// Runs a template. An expression that fails in a `${{ }}` is covered and the run begun again, so that the next
    /// mistake is found too; behind a control line that fails, nothing can be known.
    pub(crate) fn run(
        &self,
        name: &str,
        values: &BTreeMap<&'static str, Value>,
        scope: &Scope,
    ) -> Result<String, Vec<Diagnostic>> {
        let mut problems: Vec<Diagnostic> = Vec::new();
        let mut originals = Vec::new();
        let outcome = loop {
            self.store.clear();
            let stop = match self.attempt(name, values, scope) {
                Ok(text) => break Some(text),
                Err(stop) => stop,
            };
            for found in stop.problems {
                if !problems.iter().any(|known| same(known, &found)) {
                    problems.push(found);
                }
            }
            let covered = stop.at.filter(|_| originals.len() + 1 < MOST).and_then(|at| self.cover(at));
            match covered {
                Some(original) => originals.push(original),
                None => break None,
            }
        };
        originals
            .into_iter()
            .rev()
            .for_each(|original| self.replace(original.name, original.file, original.text));
        outcome.filter(|_| problems.is_empty()).ok_or(problems)
    }

    /// Runs a template up to its first mistake. One whose name it computes and that the engine does not have yet is
    /// compiled, and the run begun again.
    fn attempt(
        &self,
        name: &str,
        values: &BTreeMap<&'static str, Value>,
        scope: &Scope,
    ) -> Result<String, Stop> {
        loop {
            let error = {
                let engine = self.engine.borrow();
                let template = engine.get_template(name);
                match template.and_then(|template| template.render(values)) {
                    Ok(text) if text.len() <= self.limits.output => return Ok(text),
                    Ok(text) => return Err(vec![self.too_long(name, text.len())].into()),
                    Err(error) => error,
                }
            };
            match missing_template(&error).map(|wanted| (self.templates.find(&wanted), wanted)) {
                Some((Ok(Some(template)), wanted)) if !self.known.borrow().contains_key(&wanted) => {
                    self.compile(&wanted, &template.body)?;
                }
                Some((Err(problems), _)) => return Err(problems.into()),
                wanted => {
                    let marked = |name: &str| self.known.borrow().get(name).cloned();
                    let problem = problem(&error, scope, self.sources, &marked);
                    let problem = self.in_macro(problem, name);
                    return Err(match wanted {
                        Some((_, wanted)) => vec![self.no_such_template(problem, &wanted)].into(),
                        None => Stop { problems: vec![problem], at: found(&error) },
                    });
                }
            }
            self.store.clear();
        }
    }

    /// Puts a number in the place of the `${{ }}` that an error is in, as wide as its author sees it.
    fn cover(&self, at: Found) -> Option<Original> {
        let (file, text) = self.known.borrow().get(&at.name)?.clone();
        let is_in =
            |inside: &std::ops::Range<usize>| inside.start <= at.range.start && at.range.end <= inside.end;
        let inside = braces(&text).into_iter().find(is_in)?;
        let expression = crate::template::marks::private_use::visible(&text[inside.clone()]);
        let first = expression.find(|c: char| !c.is_whitespace())?;
        let blank = |(at, c): (usize, char)| match c {
            '\n' => '\n',
            _ if at == first => '0',
            _ => ' ',
        };
        let number: String = expression.char_indices().map(blank).collect();
        let covered = format!("{}{number}{}", &text[..inside.start], &text[inside.end..]);
        self.replace(at.name.clone(), file, covered);
        Some(Original { name: at.name, file, text })
    }

    fn replace(&self, name: String, file: FileId, text: String) {
        // One that cannot be compiled leaves the engine as it was, and the next run stops where the last one did.
        if self.engine.borrow_mut().add_template_owned(name.clone(), text.clone()).is_ok() {
            self.known.borrow_mut().insert(name, (file, text));
        }
    }

    /// Names the macro that an error is in.
    fn in_macro(&self, problem: Diagnostic, name: &str) -> Diagnostic {
        let rendered = self.known.borrow().get(name).map(|(file, _)| *file);
        let found = problem.origin().zip(rendered);
        let included = problem.notes.iter().any(|note| note.starts_with("included from"));
        match found.and_then(|(at, rendered)| context::in_macro(at, rendered, self.sources)) {
            Some(note) if !included => problem.with_note(note),
            _ => problem,
        }
    }

    fn no_such_template(&self, mut problem: Diagnostic, wanted: &str) -> Diagnostic {
        problem.message = format!("there is no template `{wanted}`");
        let stem = wanted.trim_end_matches(".yml").trim_end_matches(".yaml");
        let names = self.templates.names();
        match did_you_mean(stem, names.iter().map(String::as_str)) {
            Some(near) => problem.with_help(format!("did you mean `{near}{}`?", &wanted[stem.len()..])),
            None => problem,
        }
    }

    fn too_long(&self, name: &str, length: usize) -> Diagnostic {
        let message = format!("the template rendered to {length} bytes; the limit is {}", self.limits.output);
        let problem = Diagnostic::new(&TEMPLATE_LIMIT, Severity::Error, message);
        match self.known.borrow().get(name) {
            Some((file, _)) => problem.with_label(Origin::file(*file), ""),
            None => problem,
        }
    }
}

/// The name of a template that an error says is missing.
fn missing_template(error: &minijinja::Error) -> Option<String> {
    let mut at: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = at {
        if let Some(error) = error.downcast_ref::<minijinja::Error>()
            && error.kind() == ErrorKind::TemplateNotFound
        {
            let detail = error.detail()?;
            return Some(detail.split(['"', '\'']).nth(1)?.to_owned());
        }
        at = error.source();
    }
    None
}

/// Whether two messages tell of one mistake.
fn same(a: &Diagnostic, b: &Diagnostic) -> bool {
    (a.rule, &a.message, a.origin()) == (b.rule, &b.message, b.origin())
}
