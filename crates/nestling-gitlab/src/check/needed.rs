//! The jobs that needs mean, by the names that GitLab gives them: those of copies where a job is multiplied.

use super::FurtherJobs;
use crate::pipeline::Pipeline;
use crate::pipeline::matrix::parallel;
use crate::pipeline::need::Need;
use crate::pipeline::needed_copies::{UnknownMatrixName, differs_between_copies, needed_names};
use crate::pipeline::presence::JobPresence;
use std::borrow::Cow;
use std::collections::HashMap;

/// A job as GitLab makes it: the position of the written job, and which of its copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct CopyId {
    pub job: usize,
    pub copy: usize,
}

/// All jobs that GitLab makes, by name.
pub(super) struct Copies<'a> {
    pipeline: &'a Pipeline,
    presence: &'a [JobPresence],
    by_name: HashMap<&'a str, CopyId>,
    /// The names of the copies of the jobs that are multiplied. A name is twice among them where a matrix has equal rows:
    /// GitLab makes one job of them, and a need on all copies means it twice.
    multiplied: HashMap<&'a str, Vec<String>>,
    /// Set if any job of the pipeline is multiplied.
    has_multiplied: bool,
}

/// The names that a need means for some copies of its job.
pub(super) struct Expanded<'a> {
    /// The copy that has this need; `None` where all copies mean the same.
    pub copy: Option<usize>,
    /// The names.
    pub names: Vec<Cow<'a, str>>,
}

impl<'a> Copies<'a> {
    pub(super) fn new(
        pipeline: &'a Pipeline,
        presence: &'a [JobPresence],
        further_jobs: &FurtherJobs,
    ) -> Self {
        let mut by_name = HashMap::with_capacity(presence.len());
        let mut multiplied = HashMap::new();
        for (job, presence) in presence.iter().enumerate() {
            let name = pipeline.jobs[job].name.as_str();
            for (copy, (of_copy, _)) in presence.copies().iter().enumerate() {
                by_name.entry(&*of_copy.name).or_insert(CopyId { job, copy });
            }
            if presence.is_multiplied(name) {
                let names = parallel(&pipeline.jobs[job].body).map(|parallel| parallel.names(name));
                multiplied.insert(name, names.unwrap_or_default());
            }
        }
        let has_multiplied = further_jobs.have_copies || !multiplied.is_empty();
        Self { pipeline, presence, by_name, multiplied, has_multiplied }
    }

    /// Returns the job that GitLab makes with exactly this name.
    pub(super) fn find(&self, name: &str) -> Option<CopyId> {
        self.by_name.get(name).copied()
    }

    /// Returns `true` if GitLab makes copies of the job with this name, and no job of just that name.
    pub(super) fn is_multiplied(&self, name: &str) -> bool {
        self.multiplied.contains_key(name)
    }

    /// Returns the names that a need means, for each copy of its job where they differ.
    ///
    /// # Errors
    /// A name of `$[[ matrix.NAME ]]` that the job does not have.
    pub(super) fn expand<'s>(
        &'s self,
        job: usize,
        need: &Need<'s>,
    ) -> Result<Vec<Expanded<'s>>, UnknownMatrixName> {
        // Where nothing is multiplied GitLab takes needs as they are written.
        if !self.has_multiplied {
            let names = need.job().map(Cow::Borrowed).into_iter().collect();
            return Ok(vec![Expanded { copy: None, names }]);
        }
        let copies = self.presence[job].copies();
        let differs = differs_between_copies(need);
        let count = if differs { copies.len() } else { 1 };
        let copies_of = |name: &str| self.multiplied.get(name).map(Vec::as_slice);
        let body = &self.pipeline.jobs[job].body;
        let mut expanded = Vec::new();
        for (index, (copy, _)) in copies.iter().enumerate().take(count) {
            let names = needed_names(need, copy, body, &copies_of)?;
            expanded.push(Expanded { copy: differs.then_some(index), names });
        }
        Ok(expanded)
    }
}
