//! A pipeline that is too large for GitLab, cut into parts that are not. Units that need each other stay together.

use super::size;
use nestling_gitlab::instance::Gitlab;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::environment::environment;
use nestling_gitlab::pipeline::matrix::parallel;
use std::num::NonZeroUsize;

/// The limits of one pipeline.
///
/// ```
/// use nestling::{EmitOptions, PipelineLimits};
///
/// let mut limits = PipelineLimits::default();
/// limits.deployments = 100;
/// let mut options = EmitOptions::default();
/// options.limits = Some(limits);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PipelineLimits {
    /// Bytes of the parsed objects: 2 MiB in GitLab 17.3 and later, less an eighth, since it can only be
    /// estimated
    /// (<https://docs.gitlab.com/administration/instance_limits/#maximum-size-and-depth-of-cicd-configuration-yaml-files>).
    pub objects: usize,
    /// Jobs with an `environment` (<https://docs.gitlab.com/administration/instance_limits/#maximum-number-of-deployment-jobs-in-a-pipeline>).
    pub deployments: usize,
    /// Jobs of any kind; GitLab limits those of all active pipelines of a project, and by default not at all.
    pub jobs: usize,
    /// Bytes of an artifact that a trigger job includes, and of the zip archive that it is in: 5 MiB
    /// (<https://docs.gitlab.com/administration/instance_limits/>, `max_artifacts_content_include_size`).
    pub artifact: usize,
}

impl PipelineLimits {
    /// Returns limits that no pipeline exceeds: everything is written to one file, whether GitLab takes it or not.
    pub fn unlimited() -> Self {
        Self { objects: usize::MAX, deployments: usize::MAX, jobs: usize::MAX, artifact: usize::MAX }
    }

    /// Returns the limits of an instance, as the workspace states them.
    pub fn of(gitlab: &Gitlab) -> Self {
        let stated = &gitlab.limits;
        Self { deployments: stated.deployments, jobs: stated.jobs.unwrap_or(usize::MAX), ..Self::default() }
    }
}

impl Default for PipelineLimits {
    fn default() -> Self {
        Self { objects: (2 << 20) / 8 * 7, deployments: 500, jobs: usize::MAX, artifact: 5 << 20 }
    }
}

/// The load of a pipeline, or of a part of one. A job that `parallel` multiplies counts as often as it runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Load {
    pub objects: usize,
    pub deployments: usize,
    pub jobs: usize,
}

impl Load {
    pub(crate) fn of(job: &Job) -> Self {
        let count = parallel(&job.body).map_or(1, |parallel| parallel.count());
        let jobs = usize::try_from(count).unwrap_or(usize::MAX);
        let deployments = if environment(&job.body).is_some() { jobs } else { 0 };
        Self { objects: size::of_job(job), deployments, jobs }
    }

    /// Returns the load of some of the jobs together.
    pub(crate) fn of_some(loads: &[Self], job_indices: &[usize]) -> Self {
        job_indices.iter().map(|index| loads[*index]).sum()
    }

    /// Returns `true` if it is within the limits, with the hash that contains the jobs and room for `stages` and `workflow`.
    pub(crate) fn fits(self, limits: &PipelineLimits) -> bool {
        self.objects + size::of_hash(self.jobs + 2) + 4096 <= limits.objects
            && self.deployments <= limits.deployments
            && self.jobs <= limits.jobs
    }
}

impl std::ops::Add for Load {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            objects: self.objects + other.objects,
            deployments: self.deployments.saturating_add(other.deployments),
            jobs: self.jobs.saturating_add(other.jobs),
        }
    }
}

impl std::iter::Sum for Load {
    fn sum<I: Iterator<Item = Self>>(loads: I) -> Self {
        loads.fold(Self::default(), std::ops::Add::add)
    }
}

/// Cuts jobs of these loads into as few parts as the order of their groups allows: the indices of each part's jobs, in
/// order. A group of units that is too large by itself is a part of its own; the emitter has an error for it.
pub(crate) fn by_limits(groups: &[Vec<usize>], loads: &[Load], limits: &PipelineLimits) -> Vec<Vec<usize>> {
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut load = Load::default();
    for group in groups {
        let more = Load::of_some(loads, group);
        match parts.last_mut() {
            Some(part) if (load + more).fits(limits) => {
                part.extend(group);
                load = load + more;
            }
            _ => {
                parts.push(group.clone());
                load = more;
            }
        }
    }
    sorted(parts)
}

/// Cuts the jobs into this many parts of about the same weight; some may stay empty.
pub(crate) fn by_count(groups: &[Vec<usize>], loads: &[Load], count: NonZeroUsize) -> Vec<Vec<usize>> {
    let mut parts: Vec<(usize, Vec<usize>)> = vec![(0, Vec::new()); count.get()];
    for group in groups {
        let weight = Load::of_some(loads, group).objects;
        if let Some(lightest) = parts.iter_mut().min_by_key(|(weight, _)| *weight) {
            lightest.0 += weight;
            lightest.1.extend(group);
        }
    }
    sorted(parts.into_iter().map(|(_, part)| part).collect())
}

fn sorted(mut parts: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    parts.iter_mut().for_each(|part| part.sort_unstable());
    parts
}

#[cfg(test)]
mod tests;
