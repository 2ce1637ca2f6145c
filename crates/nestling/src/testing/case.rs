//! Reads a case.

use super::discover::CaseFile;
use crate::catalog::cases::CASE;
use crate::changes::As;
use crate::workspace::{Use, expect_mapping, read_uses};
use indexmap::IndexMap;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Sources, Suggestion, utf8};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::{self, Located, Node};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Display;

/// The kinds of pipelines that `as` names.
const KINDS: [&str; 9] =
    ["merge_request", "branch", "tag", "schedule", "web", "api", "trigger", "pipeline", "chat"];

/// A case as written in its file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WrittenCase {
    /// Its title.
    pub name: Option<Located<String>>,
    /// The template, by its name in `use:`; in `NAME/tests/`, the default is NAME.
    pub template: Option<Located<String>>,
    /// The template's inputs.
    pub inputs: Option<Node>,
    /// Other templates that the unit uses before this one.
    #[serde(rename = "use")]
    pub uses: Option<Node>,
    /// The unit.
    pub unit: UnitFile,
    /// The kind of pipeline, as in `--as`. Default: `branch:main`.
    #[serde(rename = "as")]
    pub act_as: Option<Located<String>>,
    /// A workspace header in place of the repository's own.
    pub workspace: Option<Node>,
    /// The files of the repository: their contents by path, from the unit's directory or, with a leading `/`, from the root.
    pub files: Option<IndexMap<String, Located<String>>>,
    /// The expectations.
    pub expect: Expect,
}

/// The unit of a case.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct UnitFile {
    /// Its name. Default: `api`.
    pub name: Option<Located<String>>,
    /// Its directory. Default: `services/api`.
    pub dir: Option<Located<String>>,
    /// Changed paths, from its directory or, with a leading `/`, from the root. Without them, everything counts as changed.
    pub changed: Option<Vec<Located<String>>>,
}

/// The expectations of a case.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Expect {
    /// Jobs by short or full name, each a part of the generated job.
    pub jobs: IndexMap<String, Node>,
    /// Jobs that must not exist.
    pub absent: Vec<Located<String>>,
    /// Expected errors; all others fail the case.
    pub errors: Vec<ExpectedProblem>,
    /// Expected warnings.
    pub warnings: Vec<ExpectedProblem>,
    /// True if the whole pipeline is compared with the stored snapshot.
    pub snapshot: bool,
}

/// An expected message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedProblem {
    /// The id of its rule.
    #[serde(default)]
    pub rule: Option<Located<String>>,
    /// A part of its message.
    #[serde(default)]
    pub message: Option<Located<String>>,
}

/// A validated case.
#[derive(Debug)]
pub struct TemplateCase {
    /// Its title, prefixed by the name of its template or file.
    pub name: String,
    /// The place of the case.
    pub origin: Origin,
    /// The file of the case.
    pub path: RepoPath,
    pub(crate) uses: Vec<Use>,
    pub(crate) unit: UnitName,
    pub(crate) dir: RepoPath,
    pub(crate) changed: Option<Vec<RepoPath>>,
    pub(crate) act_as: As,
    pub(crate) workspace: Option<Node>,
    pub(crate) files: Option<BTreeMap<RepoPath, String>>,
    pub(crate) expect: Expect,
}

/// Reads the cases of a file: one mapping, or a list of them.
///
/// # Errors
/// The file has errors.
pub(super) fn read(
    case_file: &CaseFile,
    bytes: Vec<u8>,
    sources: &Sources,
) -> Result<Vec<TemplateCase>, Vec<Diagnostic>> {
    let text = utf8(sources, &case_file.path, bytes).map_err(|error| vec![error])?;
    let file = sources.add(&case_file.path, text.as_str());
    let Some(mut node) = yaml::parse_file(&text, file)?.into_iter().next() else { return Ok(Vec::new()) };
    yaml::merge_keys(&mut node)?;
    let items = node.items_or_self();
    let mut cases = Vec::new();
    let mut problems = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let number = if items.len() > 1 { Some(index + 1) } else { None };
        match case(case_file, item, number, file) {
            Ok(case) => cases.push(case),
            Err(error) => problems.extend(error),
        }
    }
    if problems.is_empty() { Ok(cases) } else { Err(problems) }
}

/// Reads the cases of a file that are right but for their expectations, each without these. Of a file with a syntax error, there are
/// none.
pub(super) fn read_without_expectations(
    case_file: &CaseFile,
    bytes: Vec<u8>,
    sources: &Sources,
) -> Vec<TemplateCase> {
    let Ok(text) = utf8(sources, &case_file.path, bytes) else { return Vec::new() };
    let file = sources.add(&case_file.path, text.as_str());
    let node = yaml::parse_file(&text, file).ok().and_then(|documents| documents.into_iter().next());
    let Some(mut node) = node else { return Vec::new() };
    if yaml::merge_keys(&mut node).is_err() {
        return Vec::new();
    }
    let without = |item: &Node| {
        let mut map = item.as_map()?.clone();
        map.entries.retain(|entry| entry.key.text() != "expect");
        case(case_file, &Node::map(item.origin, map), None, file).ok()
    };
    node.items_or_self().iter().filter_map(without).collect()
}

/// Returns the end of a kind of pipeline: a branch and a tag have a name.
fn named<'t>(kind: &str, rest: &'t str) -> &'t str {
    match kind {
        "branch" if rest.len() < 2 => ":main",
        "tag" if rest.len() < 2 => ":1.0.0",
        _ => rest,
    }
}

/// Validates a case. `number` is its position in a file with several cases.
fn case(
    case_file: &CaseFile,
    node: &Node,
    number: Option<usize>,
    file: FileId,
) -> Result<TemplateCase, Vec<Diagnostic>> {
    let written: WrittenCase = yaml::from_node(node, &CASE)?;
    let (template, origin) = match (&written.template, &case_file.template) {
        (Some(template), _) => (template.value.clone(), template.origin),
        (None, Some(template)) => (template.clone(), node.origin),
        (None, None) => {
            let problem = Diagnostic::error(&CASE, node.origin, "the case has no template");
            return Err(vec![problem.with_help("write `template: NAME`, as in `use:`")]);
        }
    };
    let inputs = expect_mapping(written.inputs.as_ref(), "inputs", &CASE)?;
    let mut used = read_uses(written.uses.as_ref())?;
    used.push(Use { template, component: None, inputs, environments: IndexMap::new(), origin });
    let dir_text = written.unit.dir.as_ref().map_or("services/api", |dir| dir.value.as_str());
    let dir = RepoPath::parse(dir_text).map_err(|problem| error(node.origin, &problem))?;
    let unit_name = written.unit.name.as_ref().map_or("api", |name| name.value.as_str());
    let unit = UnitName::parse(unit_name).map_err(|problem| error(node.origin, &problem))?;
    let changed = match &written.unit.changed {
        Some(paths) => Some(changed_paths(paths, &dir)?),
        None => None,
    };
    let files = match written.files {
        Some(files) => Some(given_files(files, &dir)?),
        None => None,
    };
    let act_as = match &written.act_as {
        Some(text) => As::parse(&text.value).map_err(|problem| {
            let (kind, rest) = text.value.split_at(text.value.find(':').unwrap_or(text.value.len()));
            let is_kind = KINDS.contains(&kind) && rest.len() < 2;
            let near = Suggestion::among(kind, KINDS).word().or(is_kind.then_some(kind));
            let help = near.map(|near| format!("did you mean `{near}{}`?", named(near, rest)));
            vec![Diagnostic { help, ..Diagnostic::error(&CASE, text.origin, problem.to_string()) }]
        })?,
        None => As::Branch("main".to_owned()),
    };
    let title = match (written.name, number) {
        (Some(name), _) => name.value,
        (None, Some(number)) => format!("case {number}"),
        (None, None) => case_file.stem(),
    };
    Ok(TemplateCase {
        name: format!("{}: {title}", case_file.label()),
        origin: Origin { file, ..node.origin },
        path: case_file.path.clone(),
        uses: used,
        unit,
        dir,
        changed,
        act_as,
        workspace: written.workspace,
        files,
        expect: written.expect,
    })
}

fn changed_paths(paths: &[Located<String>], dir: &RepoPath) -> Result<Vec<RepoPath>, Vec<Diagnostic>> {
    paths.iter().map(|text| path_from(dir, &text.value, text.origin)).collect()
}

fn given_files(
    files: IndexMap<String, Located<String>>,
    dir: &RepoPath,
) -> Result<BTreeMap<RepoPath, String>, Vec<Diagnostic>> {
    let path_and_text = |(path, text): (String, Located<String>)| {
        let path = path_from(dir, &path, text.origin)?;
        Ok((path, text.value))
    };
    files.into_iter().map(path_and_text).collect()
}

/// Returns a path from the root. A leading `/` is the root, otherwise a path starts at the unit's directory.
fn path_from(dir: &RepoPath, text: &str, origin: Origin) -> Result<RepoPath, Vec<Diagnostic>> {
    let path = match text.strip_prefix('/') {
        Some(rooted) => RepoPath::parse(rooted),
        None => dir.join(text),
    };
    path.map_err(|problem| error(origin, &problem))
}

fn error(origin: Origin, problem: &dyn Display) -> Vec<Diagnostic> {
    vec![Diagnostic::error(&CASE, origin, problem.to_string())]
}
