//! A unit: a directory with CI of its own.

use super::document::Body;
use crate::vendor::ComponentPath;
use foldhash::fast::RandomState;
use indexmap::IndexMap;
use nestling_files::path::{Glob, RepoPath};
use nestling_gitlab::check::AllowEntry;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::Map;
use std::collections::HashMap;

/// A directory with CI of its own, checked.
///
/// ```
/// use nestling::testing::plan_files;
///
/// let plan = plan_files([
///     ("nestling.yml", "workspace: {}"),
///     ("services/api/nestling.yml", "unit: { name: api }\n---\nbuild: { script: make }"),
/// ])?;
/// let unit = plan.workspace.unit("api").expect("its header names it");
/// assert_eq!(unit.dir.to_string(), "services/api");
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Unit {
    /// Its name: the directory, unless its header sets another.
    pub name: UnitName,
    /// Its directory.
    pub dir: RepoPath,
    /// Reason why it is a unit, with its place.
    pub(crate) declaration: Declaration,
    /// The units that it depends on, each once.
    pub(crate) depends_on: Vec<Dependency>,
    /// The paths that affect it beside its own directory, and those in it that do not; later rules win.
    pub(crate) changes: Vec<PathRule>,
    /// The templates that it uses, in order.
    pub(crate) uses: Vec<Use>,
    /// Uses of rules that do not count, because the unit's own file uses the same template.
    pub(crate) replaced_uses: Vec<ReplacedUse>,
    /// The jobs that its own file adds.
    pub(crate) fragment: Option<Body>,
    /// `cdk` of its header, as written.
    pub(crate) cdk: Option<nestling_gitlab::yaml::Node>,
    /// Accepted warnings.
    pub(crate) allow: Vec<AllowEntry>,
}

impl Unit {
    /// Returns the names of the units that it depends on, by its header, a rule of the workspace or a manifest.
    ///
    /// ```
    /// use nestling::testing::plan_files;
    ///
    /// let plan = plan_files([
    ///     ("nestling.yml", "workspace: {}"),
    ///     ("api/nestling.yml", "unit: { depends_on: [core] }"),
    ///     ("core/nestling.yml", "unit: {}"),
    /// ])?;
    /// let names: Vec<&str> = plan.units().flat_map(|unit| unit.dependencies()).map(|name| name.as_str()).collect();
    /// assert_eq!(names, ["core"]);
    /// # Ok::<(), nestling::Error>(())
    /// ```
    pub fn dependencies(&self) -> impl Iterator<Item = &UnitName> {
        self.depends_on.iter().map(|dependency| &dependency.unit)
    }

    /// Returns the globs of paths that select it beside those of its directory, from the repository's root.
    pub fn change_globs(&self) -> impl Iterator<Item = String> {
        let included = self.changes.iter().filter(|rule| rule.sign == Sign::Include);
        included.map(|rule| rule.glob.to_string())
    }

    /// Returns `true` if some paths do not select it that its directory or a glob has.
    pub fn excludes_paths(&self) -> bool {
        self.changes.iter().any(|rule| rule.sign == Sign::Exclude)
    }
}

/// The place of each unit among them, by its name.
pub(crate) fn places(units: &[Unit]) -> HashMap<&UnitName, usize, RandomState> {
    units.iter().enumerate().map(|(at, unit)| (&unit.name, at)).collect()
}

/// Reason why a directory is a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declaration {
    /// A `nestling.yml` in it; the place is the header's, or the file's first line.
    File(Origin),
    /// A rule of the workspace that matches it.
    Rule(Origin),
}

impl Declaration {
    /// Place of it in the file.
    pub(crate) fn origin(self) -> Origin {
        match self {
            Self::File(origin) | Self::Rule(origin) => origin,
        }
    }
}

/// A unit that another depends on: a change there selects both.
#[derive(Debug, Clone)]
pub(crate) struct Dependency {
    /// The unit depended on.
    pub unit: UnitName,
    /// Order of the jobs of the two units.
    pub order: Order,
    /// Source of it.
    pub stated: Stated,
    /// Place of it in the file.
    pub origin: Origin,
}

/// Effect of a dependency beside selecting units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Order {
    /// Selected together, run side by side.
    Unordered,
    /// The first jobs wait for the last stage of the unit depended on.
    Ordered,
}

/// Source of a dependency, or of a path that affects a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stated {
    /// The manifest of a package in it, through `depends_from`. Such dependencies may be circular, as the development
    /// dependencies of packages do.
    Manifest,
    /// The unit, or a rule of the workspace.
    Header,
}

/// One entry of `changes:`, or a path outside of the unit that its manifests name or its links lead to.
#[derive(Debug, Clone)]
pub(crate) struct PathRule {
    /// Effect of a match.
    pub sign: Sign,
    /// The glob, from the repository's root.
    pub glob: Glob,
    /// As it was written.
    pub written: String,
    /// Source of it.
    pub stated: Stated,
    /// The link that leads there, where nobody wrote it.
    pub link: Option<RepoPath>,
    /// Place of it in the file.
    pub origin: Origin,
}

/// Effect of a match on the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// A changed path that matches selects.
    Include,
    /// Written with `!`: a changed path that matches does not select.
    Exclude,
}

/// A template or a component that a unit uses.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    /// The name of the template, or the path of the component, as written.
    pub template: String,
    /// The component; `None` for a template of the workspace.
    pub component: Option<ComponentPath>,
    /// The inputs as written.
    pub inputs: Map,
    /// Inputs that differ for an environment of the catalogue, by its name.
    pub environments: IndexMap<String, EnvironmentInputs>,
    /// Place of that name.
    pub origin: Origin,
}

/// A use of a rule that the unit's own file replaces.
#[derive(Debug, Clone)]
pub(crate) struct ReplacedUse {
    /// The template's name as the rule writes it.
    pub template: String,
    /// The use of the rule.
    pub origin: Origin,
}

/// The inputs of a template for one environment.
#[derive(Debug, Clone)]
pub(crate) struct EnvironmentInputs {
    /// The inputs as written.
    pub inputs: Map,
    /// Place of them in the file.
    pub origin: Origin,
}
