//! The hover of a job: how GitLab gets it, and in which kinds of pipelines.

use super::counted;
use crate::index::{Index, Occurrence};
use crate::meaning::FileKind;
use crate::model::{Model, OpenFile, UnitJobs};
use crate::names::{NameKind, is_computed};
use crate::plain;
use nestling::Sources;
use nestling::ide::JobFacts;
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::yaml::{Map, Node, emit_entry};
use std::fmt::Write as _;
use std::ops::Range;
use std::rc::Rc;

/// Jobs among those of a unit or of a plain file.
pub(crate) struct JobsOfName {
    pub unit_jobs: Rc<UnitJobs>,
    positions: Vec<usize>,
}

impl JobsOfName {
    fn new(unit_jobs: Rc<UnitJobs>, is_meant: impl Fn(&JobFacts) -> bool) -> Option<Self> {
        let jobs = unit_jobs.jobs.iter().enumerate();
        let positions: Vec<usize> =
            jobs.filter(|(_, job)| is_meant(job)).map(|(position, _)| position).collect();
        (!positions.is_empty()).then_some(Self { unit_jobs, positions })
    }

    pub(crate) fn jobs(&self) -> impl Iterator<Item = &JobFacts> {
        self.positions.iter().map(|position| &self.unit_jobs.jobs[*position])
    }
}

/// Returns a job as GitLab gets it, with the places that its keywords come from: of a unit or of the workspace, or else of a plain
/// file.
pub(super) fn of_job(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    index: &Index,
    occurrence: Occurrence,
) -> Option<String> {
    let Some(jobs) = jobs_of_name(model, file, index, occurrence) else {
        return plain_job(model, file, &index.name(occurrence).text).map(|job| in_words(&job));
    };
    let mut text = in_words(&jobs);
    let units = index.units_of(occurrence.0);
    if units.len() > 1 && index.name(occurrence).unit.is_none() {
        let _ = write!(text, "\n\nOne of {}.", counted(units.len(), "unit"));
    }
    Some(text)
}

/// Returns a job of a plain file after `include`, `extends` and `default`.
fn plain_job(model: &Model<'_>, file: &OpenFile<'_>, name: &str) -> Option<JobsOfName> {
    if file.kind != FileKind::Jobs {
        return None;
    }
    let read = plain::jobs(model, file).into_iter();
    read.filter_map(|read| JobsOfName::new(read, |job| job.name.as_str() == name)).next()
}

fn in_words(jobs: &JobsOfName) -> String {
    let sources = &jobs.unit_jobs.sources;
    let mut text = String::new();
    for job in jobs.jobs() {
        let _ = write!(text, "job **`{}`**\n\n", job.name);
        for kind in &job.kinds {
            let place = kind.decided_by.map(|origin| format!(" ({})", sources.place(origin)));
            let _ = writeln!(text, "- {}: {}{}", kind.kind.name, kind.state, place.unwrap_or_default());
        }
        text.push('\n');
    }
    if let Some(first) = jobs.jobs().next() {
        let written = with_origins(first.name.as_str(), &first.body, sources);
        let _ = write!(text, "```yaml\n{written}```");
    }
    text
}

/// Returns the jobs that a name of a file of a workspace stands for. What a computed name becomes is known for the first of the units
/// that the file belongs to.
pub(crate) fn jobs_of_name(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    index: &Index,
    occurrence: Occurrence,
) -> Option<JobsOfName> {
    let name = index.name(occurrence);
    if name.kind != NameKind::Job || !name.templates.is_empty() {
        return None;
    }
    let units = match &name.unit {
        Some(unit) => vec![unit.as_str()],
        None => index.units_of(occurrence.0),
    };
    let unit_jobs = model.jobs(file, units.get(..1).unwrap_or_default())?;
    if name.is_definition && is_computed(&name.text) {
        let is_meant = written_here(file, &name.range);
        return JobsOfName::new(Rc::clone(&unit_jobs), |job| is_meant(job, &unit_jobs.sources));
    }
    if !is_computed(&name.text) {
        return JobsOfName::new(unit_jobs, |job| is_of(job, &name.text));
    }
    let value = rendered(&unit_jobs, file, &name.range)?;
    let is_value = |job: &JobFacts| job.name.as_str() == value || is_of(job, &value);
    let own = JobsOfName::new(unit_jobs, is_value);
    own.or_else(|| {
        let (unit, _) = value.split_once(':')?;
        let of_other = index.facts.unit(unit).and_then(|unit| model.jobs(file, &[&unit.name]))?;
        JobsOfName::new(of_other, is_value)
    })
}

/// Returns the test for jobs that are written in the line of these bytes of a file.
pub(crate) fn written_here(
    file: &OpenFile<'_>,
    bytes: &Range<usize>,
) -> impl Fn(&JobFacts, &Sources) -> bool {
    let line = file.lines.line(bytes.start) + 1;
    let path = file.repo_path.to_string();
    move |job, sources| {
        let is_line = usize::try_from(job.origin.line).is_ok_and(|number| number == line);
        is_line && sources.path(job.origin.file) == path
    }
}

/// Returns `true` for a job of this short name, and for those that it was fanned out to.
pub(crate) fn is_of(job: &JobFacts, name: &str) -> bool {
    job.short_name == name
        || job.environment.is_some()
            && job.short_name.strip_prefix(name).is_some_and(|rest| rest.starts_with(':'))
}

fn with_origins(name: &str, body: &Map, sources: &Sources) -> String {
    let mut text = format!("{name}:\n");
    for entry in &body.entries {
        let mut written = String::new();
        emit_entry(&mut written, &entry.key, &entry.value, 2);
        let origin = entry.key.origin;
        let (first, rest) = written.split_once('\n').unwrap_or((&written, ""));
        let place =
            if origin.is_generated() { String::new() } else { format!("  # {}", place(sources, origin)) };
        let _ = writeln!(text, "{first}{place}");
        text.push_str(rest);
    }
    text
}

fn place(sources: &Sources, origin: Origin) -> String {
    format!("{}:{}", sources.path(origin.file), origin.line)
}

/// Returns the text that a scalar became in the first job that has it.
pub(super) fn rendered(unit_jobs: &UnitJobs, file: &OpenFile<'_>, bytes: &Range<usize>) -> Option<String> {
    let line_start = file.text[..bytes.start].rfind('\n').map_or(0, |newline| newline + 1);
    let column = file.text[line_start..bytes.start].chars().count() + 1;
    let line = file.lines.line(bytes.start) + 1;
    let path = file.repo_path.to_string();
    let is_here = |origin: Origin| {
        let is_line = usize::try_from(origin.line).is_ok_and(|number| number == line);
        let columns = [column, column.saturating_sub(1)];
        let is_column = usize::try_from(origin.column).is_ok_and(|number| columns.contains(&number));
        is_line && is_column && unit_jobs.sources.path(origin.file) == path
    };
    unit_jobs.jobs.iter().find_map(|job| {
        if is_here(job.origin) {
            return Some(job.name.to_string());
        }
        in_map(&job.body, &is_here)
    })
}

fn in_map(map: &Map, is_here: &dyn Fn(Origin) -> bool) -> Option<String> {
    map.entries.iter().find_map(|entry| {
        if is_here(entry.key.origin) {
            return Some(entry.key.text().to_owned());
        }
        in_node(&entry.value, is_here)
    })
}

fn in_node(node: &Node, is_here: &dyn Fn(Origin) -> bool) -> Option<String> {
    if let Some(map) = node.as_map() {
        return in_map(map, is_here);
    }
    if let Some(items) = node.as_seq() {
        return items.iter().find_map(|item| in_node(item, is_here));
    }
    node.text().filter(|_| is_here(node.origin)).map(str::to_owned)
}
