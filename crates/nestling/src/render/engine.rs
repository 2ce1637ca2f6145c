//! Renders the body of a template for a scope, from text to a tree with origins.

use super::lines::Lines;
use super::locate::{Texts, origin};
use super::mark::mark;
use super::problem::problem;
use super::put_back::PutBack;
use super::scope::Scope;
use super::store::Store;
use super::syntax::{is_template, syntax};
use super::{component, filters, sign, splice};
use crate::diagnostic::{Diagnostic, FileId, Origin, Severity, Sources, did_you_mean};
use crate::workspace::{Body, Read, Templates};
use crate::yaml::{self, Node, Position, merge_keys};
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering;

/// How much one rendering may do.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Steps of the engine; each also pays for 64 bytes of text.
    pub fuel: u64,
    /// Macros and includes inside each other.
    pub recursion: usize,
    /// Bytes of rendered text.
    pub output: usize,
}

impl Default for Limits {
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
}

/// Renders bodies. Each template is compiled once, whatever the number of units that use it.
pub struct Renderer<'a> {
    sources: &'a Sources,
    templates: &'a Templates<'a>,
    texts: Texts<'a>,
    limits: Limits,
    store: Store,
    engine: RefCell<Environment<'static>>,
    /// The templates that the engine has, by the name that it knows them under.
    known: RefCell<HashMap<String, (FileId, String)>>,
}

impl<'a> Renderer<'a> {
    /// A renderer whose includes and imports are found among these templates.
    pub fn new(sources: &'a Sources, templates: &'a Templates<'a>, limits: Limits) -> Self {
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
            if value.is_undefined() {
                return Err(ErrorKind::UndefinedError.into());
            }
            out.write_str(&values.keep(value)).map_err(Into::into)
        });
        filters::add(&mut engine, &store);
        let (engine, known) = (RefCell::new(engine), RefCell::default());
        Self { sources, templates, texts: Texts::new(sources), limits, store, engine, known }
    }

    /// Renders a body.
    ///
    /// # Errors
    /// What is wrong with the template or with what it rendered to, at the template's own lines.
    pub fn render(&self, body: &Body, scope: &Scope) -> Result<Rendered, Vec<Diagnostic>> {
        let (marked, environment_read) = if is_template(&body.text) {
            let name = self.name(body)?;
            let (values, read) = scope.values();
            self.store.clear();
            let text = self.run(&name, &values, scope)?;
            (splice::splice(&text, &self.store), read.load(Ordering::Relaxed))
        } else {
            refuse_signs(&body.text, body.file)?;
            (body.text.to_string(), false)
        };
        let exact = !is_template(&body.text);
        match self.tree(&marked, body.file, exact, scope) {
            Ok(node) => Ok(Rendered { node, environment_read }),
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
                        self.put_back(node, node.origin.file, scope, problems);
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
            self.compile(&name, body)?;
        }
        Ok(name)
    }

    fn compile(&self, name: &str, body: &Body) -> Result<(), Vec<Diagnostic>> {
        refuse_signs(&body.text, body.file)?;
        let marked = mark(&body.text, body.file.index());
        self.known.borrow_mut().insert(name.to_owned(), (body.file, marked.clone()));
        let compiled = self.engine.borrow_mut().add_template_owned(name.to_owned(), marked);
        compiled.map_err(|error| {
            let known = self.known.borrow_mut().remove(name);
            vec![problem(&error, &nothing(), self.sources, &|_| known.clone())]
        })?;
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

    /// Runs a template. One whose name it computes and that the engine does not have yet is compiled, and the run begun
    /// again.
    fn run(
        &self,
        name: &str,
        values: &BTreeMap<&'static str, Value>,
        scope: &Scope,
    ) -> Result<String, Vec<Diagnostic>> {
        loop {
            let error = {
                let engine = self.engine.borrow();
                let template = engine.get_template(name);
                match template.and_then(|template| template.render(values)) {
                    Ok(text) if text.len() <= self.limits.output => return Ok(text),
                    Ok(text) => return Err(vec![self.too_long(name, text.len())]),
                    Err(error) => error,
                }
            };
            match missing_template(&error).map(|wanted| (self.templates.find(&wanted), wanted)) {
                Some((Ok(Some(template)), wanted)) if !self.known.borrow().contains_key(&wanted) => {
                    self.compile(&wanted, &template.body)?;
                }
                Some((Err(problems), _)) => return Err(problems),
                wanted => {
                    let marked = |name: &str| self.known.borrow().get(name).cloned();
                    let problem = problem(&error, scope, self.sources, &marked);
                    return Err(vec![match wanted {
                        Some((_, wanted)) => self.no_such_template(problem, &wanted),
                        None => problem,
                    }]);
                }
            }
            self.store.clear();
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
        let problem = Diagnostic::new("template-limit", Severity::Error, message);
        match self.known.borrow().get(name) {
            Some((file, _)) => problem.with_label(Origin::file(*file), ""),
            None => problem,
        }
    }

    /// Reads marked text into a tree with the values in their places.
    fn tree(&self, marked: &str, file: FileId, exact: bool, scope: &Scope) -> Result<Node, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let mut node = if exact {
            one_document(yaml::parse_file(marked, file)?, Origin::file(file), &mut problems)
        } else {
            self.parse(marked, file, &mut problems)?
        };
        if component::is_component(marked) && scope.inputs.is_object() {
            component::interpolate(&mut node, &scope.inputs, &mut problems);
        }
        if !exact {
            self.put_back(&mut node, file, scope, &mut problems);
        }
        problems.extend(merge_keys(&mut node).err().unwrap_or_default());
        if problems.is_empty() { Ok(node) } else { Err(problems) }
    }

    fn parse(
        &self,
        marked: &str,
        file: FileId,
        problems: &mut Vec<Diagnostic>,
    ) -> Result<Node, Vec<Diagnostic>> {
        let lines = Lines::strip(marked);
        let locate = |at: Position| origin(&lines, &self.texts, file, at);
        let documents = yaml::parse(&lines.text, &locate, &yaml::Limits::default());
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
            let text = sign::unescape(&text).into_owned();
            let same =
                self.texts.with_line(origin.file.index(), origin.line, |source| source.trim() == text.trim());
            if same || text.is_empty() {
                problem
            } else {
                problem.with_note(format!("rendered as `{}`", text.trim()))
            }
        };
        problems.into_iter().map(shown).collect()
    }

    /// Says which template was rendered where the mistake is in another file, such as one with macros.
    fn with_user(&self, problem: Diagnostic, rendered: FileId) -> Diagnostic {
        match problem.origin() {
            Some(origin) if origin.file != rendered => {
                let note = format!("used by `{}`", self.sources.path(rendered));
                problem.with_note(note)
            }
            _ => problem,
        }
    }

    fn put_back(&self, node: &mut Node, file: FileId, scope: &Scope, problems: &mut Vec<Diagnostic>) {
        self.put_back_at(node, file, scope, 0, problems);
    }

    fn put_back_at(
        &self,
        node: &mut Node,
        file: FileId,
        scope: &Scope,
        depth: usize,
        problems: &mut Vec<Diagnostic>,
    ) {
        let parse = |text: &str, at: Origin, depth: usize| self.captured(text, at, scope, depth);
        let mut back = PutBack { store: &self.store, parse: &parse, depth, problems: Vec::new() };
        back.node(node);
        let _ = file;
        problems.extend(back.problems);
    }

    /// Reads text that a macro made, where it stands for a whole node.
    fn captured(&self, text: &str, at: Origin, scope: &Scope, depth: usize) -> Result<Node, Vec<Diagnostic>> {
        const DEPTH: usize = 50;
        if depth > DEPTH {
            return Err(vec![Diagnostic::error("template-limit", at, "macros are nested too deep here")]);
        }
        let mut problems = Vec::new();
        let marked = splice::splice(text, &self.store);
        let lines = Lines::strip(&marked);
        let locate = |position: Position| match lines.table.iter().any(|line| !line.marks.is_empty()) {
            true => origin(&lines, &self.texts, at.file, position),
            false => at,
        };
        let documents = yaml::parse(&lines.text, &locate, &yaml::Limits::default())?;
        let mut node = one_document(documents, at, &mut problems);
        self.put_back_at(&mut node, at.file, scope, depth, &mut problems);
        if problems.is_empty() { Ok(node) } else { Err(problems) }
    }
}

/// GitLab drops every document but the first in silence.
fn one_document(documents: Vec<Node>, at: Origin, problems: &mut Vec<Diagnostic>) -> Node {
    let mut documents = documents.into_iter();
    let first = documents.next().unwrap_or_else(|| Node::plain(at, ""));
    if let Some(second) = documents.next() {
        problems.push(
            Diagnostic::error(
                "yaml-documents",
                second.origin,
                "a second document begins here, which GitLab would drop",
            )
            .with_help("take the `---` out"),
        );
    }
    first
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

fn refuse_signs(text: &str, file: FileId) -> Result<(), Vec<Diagnostic>> {
    if !sign::has_sign(text) {
        return Ok(());
    }
    let (line, column) = text
        .lines()
        .enumerate()
        .find_map(|(line, text)| Some((line, text.chars().position(sign::is_sign)?)))
        .unwrap_or_default();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let origin = Origin::span(file, number(line) + 1, number(column) + 1, 1);
    let message = "a template cannot hold private-use characters from U+F0000 to U+F001F";
    Err(vec![Diagnostic::error("template-character", origin, message).with_help("take the character out")])
}

/// A scope for messages that no value can help with.
fn nothing() -> Scope {
    use serde_json::Value::Null;
    let environment = super::scope::EnvironmentScope::unbound();
    Scope { unit: Null, inputs: Null, vars: Null, environment, pipeline: Null }
}
