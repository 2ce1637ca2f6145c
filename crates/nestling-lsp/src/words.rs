//! The words of expressions and statements in templates, with their meanings.

use nestling::ide::{TemplateRegion, template_regions};
use std::ops::Range;

/// Words with their meanings.
type Words = &'static [(&'static str, &'static str)];

/// The names that a template reads, with what they hold.
pub(crate) const CONTEXTS: [(&str, &str); 7] = [
    ("inputs", "The template's inputs, checked, with defaults"),
    ("unit", "The unit that the template is rendered for"),
    ("units", "The units that this one depends on, by name"),
    ("vars", "The workspace's `vars`"),
    ("pipeline", "The pipeline that is generated"),
    ("environment", "The environment that a job of a list of environments deploys to"),
    ("files", "Questions about files of the repository"),
];

/// The keys of contexts that are the same in every workspace.
pub(crate) const KEYS: [(&str, Words); 4] = [
    (
        "unit",
        &[
            ("name", "Its name"),
            ("dir", "Its directory"),
            ("slug", "Its slug, for host names"),
            ("depends_on", "The units that its header and its manifests name"),
            ("dependencies", "All units that it depends on, in build order"),
            ("changed_files", "The changed paths that select it"),
            ("reasons", "The reasons to select it"),
            ("fingerprint", "A hash of its content"),
        ],
    ),
    (
        "pipeline",
        &[
            ("kind", "`merge_request`, `branch` or `tag`"),
            ("source", "The event that started it"),
            ("ref", "The branch or the tag"),
            ("branch", "The branch; not defined in a merge request's pipeline"),
            ("default_branch", "The project's default branch"),
            ("tag", "The tag"),
            ("mr", "The merge request: `iid`, `source_branch`, `target_branch`"),
            ("sha", "The commit"),
            ("ref_slug", "The slug of the branch or tag, for host names"),
        ],
    ),
    (
        "environment",
        &[
            ("name", "Its entry in the catalogue"),
            ("tier", "Its tier"),
            ("slug", "Its slug, for host names"),
            ("title", "Its name in GitLab"),
            ("url", "Its URL"),
            ("variables", "Its variables"),
            ("resource_group", "Its resource group"),
            ("auto_stop_in", "When GitLab stops it"),
            ("manual", "`true` if a person starts the deploy"),
        ],
    ),
    (
        "pipeline.mr",
        &[
            ("iid", "Its number"),
            ("source_branch", "Its branch"),
            ("target_branch", "Branch that it merges into"),
        ],
    ),
];

/// The filters that templates use most.
pub(crate) const FILTERS: [(&str, &str); 22] = [
    ("sh", "Quotes it for a shell"),
    ("slug", "GitLab's slug of a name, for host names"),
    ("env_slug", "GitLab's slug of an environment name"),
    ("yaml", "Writes it as YAML"),
    ("default", "A value for an undefined one: `default(\"x\")`"),
    ("join", "Joins a list: `join(\", \")`"),
    ("split", "Splits a string into a list"),
    ("replace", "Replaces a part of a string"),
    ("lower", "Lower case"),
    ("upper", "Upper case"),
    ("trim", "Removes white space around it"),
    ("length", "Number of characters or items"),
    ("first", "The first item"),
    ("last", "The last item"),
    ("sort", "A sorted list"),
    ("unique", "Each item once"),
    ("map", "A key of each item, or each item filtered"),
    ("selectattr", "Items whose key is true"),
    ("reject", "Items that do not pass a test"),
    ("select", "Items that pass a test"),
    ("indent", "Indents its lines"),
    ("list", "A list of it"),
];

/// The words that begin a statement.
pub(crate) const STATEMENTS: [(&str, &str); 20] = [
    ("if", "Renders its lines if the condition holds"),
    ("elif", "Another condition of an `if`"),
    ("else", "The lines where no condition holds"),
    ("endif", "The end of an `if`"),
    ("for", "Renders its lines for each item: `for NAME in LIST`"),
    ("endfor", "The end of a `for`"),
    ("set", "Gives a value a name: `set NAME = VALUE`"),
    ("macro", "Defines a macro: `macro NAME(PARAMETER)`"),
    ("endmacro", "The end of a macro"),
    ("import", "Reads the macros of a template: `import \"macros.yml\" as NAME`"),
    ("from", "Reads one macro of a template: `from \"macros.yml\" import NAME`"),
    ("include", "Renders a template here"),
    ("extends", "Renders the template that this one extends, with the blocks of this one"),
    ("block", "Lines that a template that extends this one can replace"),
    ("endblock", "The end of a block"),
    ("with", "Gives values names for its lines"),
    ("endwith", "The end of a `with`"),
    ("filter", "Applies a filter to its lines: `filter indent(2, true)`"),
    ("endfilter", "The end of a `filter`"),
    ("do", "Evaluates an expression without printing it"),
];

/// The functions of every template.
pub(crate) const FUNCTIONS: [(&str, &str); 4] = [
    ("range", "The numbers from the first to before the second: `range(1, 4)`"),
    ("dict", "A mapping: `dict(key=\"value\")`"),
    ("namespace", "A mapping that statements in a loop can change: `namespace(found=false)`"),
    ("fail", "Reports an error: `fail(\"message\")`"),
];

/// Returns the word of an expression or a statement at an offset, with its meaning: a statement, a filter, a function, a context, or a
/// key of one.
pub(crate) fn meaning(text: &str, offset: usize) -> Option<(Range<usize>, String)> {
    let region = template_regions(text).into_iter().find_map(|region| match region {
        TemplateRegion::Control(range) if touches(&range, offset) => Some((range, true)),
        TemplateRegion::Expression(range) if touches(&range, offset) => Some((range, false)),
        _ => None,
    });
    let (region, is_statement) = region?;
    let inside = &text[region.clone()];
    if is_in_string(&inside[..offset - region.start]) {
        return None;
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let start = region.start + inside[..offset - region.start].trim_end_matches(is_part).len();
    let end = text[start..region.end].find(|c| !is_part(c)).map_or(region.end, |length| start + length);
    let (word, before) = (&text[start..end], text[region.start..start].trim_end());
    let of = |words: Words| words.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning);
    let meaning = if is_statement && before.is_empty() {
        of(&STATEMENTS)
    } else if before.ends_with('|') {
        of(&FILTERS)
    } else if let Some(holder) = before.strip_suffix('.') {
        let is_path = |c: char| is_part(c) || c == '.';
        let holder = &holder[holder.trim_end_matches(is_path).len()..];
        KEYS.iter().find(|(known, _)| *known == holder).and_then(|(_, keys)| of(keys))
    } else if text[end..region.end].starts_with('(') {
        of(&FUNCTIONS)
    } else {
        of(&CONTEXTS)
    };
    meaning.map(|meaning| (start..end, format!("**`{word}`**: {meaning}.")))
}

/// The functions that GitLab applies to an input.
pub(crate) const GITLAB_FUNCTIONS: [(&str, &str); 3] = [
    ("expand_vars", "Expands variables in the value"),
    ("truncate(0,8)", "Cuts the value: offset and length"),
    ("posix_escape", "Escapes the value for a shell"),
];

/// Returns the function of a `$[[ ]]` at an offset, with its meaning.
pub(crate) fn meaning_in_block(text: &str, offset: usize) -> Option<(Range<usize>, String)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let start = text.get(..offset)?.trim_end_matches(is_part).len();
    let end = offset + text[offset..].find(|c| !is_part(c)).unwrap_or(text.len() - offset);
    let before = &text[..start];
    let inside = &before[before.rfind("$[[")? + 3..];
    if inside.contains("]]") || !inside.trim_end().ends_with('|') {
        return None;
    }
    let word = &text[start..end];
    let is_word = |name: &str| name.split('(').next() == Some(word);
    let (_, meaning) = GITLAB_FUNCTIONS.iter().find(|(name, _)| is_word(name))?;
    Some((start..end, format!("**`{word}`**: {meaning}.")))
}

fn touches(range: &Range<usize>, offset: usize) -> bool {
    range.start <= offset && offset <= range.end
}

/// Returns `true` behind a quote that nothing closes.
fn is_in_string(before: &str) -> bool {
    let mut quote = None;
    for character in before.chars().filter(|character| matches!(character, '"' | '\'')) {
        match quote {
            None => quote = Some(character),
            Some(open) if open == character => quote = None,
            Some(_) => {}
        }
    }
    quote.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_word_has_its_meaning() {
        let text = "#% for a in range(1, 2)\nx: ${{ unit.name | upper }} ${{ pipeline.mr.iid }} ${{ 'unit' }}\n#% endfor\n";
        for (part, expected) in [
            ("for", Some("**`for`**: Renders its lines for each item: `for NAME in LIST`.")),
            ("endfor", Some("**`endfor`**: The end of a `for`.")),
            ("range", Some("**`range`**: The numbers from the first to before the second: `range(1, 4)`.")),
            ("unit.", Some("**`unit`**: The unit that the template is rendered for.")),
            ("name", Some("**`name`**: Its name.")),
            ("upper", Some("**`upper`**: Upper case.")),
            ("mr.", Some("**`mr`**: The merge request: `iid`, `source_branch`, `target_branch`.")),
            ("iid", Some("**`iid`**: Its number.")),
            ("unit'", None),
            ("x:", None),
        ] {
            let offset = text.find(part).unwrap() + 1;
            let found = meaning(text, offset).map(|(_, meaning)| meaning);
            assert_eq!(found.as_deref(), expected, "{part}");
        }
        let text = "x: $[[ inputs.a | truncate(0,3) ]] | expand_vars";
        for (part, expected) in
            [("truncate", Some("**`truncate`**: Cuts the value: offset and length.")), ("expand", None)]
        {
            let found = meaning_in_block(text, text.find(part).unwrap() + 1).map(|(_, meaning)| meaning);
            assert_eq!(found.as_deref(), expected, "{part}");
        }
    }
}
