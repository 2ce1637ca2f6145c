//! Completion of expressions: contexts, their keys, macros, filters.

use super::Candidate;
use crate::index::Index;
use crate::index::owner;
use crate::model::OpenFile;
use crate::names::NameKind;
use lsp_types::CompletionItemKind;

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
const KEYS: [(&str, &[(&str, &str)]); 4] = [
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
const FILTERS: [(&str, &str); 22] = [
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

/// Returns the number of bytes of what is typed already, and what it can become.
pub(super) fn candidates(before: &str, file: &OpenFile<'_>, index: &Index) -> (usize, Vec<Candidate>) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let start = before.trim_end_matches(is_part).len();
    let typed = before.len() - start;
    let above = before[..start].trim_end();
    if above.ends_with('|') {
        return (typed, described(&FILTERS, CompletionItemKind::FUNCTION, "filter"));
    }
    let Some(root) = above.strip_suffix('.') else { return (typed, roots(index)) };
    let is_path = |c: char| is_part(c) || c == '.';
    let root = &root[root.trim_end_matches(is_path).len()..];
    (typed, keys(root, file, index))
}

fn roots(index: &Index) -> Vec<Candidate> {
    let mut candidates = described(&CONTEXTS, CompletionItemKind::VARIABLE, "");
    for indexed in &index.files {
        let macros = indexed.names.iter().filter(|name| name.is_definition);
        let macros = macros.filter(|name| matches!(name.kind, NameKind::Macro(_)));
        for name in macros {
            if !candidates.iter().any(|known| known.label == name.text) {
                candidates.push(Candidate::new(&name.text, CompletionItemKind::FUNCTION, "macro"));
            }
        }
    }
    candidates
}

fn keys(root: &str, file: &OpenFile<'_>, index: &Index) -> Vec<Candidate> {
    match root {
        "inputs" => {
            let name = owner(&file.kind, &file.repo_path);
            let template = index.facts.template(&name);
            let inputs = template.map(|template| template.inputs.as_slice()).unwrap_or_default();
            let candidate = |input: &nestling::ide::InputFacts| Candidate {
                documentation: input.description.clone().unwrap_or_default(),
                ..Candidate::new(&input.name, CompletionItemKind::FIELD, &input.type_name)
            };
            inputs.iter().map(candidate).collect()
        }
        "vars" => {
            let vars = index.facts.vars.iter();
            vars.map(|(name, value)| Candidate::new(name, CompletionItemKind::FIELD, value)).collect()
        }
        root => {
            let known = KEYS.iter().find(|(known, _)| *known == root);
            known.map(|(_, keys)| described(keys, CompletionItemKind::FIELD, "")).unwrap_or_default()
        }
    }
}

fn described(names: &[(&str, &str)], kind: CompletionItemKind, detail: &str) -> Vec<Candidate> {
    let candidate = |(name, meaning): &(&str, &str)| Candidate {
        documentation: format!("{meaning}."),
        ..Candidate::new(*name, kind, detail)
    };
    names.iter().map(candidate).collect()
}
