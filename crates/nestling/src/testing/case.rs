//! A case as it is written, and as it is meant.

use super::discover::CaseFile;
use crate::catalog::cases::CASE;
use crate::changes::As;
use crate::workspace::{Use, expect_mapping, read_uses};
use indexmap::IndexMap;
use nestling_files::path::RepoPath;
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Sources, utf8};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::{self, Located, Node};
use serde::Deserialize;

/// A case as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WrittenCase {
    /// What it shows.
    pub name: Option<Located<String>>,
    /// The template, by the name that `use:` takes; in `NAME/tests/` it is NAME.
    pub template: Option<Located<String>>,
    /// The template's inputs.
    pub inputs: Option<Node>,
    /// Other templates that the unit uses before this one.
    #[serde(rename = "use")]
    pub uses: Option<Node>,
    /// The unit.
    pub unit: UnitFile,
    /// The pipeline, as `--as` takes it; `branch:main` unless it says so.
    #[serde(rename = "as")]
    pub act_as: Option<Located<String>>,
    /// A workspace's header in place of the repository's own.
    pub workspace: Option<Node>,
    /// What has to come out.
    pub expect: Expect,
}

/// The unit of a case.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct UnitFile {
    /// Its name; `api` unless it says so.
    pub name: Option<Located<String>>,
    /// Its directory; `services/api` unless it says so.
    pub dir: Option<Located<String>>,
    /// Changed paths: from its directory, or from the root with a leading `/`. Without, everything counts as changed.
    pub changed: Option<Vec<Located<String>>>,
}

/// What has to come out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Expect {
    /// Jobs by short or full name, each a part of what comes out.
    pub jobs: IndexMap<String, Node>,
    /// Jobs that may not be there.
    pub absent: Vec<Located<String>>,
    /// Errors that have to be there; all others fail the case.
    pub errors: Vec<ExpectedProblem>,
    /// Warnings that have to be there.
    pub warnings: Vec<ExpectedProblem>,
    /// Whether the whole pipeline is compared with the stored one.
    pub snapshot: bool,
}

/// A message that has to be there.
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

/// A case, checked.
#[derive(Debug)]
#[non_exhaustive]
pub struct TemplateCase {
    /// What it shows, with its file's name before it.
    pub name: String,
    /// Where it is written.
    pub origin: Origin,
    /// The file it is written in.
    pub path: RepoPath,
    pub(crate) uses: Vec<Use>,
    pub(crate) unit: UnitName,
    pub(crate) dir: RepoPath,
    pub(crate) changed: Option<Vec<RepoPath>>,
    pub(crate) act_as: As,
    pub(crate) workspace: Option<Node>,
    pub(crate) expect: Expect,
}

/// Reads the cases of a file: one mapping, or a list of them.
///
/// # Errors
/// What is wrong in the file, at its place.
pub(super) fn read(
    found: &CaseFile,
    bytes: Vec<u8>,
    sources: &Sources,
) -> Result<Vec<TemplateCase>, Vec<Diagnostic>> {
    let text = utf8(sources, &found.path, bytes).map_err(|error| vec![error])?;
    let file = sources.add(&found.path, text.as_str());
    let Some(mut node) = yaml::parse_file(&text, file)?.into_iter().next() else { return Ok(Vec::new()) };
    yaml::merge_keys(&mut node)?;
    let items = node.items_or_self();
    let mut cases = Vec::new();
    let mut problems = Vec::new();
    for (at, item) in items.iter().enumerate() {
        match case(found, item, at, items.len(), file) {
            Ok(case) => cases.push(case),
            Err(error) => problems.extend(error),
        }
    }
    if problems.is_empty() { Ok(cases) } else { Err(problems) }
}

fn case(
    found: &CaseFile,
    node: &Node,
    at: usize,
    of: usize,
    file: FileId,
) -> Result<TemplateCase, Vec<Diagnostic>> {
    let written: WrittenCase = yaml::from_node(node, &CASE)?;
    let error = |origin, message: String| vec![Diagnostic::error(&CASE, origin, message)];
    let (template, origin) = match (&written.template, &found.template) {
        (Some(template), _) => (template.value.clone(), template.origin),
        (None, Some(template)) => (template.clone(), node.origin),
        (None, None) => {
            let problem = Diagnostic::error(&CASE, node.origin, "the case names no template");
            return Err(vec![problem.with_help("write `template: NAME`, as `use:` takes it")]);
        }
    };
    let inputs = expect_mapping(written.inputs.as_ref(), "inputs", &CASE)?;
    let mut used = read_uses(written.uses.as_ref())?;
    used.push(Use { template, inputs, environments: IndexMap::new(), origin });
    let dir_text = written.unit.dir.as_ref().map_or("services/api", |dir| dir.value.as_str());
    let dir = RepoPath::parse(dir_text).map_err(|problem| error(node.origin, problem.to_string()))?;
    let name = written.unit.name.as_ref().map_or("api", |name| name.value.as_str());
    let unit = UnitName::parse(name).map_err(|problem| error(node.origin, problem.to_string()))?;
    let changed = written.unit.changed.as_ref().map(|paths| {
        let path = |path: &Located<String>| match path.value.strip_prefix('/') {
            Some(rooted) => RepoPath::parse(rooted),
            None => dir.join(&path.value),
        };
        paths.iter().map(|text| path(text).map_err(|e| error(text.origin, e.to_string()))).collect()
    });
    let act_as = written.act_as.as_ref().map_or(Ok(As::Branch("main".to_owned())), |text| {
        As::parse(&text.value).map_err(|problem| error(text.origin, problem.to_string()))
    })?;
    let title = written
        .name
        .map_or_else(|| if of > 1 { format!("case {}", at + 1) } else { found.stem() }, |name| name.value);
    Ok(TemplateCase {
        name: format!("{}: {title}", found.label()),
        origin: Origin { file, ..node.origin },
        path: found.path.clone(),
        uses: used,
        unit,
        dir,
        changed: changed.transpose()?,
        act_as,
        workspace: written.workspace,
        expect: written.expect,
    })
}
