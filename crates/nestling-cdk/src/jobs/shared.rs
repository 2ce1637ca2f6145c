//! Assets that several stages share: published once, and reported where every stage builds its own.

use super::graph::{Graph, JobId, PlannedJob, Role, work_of};
use super::request::Request;
use crate::assembly::StackId;
use crate::assets::AssetSelector;
use crate::deployment::Work;
use crate::id::Id;
use crate::ordering::Past;
use crate::report::{LineKind, Report};
use std::collections::BTreeSet;

/// Has a job that publishes wait for an earlier one that publishes the same to the same place, which then is there already.
///
/// It does not wait where that would have it wait for a person, and runs by itself where the earlier job is not in its
/// pipeline.
pub(crate) fn publish_once(graph: &mut Graph, request: &Request<'_>) {
    let publishing = publishing(graph, request);
    for (index, (job_id, selectors)) in publishing.iter().enumerate() {
        for (earlier, others) in publishing[..index].iter().rev() {
            let past = graph.past();
            if selectors.is_disjoint(others) || past.holds(*earlier, *job_id) || past.holds(*job_id, *earlier)
            {
                continue;
            }
            if is_as_free(graph, request, &past, *earlier, *job_id) {
                graph.jobs[*job_id].after.insert(*earlier);
                graph.jobs[*job_id].optional.insert(*earlier);
                break;
            }
        }
    }
}

/// Returns `true` if a job waits for no person that the other does not wait for.
fn is_as_free(
    graph: &Graph,
    request: &Request<'_>,
    past: &Past<PlannedJob>,
    job: JobId,
    other: JobId,
) -> bool {
    let asks = |job: &PlannedJob| {
        matches!(job.role, Role::Gate(_)) || work_of(request, job).is_some_and(Work::is_approval)
    };
    let mut gates = Id::each(&graph.jobs).filter(|(_, job)| asks(job)).map(|(gate, _)| gate);
    gates.all(|gate| !past.holds(job, gate) || past.holds(other, gate))
}

/// Reports images that are built once for each place: what was tested is not what ships.
pub(crate) fn report_built_anew(graph: &Graph, request: &Request<'_>, report: &mut Report) {
    let hash = |selector: &AssetSelector| selector.split(':').next().unwrap_or_default().to_owned();
    let images: Vec<(JobId, BTreeSet<AssetSelector>)> = publishing_jobs(graph, request)
        .map(|(job_id, stacks)| {
            let own = selectors(request, &stacks, |assets| assets.image_selectors.clone());
            (job_id, own.into_iter().map(|selector| in_place(graph, job_id, selector)).collect())
        })
        .collect();
    for (index, (job_id, own)) in images.iter().enumerate() {
        for (earlier, others) in &images[..index] {
            let built_before: BTreeSet<String> = others.difference(own).map(hash).collect();
            if own.difference(others).map(hash).any(|image| built_before.contains(&image)) {
                let (job, earlier) = (&graph.jobs[*job_id], &graph.jobs[*earlier]);
                let text = format!(
                    "it rebuilds images that `{}` builds for another account or region: the tested image is not the deployed one",
                    earlier.name
                );
                report.add(LineKind::Stack, job.name.clone(), text, job.origin);
                break;
            }
        }
    }
}

/// Returns a selector with its place: one that the role of the job decides on is that of its environment.
fn in_place(graph: &Graph, job: JobId, selector: AssetSelector) -> AssetSelector {
    match graph.jobs[job].target {
        Some(target) if selector.contains("current_account") => format!("{selector}-{}", target.index()),
        _ => selector,
    }
}

/// Returns the jobs that publish, each with what.
fn publishing(graph: &Graph, request: &Request<'_>) -> Vec<(JobId, BTreeSet<AssetSelector>)> {
    publishing_jobs(graph, request)
        .map(|(job_id, stacks)| (job_id, selectors(request, &stacks, |assets| assets.selectors.clone())))
        .collect()
}

fn publishing_jobs<'a>(
    graph: &'a Graph,
    request: &'a Request<'_>,
) -> impl Iterator<Item = (JobId, Vec<StackId>)> + 'a {
    Id::each(&graph.jobs).filter_map(|(job_id, job)| {
        let stacks = match (job.role, work_of(request, job)) {
            (Role::Assets(target), _) => graph.stacks_with_assets(request, target),
            (_, Some(Work::Publish(stage))) => request.deployment.assembly.stages[*stage].stacks.clone(),
            _ => return None,
        };
        Some((job_id, stacks))
    })
}

fn selectors(
    request: &Request<'_>,
    stacks: &[StackId],
    of_stack: impl Fn(&crate::assets::Assets) -> BTreeSet<AssetSelector>,
) -> BTreeSet<AssetSelector> {
    stacks.iter().flat_map(|stack| of_stack(&request.deployment.assembly.stacks[*stack].assets)).collect()
}
