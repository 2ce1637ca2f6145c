//! Replayed merges as a single HTML file, without a script or the network.

use super::totals::{Totals, end, merges, percent};
use crate::project::{Replayed, ReplayedMerge};
use crate::view::HtmlError;
use crate::view::fit::counted;
use crate::view::html::THEME;
use minijinja::{Environment, context};
use nestling_files::path::readable;
use serde::Serialize;

const PAGE: &str = include_str!("page.html.jinja");
const STYLE: &str = include_str!("page.css");

/// A row of the table.
#[derive(Serialize)]
struct Row {
    commit: String,
    jobs: usize,
    all_jobs: usize,
    left_out: Option<usize>,
    share: usize,
    /// The reason why all units are selected.
    everything: Option<String>,
    /// The selected units, each with its reasons.
    units: Vec<(String, Vec<String>)>,
    subject: String,
}

/// A list of the most frequent values.
#[derive(Serialize)]
struct Counts {
    title: &'static str,
    column: &'static str,
    values: Vec<(usize, String)>,
}

/// Returns the merges as a page: the sums, a table with a row for each merge, and what is most frequent.
///
/// # Errors
/// Only an error in Nestling itself; a test renders the page.
pub fn html(replayed: &Replayed) -> Result<String, HtmlError> {
    let totals = Totals::of(replayed);
    let rows: Vec<Row> = replayed.merges.iter().map(row).collect();
    let mut environment = Environment::new();
    environment.add_template("replay.html", PAGE)?;
    let page = environment.get_template("replay.html")?.render(context! {
        title => merges(replayed),
        provenance => readable(&format!(
            "Each as {}, with the configuration of {}",
            replayed.facts.describe(),
            replayed.configuration
        )),
        style => format!("{THEME}\n{STYLE}"),
        sums => sums(replayed, &totals),
        has_passed => totals.passed.is_some(),
        rows => minijinja::Value::from(minijinja::value::Serde(&rows)),
        counts => minijinja::Value::from(minijinja::value::Serde(&counts(&totals))),
        end => end(replayed),
    })?;
    Ok(page)
}

/// Returns the sums, each with its name.
fn sums(replayed: &Replayed, totals: &Totals) -> Vec<(String, String)> {
    let jobs =
        format!("{} of {} ({} %)", totals.jobs, totals.all_jobs, percent(totals.jobs, totals.all_jobs));
    let mut sums = vec![("Jobs".to_owned(), jobs)];
    if let Some(passed) = &totals.passed {
        let share = percent(passed.left_out, totals.jobs);
        sums.push(("Omitted: passed before".to_owned(), format!("{} ({share} %)", passed.left_out)));
    }
    sums.extend([
        ("Jobs of the median merge".to_owned(), format!("{} of {}", totals.median, replayed.all_jobs)),
        ("No unit selected".to_owned(), counted(totals.selecting_nothing, "merge")),
        ("All units selected".to_owned(), counted(totals.selecting_everything(), "merge")),
    ]);
    sums
}

fn row(merge: &ReplayedMerge) -> Row {
    let everything = merge.everything().map(|verdict| {
        let reason = verdict.reasons().first().map(ToString::to_string).unwrap_or_default();
        readable(&reason).into_owned()
    });
    let reasons = |verdict: &crate::select::Verdict| {
        verdict.reasons().iter().map(|reason| readable(&reason.to_string()).into_owned()).collect()
    };
    let units = merge.units.iter().map(|(name, verdict)| (name.to_string(), reasons(verdict)));
    Row {
        commit: merge.merge.commit.short(),
        jobs: merge.jobs,
        all_jobs: merge.all_jobs,
        left_out: merge.passed.as_ref().map(|passed| passed.left_out_count),
        share: if merge.jobs == 0 { 0 } else { percent(merge.jobs, merge.all_jobs) },
        units: if everything.is_some() { Vec::new() } else { units.collect() },
        everything,
        subject: readable(&merge.merge.subject).into_owned(),
    }
}

/// Returns what is most frequent, without empty lists.
fn counts(totals: &Totals) -> Vec<Counts> {
    fn values<T: ToString>(values: &[(T, usize)]) -> Vec<(usize, String)> {
        values.iter().map(|(value, count)| (*count, readable(&value.to_string()).into_owned())).collect()
    }
    let kept = totals.passed.as_ref().map(|passed| values(&passed.kept)).unwrap_or_default();
    let mut counts = vec![
        Counts { title: "All units, because", column: "Merges", values: values(&totals.everything) },
        Counts {
            title: "Units, by merges that select them",
            column: "Merges",
            values: values(&totals.units),
        },
        Counts { title: "Changed paths of no unit", column: "Paths", values: values(&totals.unclaimed) },
        Counts { title: "Jobs that are not omitted, because", column: "Jobs", values: kept },
    ];
    counts.retain(|counts| !counts.values.is_empty());
    counts
}
