//! The new name: refused where its kind cannot have it, and otherwise as it has to be written in each place.

use crate::index::{Index, Occurrence};
use crate::meaning::is_global;
use crate::names::{Name, NameKind};
use crate::words::CONTEXTS;
use nestling::ide::{TemplateRegion, template_regions};
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::name::{EnvironmentName, JobName, NameError, StageName, UnitName};
use nestling_gitlab::pipeline::keywords::RESERVED_JOB_NAMES;
use nestling_gitlab::pipeline::moa;
use nestling_gitlab::yaml::{Node, emit};

/// Parts of strings that end one, or that open an expression or a control line.
const SYNTAX: [&str; 9] = ["\"", "'", "\\", "{{", "}}", "{%", "{#", "#%", "$[["];

/// Words and functions of expressions, which a macro or a block would hide or not be read as.
const EXPRESSION_WORDS: [&str; 23] = [
    "true",
    "True",
    "false",
    "False",
    "none",
    "None",
    "not",
    "and",
    "or",
    "in",
    "is",
    "if",
    "else",
    "loop",
    "self",
    "super",
    "caller",
    "range",
    "dict",
    "namespace",
    "fail",
    "import",
    "block",
];

/// Refuses a name that its kind cannot have, or that is taken.
///
/// # Errors
/// The name cannot be used, with the reason.
pub(super) fn check(index: &Index, occurrence: Occurrence, new_name: &str) -> Result<(), String> {
    let name = index.name(occurrence);
    let in_words = |error: NameError| error.to_string();
    let has_syntax = SYNTAX.iter().any(|part| new_name.contains(part));
    if has_syntax || new_name.trim() != new_name || new_name.contains(char::is_control) {
        return Err(format!("`{new_name}` has a quote, a brace of an expression, or white space at an end"));
    }
    match &name.kind {
        NameKind::Job => {
            JobName::parse(new_name).map_err(in_words)?;
            check_job(index, &name.text, new_name)?;
        }
        NameKind::Unit => {
            UnitName::parse(new_name).map_err(in_words)?;
        }
        NameKind::Environment => {
            EnvironmentName::parse(new_name).map_err(in_words)?;
        }
        NameKind::Stage => {
            StageName::parse(new_name).map_err(in_words)?;
        }
        NameKind::Template => {
            let path = RepoPath::parse(new_name).map_err(|error| error.to_string())?;
            if path.to_string() != new_name {
                return Err(format!("`{new_name}` is the path `{path}`: write that"));
            }
        }
        kind => {
            check_word(index, kind, &name.text, new_name)?;
            check_variable(index, occurrence, new_name)?;
        }
    }
    let is_taken = match &name.kind {
        NameKind::Unit => index.facts.unit(new_name).is_some(),
        NameKind::Template => index.facts.template(new_name).is_some(),
        NameKind::Input(owner) => {
            let owners = index.owners_of_input(owner, &name.text).into_iter();
            let mut kinds = owners.map(|owner| NameKind::Input(owner.to_owned()));
            kinds.any(|kind| index.defined(occurrence.0, &kind).contains(new_name))
        }
        kind => index.defined(occurrence.0, kind).contains(new_name),
    };
    if is_taken && new_name != name.text { Err(format!("`{new_name}` is taken already")) } else { Ok(()) }
}

/// Refuses what a job cannot be called, or what a need would read as something else.
fn check_job(index: &Index, old_name: &str, new_name: &str) -> Result<(), String> {
    if is_global(new_name) || RESERVED_JOB_NAMES.contains(&new_name) {
        return Err(format!("`{new_name}` is a reserved name and cannot be a job"));
    }
    if old_name.starts_with('.') != new_name.starts_with('.') {
        return Err("this would hide the job, or make a hidden one visible: only hidden jobs start with `.`"
            .to_owned());
    }
    let of_unit = new_name.split_once(':').is_some_and(|(unit, _)| index.facts.unit(unit).is_some());
    let of_environment = new_name
        .rsplit_once(':')
        .is_some_and(|(_, environment)| index.facts.environments.iter().any(|known| known == environment));
    if of_unit || of_environment || new_name.starts_with('^') || new_name.ends_with('?') {
        return Err(format!("a need would not read `{new_name}` as the name of a job"));
    }
    Ok(())
}

/// Refuses the name of a variable that something else in the file has: it would be hidden, or hide the variable.
fn check_variable(index: &Index, occurrence: Occurrence, new_name: &str) -> Result<(), String> {
    let name = index.name(occurrence);
    if !matches!(name.kind, NameKind::Variable(_)) || new_name == name.text {
        return Ok(());
    }
    let text = &index.files[occurrence.0].text;
    let is_read = template_regions(text).into_iter().any(|region| match region {
        TemplateRegion::Control(range) | TemplateRegion::Expression(range) => {
            moa::names(&text[range]).iter().any(|known| known.root == new_name)
        }
        _ => false,
    });
    if is_read { Err(format!("`{new_name}` is taken already")) } else { Ok(()) }
}

/// Refuses what an expression would not read as the name.
fn check_word(index: &Index, kind: &NameKind, old_name: &str, new_name: &str) -> Result<(), String> {
    // `inputs.a-b` is a difference in a template, and an input in a file that GitLab reads.
    let has_dashes = match kind {
        NameKind::Input(owner) => index.facts.template(owner).is_none() || old_name.contains('-'),
        _ => false,
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || (c == '-' && has_dashes);
    let is_start = new_name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !is_start || !new_name.chars().all(is_part) {
        return Err(format!("`{new_name}` must consist of letters, digits and `_`"));
    }
    let is_context = CONTEXTS.iter().any(|(context, _)| *context == new_name);
    let is_called = matches!(kind, NameKind::Macro(_) | NameKind::Block | NameKind::Variable(_));
    let is_of_expressions = is_called && (is_context || EXPRESSION_WORDS.contains(&new_name));
    if is_of_expressions || !is_plain(new_name) {
        return Err(format!("`{new_name}` means something else in an expression or in YAML"));
    }
    Ok(())
}

/// Returns the new name as it has to be written in the place of the old one.
///
/// # Errors
/// A part of a longer string or of an expression cannot be written with it.
pub(super) fn written(text: &str, old: &Name, new_name: &str) -> Result<String, String> {
    let before = &text[..old.range.start];
    let refused = || Err(format!("`{new_name}` cannot be written in place of a part of a longer string"));
    let is_word = new_name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if old.kind == NameKind::Unit && before.ends_with('.') && !is_word {
        return refused();
    }
    let breaks_lists = new_name.contains([',', '[', ']', '{', '}']);
    if before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | ':' | '^')) {
        let breaks_strings = breaks_lists || new_name.contains('#') || new_name.contains(": ");
        return if breaks_strings || new_name.ends_with(':') { refused() } else { Ok(new_name.to_owned()) };
    }
    let is_yaml = !matches!(old.kind, NameKind::Macro(_) | NameKind::Block | NameKind::Variable(_));
    let needs_quotes = is_yaml && !before.ends_with(['"', '\'']) && (breaks_lists || !is_plain(new_name));
    Ok(if needs_quotes { format!("\"{new_name}\"") } else { new_name.to_owned() })
}

/// Returns `true` for a string that YAML reads back without quotes.
fn is_plain(name: &str) -> bool {
    emit(&Node::string(Origin::generated(), name)).trim_end() == name
}
