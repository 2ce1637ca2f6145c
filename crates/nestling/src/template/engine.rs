//! The engine with the templates that it has compiled. Each is compiled once, whatever the number of units that use it.

use super::bounds;
use super::checks::import_alias::wrong_import_alias;
use super::checks::orphan_blocks::orphan_blocks;
use super::checks::reserved_characters::reserved_character;
use super::files::{Answers, FileQuestion, FilesObject, PrintAnswers, Weighed, answer, compared_path};
use super::filters::add_filters;
use super::marks::insert::insert_marks;
use super::marks::wrap::visible;
use super::messages::engine_error::{Refused, engine_error};
use super::scope::Scope;
use super::source_position::span;
use super::unit_prints::{UNCOMMITTED, UnitPrints};
use super::untrusted::{self, UntrustedParameters};
use super::values::charge::{Price, charge};
use super::values::placeholders::Placeholders;
use crate::template::rules::{TEMPLATE_LIMIT, TEMPLATE_SYNTAX};
use crate::template_syntax::nesting::{MAX_OPERATORS, too_deep};
use crate::template_syntax::syntax;
use crate::workspace::{Body, Read, Templates};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};
use nestling_files::files::Files;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Sources};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};

/// Refuses a template with an expression that is too deep to be parsed.
pub(crate) fn refuse_too_deep(text: &str, file: FileId) -> Result<(), Diagnostic> {
    let Some(offset) = too_deep(text) else { return Ok(()) };
    let message = format!("an expression has more than {MAX_OPERATORS} nested operators");
    let problem = Diagnostic::error(&TEMPLATE_LIMIT, span(file, text, offset, 3), message);
    Err(problem.with_help("split it: assign a part of it to a variable with `set`"))
}

/// Limits of one rendering.
#[derive(Debug, Clone, Copy)]
pub struct RenderLimits {
    /// Steps of the engine; each also pays for 64 bytes of text.
    pub fuel: u64,
    /// Macros and includes inside each other.
    pub recursion: usize,
    /// Bytes of rendered text.
    pub output: usize,
    /// Steps of all renderings of a pipeline together.
    pub total_fuel: u64,
    /// Bytes of the text of all renderings of a pipeline together.
    pub total_output: u64,
}

impl Default for RenderLimits {
    fn default() -> Self {
        Self {
            fuel: 2_000_000,
            recursion: 100,
            output: 16 << 20,
            total_fuel: 200_000_000,
            total_output: 128 << 20,
        }
    }
}

/// The largest number that a `range` has: the engine's own calculates with its bounds, and may overflow.
const LARGEST: isize = 1 << 40;

/// The engine's `range`, for numbers that it can calculate with.
fn range(lower: isize, upper: Option<isize>, step: Option<isize>) -> Result<Value, Error> {
    let is_large = |number: isize| !(-LARGEST..=LARGEST).contains(&number);
    if is_large(lower) || upper.is_some_and(is_large) || step.is_some_and(is_large) {
        return Err(Error::new(ErrorKind::InvalidOperation, "range has a number that is too large"));
    }
    minijinja::functions::range(lower, upper, step)
}

/// A template as the engine has it.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    pub file: FileId,
    /// Its text with marks.
    pub marked: String,
}

/// The engine, its templates and the values of the current rendering.
pub(crate) struct TemplateEngine<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) templates: &'a Templates<'a>,
    pub(crate) limits: RenderLimits,
    pub(crate) placeholders: Placeholders,
    pub(crate) environment: RefCell<Environment<'static>>,
    /// The compiled templates by the engine's name: [`Self::name_of_body`], or the name that another template uses.
    pub(crate) compiled: RefCell<HashMap<String, Compiled>>,
    untrusted_parameters: RefCell<UntrustedParameters>,
    /// Steps of all renderings so far, and bytes of their text.
    pub(crate) total_steps: Cell<u64>,
    pub(crate) total_output: Cell<u64>,
    /// The files that templates ask about.
    pub(crate) files: &'a dyn Files,
    /// The source of units' fingerprints; without it, all are `uncommitted`.
    pub(crate) prints: Option<&'a dyn UnitPrints>,
    /// The paths that changed, where two states of units are compared and these are the newer ones.
    changed: RefCell<Vec<RepoPath>>,
    pub(crate) answers: Answers,
    /// The templates, by the engine's name, that have asked what was not known yet.
    pub(crate) asking: RefCell<BTreeSet<String>>,
}

impl<'a> TemplateEngine<'a> {
    /// Makes an engine whose includes and imports are found among these templates.
    pub(crate) fn new(
        sources: &'a Sources,
        templates: &'a Templates<'a>,
        files: &'a dyn Files,
        limits: RenderLimits,
        placeholders: Placeholders,
    ) -> Self {
        let mut environment = Environment::new();
        environment.set_syntax(syntax());
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // An escaping of our own makes the engine call captured text safe, which distinguishes it from values.
        environment.set_auto_escape_callback(|_| AutoEscape::Custom("yaml".into()));
        // Without it, errors have no columns and no values.
        environment.set_debug(true);
        environment.set_fuel(Some(limits.fuel));
        environment.set_recursion_limit(limits.recursion);
        environment.remove_global("debug");
        environment.add_function("range", range);
        let values = placeholders.clone();
        environment.add_function("fail", move |message: &str| refuse(message, &values));
        let values = placeholders.clone();
        environment.set_formatter(move |out, state, value| {
            // Later steps walk through what is printed as often as it is printed: here it is paid for.
            let walk = charge(value, Price::WRITTEN, state, &values)?;
            if walk.holds_undefined {
                return Err(ErrorKind::UndefinedError.into());
            }
            out.write_str(&values.keep(value, walk.bytes)).map_err(Into::into)
        });
        add_filters(&mut environment, &placeholders, limits.fuel);
        Self {
            sources,
            templates,
            limits,
            placeholders,
            environment: RefCell::new(environment),
            compiled: RefCell::default(),
            untrusted_parameters: RefCell::default(),
            total_steps: Cell::new(0),
            total_output: Cell::new(0),
            files,
            prints: None,
            changed: RefCell::default(),
            answers: Answers::default(),
            asking: RefCell::default(),
        }
    }

    /// Says which paths changed, for the comparison of units with what they were.
    pub(crate) fn compare_with(&self, changed: Vec<RepoPath>) {
        *self.changed.borrow_mut() = changed;
    }

    /// Answers what a template asks about the commit that is planned.
    pub(crate) fn answered(&self, question: &FileQuestion) -> Weighed {
        let fingerprint = match question {
            FileQuestion::Fingerprint(of) => {
                self.prints.map_or_else(|| Ok(UNCOMMITTED.to_owned()), |prints| prints.fingerprint(of))
            }
            FileQuestion::ComparedPath(path) => Ok(compared_path(self.files, path, &self.changed.borrow())),
            _ => return answer(self.files, question),
        };
        Weighed { answer: fingerprint.map(Value::from), bytes: 0 }
    }

    /// Returns `files` as a template with this scope sees it.
    pub(crate) fn files_of(&self, scope: &Scope) -> FilesObject {
        let (answers, placeholders) = (Some(self.answers.clone()), self.placeholders.clone());
        let prints = match scope.is_compared {
            true => PrintAnswers::Compared(self.answers.clone()),
            false => PrintAnswers::Commit(self.answers.clone()),
        };
        FilesObject { directory: scope.directory.clone(), answers, placeholders, prints }
    }

    /// Returns `files` as a header sees it: to be refused.
    pub(crate) fn files_of_header(&self, scope: &Scope) -> FilesObject {
        FilesObject { answers: None, prints: PrintAnswers::Header, ..self.files_of(scope) }
    }

    /// Returns `true` if a macro is called with an untrusted value, which affects all that call it.
    pub(crate) fn has_untrusted_parameters(&self) -> bool {
        !self.untrusted_parameters.borrow().is_empty()
    }

    /// Compiles a body if the engine does not have it yet, and returns its name there.
    pub(crate) fn name_of_body(&self, body: &Body) -> Result<String, Vec<Diagnostic>> {
        // No file can be called so, since names of templates have no `#`.
        let name = format!("#{}", body.file.index());
        if self.is_compiled(&name) {
            return Ok(name);
        }
        let known_parameters = self.untrusted_parameters.borrow().clone();
        self.compile(&name, body)?;
        if *self.untrusted_parameters.borrow() != known_parameters {
            self.recompile_called_macros()?;
        }
        Ok(name)
    }

    pub(crate) fn is_compiled(&self, name: &str) -> bool {
        self.compiled.borrow().contains_key(name)
    }

    /// Looks up a compiled template: its file, and its text with marks.
    pub(crate) fn marked(&self, name: &str) -> Option<(FileId, String)> {
        let compiled = self.compiled.borrow();
        let template = compiled.get(name)?;
        Some((template.file, template.marked.clone()))
    }

    /// Compiles the templates again whose macros are now called with an untrusted value: in them, more expressions have
    /// to be wrapped. That can make parameters of further macros untrusted.
    fn recompile_called_macros(&self) -> Result<(), Vec<Diagnostic>> {
        loop {
            let parameters = self.untrusted_parameters.borrow().clone();
            let macros: BTreeSet<&str> = parameters.keys().map(|(name, _)| name.as_str()).collect();
            let mut affected = Vec::new();
            for (name, template) in &*self.compiled.borrow() {
                let source = visible(&template.marked);
                if untrusted::defines_macro(&source, &macros) {
                    affected.push((name.clone(), template.file, source));
                }
            }
            for (name, file, source) in affected {
                self.compile_marked(&name, file, &source)?;
            }
            if *self.untrusted_parameters.borrow() == parameters {
                return Ok(());
            }
        }
    }

    /// Compiles a body, and the templates that it names.
    pub(crate) fn compile(&self, name: &str, body: &Body) -> Result<(), Vec<Diagnostic>> {
        if let Some(problem) = reserved_character(body) {
            return Err(vec![problem]);
        }
        if !body.problems.is_empty() {
            return Err(body.problems.clone());
        }
        orphan_blocks(body, self.templates)?;
        self.compile_marked(name, body.file, &body.text)?;
        for read in body.reads() {
            // A template that does not exist is the engine's own error, and none if the line is not reached.
            if let Read::Named(wanted) = read
                && !self.is_compiled(&wanted)
                && let Some(template) = self.templates.find(&wanted)?
            {
                self.compile(&wanted, &template.body)?;
            }
        }
        Ok(())
    }

    /// Inserts marks into one template and gives it to the engine.
    fn compile_marked(&self, name: &str, file: FileId, text: &str) -> Result<(), Vec<Diagnostic>> {
        if let Some(problem) = wrong_import_alias(text, file) {
            return Err(vec![problem]);
        }
        refuse_too_deep(text, file).map_err(|problem| vec![problem])?;
        let calls = bounds::calls(text);
        let prints = untrusted::find(text, &mut self.untrusted_parameters.borrow_mut());
        let marked = insert_marks(text, file, &prints, calls.clone().unwrap_or_default());
        let result = self.environment.borrow_mut().add_template_owned(name.to_owned(), marked.clone());
        match result {
            Ok(()) => {
                // What the engine reads and we do not is not paid for.
                if let Err(offset) = calls {
                    let message = "invalid expression";
                    let origin = span(file, text, offset, 3);
                    return Err(vec![Diagnostic::error(&TEMPLATE_SYNTAX, origin, message)]);
                }
                self.compiled.borrow_mut().insert(name.to_owned(), Compiled { file, marked });
                Ok(())
            }
            Err(error) => {
                self.compiled.borrow_mut().remove(name);
                let marked = |_: &str| Some((file, marked.clone()));
                Err(vec![engine_error(&error, &Scope::empty(), self.sources, &marked)])
            }
        }
    }
}

/// Ends a rendering with the message of a template that cannot do what it is asked for.
fn refuse(message: &str, placeholders: &Placeholders) -> Result<Value, Error> {
    Err(Error::new(ErrorKind::InvalidOperation, placeholders.resolved(message)).with_source(Refused))
}
