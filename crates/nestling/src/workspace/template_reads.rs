//! Other templates that a template reads: those that it imports, includes or extends.

use crate::template_syntax::{is_template, visit_statements};
use minijinja::Value;
use minijinja::machinery::ast::{Expr, Stmt};
use minijinja::value::ValueKind;

/// Another template that a template reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Read {
    /// The template of this name.
    Named(String),
    /// One whose name is computed: it could be any.
    Computed,
}

/// Returns the templates that a template reads, in order. One that cannot be parsed could read any.
pub(crate) fn template_reads(template: &str) -> Vec<Read> {
    reads_of(template, |_| true)
}

/// As [`template_reads`], for those that it only takes macros and variables from.
pub(crate) fn template_imports(template: &str) -> Vec<Read> {
    reads_of(template, is_import)
}

/// As [`template_reads`], for those whose text it can write.
pub(crate) fn template_texts(template: &str) -> Vec<Read> {
    reads_of(template, |statement| !is_import(statement))
}

fn is_import(statement: &Stmt<'_>) -> bool {
    matches!(statement, Stmt::Import(_) | Stmt::FromImport(_))
}

fn reads_of(template: &str, counts: impl Fn(&Stmt<'_>) -> bool) -> Vec<Read> {
    // Parsing is far slower than looking for words, and few templates read others.
    let may_read = ["import", "include", "extends"].iter().any(|keyword| template.contains(keyword));
    if !may_read || !is_template(template) {
        return Vec::new();
    }
    let mut reads = Vec::new();
    let is_parsed = visit_statements(template, &mut |statement| {
        if let Some(name) = name_of_template(statement).filter(|_| counts(statement)) {
            add_names(name, &mut reads);
        }
    });
    if is_parsed { reads } else { vec![Read::Computed] }
}

/// Returns the expression of the name in a statement that reads a template.
fn name_of_template<'s, 'a>(statement: &'s Stmt<'a>) -> Option<&'s Expr<'a>> {
    match statement {
        Stmt::Import(import) => Some(&import.expr),
        Stmt::FromImport(import) => Some(&import.expr),
        Stmt::Include(include) => Some(&include.name),
        Stmt::Extends(extends) => Some(&extends.name),
        _ => None,
    }
}

fn add_names(name: &Expr<'_>, reads: &mut Vec<Read>) {
    if let Expr::IfExpr(choice) = name {
        add_names(&choice.true_expr, reads);
        if let Some(other) = &choice.false_expr {
            add_names(other, reads);
        }
        return;
    }
    match name.as_const() {
        Some(name) => add_constant(&name, reads),
        None => reads.push(Read::Computed),
    }
}

/// Adds a name, or each name of a list: the first that is there is included, and that can change.
fn add_constant(name: &Value, reads: &mut Vec<Read>) {
    if let Some(name) = name.as_str() {
        reads.push(Read::Named(name.to_owned()));
    } else if let (ValueKind::Seq, Ok(names)) = (name.kind(), name.try_iter()) {
        names.for_each(|name| add_constant(&name, reads));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_a_statement_can_be() {
        for (template, expected) in [
            ("#% import \"a.yml\" as a\n", &["a.yml"][..]),
            ("  #%   from 'a.yml' import b\nx: 1\n", &["a.yml"]),
            ("{%- extends \"a.yml\" -%}", &["a.yml"]),
            ("#% if x\n#% include \"a.yml\"\n#% else\n#% include \"b.yml\"\n#% endif\n", &["a.yml", "b.yml"]),
            ("#% macro m()\n#% for x in y\n#% include \"a.yml\"\n#% endfor\n#% endmacro\n", &["a.yml"]),
            ("#% include [\"a.yml\", \"b.yml\"] ignore missing\n", &["a.yml", "b.yml"]),
            ("#% include \"a.yml\" if x else \"b.yml\"\n", &["a.yml", "b.yml"]),
            ("#% include \"a\" ~ \".yml\"\n", &["a.yml"]),
            ("#% include \"ci/\" ~ vars.region ~ \".yml\"\n", &["?"]),
            ("#% include \"a.yml\" if x else y\n", &["a.yml", "?"]),
            ("#% include name\n", &["?"]),
            ("#% include [\"a.yml\", name]\n", &["?"]),
            ("{#* include \"a.yml\" *#}", &[]),
            ("{% raw %}{% include \"a.yml\" %}{% endraw %}", &[]),
            ("script: echo '#% include \"a.yml\"'\n", &[]),
            ("include: { local: a.yml }\n", &[]),
            ("#% if\n#% include \"a.yml\"\n", &["?"]),
        ] {
            let reads: Vec<String> = template_reads(template)
                .into_iter()
                .map(|read| if let Read::Named(name) = read { name } else { "?".to_owned() })
                .collect();
            assert_eq!(reads, expected, "{template}");
        }
    }
}
