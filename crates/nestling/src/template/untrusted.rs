//! Untrusted values: finds which `${{ }}` of a template print one, in the template's own syntax tree.
//!
//! Anyone who can open a merge request chooses the name of its branch and of its files. Interpolated into a script
//! unquoted, they run as commands (GitHub's script injection,
//! <https://docs.gitlab.com/ci/pipeline_security/>). The analysis follows names through `set`, `for`, `with` and the
//! parameters of macros, whatever the order of statements, and errs towards untrusted: a name is untrusted everywhere
//! in a template once one assignment makes it so. The expressions that it finds are wrapped before rendering, so that
//! the placeholders of untrusted values are known; whether one went into a script is only known afterwards.

use crate::template_syntax::{expressions, parsed};
use minijinja::machinery::ast::{BinOpKind, Call, CallArg, Expr, Macro, Spanned, Stmt};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The names whose values are untrusted.
const SOURCES: [&str; 6] = [
    "pipeline.branch",
    "pipeline.ref",
    "pipeline.tag",
    "pipeline.mr.source_branch",
    "unit.changed_files",
    "unit.reasons",
];

/// Filters whose results hold nothing that anything takes for more than a name or a number.
const SAFE_FILTERS: [&str; 8] = ["slug", "env_slug", "length", "count", "int", "float", "bool", "urlencode"];

/// Functions that return their arguments.
const PASSING_FUNCTIONS: [&str; 2] = ["dict", "namespace"];

/// Suffix of the name of a value that `| sh` has quoted: safe in a script, and nowhere else.
pub(crate) const AS_WORD: &str = "|sh";

/// The parameters of macros that some call fills with an untrusted value, each with the value's source. The key is the
/// macro's name, and the parameter's position or name.
pub(crate) type UntrustedParameters = BTreeMap<(String, String), String>;

/// A `${{ }}` that prints an untrusted value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UntrustedPrint {
    /// The bytes between the braces.
    pub expression: Range<usize>,
    /// The name that the value was read from, such as `pipeline.branch`.
    pub source: String,
}

/// Finds them. `parameters` grows with every call of a macro that passes an untrusted value on.
pub(crate) fn find(template: &str, parameters: &mut UntrustedParameters) -> Vec<UntrustedPrint> {
    if !may_print_untrusted(template, parameters) {
        return Vec::new();
    }
    // A template that cannot be parsed is refused when it is compiled.
    let Some(Stmt::Template(root)) = parsed(template) else { return Vec::new() };
    let mut analysis = Analysis { names: BTreeMap::new(), parameters, prints: Vec::new() };
    // A macro may be called above its definition, and a name set below its use in a loop: repeat until nothing is new.
    loop {
        let known = analysis.knowledge();
        analysis.prints.clear();
        analysis.visit_all(&root.children);
        if known == analysis.knowledge() {
            break;
        }
    }
    let prints = std::mem::take(&mut analysis.prints);
    let expressions = expressions(template);
    let mut found = Vec::with_capacity(prints.len());
    for (offset, source) in prints {
        if let Some(expression) = expressions.iter().find(|expression| expression.contains(&offset)) {
            found.push(UntrustedPrint { expression: expression.clone(), source });
        }
    }
    found
}

/// Returns `true` if a template could print an untrusted value, without parsing it: most cannot.
fn may_print_untrusted(template: &str, parameters: &UntrustedParameters) -> bool {
    ["pipeline", "changed_files", "reasons"].iter().any(|word| template.contains(word))
        || parameters.keys().any(|(macro_name, _)| template.contains(macro_name.as_str()))
}

/// Returns `true` if a template defines one of these macros.
pub(crate) fn defines_macro(template: &str, names: &BTreeSet<&str>) -> bool {
    names.iter().any(|name| template.contains(&format!("macro {name}(")))
}

struct Analysis<'p> {
    /// Source of each name that contains an untrusted value.
    names: BTreeMap<String, String>,
    parameters: &'p mut UntrustedParameters,
    /// First byte and source of each expression that prints one.
    prints: Vec<(usize, String)>,
}

impl Analysis<'_> {
    /// Returns how much is known, which only grows: names and parameters, and those of them that are not quoted.
    fn knowledge(&self) -> (usize, usize) {
        let sources = || self.names.values().chain(self.parameters.values());
        (sources().count(), sources().filter(|source| !source.ends_with(AS_WORD)).count())
    }

    fn visit_all(&mut self, statements: &[Stmt<'_>]) {
        for statement in statements {
            self.visit(statement);
        }
    }

    fn visit(&mut self, statement: &Stmt<'_>) {
        match statement {
            Stmt::Template(template) => self.visit_all(&template.children),
            Stmt::EmitExpr(print) => {
                if let Some(source) = self.source(&print.expr) {
                    self.prints.push((print.expr.span().start_offset as usize, source));
                }
            }
            Stmt::ForLoop(for_loop) => {
                let source = self.source(&for_loop.iter);
                self.assign(&for_loop.target, source);
                self.visit_all(&for_loop.body);
                self.visit_all(&for_loop.else_body);
            }
            Stmt::IfCond(condition) => {
                // The condition prints nothing, but may call a macro.
                self.source(&condition.expr);
                self.visit_all(&condition.true_body);
                self.visit_all(&condition.false_body);
            }
            Stmt::WithBlock(with) => {
                for (target, value) in &with.assignments {
                    let source = self.source(value);
                    self.assign(target, source);
                }
                self.visit_all(&with.body);
            }
            Stmt::Set(set) => {
                let source = self.source(&set.expr);
                self.assign(&set.target, source);
            }
            // Captured text keeps the placeholders of what is printed inside, and with them what is untrusted.
            Stmt::SetBlock(set) => self.visit_all(&set.body),
            Stmt::AutoEscape(block) => self.visit_all(&block.body),
            Stmt::FilterBlock(block) => self.visit_all(&block.body),
            Stmt::Block(block) => self.visit_all(&block.body),
            Stmt::Macro(definition) => self.visit_macro(definition),
            Stmt::CallBlock(block) => {
                self.call(&block.call);
                self.visit_all(&block.macro_decl.body);
            }
            Stmt::Do(statement) => drop(self.call(&statement.call)),
            Stmt::EmitRaw(_)
            | Stmt::Import(_)
            | Stmt::FromImport(_)
            | Stmt::Extends(_)
            | Stmt::Include(_) => {}
        }
    }

    /// Visits a macro, in which the parameters that some call fills with an untrusted value are such names.
    fn visit_macro(&mut self, definition: &Macro<'_>) {
        let mut added = Vec::new();
        for (position, parameter) in definition.args.iter().enumerate() {
            let Expr::Var(parameter) = parameter else { continue };
            let by_position = (definition.name.to_owned(), position.to_string());
            let by_name = (definition.name.to_owned(), parameter.id.to_owned());
            let source = self.parameters.get(&by_position).or_else(|| self.parameters.get(&by_name));
            if let Some(source) = source.cloned()
                && self.names.insert(parameter.id.to_owned(), source).is_none()
            {
                added.push(parameter.id);
            }
        }
        self.visit_all(&definition.body);
        for name in added {
            self.names.remove(name);
        }
    }

    /// Remembers the names that an assignment makes untrusted. A name stays so, whatever is assigned to it later.
    fn assign(&mut self, target: &Expr<'_>, source: Option<String>) {
        let Some(source) = source else { return };
        match target {
            Expr::Var(name) => {
                let known = self.names.remove(name.id);
                self.names.extend(worse(known, Some(source)).map(|source| (name.id.to_owned(), source)));
            }
            Expr::GetAttr(attribute) => self.assign(&attribute.expr, Some(source)),
            Expr::List(list) => self.assign_each(&list.items, &source),
            Expr::Tuple(tuple) => self.assign_each(&tuple.items, &source),
            _ => {}
        }
    }

    fn assign_each(&mut self, targets: &[Expr<'_>], source: &str) {
        for target in targets {
            self.assign(target, Some(source.to_owned()));
        }
    }

    /// Returns the source of the untrusted value that an expression's value holds, if there is one.
    fn source(&mut self, expression: &Expr<'_>) -> Option<String> {
        if let Some(source) = path(expression).and_then(|path| source_of_path(&path)) {
            return Some(source.to_owned());
        }
        match expression {
            Expr::Var(name) => self.names.get(name.id).cloned(),
            // Their values are the template's own, or a boolean or a number.
            Expr::Const(_) | Expr::UnaryOp(_) | Expr::Compare(_) | Expr::Test(_) => None,
            Expr::Slice(slice) => self.source(&slice.expr),
            Expr::GetAttr(attribute) => self.source(&attribute.expr),
            Expr::GetItem(item) => self.source(&item.expr),
            Expr::BinOp(operation) => {
                let passes = matches!(
                    operation.op,
                    BinOpKind::ScAnd | BinOpKind::ScOr | BinOpKind::Add | BinOpKind::Concat | BinOpKind::Mul
                );
                let left = self.source(&operation.left);
                let right = self.source(&operation.right);
                if passes { worse(left, right) } else { None }
            }
            Expr::IfExpr(choice) => {
                let taken = self.source(&choice.true_expr);
                let other = choice.false_expr.as_ref().and_then(|other| self.source(other));
                worse(taken, other)
            }
            Expr::Filter(filter) => {
                let arguments = self.source_of_arguments(&filter.args);
                let filtered = filter.expr.as_ref().and_then(|filtered| self.source(filtered));
                let source = worse(filtered, arguments);
                match filter.name {
                    "sh" => source.map(as_word),
                    name if SAFE_FILTERS.contains(&name) => None,
                    _ => source,
                }
            }
            Expr::Call(call) => self.call(call),
            Expr::List(list) => self.source_of_any(&list.items),
            Expr::Tuple(tuple) => self.source_of_any(&tuple.items),
            Expr::Map(map) => {
                let keys = self.source_of_any(&map.keys);
                worse(self.source_of_any(&map.values), keys)
            }
        }
    }

    /// Returns the first source of several expressions. All are looked at, since each may call a macro.
    fn source_of_any(&mut self, expressions: &[Expr<'_>]) -> Option<String> {
        let mut first = None;
        for expression in expressions {
            let source = self.source(expression);
            first = worse(first, source);
        }
        first
    }

    fn source_of_arguments(&mut self, arguments: &[CallArg<'_>]) -> Option<String> {
        let mut first = None;
        for argument in arguments {
            let source = self.source(argument_value(argument));
            first = worse(first, source);
        }
        first
    }

    /// A call of a method, of a function that returns its arguments, or of a macro, whose parameters are remembered.
    fn call(&mut self, call: &Spanned<Call<'_>>) -> Option<String> {
        let passed = self.source_of_arguments(&call.args);
        let (name, receiver) = match &call.expr {
            Expr::Var(function) => (function.id, None),
            // A method of a value, or a macro of an imported template.
            Expr::GetAttr(method) => (method.name, self.source(&method.expr)),
            other => {
                let called = self.source(other);
                return worse(called, passed);
            }
        };
        if receiver.is_some() || PASSING_FUNCTIONS.contains(&name) {
            return worse(receiver, passed);
        }
        for (position, argument) in call.args.iter().enumerate() {
            let Some(source) = self.source(argument_value(argument)) else { continue };
            let parameter = match argument {
                CallArg::Kwarg(name, _) => (*name).to_owned(),
                _ => position.to_string(),
            };
            let key = (name.to_owned(), parameter);
            let known = self.parameters.remove(&key);
            self.parameters.extend(worse(known, Some(source)).map(|source| (key, source)));
        }
        // What the macro prints is in placeholders, which know for themselves.
        None
    }
}

/// Returns the source that more has to be said of: one that is not quoted for a shell.
fn worse(first: Option<String>, second: Option<String>) -> Option<String> {
    match (&first, &second) {
        (Some(a), Some(b)) if a.ends_with(AS_WORD) && !b.ends_with(AS_WORD) => second,
        (None, _) => second,
        _ => first,
    }
}

/// Returns the source of a value that is quoted for a shell.
fn as_word(source: String) -> String {
    if source.ends_with(AS_WORD) { source } else { source + AS_WORD }
}

fn argument_value<'e, 'a>(argument: &'e CallArg<'a>) -> &'e Expr<'a> {
    match argument {
        CallArg::Pos(value)
        | CallArg::Kwarg(_, value)
        | CallArg::PosSplat(value)
        | CallArg::KwargSplat(value) => value,
    }
}

/// Returns `a.b.c` for an expression that is nothing else; `a["b"]` is `a.b`.
fn path(expression: &Expr<'_>) -> Option<String> {
    match expression {
        Expr::Var(name) => Some(name.id.to_owned()),
        Expr::GetAttr(attribute) => Some(format!("{}.{}", path(&attribute.expr)?, attribute.name)),
        Expr::GetItem(item) => {
            let key = item.subscript_expr.as_const()?;
            Some(format!("{}.{}", path(&item.expr)?, key.as_str()?))
        }
        _ => None,
    }
}

/// Returns the source that a path is, or is a part of.
fn source_of_path(path: &str) -> Option<&'static str> {
    SOURCES
        .into_iter()
        .find(|source| path.strip_prefix(source).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

#[cfg(test)]
mod tests;
