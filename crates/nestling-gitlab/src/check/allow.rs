//! Warnings that an author has read and means to keep: by a comment at the line, or by an entry of a header.

mod comment;
mod entry;
pub mod rules;

pub use entry::{AllowEntry, Entries, Scope};

use self::rules::{ALLOW_UNKNOWN, ALLOW_UNUSED};
use crate::check::fold;
use crate::check::rules::job_inputs::at_expression;
use crate::diagnostic::{Diagnostic, Origin, Rule, Severity, Sources, Suggestion};
use crate::name::{JobName, UnitName};
use crate::pipeline::Pipeline;
use comment::Comments;
use entry::Seen;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The comments and entries that allow warnings.
pub struct Allow<'a> {
    /// The files that were read, with their comments.
    pub sources: &'a Sources,
    /// All rules that there are.
    pub catalog: &'a [&'static Rule],
    /// The entries of the headers.
    pub entries: &'a [Entries<'a>],
    /// The pipeline that was checked, for the jobs at a place.
    pub pipeline: &'a Pipeline,
}

/// Diagnostics without those that are allowed.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct AllowOutcome {
    /// The diagnostics that are left, and those about `allow` itself.
    pub problems: Vec<Diagnostic>,
    /// The warnings and notes that were allowed; of a finding with items, the items that were.
    pub allowed: Vec<Diagnostic>,
    /// A warning for each comment and entry that silenced nothing. Anyone who has looked at everything may report them.
    pub unused: Vec<Diagnostic>,
}

/// Returns the number of findings that were allowed: of one with items, each item is one.
pub fn allowed_count(allowed: &[Diagnostic]) -> usize {
    allowed.iter().map(|problem| problem.items.len().max(1)).sum()
}

impl Allow<'_> {
    /// Removes the allowed diagnostics. Errors cannot be allowed: GitLab would refuse the pipeline, or Nestling cannot
    /// do what was asked.
    pub fn apply(&self, problems: Vec<Diagnostic>) -> AllowOutcome {
        let mut run = Run {
            allow: self,
            comments: Comments::read(self.sources),
            jobs: self.jobs(&problems),
            used: BTreeSet::new(),
            allowed: Vec::new(),
        };
        let mut kept: Vec<Diagnostic> =
            problems.into_iter().filter_map(|problem| run.keep(problem)).collect();
        kept.iter_mut().for_each(|problem| at_expression(problem, self.sources));
        let (unknown, unused) = run.about_itself();
        kept.extend(unknown);
        AllowOutcome { problems: kept, allowed: run.allowed, unused }
    }

    /// The jobs at the places of the diagnostics that an entry may be about.
    fn jobs(&self, problems: &[Diagnostic]) -> JobsAt<'_> {
        let entries = || self.entries.iter().flat_map(|entries| entries.list);
        let concerned = problems.iter().filter(|problem| {
            problem.severity != Severity::Error && entries().any(|entry| entry.rule == problem.rule.id)
        });
        let mut jobs: JobsAt<'_> =
            concerned.filter_map(|problem| Some((problem.origin()?, Vec::new()))).collect();
        if jobs.is_empty() {
            return jobs;
        }
        for job in &self.pipeline.jobs {
            let mut origins = BTreeSet::from([job.origin]);
            fold::visit_map(&job.body, &mut |origin| _ = origins.insert(origin));
            for origin in origins {
                if let Some(jobs) = jobs.get_mut(&origin) {
                    jobs.push((&job.name, job.unit.as_ref()));
                }
            }
        }
        jobs
    }
}

/// The jobs with a place in them, and their units.
type JobsAt<'a> = HashMap<Origin, Vec<(&'a JobName, Option<&'a UnitName>)>>;

/// One application of `allow`.
struct Run<'a> {
    allow: &'a Allow<'a>,
    comments: Comments,
    jobs: JobsAt<'a>,
    /// The comments and entries that silenced something, by place and rule.
    used: BTreeSet<(Origin, String)>,
    allowed: Vec<Diagnostic>,
}

impl<'a> Run<'a> {
    /// Returns the diagnostic unless it is allowed.
    fn keep(&mut self, problem: Diagnostic) -> Option<Diagnostic> {
        let id = problem.rule.id;
        let comment = problem.origin().and_then(|origin| self.comments.covering(id, origin));
        let entries = self.entries(&problem);
        self.used.extend(comment.map(|origin| (origin, id.to_owned())));
        if problem.severity == Severity::Error {
            self.used.extend(entries.iter().map(|(_, entry)| (entry.origin, id.to_owned())));
            let is_named = comment.is_some() || !entries.is_empty();
            return Some(if is_named { problem.with_note("`allow` does not cover errors") } else { problem });
        }
        if comment.is_some() {
            self.allowed.push(problem);
            return None;
        }
        if problem.items.is_empty() { self.whole(problem, &entries) } else { self.by_item(problem, &entries) }
    }

    /// Returns a warning unless an entry covers it.
    fn whole(&mut self, problem: Diagnostic, entries: &[(&Scope, &AllowEntry)]) -> Option<Diagnostic> {
        let path = problem.origin().map(|origin| self.allow.sources.path(origin.file));
        let seen = self.seen(&problem, path.as_deref());
        let covering = entries.iter().find(|(scope, entry)| entry.covers(scope, &seen));
        let Some((_, entry)) = covering else { return Some(problem) };
        self.used.insert((entry.origin, entry.rule.clone()));
        self.allowed.push(problem);
        None
    }

    /// Returns a warning with the items that no entry covers, if some are left.
    fn by_item(&mut self, mut problem: Diagnostic, entries: &[(&Scope, &AllowEntry)]) -> Option<Diagnostic> {
        for (_, entry) in entries {
            let items = std::mem::take(&mut problem.items);
            let (covered, rest) = items.into_iter().partition(|item| entry.covers_item(item));
            problem.items = rest;
            let allowed = Diagnostic { items: covered, ..problem.clone() };
            if !allowed.items.is_empty() {
                self.used.insert((entry.origin, entry.rule.clone()));
                self.allowed.push(allowed);
            }
        }
        (!problem.items.is_empty()).then_some(problem)
    }

    /// Returns the entries for the rule and the units of a diagnostic.
    fn entries(&self, problem: &Diagnostic) -> Vec<(&'a Scope, &'a AllowEntry)> {
        let allow = self.allow;
        let path = problem.origin().map(|origin| allow.sources.path(origin.file));
        let mut matching = Vec::new();
        for entries in allow.entries {
            let of_rule = || entries.list.iter().filter(|entry| entry.rule == problem.rule.id);
            if of_rule().next().is_some() && entries.scope.contains(&self.seen(problem, path.as_deref())) {
                matching.extend(of_rule().map(|entry| (&entries.scope, entry)));
            }
        }
        matching
    }

    fn seen<'p>(&'p self, problem: &'p Diagnostic, path: Option<&'p str>) -> Seen<'p> {
        let jobs = problem.origin().and_then(|origin| self.jobs.get(&origin));
        Seen { units: &problem.units, path, jobs: jobs.map(Vec::as_slice).unwrap_or_default() }
    }

    /// The warnings about comments and entries: those that name no rule, and those that silenced nothing.
    fn about_itself(&self) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
        let entries = self.allow.entries.iter().flat_map(|entries| entries.list);
        let of_entries = entries.map(|entry| (entry.rule.as_str(), entry.origin));
        let of_comments = self.comments.named().map(|named| (named.rule, named.origin));
        // The same file is there twice where base and head were read: what is used in one is used.
        let mut places: BTreeMap<(String, &str), (Origin, bool)> = BTreeMap::new();
        for (rule, origin) in of_comments.chain(of_entries) {
            let is_used = self.used.contains(&(origin, rule.to_owned()));
            let key = (self.allow.sources.place(origin), rule);
            places.entry(key).or_insert((origin, false)).1 |= is_used;
        }
        let mut unknown = Vec::new();
        let mut unused = Vec::new();
        for ((_, rule), (origin, is_used)) in places {
            match self.allow.catalog.iter().find(|known| known.id == rule) {
                None => unknown.push(unknown_rule(origin, rule, self.allow.catalog)),
                Some(rule) if !is_used => unused.push(silences_nothing(origin, rule)),
                Some(_) => {}
            }
        }
        (unknown, unused)
    }
}

fn unknown_rule(origin: Origin, rule: &str, catalog: &[&'static Rule]) -> Diagnostic {
    let problem = Diagnostic::warning(&ALLOW_UNKNOWN, origin, format!("unknown rule `{rule}`"));
    problem.with_help(
        Suggestion::among(rule, catalog.iter().map(|rule| rule.id))
            .help_or("use the id in brackets, e.g. `warning[retry]` -> `allow(retry)`"),
    )
}

fn silences_nothing(origin: Origin, rule: &Rule) -> Diagnostic {
    let message = format!("`{rule}` reports nothing here");
    let problem = Diagnostic::warning(&ALLOW_UNUSED, origin, message);
    if rule.can_be_allowed() {
        problem.with_help("remove it, or move it to the line of the warning")
    } else {
        problem.with_help("remove it: errors cannot be allowed")
    }
}
