//! One job on one line: its name, its stage, where it deploys, how it starts, what it needs. What does not fit is
//! shortened, the needs first.

use super::facts::{Start, deploys_to, needed, short, start, within};
use super::fit::{list, middle_cut, width};
use super::paint::{Paint, Screen};
use nestling_gitlab::pipeline::Job;

/// Columns are padded to their widest text, up to this width: one long name shall not push all others aside.
const WIDEST: usize = 32;

/// The least that an environment's name is cut to.
const ENVIRONMENT: usize = 8;

/// What stands first on a line, before the facts: padded alike for all rows.
pub(crate) fn padded(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.first().map_or(0, Vec::len);
    let widest =
        |at: usize| rows.iter().map(|row| width(&row[at])).filter(|it| *it <= WIDEST).max().unwrap_or(WIDEST);
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    let line = |row: &Vec<String>| -> String {
        let cells = row.iter().zip(&widths);
        cells
            .map(|(text, full)| format!("{text}{}  ", " ".repeat(full.saturating_sub(width(text)))))
            .collect()
    };
    rows.iter().map(line).collect()
}

/// A job's name in a list: yellow where it waits for a person.
pub(crate) fn name(job: &Job, paint: Paint) -> String {
    match start(job) {
        Start::Manual | Start::Delayed(_) => paint.yellow(short(job)),
        Start::Automatic | Start::OnFailure => short(job).to_owned(),
    }
}

/// What else there is to say of a job, in `columns` characters where that can be.
pub(crate) fn facts(job: &Job, screen: Screen, columns: usize) -> String {
    let paint = screen.paint;
    let start = match start(job) {
        Start::Automatic => None,
        Start::Manual => Some("manual".to_owned()),
        Start::Delayed(time) => Some(format!("after {time}")),
        Start::OnFailure => Some("on failure".to_owned()),
    };
    let names: Vec<String> =
        needed(job).unwrap_or_default().into_iter().map(|name| within(job, name).to_owned()).collect();
    let mut left = columns.saturating_sub(start.as_ref().map_or(0, |text| text.len() + 2));
    let counted = needs(&names, 0);
    let mut facts = Vec::new();
    if let Some(environment) = deploys_to(job) {
        let (word, action) = match environment.action() {
            "start" => ("→ ".to_owned(), "start"),
            "stop" => ("stops ".to_owned(), "stop"),
            other => (format!("{other} "), other),
        };
        let reserved = width(&word) + if names.is_empty() { 0 } else { width(&counted) + 2 };
        let name = middle_cut(environment.name_text(), left.saturating_sub(reserved).max(ENVIRONMENT));
        let text = format!("{word}{name}");
        left = left.saturating_sub(width(&text) + 2);
        facts.push(if action == "start" { paint.green(text) } else { paint.dim(text) });
    }
    facts.extend(start.map(|text| paint.yellow(text)));
    if !names.is_empty() {
        facts.push(paint.dim(needs(&names, left)));
    }
    facts.join("  ")
}

/// The needs in this many characters; only their number where none fits.
fn needs(names: &[String], columns: usize) -> String {
    let shown = list(names, ", ", columns.saturating_sub("needs ".len()), |more| format!("+{more}"));
    match (shown.is_empty(), names.len()) {
        (false, _) => format!("needs {shown}"),
        (true, 1) => "needs 1 job".to_owned(),
        (true, count) => format!("needs {count} jobs"),
    }
}
