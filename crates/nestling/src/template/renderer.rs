//! Renders the body of a template for a scope, from text to a tree with origins.

use crate::template::checks::import_alias;
use crate::template::checks::orphan_blocks;
use crate::template::filters;
use crate::template::marks::insert::mark;
use crate::template::marks::locate::Texts;
use crate::template::marks::private_use;
use crate::template::messages::engine_error::problem;
use crate::template::rules::TEMPLATE_CHARACTER;
use crate::template::scope::Scope;
use crate::template::syntax::{is_template, syntax};
use crate::template::tree_cache::Shapes;
use crate::template::untrusted::{self, Parameters};
use crate::template::values::captured;
use crate::template::values::placeholders::Store;
use crate::template::values::substitute::Spot;
use crate::workspace::{Body, Read, Templates};
use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value};
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Sources, number};
use nestling_gitlab::yaml::{self, Node};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering;

/// How much one rendering may do.
#[derive(Debug, Clone, Copy)]
pub struct RenderLimits {
    /// Steps of the engine; each also pays for 64 bytes of text.
    pub fuel: u64,
    /// Macros and includes inside each other.
    pub recursion: usize,
    /// Bytes of rendered text.
    pub output: usize,
}

impl Default for RenderLimits {
    fn default() -> Self {
        Self { fuel: 2_000_000, recursion: 100, output: 16 << 20 }
    }
}

/// What a body rendered to.
#[derive(Debug)]
pub struct Rendered {
    /// The tree; null where the body is empty.
    pub node: Node,
    /// Whether it asked for `environment` while none was known.
    pub environment_read: bool,
    /// What could be meant otherwise, such as a branch's name in a script.
    pub warnings: Vec<Diagnostic>,
}

/// Renders bodies. Each template is compiled once, whatever the number of units that use it.
pub struct Renderer<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) templates: &'a Templates<'a>,
    pub(crate) texts: Texts<'a>,
    pub(crate) shapes: Shapes,
    pub(crate) limits: RenderLimits,
    pub(crate) store: Store,
    pub(crate) engine: RefCell<Environment<'static>>,
    /// The templates that the engine has, by the name that it knows them under.
    pub(crate) known: RefCell<HashMap<String, (FileId, String)>>,
    /// The parameters of macros that are filled with a contributor's choice.
    parameters: RefCell<Parameters>,
}

impl<'a> Renderer<'a> {
    /// A renderer whose includes and imports are found among these templates.
    pub fn new(sources: &'a Sources, templates: &'a Templates<'a>, limits: RenderLimits) -> Self {
        let store = Store::default();
        let mut engine = Environment::new();
        engine.set_syntax(syntax());
        engine.set_undefined_behavior(UndefinedBehavior::Strict);
        engine.set_auto_escape_callback(|_| AutoEscape::Custom("yaml".into()));
        engine.set_debug(true);
        engine.set_fuel(Some(limits.fuel));
        engine.set_recursion_limit(limits.recursion);
        engine.remove_global("debug");
        let values = store.clone();
        engine.set_formatter(move |out, _, value| {
            if holds_undefined(value, 0) {
                return Err(ErrorKind::UndefinedError.into());
            }
            out.write_str(&values.keep(value)).map_err(Into::into)
        });
        filters::add(&mut engine, &store);
        let (engine, known) = (RefCell::new(engine), RefCell::default());
        let (texts, parameters) = (Texts::new(sources), RefCell::default());
        let shapes = Shapes::default();
        Self { sources, templates, texts, shapes, limits, store, engine, known, parameters }
    }

    /// Renders a body.
    ///
    /// # Errors
    /// What is wrong with the template or with what it rendered to, at the template's own lines.
    pub fn render(&self, body: &Body, scope: &Scope) -> Result<Rendered, Vec<Diagnostic>> {
        let exact = !is_template(&body.text);
        let rendered = if exact {
            refuse_signs(&body.text, body.file)?;
            self.tree(&body.text, body.file, exact, scope).map(|tree| (tree, false))
        } else {
            let name = self.name(body)?;
            let (values, read) = scope.values();
            let text = self.run(&name, &values, scope)?;
            let marked = captured::splice(&text, &self.store);
            self.tree(&marked, body.file, exact, scope).map(|tree| (tree, read.load(Ordering::Relaxed)))
        };
        match rendered {
            Ok(((node, warnings), environment_read)) => Ok(Rendered { node, environment_read, warnings }),
            Err(problems) => {
                Err(problems.into_iter().map(|problem| self.with_user(problem, body.file)).collect())
            }
        }
    }

    /// Evaluates the `${{ }}` in the texts of a tree that stands in a header.
    ///
    /// # Errors
    /// What is wrong in one of them, at its place.
    pub fn evaluate(&self, node: &Node, scope: &Scope) -> Result<Node, Vec<Diagnostic>> {
        let mut node = node.clone();
        let mut problems = Vec::new();
        self.evaluate_in(&mut node, scope, &mut problems);
        if problems.is_empty() { Ok(node) } else { Err(problems) }
    }

    fn evaluate_in(&self, node: &mut Node, scope: &Scope, problems: &mut Vec<Diagnostic>) {
        match &mut node.kind {
            yaml::Kind::Seq(items) => {
                items.iter_mut().for_each(|item| self.evaluate_in(item, scope, problems));
            }
            yaml::Kind::Map(map) => {
                map.entries.iter_mut().for_each(|entry| self.evaluate_in(&mut entry.value, scope, problems));
            }
            yaml::Kind::Scalar(scalar) if scalar.text.contains("${{") => {
                let (values, _) = scope.values();
                self.store.clear();
                let rendered = self.engine.borrow().render_str(&scalar.text, values);
                match rendered {
                    Ok(text) => {
                        scalar.text = text.into();
                        self.put_back(node, 0, Spot::Elsewhere, problems);
                    }
                    Err(error) => {
                        let mut found = problem(&error, scope, self.sources, &|_| None);
                        found.labels.clear();
                        problems.push(found.with_label(node.origin, ""));
                    }
                }
            }
            yaml::Kind::Scalar(_) => {}
        }
    }

    /// Hands a body to the engine, if it does not have it yet, and gives its name there.
    fn name(&self, body: &Body) -> Result<String, Vec<Diagnostic>> {
        let name = format!("#{}", body.file.index());
        if !self.known.borrow().contains_key(&name) {
            let before = self.parameters.borrow().len();
            self.compile(&name, body)?;
            if self.parameters.borrow().len() > before {
                self.distrust_again()?;
            }
        }
        Ok(name)
    }

    /// Compiles the templates again whose macros are now given a contributor's choice.
    fn distrust_again(&self) -> Result<(), Vec<Diagnostic>> {
        loop {
            let parameters = self.parameters.borrow().clone();
            let names: BTreeSet<&str> = parameters.keys().map(|(name, _)| name.as_str()).collect();
            let known: Vec<(String, FileId)> =
                self.known.borrow().iter().map(|(name, (file, _))| (name.clone(), *file)).collect();
            for (name, file) in known {
                let marked = self.known.borrow().get(&name).map(|(_, text)| private_use::visible(text));
                if let Some(text) = marked.filter(|text| untrusted::defines(text, &names)) {
                    self.hand_over(&name, file, &text)?;
                }
            }
            if self.parameters.borrow().len() == parameters.len() {
                return Ok(());
            }
        }
    }

    pub(crate) fn compile(&self, name: &str, body: &Body) -> Result<(), Vec<Diagnostic>> {
        refuse_signs(&body.text, body.file)?;
        orphan_blocks::refuse(body, self.templates)?;
        self.hand_over(name, body.file, &body.text)?;
        for read in body.reads() {
            if let Read::Named(wanted) = read
                && !self.known.borrow().contains_key(wanted)
                && let Some(template) = self.templates.find(wanted)?
            {
                self.compile(wanted, &template.body)?;
            }
        }
        Ok(())
    }

    /// Marks a template and gives it to the engine.
    fn hand_over(&self, name: &str, file: FileId, text: &str) -> Result<(), Vec<Diagnostic>> {
        if let Some(problem) = import_alias::refuse(text, file) {
            return Err(vec![problem]);
        }
        let emits = untrusted::find(text, &mut self.parameters.borrow_mut());
        let marked = mark(text, file.index(), &emits);
        self.known.borrow_mut().insert(name.to_owned(), (file, marked.clone()));
        let compiled = self.engine.borrow_mut().add_template_owned(name.to_owned(), marked);
        compiled.map_err(|error| {
            let known = self.known.borrow_mut().remove(name);
            vec![problem(&error, &nothing(), self.sources, &|_| known.clone())]
        })
    }
}

/// Whether a value is undefined, or a list or a mapping that holds something that is.
fn holds_undefined(value: &Value, depth: usize) -> bool {
    const DEPTH: usize = 6;
    if value.is_undefined() {
        return true;
    }
    let items = match value.kind() {
        ValueKind::Seq if depth < DEPTH => value.try_iter().ok(),
        ValueKind::Map if depth < DEPTH => {
            let values = value.try_iter().ok().map(|keys| keys.filter_map(|key| value.get_item(&key).ok()));
            return values.into_iter().flatten().any(|item| holds_undefined(&item, depth + 1));
        }
        _ => None,
    };
    items.into_iter().flatten().any(|item| holds_undefined(&item, depth + 1))
}

fn refuse_signs(text: &str, file: FileId) -> Result<(), Vec<Diagnostic>> {
    if !private_use::has_sign(text) {
        return Ok(());
    }
    let (line, column) = text
        .lines()
        .enumerate()
        .find_map(|(line, text)| Some((line, text.chars().position(private_use::is_sign)?)))
        .unwrap_or_default();
    let origin = Origin::span(file, number(line) + 1, number(column) + 1, 1);
    let message = "a template cannot hold private-use characters from U+F0000 to U+F001F";
    Err(vec![Diagnostic::error(&TEMPLATE_CHARACTER, origin, message).with_help("take the character out")])
}

/// A scope for messages that no value can help with.
fn nothing() -> Scope {
    use serde_json::Value::Null;
    let environment = crate::template::scope::EnvironmentScope::unbound();
    Scope { unit: Null, inputs: Null, vars: Null, environment, pipeline: Null }
}
