//! The presence of a job as a whole: of all jobs that `parallel` makes of it.

use super::{Moment, Presence, State, presence_of};
use crate::pipeline::Pipeline;
use crate::pipeline::guard::Guard;
use crate::pipeline::matrix::{JobCopy, copies, parallel};
use crate::yaml::Map;

/// GitLab multiplies a job by no more than this (<https://docs.gitlab.com/ci/yaml/#parallel>).
const MOST_COPIES: u64 = 200;

/// A job's copies, each with its presence; a job that nothing multiplies is its only copy.
///
/// ```
/// use nestling_gitlab::check::{KnownVariables, read_file};
/// use nestling_gitlab::diagnostic::Sources;
/// use nestling_gitlab::pipeline::presence::{Creation, State, presences};
///
/// let text = "deploy: { script: ./deploy, parallel: 2, rules: [{ if: $DEPLOY }] }";
/// let (pipeline, _) = read_file(".gitlab-ci.yml", text, &Sources::default());
/// let variables = KnownVariables::default();
/// let presence = presences(&pipeline, &Creation::of(&variables).moment(true));
/// assert_eq!(presence[0].state(), State::Maybe);
/// assert_eq!(presence[0].guard().to_string(), "`$DEPLOY` is set and not empty");
/// assert_eq!(presence[0].copies()[1].0.name, "deploy 2/2");
/// ```
#[derive(Debug, Clone)]
pub struct JobPresence {
    copies: Vec<(JobCopy, Presence)>,
    any: Guard,
    all: Guard,
    state: State,
}

/// Returns the presence of each job of a pipeline, in the order of its jobs.
pub fn presences(pipeline: &Pipeline, moment: &Moment<'_>) -> Vec<JobPresence> {
    pipeline.jobs.iter().map(|job| JobPresence::of(job.name.as_str(), &job.body, moment)).collect()
}

impl JobPresence {
    /// Returns the presence of a job and of its copies.
    pub fn of(name: &str, body: &Map, moment: &Moment<'_>) -> Self {
        let count = parallel(body).map_or(1, |parallel| parallel.count());
        // What GitLab refuses for its number is looked at as one.
        let copies = match count {
            0..=MOST_COPIES => copies(name, body),
            _ => vec![JobCopy { name: name.to_owned(), variables: Vec::new() }],
        };
        let with_presence = |copy: JobCopy| {
            let presence = presence_of(&copy.name, body, &copy.variables, moment);
            (copy, presence)
        };
        let copies: Vec<(JobCopy, Presence)> = copies.into_iter().map(with_presence).collect();
        let any = Guard::any(copies.iter().map(|(_, presence)| presence.guard()));
        let all = Guard::all(copies.iter().map(|(_, presence)| presence.guard()));
        let state = State::of(&any);
        Self { copies, any, all, state }
    }

    /// The copies, in the order in which GitLab makes them.
    pub fn copies(&self) -> &[(JobCopy, Presence)] {
        &self.copies
    }

    /// Returns the number of copies that are in the pipeline, or can be.
    pub fn count(&self) -> usize {
        let present = self.copies.iter().filter(|(_, presence)| State::of(&presence.guard()) != State::Out);
        present.count()
    }

    /// Returns the number of copies that are in the pipeline whatever its variables are.
    pub fn certain_count(&self) -> usize {
        let present = self.copies.iter().filter(|(_, presence)| State::of(&presence.guard()) == State::In);
        present.count()
    }

    /// Returns `true` if any of the copies is in the pipeline.
    pub fn state(&self) -> State {
        self.state
    }

    /// The condition under which any of the copies is in the pipeline.
    pub fn guard(&self) -> &Guard {
        &self.any
    }

    /// The condition under which all copies are in the pipeline.
    pub fn all(&self) -> &Guard {
        &self.all
    }

    /// Returns `true` if GitLab makes jobs with names of their own of the job with this name.
    pub fn is_multiplied(&self, job: &str) -> bool {
        self.copies.iter().all(|(copy, _)| copy.name != job)
    }
}
