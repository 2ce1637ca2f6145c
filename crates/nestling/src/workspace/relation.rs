//! The units that a unit depends on, as written and as found.

use super::format::DependencyFile;
use super::mapping::each_item;
use super::unit::{Dependency, Order, Stated, Unit};
use crate::workspace::rules::{DEPENDS_ON, UNIT_NAME};
use foldhash::fast::RandomState;
use globset::GlobBuilder;
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Suggestion};
use nestling_gitlab::instance::rules::HEADER;
use nestling_gitlab::name::UnitName;
use nestling_gitlab::yaml::{self, Node};
use std::cell::OnceCell;
use std::collections::HashMap;

/// A dependency as written: a unit's name, or a glob of names.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub unit: String,
    pub order: Order,
    pub origin: Origin,
}

/// A unit whose dependencies are not resolved yet.
pub(crate) struct Draft {
    pub unit: Unit,
    pub depends_on: Vec<Wanted>,
}

/// Reads `depends_on:`: a name, a glob of names, `{ unit, order }`, or a list of those.
pub(crate) fn wanted(node: Option<&Node>) -> Result<Vec<Wanted>, Vec<Diagnostic>> {
    each_item(node, |item| {
        if let Some(unit) = item.as_str() {
            return Ok(Wanted { unit: unit.to_owned(), order: Order::Unordered, origin: item.origin });
        }
        let written: DependencyFile = yaml::from_node(item, &HEADER)?;
        let order = if written.order { Order::Ordered } else { Order::Unordered };
        Ok(Wanted { unit: written.unit.value, order, origin: written.unit.origin })
    })
}

/// Gives each unit its dependencies, and the units their order. Names that clash, dependencies on nothing and cycles
/// are problems.
pub(crate) fn tie(drafts: Vec<Draft>) -> (Vec<Unit>, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let mut names: HashMap<UnitName, Origin, RandomState> =
        HashMap::with_capacity_and_hasher(drafts.len(), RandomState::default());
    for draft in &drafts {
        let origin = draft.unit.declaration.origin();
        if let Some(first) = names.insert(draft.unit.name.clone(), origin) {
            problems.push(
                Diagnostic::error(&UNIT_NAME, origin, format!("duplicate unit name `{}`", draft.unit.name))
                    .with_label(first, "the first")
                    .with_help("set another `name:` in the header of one of them"),
            );
        }
    }
    let names = Names { all: names, sorted: OnceCell::new() };
    let mut units: Vec<Unit> = drafts
        .into_iter()
        .map(|draft| {
            let mut unit = draft.unit;
            for wanted in draft.depends_on {
                match find(&wanted, &unit.name, &names) {
                    Ok(found) => unit.depends_on.extend(found),
                    Err(problem) => problems.push(problem),
                }
            }
            unit.depends_on.sort_by(|a, b| (&a.unit, a.order).cmp(&(&b.unit, b.order)).reverse());
            unit.depends_on.dedup_by(|a, b| a.unit == b.unit);
            unit.depends_on.reverse();
            unit
        })
        .collect();
    units.sort_by(|a, b| a.name.cmp(&b.name));
    problems.extend(super::cycle::find(&units));
    (units, problems)
}

/// The names of all units: by their text, since most dependencies name one, and in order for the rest.
struct Names {
    all: HashMap<UnitName, Origin, RandomState>,
    sorted: OnceCell<Vec<UnitName>>,
}

impl Names {
    fn sorted(&self) -> &[UnitName] {
        self.sorted.get_or_init(|| {
            let mut sorted: Vec<UnitName> = self.all.keys().cloned().collect();
            sorted.sort_unstable();
            sorted
        })
    }
}

/// The units that a dependency means.
fn find(wanted: &Wanted, from: &UnitName, names: &Names) -> Result<Vec<Dependency>, Diagnostic> {
    let dependency = |unit: &UnitName| Dependency {
        unit: unit.clone(),
        order: wanted.order,
        stated: Stated::Header,
        origin: wanted.origin,
    };
    let text = wanted.unit.trim_end_matches('/');
    if let Some((name, _)) = names.all.get_key_value(text) {
        return Ok(vec![dependency(name)]);
    }
    let glob = GlobBuilder::new(text)
        .literal_separator(true)
        .build()
        .map_err(|error| Diagnostic::error(&DEPENDS_ON, wanted.origin, error.to_string()))?;
    let matcher = glob.compile_matcher();
    let found: Vec<Dependency> = names
        .sorted()
        .iter()
        .filter(|name| *name != from && matcher.is_match(name.as_str()))
        .map(dependency)
        .collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let problem = Diagnostic::error(
        &DEPENDS_ON,
        wanted.origin,
        format!("`{from}` depends on unknown unit `{}`", wanted.unit),
    );
    Err(problem.with_help(
        Suggestion::among(text, names.sorted().iter().map(UnitName::as_str))
            .help_or("`nestling affected --all` lists the units; globs of their names are allowed"),
    ))
}
