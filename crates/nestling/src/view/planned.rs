//! The jobs of a plan as GitLab will make them: in the pipeline or not, under which condition, how many, and how they
//! start.

use crate::plan::Plan;
use crate::view::fit::counted;
use nestling_gitlab::diagnostic::{Origin, Sources};
use nestling_gitlab::pipeline::presence::{Case, JobPresence, Outcome, Presence, Start as When, State};
use nestling_gitlab::pipeline::rule::rules;
use nestling_gitlab::pipeline::{Job, guard::Guard};
use nestling_gitlab::yaml::{Map, Node};
use std::collections::BTreeSet;

/// A job with its presence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlannedJob<'a> {
    pub job: &'a Job,
    pub presence: &'a JobPresence,
}

/// Start of a job once the jobs that it needs have finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start<'a> {
    /// Without anybody's action.
    Automatic,
    /// A user starts it.
    Manual,
    /// After this time.
    Delayed(&'a str),
    /// Only if an earlier job has failed.
    OnFailure,
    /// In several ways, by a condition that only GitLab knows or by the copy: [`PlannedJob::varied_start`] has the words.
    Varies,
}

impl Start<'_> {
    /// Returns its name in data.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Manual => "manual",
            Self::Delayed(_) => "delayed",
            Self::OnFailure => "on_failure",
            Self::Varies => "varies",
        }
    }
}

/// The reason why GitLab leaves a job out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Omission {
    pub reason: &'static str,
    /// The deciding rule, or else the key that has no rule for this pipeline.
    pub origin: Origin,
}

impl Omission {
    /// Returns the reason with its place: `` `when: never` (api/nestling.yml:4:7)``.
    pub(crate) fn in_words(&self, sources: &Sources) -> String {
        format!("{} ({})", self.reason, sources.place(self.origin))
    }
}

/// Returns all jobs of a plan, those that GitLab leaves out as well.
pub(crate) fn planned_jobs(plan: &Plan) -> impl Iterator<Item = PlannedJob<'_>> {
    let jobs = plan.pipeline.jobs.iter().zip(&plan.presence);
    jobs.map(|(job, presence)| PlannedJob { job, presence })
}

/// Returns the jobs of a plan that GitLab makes, or may make.
pub(crate) fn possible_jobs(plan: &Plan) -> impl Iterator<Item = PlannedJob<'_>> {
    planned_jobs(plan).filter(|planned| !planned.is_out())
}

/// Returns the final names of the jobs that GitLab leaves out: nothing waits for these.
pub(crate) fn absent_names(plan: &Plan) -> BTreeSet<&str> {
    let absent = planned_jobs(plan).filter(|planned| planned.is_out());
    absent.map(|planned| planned.job.name.as_str()).collect()
}

impl<'a> PlannedJob<'a> {
    /// Returns `true` if GitLab leaves the job out.
    pub(crate) fn is_out(self) -> bool {
        self.presence.state() == State::Out
    }

    /// Returns the condition in words if it is not certain that the job is in the pipeline.
    pub(crate) fn condition(self) -> Option<String> {
        (self.presence.state() == State::Maybe).then(|| self.presence.guard().to_string())
    }

    /// Returns how the job starts.
    pub(crate) fn start(self) -> Start<'a> {
        let mut starts = self.starts().into_iter();
        let first = starts.next().unwrap_or(Start::Automatic);
        if starts.next().is_some() { Start::Varies } else { first }
    }

    /// Returns each way in which the job may start, once.
    pub(crate) fn starts(self) -> Vec<Start<'a>> {
        let mut starts = Vec::new();
        for (_, presence) in self.presence.copies() {
            for (case, start, _) in presence.present() {
                let start = self.start_of(case, start);
                if !starts.contains(&start) {
                    starts.push(start);
                }
            }
        }
        starts
    }

    /// Returns `true` if the job is manual, or if it is by some of its rules or in some of its copies.
    pub(crate) fn may_be_manual(self) -> bool {
        self.starts().contains(&Start::Manual)
    }

    /// Returns the `when` of all cases that add the job, if they agree.
    pub(crate) fn agreed_start(self) -> Option<When> {
        let mut agreed = None;
        for (_, presence) in self.presence.copies() {
            for (_, start, _) in presence.present() {
                if *agreed.get_or_insert(start) != start {
                    return None;
                }
            }
        }
        agreed
    }

    /// Returns the ways in which a job may start whose start varies, in order, each with its condition; `None` is the condition of what
    /// holds otherwise, and where copies differ. Empty for any other job.
    pub(crate) fn conditional_starts(self) -> Vec<(Option<String>, Start<'a>)> {
        let mut starts = Vec::new();
        if self.start() != Start::Varies {
            return starts;
        }
        for (_, presence) in self.presence.copies() {
            for (guard, start) in self.cases_of(presence) {
                let entry = (guard.map(|guard| guard.to_string()), start);
                if !starts.contains(&entry) {
                    starts.push(entry);
                }
            }
        }
        starts
    }

    /// Returns how a job starts whose start varies: `manual if $GATE is set, otherwise automatic`.
    pub(crate) fn varied_start(self) -> Option<String> {
        (self.start() == Start::Varies).then(|| self.start_words("automatic"))
    }

    /// Returns how the job starts, with this word for an automatic start.
    pub(crate) fn start_words(self, automatic: &str) -> String {
        let start = self.start();
        if start != Start::Varies {
            return start_word(start, automatic);
        }
        let mut by_words: Vec<(String, usize)> = Vec::new();
        let copies = self.presence.copies().iter().map(|(_, presence)| self.cases_of(presence));
        for cases in copies.filter(|cases| !cases.is_empty()) {
            let words = cases_in_words(&cases, automatic);
            match by_words.iter_mut().find(|(known, _)| *known == words) {
                Some((_, count)) => *count += 1,
                None => by_words.push((words, 1)),
            }
        }
        if let [(words, _)] = by_words.as_slice() {
            return words.clone();
        }
        let words: Vec<String> = by_words
            .into_iter()
            .map(|(words, count)| match count {
                1 => format!("1 copy: {words}"),
                _ => format!("{count} copies: {words}"),
            })
            .collect();
        words.join("; ")
    }

    /// Returns the starts of a copy in the order of its cases, and the condition of each but the last one.
    fn cases_of(self, presence: &Presence) -> Vec<(Option<Guard>, Start<'a>)> {
        let mut cases: Vec<(Option<Guard>, Start<'a>)> = Vec::new();
        for (case, start, _) in presence.present() {
            let start = self.start_of(case, start);
            match cases.last_mut() {
                Some((Some(guard), known)) if *known == start => {
                    *guard = Guard::any([guard.clone(), case.guard.clone()]);
                }
                _ => cases.push((Some(case.guard.clone()), start)),
            }
        }
        if let Some((guard, _)) = cases.last_mut() {
            *guard = None;
        }
        cases
    }

    fn start_of(self, case: &Case, start: When) -> Start<'a> {
        match start {
            When::Manual => Start::Manual,
            When::OnFailure => Start::OnFailure,
            When::Delayed => Start::Delayed(self.start_in(case).unwrap_or("a while")),
            When::OnSuccess | When::Always => Start::Automatic,
        }
    }

    /// Returns `start_in` of the rule behind a case, or else the job's own.
    fn start_in(self, case: &Case) -> Option<&'a str> {
        let rules = rules(&self.job.body).unwrap_or_default();
        let rule = case.rule.and_then(|rule| rules.get(rule.index).copied());
        let of_rule = rule.and_then(|rule| rule.get("start_in"));
        of_rule.or_else(|| self.job.body.get("start_in")).and_then(Node::text)
    }

    /// Returns the number of copies that start in this way: those that do for certain, and those that may.
    pub(crate) fn count_with(self, is_wanted: impl Fn(Start<'a>) -> bool) -> Count {
        let mut count = Count::default();
        for (_, presence) in self.presence.copies() {
            let state = presence.state();
            let starts: Vec<Start<'_>> =
                presence.present().map(|(case, start, _)| self.start_of(case, start)).collect();
            let is_certain = state == State::In && starts.iter().all(|start| is_wanted(*start));
            let is_possible = state != State::Out && starts.iter().any(|start| is_wanted(*start));
            count.certain += usize::from(is_certain);
            count.possible += usize::from(is_possible);
        }
        count
    }

    /// Returns the number of copies that are manual.
    pub(crate) fn manual_count(self) -> Count {
        self.count_with(|start| start == Start::Manual)
    }

    /// Returns the number of copies that GitLab makes.
    pub(crate) fn count(self) -> Count {
        let mut count = Count::default();
        for (_, presence) in self.presence.copies() {
            count.add(presence.state());
        }
        count
    }

    /// Returns `×5` for a job with `parallel`.
    pub(crate) fn multiplier(self) -> Option<String> {
        let is_multiplied = self.presence.is_multiplied(self.job.name.as_str());
        is_multiplied.then(|| format!("×{}", self.count().possible))
    }

    /// Returns the target of a trigger job: a project, or `child pipeline`.
    pub(crate) fn trigger(self) -> Option<&'a str> {
        let trigger = self.job.body.get("trigger").filter(|trigger| !trigger.is_null())?;
        let project = trigger.text().or_else(|| trigger.get("project").and_then(Node::text));
        Some(project.unwrap_or("child pipeline"))
    }

    /// Returns the place of the rule that decides, or of the first one that adds the job under a condition.
    pub(crate) fn deciding_rule(self) -> Option<Origin> {
        if self.is_out() {
            return self.omission().map(|omission| omission.origin);
        }
        let mut cases = self.presence.copies().iter().flat_map(|(_, presence)| presence.present());
        cases.find_map(|(case, ..)| case.rule).map(|rule| rule.origin)
    }

    /// Returns why GitLab leaves the job out; `None` if it does not.
    pub(crate) fn omission(self) -> Option<Omission> {
        if !self.is_out() {
            return None;
        }
        let body = &self.job.body;
        let mut cases = self.presence.copies().iter().flat_map(|(_, presence)| presence.cases());
        if let Some(rule) = cases.find(|case| excludes(case)).and_then(|case| case.rule) {
            return Some(Omission { reason: "`when: never`", origin: rule.origin });
        }
        let (reason, key) = if self.presence.copies().is_empty() {
            ("the matrix has no values", "parallel")
        } else if body.contains("rules") {
            ("no rule applies", "rules")
        } else if body.contains("only") || body.contains("except") {
            ("excluded by `only` or `except`", if body.contains("only") { "only" } else { "except" })
        } else if body.get("when").and_then(Node::text) == Some("never") {
            ("`when: never`", "when")
        } else {
            ("without `rules`, jobs are in pipelines of branches and tags only", "rules")
        };
        Some(Omission { reason, origin: key_origin(body, key).unwrap_or(self.job.origin) })
    }
}

fn start_word(start: Start<'_>, automatic: &str) -> String {
    match start {
        Start::Automatic => automatic.to_owned(),
        Start::Manual => "manual".to_owned(),
        Start::Delayed(time) => format!("after {time}"),
        Start::OnFailure => "on failure".to_owned(),
        Start::Varies => "by its rules".to_owned(),
    }
}

fn cases_in_words(cases: &[(Option<Guard>, Start<'_>)], automatic: &str) -> String {
    let mut parts = Vec::new();
    for (guard, start) in cases {
        let word = start_word(*start, automatic);
        parts.push(match guard {
            Some(guard) => format!("{word} if {guard}"),
            None if cases.len() > 1 => format!("otherwise {word}"),
            None => word,
        });
    }
    parts.join(", ")
}

/// Returns `true` if a case leaves the job out whenever it is asked.
fn excludes(case: &Case) -> bool {
    case.outcome == Outcome::Absent && case.guard == Guard::Always
}

fn key_origin(body: &Map, key: &str) -> Option<Origin> {
    body.entry(key).map(|entry| entry.key.origin)
}

/// A number of jobs: those that are certain, and all that are possible.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub certain: usize,
    pub possible: usize,
}

impl Count {
    /// Counts the copies of jobs.
    pub(crate) fn of<'a>(jobs: impl IntoIterator<Item = PlannedJob<'a>>) -> Self {
        let mut total = Self::default();
        for planned in jobs {
            let count = planned.count();
            total.certain += count.certain;
            total.possible += count.possible;
        }
        total
    }

    fn add(&mut self, state: State) {
        self.certain += usize::from(state == State::In);
        self.possible += usize::from(state != State::Out);
    }

    /// Returns the count with its noun: `6 jobs`, or `6 jobs, up to 8` if some are not certain.
    pub(crate) fn in_words(self, noun: &str) -> String {
        if self.certain == self.possible {
            return counted(self.certain, noun);
        }
        if self.certain == 0 {
            return format!("up to {}", counted(self.possible, noun));
        }
        format!("{}, up to {}", counted(self.certain, noun), self.possible)
    }
}
