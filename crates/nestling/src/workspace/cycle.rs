//! Dependencies that come back to where they started.

use super::unit::{Stated, Unit, places};
use crate::workspace::rules::DEPENDS_ON_CYCLE;
use foldhash::fast::RandomState;
use nestling_gitlab::diagnostic::Diagnostic;
use nestling_gitlab::name::UnitName;
use std::collections::HashMap;

/// Every cycle of dependencies that headers state, each reported once, from its first unit in the order of names.
pub(crate) fn find(units: &[Unit]) -> Vec<Diagnostic> {
    let mut search = Search {
        units,
        places: places(units),
        state: vec![State::New; units.len()],
        path: Vec::new(),
        found: Vec::new(),
    };
    for start in 0..units.len() {
        search.visit(start);
    }
    search.found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    OnPath,
    Done,
}

struct Search<'a> {
    units: &'a [Unit],
    places: HashMap<&'a UnitName, usize, RandomState>,
    state: Vec<State>,
    path: Vec<(usize, usize)>,
    found: Vec<Diagnostic>,
}

impl Search<'_> {
    /// Depth first with a path of its own, so that a chain of ten thousand units needs no stack.
    fn visit(&mut self, start: usize) {
        if self.state[start] != State::New {
            return;
        }
        self.enter(start);
        while let Some((unit, next)) = self.path.last_mut() {
            let (unit, at) = (*unit, *next);
            *next += 1;
            let Some(dependency) = self.units[unit].depends_on.get(at) else {
                self.state[unit] = State::Done;
                self.path.pop();
                continue;
            };
            if dependency.stated == Stated::Manifest {
                continue;
            }
            let Some(target) = self.places.get(&dependency.unit).copied() else { continue };
            match self.state[target] {
                State::New => self.enter(target),
                State::OnPath => self.found.push(self.cycle(target)),
                State::Done => {}
            }
        }
    }

    fn enter(&mut self, unit: usize) {
        self.state[unit] = State::OnPath;
        self.path.push((unit, 0));
    }

    fn cycle(&self, target: usize) -> Diagnostic {
        let start = self.path.iter().position(|(unit, _)| *unit == target).unwrap_or(0);
        let members = &self.path[start..];
        let names: Vec<String> =
            members.iter().map(|(unit, _)| format!("`{}`", self.units[*unit].name)).collect();
        let chain = format!("{} → {}", names.join(" → "), names[0]);
        let edges =
            members.iter().map(|(unit, next)| (&self.units[*unit], &self.units[*unit].depends_on[next - 1]));
        let mut problem = None;
        for (unit, edge) in edges {
            let text = format!("`{}` depends on `{}` here", unit.name, edge.unit);
            problem = Some(match problem {
                None => Diagnostic::error(
                    &DEPENDS_ON_CYCLE,
                    edge.origin,
                    format!("circular dependency of units: {chain}"),
                ),
                Some(problem) => Diagnostic::with_label(problem, edge.origin, text),
            });
        }
        problem
            .unwrap_or_else(|| {
                Diagnostic::new(&DEPENDS_ON_CYCLE, nestling_gitlab::diagnostic::Severity::Error, chain)
            })
            .with_help("remove one of these dependencies, or move what both need into a separate unit")
    }
}
