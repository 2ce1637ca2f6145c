//! One job on one line: name, stage, environment, start, needs. A line that is too long is shortened, the needs first.

use super::facts::{deploys_to, short, within};
use super::fit::{counted, end_cut, list, middle_cut, width};
use super::paint::{Paint, Screen};
use super::planned::{PlannedJob, Start};
use nestling_gitlab::pipeline::environment::Environment;
use nestling_gitlab::pipeline::need::needs as pipeline_needs;
use std::collections::BTreeSet;

/// Columns are padded to their widest text, up to this width: one long name must not push all others aside.
const WIDEST: usize = 32;

/// The room that names leave for the other facts of a job.
const FACTS: usize = 20;

/// The minimal width of a shortened condition.
const CONDITION: usize = 16;

/// The minimal width of a shortened start that depends on a condition.
pub(crate) const START: usize = 24;

/// The minimal width of a shortened environment name.
const ENVIRONMENT: usize = 8;

/// Returns the first columns of each row, padded to equal widths.
pub(crate) fn padded(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns).map(|column| column_width(rows, column)).collect();
    padded_to(rows, &widths)
}

fn padded_to(rows: &[Vec<String>], widths: &[usize]) -> Vec<String> {
    let mut lines = Vec::new();
    for row in rows {
        let mut line = String::new();
        for (text, column_width) in row.iter().zip(widths) {
            line.push_str(text);
            line.push_str(&" ".repeat(column_width.saturating_sub(width(text)) + 2));
        }
        lines.push(line);
    }
    lines
}

fn column_width(rows: &[Vec<String>], column: usize) -> usize {
    let widths = rows.iter().map(|row| width(&row[column]));
    widths.filter(|width| *width <= WIDEST).max().unwrap_or(WIDEST)
}

/// Paints a string in the row of this index.
pub(crate) type PaintCell<'a> = &'a dyn Fn(usize, &str) -> String;

/// Returns the first two columns of each row, padded to equal widths. Of names that leave no room for the facts of a job, both ends
/// are shown. `paints` are those of the columns.
pub(crate) fn padded_names(rows: &[[String; 2]], columns: usize, paints: [PaintCell<'_>; 2]) -> Vec<String> {
    let room = columns.saturating_sub(FACTS + 4);
    let widest = |column: usize, most: usize| {
        let widths = rows.iter().map(|row| width(&row[column]));
        widths.filter(|width| *width <= most).max().unwrap_or(0)
    };
    let mut widths = [widest(0, WIDEST), widest(1, WIDEST)];
    if widths[0] + widths[1] > room {
        widths = [widest(0, room / 2), widest(1, room / 2)];
    }
    let mut painted = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let taken = [0, 1].map(|column| width(&row[column]).max(widths[column]));
        let rooms = match taken {
            [first, second] if first + second <= room => [first, second],
            [_, second] if second == widths[1] => [room - second, second],
            [first, _] if first == widths[0] => [first, room - first],
            _ => {
                let first = (room / 2).clamp(widths[0], room - widths[1]);
                [first, room - first]
            }
        };
        let cut = |column: usize| paints[column](index, &middle_cut(&row[column], rooms[column]));
        painted.push(vec![cut(0), cut(1)]);
    }
    padded_to(&painted, &widths)
}

/// Returns a name for a line of its own, such as one with a reason. Of a long name, both ends are shown.
pub(crate) fn name_in_line(name: &str, columns: usize) -> String {
    middle_cut(name, (columns / 2).max(ENVIRONMENT))
}

/// Returns a job's name for a list, with the number of its copies, without paint.
pub(crate) fn name(planned: PlannedJob<'_>) -> String {
    match planned.multiplier() {
        Some(multiplier) => format!("{} {multiplier}", short(planned.job)),
        None => short(planned.job).to_owned(),
    }
}

/// Paints a job's name yellow if the job is manual or delayed, or may be.
pub(crate) fn paint_name(planned: PlannedJob<'_>, name: &str, paint: Paint) -> String {
    match planned.start() {
        Start::Manual | Start::Delayed(_) | Start::Varies => paint.yellow(name),
        Start::Automatic | Start::OnFailure => name.to_owned(),
    }
}

/// Returns the other facts of a job, in `columns` characters if possible. Needs on `absent` jobs are met without them.
pub(crate) fn facts(
    planned: PlannedJob<'_>,
    absent: &BTreeSet<&str>,
    screen: Screen,
    columns: usize,
) -> String {
    let paint = screen.paint;
    let job = planned.job;
    let start = start_in_words(planned);
    let mut needed_jobs = Vec::new();
    for need in pipeline_needs(&job.body).unwrap_or_default() {
        if let Some(name) = need.job().filter(|name| !absent.contains(name)) {
            let note = if need.optional { " (optional)" } else { "" };
            needed_jobs.push(format!("{}{note}", within(job, name)));
        }
    }
    let varies = planned.start() == Start::Varies;
    // A start without a condition is short and never cut; the rest shares the room beside it.
    let start_width = start.as_ref().map_or(0, |text| if varies { START } else { width(text) } + 2);
    let mut room = columns.saturating_sub(start_width);
    let needs_width = if needed_jobs.is_empty() { 0 } else { width(&needs(&needed_jobs, 0)) + 2 };
    let condition = planned.condition().map(|condition| format!("if {condition}"));
    let condition_width = condition.as_ref().map_or(0, |_| CONDITION + 2);
    let mut facts = Vec::new();
    if let Some(environment) = deploys_to(job) {
        let text = environment_in_words(&environment, room.saturating_sub(needs_width + condition_width));
        room = room.saturating_sub(width(&text) + 2);
        facts.push(if environment.action() == "start" { paint.green(text) } else { paint.dim(text) });
    }
    if let Some(target) = planned.trigger() {
        let text = format!("triggers {target}");
        room = room.saturating_sub(width(&text) + 2);
        facts.push(paint.cyan(text));
    }
    if let Some(text) = start {
        if !varies {
            facts.push(paint.yellow(text));
        } else {
            let others = needs_width + condition_width;
            let text = end_cut(&text, (room + START).saturating_sub(others).max(START));
            room = (room + START).saturating_sub(width(&text));
            facts.push(paint.yellow(text));
        }
    }
    if let Some(condition) = condition {
        let text = end_cut(&condition, room.saturating_sub(needs_width).max(CONDITION));
        room = room.saturating_sub(width(&text) + 2);
        facts.push(paint.yellow(text));
    }
    if !needed_jobs.is_empty() {
        facts.push(paint.dim(needs(&needed_jobs, room)));
    }
    facts.join("  ")
}

/// Returns how a job starts, or `None` if that is automatic.
pub(crate) fn start_in_words(planned: PlannedJob<'_>) -> Option<String> {
    (planned.start() != Start::Automatic).then(|| planned.start_words("automatic"))
}

/// Returns an environment with its action: `→ production`, `stops review/…/api`.
fn environment_in_words(environment: &Environment<'_>, columns: usize) -> String {
    let verb = match environment.action() {
        "start" => "→ ".to_owned(),
        "stop" => "stops ".to_owned(),
        action => format!("{action} "),
    };
    let room = columns.saturating_sub(width(&verb)).max(ENVIRONMENT);
    format!("{verb}{}", middle_cut(environment.name_text(), room))
}

/// Returns the needs in this many characters, or only their number if not even one fits.
fn needs(names: &[String], columns: usize) -> String {
    let shown = list(names, ", ", columns.saturating_sub("needs ".len()), |more| format!("+{more}"));
    if shown.is_empty() {
        return format!("needs {}", counted(names.len(), "job"));
    }
    format!("needs {shown}")
}
