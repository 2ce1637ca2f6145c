//! Values that a contributor chooses: which `${{ }}` print one, found in the template's own syntax tree.
//!
//! Whoever opens a merge request chooses the name of its branch and of its files. Printed into a script as they are,
//! they run as commands (the same mistake as GitHub's script injection,
//! <https://docs.gitlab.com/ci/pipeline_security/>). The analysis follows names through `set`, `for`, `with` and the
//! parameters of macros, whatever the order of statements. What it finds is wrapped before rendering, so that the
//! store knows which placeholders hold such values; whether one went into a script is only known afterwards.

use crate::template::syntax::{braces, syntax};
use minijinja::machinery::ast::{BinOpKind, Call, CallArg, Expr, Macro, Spanned, Stmt};
use minijinja::machinery::parse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What a contributor chooses.
const SOURCES: [&str; 5] =
    ["pipeline.branch", "pipeline.tag", "pipeline.mr.source_branch", "unit.changed_files", "unit.reasons"];

/// Filters that leave nothing a shell could take for a command.
const CLEARING: [&str; 9] =
    ["sh", "slug", "env_slug", "length", "count", "int", "float", "bool", "urlencode"];

/// Functions that give back what they are given.
const PASSING: [&str; 2] = ["dict", "namespace"];

/// The parameters of macros that some call fills with such a value: the macro's name, and the parameter's position or
/// name, with the source.
pub(crate) type Parameters = BTreeMap<(String, String), String>;

/// A `${{ }}` that prints such a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Emit {
    /// The bytes between the braces.
    pub inside: Range<usize>,
    /// What it prints, such as `pipeline.branch`.
    pub source: String,
}

/// Finds them. `parameters` grows with every call of a macro that passes such a value on.
pub(crate) fn find(source: &str, parameters: &mut Parameters) -> Vec<Emit> {
    if !mentions(source, parameters) {
        return Vec::new();
    }
    let Ok(Stmt::Template(template)) = parse(source, "", syntax()) else { return Vec::new() };
    let mut walk = Walk { names: BTreeMap::new(), parameters, emits: Vec::new() };
    loop {
        let before = (walk.names.len(), walk.parameters.len());
        walk.emits.clear();
        walk.statements(&template.children);
        if before == (walk.names.len(), walk.parameters.len()) {
            break;
        }
    }
    let emits = std::mem::take(&mut walk.emits);
    let braces = braces(source);
    let inside = |at: usize| braces.iter().find(|range| range.contains(&at)).cloned();
    emits.into_iter().filter_map(|(at, source)| Some(Emit { inside: inside(at)?, source })).collect()
}

/// Whether there is anything to look for.
fn mentions(source: &str, parameters: &Parameters) -> bool {
    ["pipeline", "changed_files", "reasons"].iter().any(|word| source.contains(word))
        || parameters.keys().any(|(name, _)| source.contains(name.as_str()))
}

struct Walk<'p> {
    /// The names that hold such a value, with its source.
    names: BTreeMap<String, String>,
    parameters: &'p mut Parameters,
    /// Where each is printed.
    emits: Vec<(usize, String)>,
}

impl Walk<'_> {
    fn statements(&mut self, statements: &[Stmt<'_>]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt<'_>) {
        match statement {
            Stmt::Template(it) => self.statements(&it.children),
            Stmt::EmitExpr(it) => {
                if let Some(source) = self.source(&it.expr) {
                    self.emits.push((it.expr.span().start_offset as usize, source));
                }
            }
            Stmt::ForLoop(it) => {
                let source = self.source(&it.iter);
                self.assign(&it.target, source);
                self.statements(&it.body);
                self.statements(&it.else_body);
            }
            Stmt::IfCond(it) => {
                self.source(&it.expr);
                self.statements(&it.true_body);
                self.statements(&it.false_body);
            }
            Stmt::WithBlock(it) => {
                for (target, value) in &it.assignments {
                    let source = self.source(value);
                    self.assign(target, source);
                }
                self.statements(&it.body);
            }
            Stmt::Set(it) => {
                let source = self.source(&it.expr);
                self.assign(&it.target, source);
            }
            // What is captured stays in its own placeholders.
            Stmt::SetBlock(it) => self.statements(&it.body),
            Stmt::AutoEscape(it) => self.statements(&it.body),
            Stmt::FilterBlock(it) => self.statements(&it.body),
            Stmt::Block(it) => self.statements(&it.body),
            Stmt::Macro(it) => self.declared(it),
            Stmt::CallBlock(it) => {
                self.call(&it.call);
                self.statements(&it.macro_decl.body);
            }
            Stmt::Do(it) => drop(self.call(&it.call)),
            Stmt::EmitRaw(_)
            | Stmt::Import(_)
            | Stmt::FromImport(_)
            | Stmt::Extends(_)
            | Stmt::Include(_) => {}
        }
    }

    /// A macro: the parameters that some call fills are such names in it.
    fn declared(&mut self, it: &Macro<'_>) {
        let mut added = Vec::new();
        for (at, parameter) in it.args.iter().enumerate() {
            let Expr::Var(parameter) = parameter else { continue };
            let key = |which: String| (it.name.to_owned(), which);
            let source = self.parameters.get(&key(at.to_string()));
            let source = source.or_else(|| self.parameters.get(&key(parameter.id.to_owned())));
            if let Some(source) = source.cloned()
                && self.names.insert(parameter.id.to_owned(), source).is_none()
            {
                added.push(parameter.id);
            }
        }
        self.statements(&it.body);
        for name in added {
            self.names.remove(name);
        }
    }

    fn assign(&mut self, target: &Expr<'_>, source: Option<String>) {
        let Some(source) = source else { return };
        match target {
            Expr::Var(name) => drop(self.names.entry(name.id.to_owned()).or_insert(source)),
            Expr::GetAttr(it) => self.assign(&it.expr, Some(source)),
            Expr::List(it) => it.items.iter().for_each(|item| self.assign(item, Some(source.clone()))),
            Expr::Tuple(it) => it.items.iter().for_each(|item| self.assign(item, Some(source.clone()))),
            _ => {}
        }
    }

    /// What an expression gives of a contributor's choice, if anything.
    fn source(&mut self, expression: &Expr<'_>) -> Option<String> {
        if let Some(path) = path(expression) {
            let chosen = |source: &&&str| **source == path || path.starts_with(&format!("{source}."));
            if let Some(source) = SOURCES.iter().find(chosen) {
                return Some((*source).to_owned());
            }
        }
        match expression {
            Expr::Var(it) => self.names.get(it.id).cloned(),
            Expr::Const(_) | Expr::UnaryOp(_) | Expr::Compare(_) | Expr::Test(_) => None,
            Expr::Slice(it) => self.source(&it.expr),
            Expr::GetAttr(it) => self.source(&it.expr),
            Expr::GetItem(it) => self.source(&it.expr),
            Expr::BinOp(it) => {
                let passes = matches!(
                    it.op,
                    BinOpKind::ScAnd | BinOpKind::ScOr | BinOpKind::Add | BinOpKind::Concat | BinOpKind::Mul
                );
                let (left, right) = (self.source(&it.left), self.source(&it.right));
                if passes { left.or(right) } else { None }
            }
            Expr::IfExpr(it) => {
                let taken = self.source(&it.true_expr);
                taken.or_else(|| it.false_expr.as_ref().and_then(|other| self.source(other)))
            }
            Expr::Filter(it) => {
                let arguments = self.arguments(&it.args);
                let inner = it.expr.as_ref().and_then(|inner| self.source(inner));
                if CLEARING.contains(&it.name) { None } else { inner.or(arguments) }
            }
            Expr::Call(it) => self.call(it),
            Expr::List(it) => self.first(&it.items),
            Expr::Tuple(it) => self.first(&it.items),
            Expr::Map(it) => {
                let keys = self.first(&it.keys);
                self.first(&it.values).or(keys)
            }
        }
    }

    fn first(&mut self, items: &[Expr<'_>]) -> Option<String> {
        items.iter().map(|item| self.source(item)).fold(None, Option::or)
    }

    fn arguments(&mut self, arguments: &[CallArg<'_>]) -> Option<String> {
        arguments.iter().map(|argument| self.source(value(argument))).fold(None, Option::or)
    }

    /// A call: of a method, of a function that gives back what it is given, or of a macro, whose parameters are noted.
    fn call(&mut self, it: &Spanned<Call<'_>>) -> Option<String> {
        let passed = self.arguments(&it.args);
        let (name, receiver) = match &it.expr {
            Expr::Var(name) => (name.id, None),
            Expr::GetAttr(method) => (method.name, self.source(&method.expr)),
            other => return self.source(other).or(passed),
        };
        if receiver.is_some() || PASSING.contains(&name) {
            return receiver.or(passed);
        }
        for (at, argument) in it.args.iter().enumerate() {
            let Some(source) = self.source(value(argument)) else { continue };
            let which = match argument {
                CallArg::Kwarg(name, _) => (*name).to_owned(),
                _ => at.to_string(),
            };
            self.parameters.entry((name.to_owned(), which)).or_insert(source);
        }
        None
    }
}

fn value<'e, 'a>(argument: &'e CallArg<'a>) -> &'e Expr<'a> {
    match argument {
        CallArg::Pos(value)
        | CallArg::Kwarg(_, value)
        | CallArg::PosSplat(value)
        | CallArg::KwargSplat(value) => value,
    }
}

/// `a.b.c`, if an expression is nothing else.
fn path(expression: &Expr<'_>) -> Option<String> {
    match expression {
        Expr::Var(name) => Some(name.id.to_owned()),
        Expr::GetAttr(it) => Some(format!("{}.{}", path(&it.expr)?, it.name)),
        Expr::GetItem(it) => {
            let key = it.subscript_expr.as_const()?;
            Some(format!("{}.{}", path(&it.expr)?, key.as_str()?))
        }
        _ => None,
    }
}

/// The names of the macros that a template defines.
pub(crate) fn defines(source: &str, names: &BTreeSet<&str>) -> bool {
    names.iter().any(|name| source.contains(&format!("macro {name}(")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        let mut parameters = Parameters::new();
        find(source, &mut parameters).into_iter().map(|emit| source[emit.inside].trim().to_owned()).collect()
    }

    #[test]
    fn values_are_followed_to_where_they_are_printed() {
        let one = |source: &str, want: &[&str]| assert_eq!(found(source), want, "{source}");
        one("${{ pipeline.branch }} ${{ pipeline.sha }}", &["pipeline.branch"]);
        one("${{ pipeline['mr'].source_branch }}", &["pipeline['mr'].source_branch"]);
        one("a ${{- pipeline.branch -}} b", &["pipeline.branch"]);
        one("{% raw %}${{ pipeline.branch }}{% endraw %}", &[]);
        one("${{ pipeline.branch | sh }} ${{ pipeline.tag | slug }}", &[]);
        one("${{ 'a' if pipeline.branch == 'main' else 'b' }}", &[]);
        one("${{ 'git checkout ' ~ pipeline.branch }}", &["'git checkout ' ~ pipeline.branch"]);
        one("${{ pipeline.tag | default('v0') | upper }}", &["pipeline.tag | default('v0') | upper"]);
        one("{% for file in unit.changed_files %}${{ file }}{% endfor %}", &["file"]);
        one("{% set b = pipeline.branch %}${{ b }}", &["b"]);
        one("{% set ns = namespace() %}{% set ns.b = pipeline.tag %}${{ ns.b }}", &["ns.b"]);
        one("{% macro m(a, b) %}${{ a }} ${{ b }}{% endmacro %}${{ m(1, pipeline.tag) }}", &["b"]);
        one("{% macro m(a) %}${{ a }}{% endmacro %}${{ m(a=unit.changed_files) }} ${{ a }}", &["a"]);
        one("${{ unit.changed_files | length }}", &[]);
        one("${{ pipeline.default_branch }}", &[]);
    }
}
