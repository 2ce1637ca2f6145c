//! Plans beside that of the pipeline itself, of which a view wants the jobs alone: those of other kinds, and both sides of the
//! change.

use super::Session;
use crate::assemblies::{Synth, WorkTreeAssemblies};
use crate::exit::Failure;
use nestling::{As, ComparedPlans, Comparison, Error, Plan, Project, SharedRenderings};
use std::collections::BTreeSet;

impl Session {
    /// Plans all units for each other kind of pipeline, as far as the kinds are known, and calls a function with each plan.
    pub(crate) fn plan_other_kinds(&self, plan: &Plan, act: impl FnMut(&Plan)) -> Result<(), Failure> {
        let mut project = self.opened(self.simulated().everything())?;
        self.plan_kinds(&mut project, &SharedRenderings::default(), plan, act)
    }

    /// Plans the same change for each other kind of pipeline, and calls a function with each plan. Returns the plans of all units at
    /// base and at head for the pipeline's own kind; `None` without a base, as before the first commit.
    pub(crate) fn plan_around(
        &self,
        plan: &Plan,
        act: impl FnMut(&Plan),
    ) -> Result<Option<ComparedPlans>, Failure> {
        let mut project = self.project()?;
        // The workspace is read once, and what templates do not ask of the pipeline is rendered once.
        let renderings = SharedRenderings::default();
        let compared = match Comparison::of(&project, &renderings) {
            Err(Error::NoBase | Error::Changes(_)) => None,
            Err(error) => return Err(error.into()),
            Ok(comparison) => Some(self.compared(comparison.unchecked())?),
        };
        self.plan_kinds(&mut project, &renderings, plan, act)?;
        Ok(compared)
    }

    fn plan_kinds(
        &self,
        project: &mut Project<'_>,
        renderings: &SharedRenderings,
        plan: &Plan,
        mut act: impl FnMut(&Plan),
    ) -> Result<(), Failure> {
        let mut seen = BTreeSet::from([plan.facts.describe()]);
        for kind in project.kinds()? {
            let Ok(kind) = As::parse(&kind.name.id) else { continue };
            project.simulate(kind)?;
            if !seen.insert(project.facts().describe()) {
                continue;
            }
            let changes = self.changes(project)?;
            let assemblies = WorkTreeAssemblies::new(self.root(), Synth::Leave, None);
            let planning = self.narrowed(project.plan(changes).assemblies(&assemblies));
            act(&planning.sharing(renderings).unchecked().run()?);
        }
        Ok(())
    }
}
