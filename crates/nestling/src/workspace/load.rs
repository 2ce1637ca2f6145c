//! From files to a workspace: reads every header, checks it, and ties the units together.

use super::catalogue::Catalogue;
use super::covered::covered_conditions;
use super::discover::{Discovered, Found, discover};
use super::document::{Body, split};
use super::format::{UnitHeader, WorkspaceFile, WorkspaceHeader};
use super::globs::{RootGlob, form_findings, root_glob};
use super::header_expressions::unevaluated;
use super::linked::linked_files;
use super::mapping::expect_mapping;
use super::missing::{broken_link, no_header, no_workspace, submodule};
use super::relation::{self, Draft};
use super::repeated::repeated;
use super::stated::Manifests;
use super::template_directory::TemplateDirectory;
use super::unclaimed::Unclaimed;
use super::unit::{Declaration, Unit, Use};
use super::unit_name::{fallback_name, unit_name};
use super::{
    FILE_NAME, Workspace, allow, environment, link_targets, policy, reuse, rule, stated, uses, vars,
};
use crate::changes::Policies;
use crate::given_vars::GivenVars;
use crate::graph_outputs::GraphOutputs;
use crate::vendor;
use nestling_files::files::{Files, ReadError};
use nestling_files::path::RepoPath;
use nestling_gitlab::configuration::Staged;
use nestling_gitlab::configuration::rules::STAGE_NAME;
use nestling_gitlab::diagnostic::{Diagnostic, FileId, Origin, Sources, utf8};
use nestling_gitlab::instance::Gitlab;
use nestling_gitlab::instance::rules::HEADER;
use nestling_gitlab::name::StageName;
use nestling_gitlab::yaml::{self, Located, Node};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A workspace with all problems in its files. If there are errors, the workspace contains the parts that could be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Loaded {
    /// The workspace.
    pub workspace: Arc<Workspace>,
    /// All findings, in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the workspace: the root's `nestling.yml`, and that of every unit. No template is read and nothing rendered.
///
/// # Errors
/// A file or directory that is there cannot be read. What is wrong *in* a file is a diagnostic.
pub(crate) fn load(files: &dyn Files, sources: &Sources) -> Result<Loaded, ReadError> {
    load_with(files, sources, &RepoPath::root(), (&GraphOutputs::default(), &GivenVars::default()))
}

/// As [`load`], for a workspace in a directory of the repository, with the answers of commands that print graphs, and the values of variables
/// from the command line.
///
/// # Errors
/// As [`load`].
pub(crate) fn load_with(
    files: &dyn Files,
    sources: &Sources,
    root: &RepoPath,
    (outputs, given): (&GraphOutputs, &GivenVars),
) -> Result<Loaded, ReadError> {
    let mut loading = Loading { sources, root: root.clone(), diagnostics: Vec::new() };
    let path = root.child(FILE_NAME.as_bytes());
    let Some(bytes) = files.read(&path)? else {
        return Ok(Loaded { workspace: Arc::default(), diagnostics: vec![no_workspace(files)?] });
    };
    let Some((file, header, body)) = loading.document::<WorkspaceHeader>(&path, bytes) else {
        return Ok(Loaded { workspace: Arc::default(), diagnostics: loading.diagnostics });
    };
    let written = header.workspace.unwrap_or_else(|| {
        // Of a header that cannot be read nothing is missing.
        let is_read = loading.diagnostics.is_empty();
        loading.diagnostics.extend(is_read.then(|| no_header(file)));
        WorkspaceFile::default()
    });
    let mut workspace = loading.workspace(file, &written);
    workspace.body = body;
    vars::replace(&mut workspace.vars, given);
    workspace.given_vars = given.clone();
    let rules = loading.rules(&written, root);
    let globs: Vec<_> = rules.iter().map(|rule| rule.written.directories.clone()).collect();
    loading.lists(&written);
    let (depends_from, problems) = stated::parse(&written.depends_from, root);
    loading.diagnostics.extend(problems);
    let mut manifests = Manifests::of(depends_from.readers.iter().map(|(reader, _)| *reader));
    let discovered = discover(files, &globs, &mut manifests, root)?;
    let Discovered { units: found, marked, excluded, nested, submodules, broken_links, .. } = discovered;
    workspace.nested = nested;
    loading.diagnostics.extend(broken_links.into_iter().map(broken_link));
    loading.diagnostics.extend(submodules.iter().map(submodule));
    workspace.rules = globs;
    loading.diagnostics.extend(rule::unmatched(
        rules.iter().map(|rule| &rule.written),
        &found,
        &marked,
        &excluded,
    ));
    loading.diagnostics.extend(rule::idle(rules.iter().map(|rule| &rule.written), &found));
    loading.diagnostics.extend(manifests.missing(&depends_from.readers));
    let drafts = found.into_iter().map(|(dir, found)| loading.unit(dir, found, &rules)).collect();
    let (units, problems) = relation::tie(drafts);
    workspace.units = units;
    loading.diagnostics.extend(problems);
    loading.diagnostics.extend(stated::add(
        &depends_from,
        manifests,
        files,
        sources,
        &mut workspace,
        outputs,
    )?);
    link_targets::add(&discovered.links, &mut workspace)?;
    workspace.linked_files = linked_files(files, std::iter::once(&path).chain(depends_from.graph_files()))?;
    workspace.linked_files.extend(discovered.linked_files);
    workspace.depends_from = depends_from;
    loading.vendored(files, &mut workspace)?;
    loading.diagnostics.extend(uses::unknown_environments(&workspace.units, &workspace.environments));
    Ok(Loaded { workspace: Arc::new(workspace), diagnostics: loading.diagnostics })
}

/// The workspace that a header describes, without units: for the cases of templates.
pub(crate) fn load_header(node: &Node, sources: &Sources) -> Loaded {
    let mut loading = Loading { sources, root: RepoPath::root(), diagnostics: Vec::new() };
    let written = loading.some(yaml::from_node::<WorkspaceFile>(node, &HEADER)).unwrap_or_default();
    let workspace = loading.workspace(node.origin.file, &written);
    Loaded { workspace: Arc::new(workspace), diagnostics: loading.diagnostics }
}

/// A rule, and its settings for each of its units, which are read once.
struct Rule {
    written: rule::UnitRule,
    uses: Vec<Use>,
    depends_on: Vec<relation::Wanted>,
}

/// State of loading that every step adds to.
struct Loading<'a> {
    sources: &'a Sources,
    /// The directory of the workspace.
    root: RepoPath,
    diagnostics: Vec<Diagnostic>,
}

impl Loading<'_> {
    /// The values of all that went well; the problems of the rest are kept.
    fn all<T>(&mut self, results: impl IntoIterator<Item = Result<T, Vec<Diagnostic>>>) -> Vec<T> {
        results.into_iter().filter_map(|result| self.some(result)).collect()
    }

    fn some<T>(&mut self, result: Result<T, Vec<Diagnostic>>) -> Option<T> {
        result.map_err(|problems| self.diagnostics.extend(problems)).ok()
    }

    /// Cuts a file in two and reads its header; `None` where that failed.
    fn document<H: DeserializeOwned + Default>(
        &mut self,
        path: &RepoPath,
        bytes: Vec<u8>,
    ) -> Option<(FileId, H, Option<Body>)> {
        let text = self.some(utf8(self.sources, path, bytes).map_err(|error| vec![error]))?;
        let file = self.sources.add_file(path, text.as_str());
        let document = split(&text);
        let node = document.header.map(|header| yaml::parse_file(header, file));
        let node = node.and_then(|nodes| self.some(nodes)).and_then(|nodes| nodes.into_iter().next());
        let header = node.filter(|node| !node.is_null()).map(|node| self.header(node)).unwrap_or_default();
        let body = (!document.body.trim().is_empty()).then(|| Body::new(file, document.body));
        Some((file, header, body))
    }

    /// Reads a header. Where a value is wrong, the others count all the same, and the jobs below as well: all mistakes of
    /// a file are reported together.
    fn header<H: DeserializeOwned + Default>(&mut self, node: Node) -> H {
        self.diagnostics.extend(unevaluated(&node));
        let (header, problems) = yaml::from_node_leniently(node, &HEADER);
        self.diagnostics.extend(problems);
        header
    }

    fn workspace(&mut self, file: FileId, written: &WorkspaceFile) -> Workspace {
        Workspace {
            root: self.root.clone(),
            file: Some(file),
            template_directories: {
                let root = self.root.clone();
                self.all(written.templates.iter().map(|node| TemplateDirectory::read(node, &root)))
            },
            stages: self.all(written.stages.iter().map(stage)),
            ignore: self.root_globs(&written.ignore, "ignore"),
            everything: self.root_globs(&written.everything, "everything"),
            unclaimed: self
                .some(written.unclaimed.as_ref().map(Unclaimed::read).transpose())
                .flatten()
                .unwrap_or_default(),
            vars: self.some(expect_mapping(written.vars.as_ref(), "vars", &HEADER)).unwrap_or_default(),
            environments: self.catalogue(written),
            policies: self.policies(written),
            since: policy::since(written.pipelines.values()),
            gitlab: Gitlab::read(
                &self.some(expect_mapping(written.gitlab.as_ref(), "gitlab", &HEADER)).unwrap_or_default(),
            ),
            reuse: self.some(reuse::of_workspace(written.reuse.as_ref())).flatten(),
            allow: self.all(written.allow.iter().map(allow::check)),
            depth_origin: written.depends_on_depth.as_ref().map(|node| node.origin),
            depth: self.some(depth(written.depends_on_depth.as_ref())).flatten(),
            ..Workspace::default()
        }
    }

    /// Reads the rules that make units of directories.
    fn rules(&mut self, written: &WorkspaceFile, root: &RepoPath) -> Vec<Rule> {
        let mut rules = Vec::new();
        for rule in self.all(written.units.iter().map(|rule| rule::UnitRule::check(rule, root))) {
            rules.push(Rule {
                uses: self.some(uses::read_uses(rule.uses.as_ref())).unwrap_or_default(),
                depends_on: self.dependencies(rule.depends_on.as_ref()),
                written: rule,
            });
        }
        rules
    }

    /// Reports entries that lists have twice, and globs of rules that match less than they seem to.
    fn lists(&mut self, written: &WorkspaceFile) {
        let dirs = written.templates.iter().filter_map(|node| Some((node.as_str()?, node.origin)));
        self.diagnostics.extend(repeated(dirs, "templates"));
        let stages = written.stages.iter().map(|text| (text.value.as_str(), text.origin));
        self.diagnostics.extend(repeated(stages, "stages"));
        for rule in &written.units {
            self.diagnostics.extend(rule.changes.iter().flat_map(form_findings));
            let globs = rule.matches.items_or_self().iter();
            let globs = globs.filter_map(|node| Some((node.as_str()?, node.origin)));
            self.diagnostics.extend(repeated(globs, "match"));
        }
    }

    /// Reads the globs of `ignore` or `everything`.
    fn root_globs(&mut self, texts: &[Located<String>], key: &str) -> Vec<RootGlob> {
        self.diagnostics.extend(texts.iter().flat_map(form_findings));
        self.diagnostics.extend(repeated(texts.iter().map(|text| (text.value.as_str(), text.origin)), key));
        let root = self.root.clone();
        self.all(texts.iter().map(|text| root_glob(text, key, &root)))
    }

    fn catalogue(&mut self, written: &WorkspaceFile) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for (name, file) in &written.environments {
            let (entry, problems) = environment::check(name, file);
            self.diagnostics.extend(problems);
            self.diagnostics.extend(covered_conditions(file.value.when.as_ref()));
            catalogue.entries.extend(entry.map(|entry| (entry.name.clone(), entry)));
        }
        self.diagnostics.extend(environment::check_order(&catalogue));
        catalogue
    }

    fn policies(&mut self, written: &WorkspaceFile) -> Policies {
        let policies = written.pipelines.iter().map(|(occasion, node)| policy::read(occasion, node));
        self.all(policies).into_iter().collect()
    }

    fn unit(&mut self, dir: RepoPath, found: Found, rules: &[Rule]) -> Draft {
        let Found { file: bytes, rules: rule_indices, linked } = found;
        let rules: Vec<&Rule> = rule_indices.iter().map(|at| &rules[*at]).collect();
        let (file, header, fragment) = bytes
            .and_then(|bytes| self.document::<UnitHeader>(&dir.child(FILE_NAME.as_bytes()), bytes))
            .map_or((None, UnitHeader::default(), None), |(file, header, body)| (Some(file), header, body));
        let written = header.unit.unwrap_or_default();
        let declaration = match (file, rules.first()) {
            (None, Some(rule)) => Declaration::Rule(rule.written.origin),
            (Some(file), _) => Declaration::File(Origin::file(file)),
            // Discovery found the file, and reading it failed: the problem is reported there.
            (None, None) => Declaration::Rule(Origin::generated()),
        };
        let name = self.some(unit_name(&dir, &self.root, &written, declaration.origin()));
        let mut draft = Draft {
            unit: Unit {
                name: name.unwrap_or_else(|| fallback_name(&dir)),
                dir,
                declaration,
                depends_on: Vec::new(),
                changes: Vec::new(),
                uses: Vec::new(),
                replaced_uses: Vec::new(),
                fragment,
                cdk: written.cdk.clone(),
                allow: self.all(written.allow.iter().map(allow::check)),
            },
            depends_on: Vec::new(),
        };
        draft.unit.changes.extend(rule::of_links(&linked, declaration.origin()));
        for rule in rules {
            draft.unit.uses.extend(rule.uses.iter().cloned());
            self.apply(&mut draft, rule.depends_on.clone(), &rule.written.changes);
        }
        let own = self.some(uses::read_uses(written.uses.as_ref())).unwrap_or_default();
        uses::add_own(&mut draft.unit, &own);
        self.diagnostics.extend(uses::remove_equal(&mut draft.unit));
        self.diagnostics.extend(written.changes.iter().flat_map(form_findings));
        let depends_on = self.dependencies(written.depends_on.as_ref());
        self.apply(&mut draft, depends_on, &written.changes);
        draft
    }

    fn dependencies(&mut self, written: Option<&Node>) -> Vec<relation::Wanted> {
        let wanted = self.some(relation::wanted(written)).unwrap_or_default();
        let names = wanted.iter().map(|wanted| (wanted.unit.as_str(), wanted.origin));
        self.diagnostics.extend(repeated(names, "depends_on"));
        wanted
    }

    /// Adds the directory of vendored components, and reports what is wrong there.
    fn vendored(&mut self, files: &dyn Files, workspace: &mut Workspace) -> Result<(), ReadError> {
        let vendored = vendor::read(files, &self.root, self.sources)?;
        self.diagnostics.extend(vendor::findings(vendored.as_ref(), workspace.components(), files)?);
        workspace.template_directories.extend(vendored.map(TemplateDirectory::of_components));
        Ok(())
    }

    /// Adds the dependencies and globs of a rule, or of the unit's own header.
    fn apply(&mut self, draft: &mut Draft, depends_on: Vec<relation::Wanted>, changes: &[Located<String>]) {
        draft.depends_on.extend(depends_on);
        let root = self.root.clone();
        let rules = self.all(changes.iter().map(|text| rule::path_rule(&root, &draft.unit.dir, text)));
        draft.unit.changes.extend(rules);
    }
}

fn depth(node: Option<&Node>) -> Result<Option<usize>, Vec<Diagnostic>> {
    let Some(node) = node else { return Ok(None) };
    let number = node.text().and_then(|text| text.parse().ok());
    number.map(Some).ok_or_else(|| {
        let message = "`depends_on_depth` must be a number";
        vec![Diagnostic::error(&HEADER, node.origin, message).with_help("such as `depends_on_depth: 1`")]
    })
}

fn stage(text: &Located<String>) -> Result<Staged, Vec<Diagnostic>> {
    StageName::parse(&text.value)
        .map(|name| Staged { name, origin: text.origin })
        .map_err(|error| vec![Diagnostic::error(&STAGE_NAME, text.origin, error.to_string())])
}
