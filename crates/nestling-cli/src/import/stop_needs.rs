//! `needs` and `dependencies` of a stop job that has become a `stop` block: it waits for what its deploy job waits for, and downloads
//! the artifacts that it downloaded before.

use super::side::{Jobs, SideJob};
use nestling_gitlab::pipeline::guard::Guard;
use nestling_gitlab::pipeline::need::{Need, NeedSource, dependencies, needs, parallel_base};
use nestling_gitlab::yaml::{Map, Node, emit};
use std::collections::BTreeSet;

/// Returns the difference between what a stop job waits for and downloads, and what the `stop` block does.
pub(super) fn difference(name: &str, old: (&SideJob, &Jobs), new: (&SideJob, &Jobs)) -> Option<String> {
    let ((old, old_jobs), (new, new_jobs)) = (old, new);
    let deploy = deploy_of(name, new_jobs);
    let deploy_name = deploy.map(|(name, _)| name.as_str());
    let (before, after) = (waited_for(&old.body), waited_for(&new.body));
    let is_kept = |needed: &&String| {
        let is_deploy = Some(needed.as_str()) == deploy_name;
        let is_by_stage = || {
            let place = new_jobs.get(*needed).map(|needed| &needed.place);
            after.is_none() && place.is_some_and(|place| new.place.waits_for(place))
        };
        is_deploy || after.as_ref().is_some_and(|after| after.contains(*needed)) || is_by_stage()
    };
    if let Some(lost) = before.iter().flatten().find(|needed| !is_kept(needed)) {
        return Some(format!("it no longer needs `{lost}`"));
    }
    let of_deploy = deploy.and_then(|(_, deploy)| waited_for(&deploy.body));
    let is_allowed = |needed: &&String| {
        Some(needed.as_str()) == deploy_name
            || [&before, &of_deploy]
                .iter()
                .any(|known| known.as_ref().is_some_and(|all| all.contains(*needed)))
    };
    if let Some(further) = after.iter().flatten().find(|needed| !is_allowed(needed)) {
        return Some(format!("it needs `{further}`, which neither it nor its deploy job needed"));
    }
    let (before, after) = (downloads(old, old_jobs), downloads(new, new_jobs));
    if let Some(lost) = before.difference(&after).next() {
        return Some(format!("it no longer downloads the artifacts of `{lost}`"));
    }
    let further = after.difference(&before).next();
    further.map(|further| format!("it also downloads the artifacts of `{further}`"))
}

/// Returns the job whose environment a stop job stops.
fn deploy_of<'j>(stop: &str, jobs: &'j Jobs) -> Option<(&'j String, &'j SideJob)> {
    let stops = |job: &SideJob| {
        let environment = job.body.get("environment");
        environment.and_then(|environment| environment.get("on_stop")?.text()) == Some(stop)
    };
    jobs.iter().find(|(_, job)| stops(job))
}

/// Returns the jobs that a job needs, those of other pipelines as they are written; `None` without `needs`.
fn waited_for(body: &Map) -> Option<BTreeSet<String>> {
    let needs = needs(body)?;
    Some(needs.iter().map(|need| source(need, body)).collect())
}

fn source(need: &Need<'_>, body: &Map) -> String {
    match need.source {
        NeedSource::Job(name) => name.to_owned(),
        NeedSource::Pipeline { pipeline, job } | NeedSource::Project { project: pipeline, job } => {
            format!("{pipeline} {}", job.unwrap_or_default())
        }
        NeedSource::Malformed => body.get("needs").map(emit).unwrap_or_default(),
    }
}

/// Returns the jobs whose artifacts a job downloads: without `needs` and `dependencies` those of all earlier stages.
fn downloads(job: &SideJob, jobs: &Jobs) -> BTreeSet<String> {
    let has_artifacts = |name: &str| {
        let found = jobs.get(name).or_else(|| jobs.get(parallel_base(name)?.0));
        found.is_none_or(leaves_artifacts)
    };
    let named = dependencies(&job.body).map(|names| names.into_iter().map(|(name, _)| name.to_owned()));
    let named: Option<BTreeSet<String>> = named.map(Iterator::collect);
    let all: BTreeSet<String> = match needs(&job.body) {
        Some(needs) => {
            let needs = needs.iter().filter(|need| need.artifacts);
            needs.map(|need| source(need, &job.body)).collect()
        }
        None => {
            let is_earlier = |other: &SideJob| {
                let is_same_pipeline = child(other) == child(job) && other.guard() != Guard::Never;
                is_same_pipeline && job.place.waits_for(&other.place)
            };
            jobs.iter().filter(|(_, other)| is_earlier(other)).map(|(name, _)| name.clone()).collect()
        }
    };
    let is_named = |name: &String| named.as_ref().is_none_or(|named| named.contains(name));
    all.into_iter().filter(is_named).filter(|name| has_artifacts(name)).collect()
}

fn child(job: &SideJob) -> Option<&str> {
    job.place.child.as_ref().map(|(name, _)| name.as_str())
}

fn leaves_artifacts(job: &SideJob) -> bool {
    job.body.get("artifacts").and_then(Node::as_map).is_some_and(|artifacts| !artifacts.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::side::Surroundings;
    use nestling::Sources;
    use nestling_gitlab::check::{KnownVariables, read_file};
    use nestling_gitlab::pipeline::presence::{Changed, Tree};

    /// Reads the jobs of a file whose stages are `build` and `deploy`.
    fn jobs(stop: &str, deploy: &str) -> Jobs {
        let text = format!(
            "stages: [build, deploy]\n\
             build: {{ stage: build, script: x, artifacts: {{ paths: [x] }} }}\n\
             lint: {{ stage: build, script: x }}\n\
             deploy: {{ stage: deploy, script: x, environment: {{ name: a, on_stop: stop }}, {deploy} }}\n\
             stop: {{ stage: deploy, script: x, environment: {{ name: a, action: stop }}, {stop} }}\n"
        );
        let (pipeline, _) = read_file(".gitlab-ci.yml", &text, &Sources::default());
        let surroundings =
            Surroundings { reference: "CI_COMMIT_BRANCH", changed: Changed::Unknown, tree: Tree::Unknown };
        let position = |job: &nestling::Job| usize::from(job.stage() == "deploy");
        let made =
            |job| surroundings.job(job, &KnownVariables::default(), true, &Guard::Always, position(job));
        pipeline.jobs.iter().map(|job| (job.name.to_string(), made(job))).collect()
    }

    #[test]
    fn a_stop_block_waits_and_downloads_as_its_job_did() {
        for (old, new, deploy, expected) in [
            ("", "", "", None),
            // It may run after a deployment that failed.
            (
                "needs: [deploy]",
                "needs: [build]",
                "needs: [build]",
                Some("also downloads the artifacts of `build`"),
            ),
            ("needs: [deploy]", "needs: [{ job: build, artifacts: false }]", "needs: [build]", None),
            ("needs: [deploy]", "needs: [lint]", "needs: [lint]", None),
            ("needs: []", "needs: [{ job: build, artifacts: false }]", "needs: [build]", None),
            ("needs: []", "needs: [lint]", "needs: [build]", Some("needs `lint`, which neither")),
            ("needs: [lint]", "needs: [build]", "needs: [build]", Some("no longer needs `lint`")),
            ("needs: [build]", "dependencies: [build]", "", None),
            ("needs: [build]", "", "", None),
            ("needs: [build]", "dependencies: []", "", Some("no longer downloads the artifacts of `build`")),
            ("dependencies: []", "", "", Some("also downloads the artifacts of `build`")),
            ("dependencies: [lint]", "dependencies: []", "", None),
            ("needs: [deploy]", "needs: [deploy]", "artifacts: { paths: [x] }", None),
            (
                "needs: [{ job: deploy, artifacts: false }]",
                "needs: [deploy]",
                "artifacts: { paths: [x] }",
                Some("also downloads the artifacts of `deploy`"),
            ),
            (
                "needs: [{ project: a/b, job: c, ref: main }]",
                "needs: []",
                "",
                Some("no longer needs `a/b c`"),
            ),
        ] {
            let (before, after) = (jobs(old, deploy), jobs(new, deploy));
            let stop = |jobs: &Jobs| jobs.get("stop").cloned().unwrap();
            let found = difference("stop", (&stop(&before), &before), (&stop(&after), &after));
            let is_expected = match (&found, expected) {
                (Some(found), Some(expected)) => found.contains(expected),
                (None, None) => true,
                _ => false,
            };
            assert!(is_expected, "{old} -> {new} ({deploy}): {found:?}");
        }
    }
}
