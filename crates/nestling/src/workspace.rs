//! The workspace: which directories are units, what they use and depend on, and where deploys may go.
//!
//! [`format`] is what is written, [`load`] reads it from any [`Files`](nestling_files::files::Files) and checks it, and what
//! is read are the types here: nothing in them can be misspelled, and all of it knows where it was written.

pub(crate) mod rules;
pub(crate) mod environment_rules;
pub(crate) mod idle_rules;
mod condition;
mod catalogue;
mod template_reads;
mod document;
mod header_expressions;
mod unit;
mod directories;
mod unit_claims;
mod cycle;
mod globs;
mod literal_rules;
mod directory_globs;
mod directory_rule;
mod repeated;
pub(crate) mod member_globs;
mod stated;
mod links;
mod linked;
mod discover;
mod link_targets;
mod format;
mod mapping;
mod environment;
mod covered;
mod allow;
mod policy;
pub(crate) mod reuse;
mod unclaimed;
mod template_name;
mod library;
mod uses;
mod relation;
mod rule;
mod template_directory;
mod missing;
mod unit_name;
mod vars;
mod load;
mod schema;
mod component;
mod located;
mod template;
mod known_template;
mod dependencies;

use crate::given_vars::GivenVars;
use crate::graph_outputs::GraphOutputs;
use crate::vendor::{ComponentPath, VendorLock};
pub(crate) use catalogue::{After, Blocking, Catalogue, Environment, Freeze, Start, Stop};
pub(crate) use component::Component;
pub(crate) use condition::Condition;
pub(crate) use dependencies::Dependencies;
pub(crate) use directories::UnitDirectories;
pub(crate) use discover::workspace_root;
pub(crate) use document::Body;
pub(crate) use globs::{RootGlob, glob_below};
pub(crate) use known_template::{KnownTemplate, are_same, templates_of};
pub(crate) use library::{LIBRARY_PREFIX, library_files};
pub use library::{library_names, library_template};
pub(crate) use link_targets::LinkTarget;
pub(crate) use linked::{LinkedFile, is_directory};
pub(crate) use load::{Loaded, load, load_header, load_with};
pub(crate) use mapping::expect_mapping;
pub(crate) use missing::is_spelled_otherwise;
pub(crate) use nestling_gitlab::instance::{Gitlab, InstanceLimits};
pub(crate) use reuse::{Reuse, ReuseSettings, ReuseTrust, never_left_out};
pub use schema::{Header, file_schema, jobs_schema};
use stated::DependsFrom;
pub(crate) use stated::{GradleSettings, INSTALLED, go as go_work};
pub(crate) use template::{Template, Templates};
pub(crate) use template_directory::{TemplateDirectory, revision_help};
pub(crate) use template_name::{CASES_DIRECTORY, template_stem};
pub(crate) use template_reads::{Read, template_imports, template_texts};
pub(crate) use unclaimed::Unclaimed;
pub use unit::Unit;
pub(crate) use unit::places;
pub(crate) use unit::{Declaration, Dependency, EnvironmentInputs, Order, ReplacedUse, Sign, Stated, Use};
pub(crate) use unit_claims::{Claim, UnitClaims};
pub(crate) use uses::read_uses;
pub(crate) use vars::given_problems;

use crate::changes::{As, Occasion, PipelineFacts, Policies};
use nestling_files::files::Revision;
use nestling_files::path::RepoPath;
use nestling_gitlab::check::AllowEntry;
use nestling_gitlab::configuration::Staged;
use nestling_gitlab::diagnostic::{FileId, Origin};
use nestling_gitlab::facts::{WalkedKind, walked_kinds};
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::{Located, Map};

/// The name of the file that makes a directory a unit, and the root a workspace.
///
/// ```
/// assert_eq!(nestling::FILE_NAME, "nestling.yml");
/// ```
pub const FILE_NAME: &str = "nestling.yml";

/// Everything that the repository says about its units, at one commit or in the work tree.
///
/// ```
/// use nestling::{RepoPath, testing::plan_files};
///
/// let plan = plan_files([
///     ("nestling.yml", "workspace: { templates: [ci] }"),
///     ("api/nestling.yml", "build: { script: make }"),
/// ])?;
/// let owner = plan.workspace.owner(&RepoPath::parse("api/src/main.rs")?).expect("a unit");
/// assert_eq!(owner.name.as_str(), "api");
/// assert!(plan.workspace.is_template_path(&RepoPath::parse("ci/go.yml")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Workspace {
    /// The directory that it is about: mostly the repository's root. Paths of units and of files are from the root of the
    /// repository all the same.
    pub(crate) root: RepoPath,
    /// The root's `nestling.yml`.
    pub(crate) file: Option<FileId>,
    /// The directories where `use:` looks for templates, in order.
    pub(crate) template_directories: Vec<TemplateDirectory>,
    /// The revision that its templates are read from, where that is not the revision of the units.
    pub(crate) templates_from: Option<Revision>,
    /// The stages in the order that the workspace wants; empty where it leaves that to the units.
    pub(crate) stages: Vec<Staged>,
    /// A change to these paths selects nothing.
    pub(crate) ignore: Vec<RootGlob>,
    /// A change to these paths selects every unit.
    pub(crate) everything: Vec<RootGlob>,
    /// A change to what these lead to selects every unit: links that `everything` matches.
    pub(crate) everything_links: Vec<LinkTarget>,
    /// The policy for changed paths that no unit claims.
    pub(crate) unclaimed: Unclaimed,
    /// `vars` in templates.
    pub(crate) vars: Map,
    /// The values of them that were given on the command line, for base as well.
    pub(crate) given_vars: GivenVars,
    /// The environment catalogue.
    pub(crate) environments: Catalogue,
    /// Policy of each kind of pipeline.
    pub(crate) policies: Policies,
    /// The revisions that `pipelines` compares with, as they are written.
    pub(crate) since: Vec<Located<String>>,
    /// The GitLab instance that reads the output, as far as it is known.
    pub(crate) gitlab: Gitlab,
    /// The policy for jobs that have passed with the same content; `None` where it is off.
    pub(crate) reuse: Option<Reuse>,
    /// The manifests and graphs that state dependencies between units.
    pub(crate) depends_from: DependsFrom,
    /// The answers of the commands that print graphs. At base those of head count: no command runs there.
    pub(crate) graph_outputs: GraphOutputs,
    /// A sentence for each graph that is not known.
    pub(crate) unknown_graphs: Vec<String>,
    /// The units in order of their names. Names and directories are unique.
    pub(crate) units: Vec<Unit>,
    /// Number of dependency levels that a change propagates through; `None` for any number.
    pub(crate) depth: Option<usize>,
    /// Place of that key.
    pub(crate) depth_origin: Option<Origin>,
    /// Jobs that every child pipeline has.
    pub(crate) body: Option<Body>,
    /// Accepted warnings, for all units.
    pub(crate) allow: Vec<AllowEntry>,
    /// Directories with a workspace of their own: they and all below them are left out.
    pub(crate) nested: Vec<RepoPath>,
    /// The workspace's own file and the graphs, where links lead to them.
    pub(crate) linked_files: Vec<LinkedFile>,
    /// The directories that rules make units.
    rules: Vec<directory_rule::DirectoryRule>,
}

impl Workspace {
    /// Lets templates be read from a revision, but for those of directories that name one of their own.
    pub(crate) fn read_templates_from(&mut self, revision: &Revision) {
        for dir in &mut self.template_directories {
            dir.revision.get_or_insert_with(|| revision.clone());
        }
    }

    /// Returns the place of the root's `nestling.yml`, for what comes from the workspace as a whole.
    pub fn origin(&self) -> Origin {
        self.file.map_or_else(Origin::generated, Origin::file)
    }

    /// The unit of this name.
    pub fn unit(&self, name: &str) -> Option<&Unit> {
        self.units.binary_search_by(|unit| unit.name.as_str().cmp(name)).ok().map(|at| &self.units[at])
    }

    /// Returns all units, in the order of their names.
    pub fn units(&self) -> impl ExactSizeIterator<Item = &Unit> {
        self.units.iter()
    }

    /// Returns the components that units use, each with its place, in the order of the units.
    pub fn components(&self) -> impl Iterator<Item = (&ComponentPath, Origin)> {
        let uses = self.units.iter().flat_map(|unit| &unit.uses);
        uses.filter_map(|used| Some((used.component.as_ref()?, used.origin)))
    }

    /// Returns the components that units use, each with the inputs that a unit gives, for all environments and for each.
    pub fn component_inputs(&self) -> impl Iterator<Item = (&ComponentPath, Map)> {
        let uses = self.units.iter().flat_map(|unit| &unit.uses);
        let of_components = uses.filter_map(|used| Some((used, used.component.as_ref()?)));
        of_components.flat_map(|(used, component)| {
            let entries = self.environments.entries.values();
            let for_entries = entries.map(|entry| used.given_for(entry));
            std::iter::once(used.inputs.clone()).chain(for_entries).map(move |inputs| (component, inputs))
        })
    }

    /// Returns the lock file of the vendored components; `None` if there is none, or if it has errors.
    pub fn vendor_lock(&self) -> Option<&VendorLock> {
        let vendored = self.template_directories.iter().find_map(|dir| dir.vendored.as_ref())?;
        Some(&vendored.lock)
    }

    /// Returns the directory of the workspace, from the root of the repository.
    pub fn directory(&self) -> &RepoPath {
        &self.root
    }

    /// Returns the globs of paths whose change selects every unit, from the repository's root.
    pub fn everything_globs(&self) -> Vec<String> {
        let written = self.everything.iter().map(|written| &written.glob);
        let behind_links = self.everything_links.iter().flat_map(|target| &target.globs);
        written.chain(behind_links).map(ToString::to_string).collect()
    }

    /// Returns `true` if some paths select nothing, as `ignore` says.
    pub fn ignores_paths(&self) -> bool {
        !self.ignore.is_empty()
    }

    /// Returns `true` if a path that no unit claims selects every unit.
    pub fn unclaimed_selects_all(&self) -> bool {
        self.unclaimed == Unclaimed::Everything
    }

    /// Returns the path of the workspace's own file.
    pub(crate) fn own_file(&self) -> RepoPath {
        self.root.child(FILE_NAME.as_bytes())
    }

    /// Returns `true` if a path is in a directory with a workspace of its own.
    pub(crate) fn is_of_nested(&self, path: &RepoPath) -> bool {
        self.nested.iter().any(|directory| path.is_in(directory))
    }

    /// The unit whose directory is nearest above a path, or is the path.
    pub fn owner(&self, path: &RepoPath) -> Option<&Unit> {
        UnitDirectories::new(&self.units).owner(path).map(|index| &self.units[index])
    }

    /// Returns `true` if a path is in one of the directories of this repository where `use:` looks for templates.
    pub fn is_template_path(&self, path: &RepoPath) -> bool {
        self.template_directories.iter().any(|dir| dir.holds(path))
    }

    /// Returns `true` if a file, as messages name it, is one of a vendored component.
    pub(crate) fn is_vendored(&self, shown: &str) -> bool {
        let mut vendored = self.template_directories.iter().filter(|dir| dir.vendored.is_some());
        vendored
            .any(|dir| shown.strip_prefix(&dir.shown(&dir.path)).is_some_and(|rest| rest.starts_with('/')))
    }

    /// Returns `true` if a rule makes a unit of this directory, if it exists.
    pub(crate) fn is_made_by_rule(&self, directory: &RepoPath) -> bool {
        self.rules.iter().any(|rule| rule.matches(directory))
    }

    /// Returns `true` if a file makes a unit of the directory that it is in.
    pub(crate) fn is_marker(&self, path: &RepoPath) -> bool {
        let Some(directory) = path.parent() else { return false };
        self.rules.iter().any(|rule| rule.is_marked(&directory, path.file_name()))
    }

    /// Returns the kinds of pipelines that the workspace can behave differently in: those that every project has, those that
    /// `pipelines:` names, and one for each glob of branches or tags in the catalogue. The sources are further ones, as values
    /// of `CI_PIPELINE_SOURCE`.
    pub(crate) fn pipeline_kinds(&self, facts: &PipelineFacts, sources: &[String]) -> Vec<WalkedKind> {
        let occasions = self.policies.occasions().map(Occasion::as_str);
        // `branch`, `tag` and `other` are no values of `--as`: the first two are among the kinds, the last is any other.
        let by_policy = occasions.filter_map(|name| As::parse(name).ok());
        let by_source = sources.iter().filter_map(|name| As::parse(name).ok());
        let every_project = walked_kinds(facts, []);
        let by_glob = self.environments.kinds(&every_project);
        walked_kinds(facts, by_glob.chain(by_policy).chain(by_source))
    }

    /// The names of all units, in order.
    pub fn unit_names(&self) -> impl Iterator<Item = &UnitName> {
        self.units.iter().map(|unit| &unit.name)
    }
}
