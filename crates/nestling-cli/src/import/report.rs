//! The report: what is carried over as it is, what is rewritten, what a person decides, and what is not carried over.

use super::candidate::{Candidate, Owner};
use super::division::child_index;
use super::faults::{Fault, faults};
use super::files::{code_lines, line};
use super::old::FILE;
use super::proposal::Proposal;
use crate::io::counted;
use nestling::FILE_NAME;
use std::collections::BTreeMap;

/// The four parts.
#[derive(Debug, Default)]
pub(super) struct Report {
    carried: Vec<Entry>,
    rewritten: Vec<Entry>,
    decided: Vec<Entry>,
    left: Vec<Entry>,
    faults: Vec<Fault>,
}

/// A line of the report.
#[derive(Debug, Clone)]
struct Entry {
    subject: String,
    text: String,
    place: String,
}

impl Report {
    /// Says what became of each job.
    pub(super) fn of(proposal: &Proposal) -> Self {
        let mut report =
            Self { faults: faults(&proposal.candidates, &proposal.old, &proposal.tree), ..Self::default() };
        for unit in &proposal.composition.units {
            for job in &unit.jobs {
                let Some(candidate) = proposal.candidates.get(job.candidate) else { continue };
                let name = &candidate.name;
                let place = proposal.old.place(candidate.origin);
                let file = format!("{}/{FILE_NAME}", unit.directory);
                let entry = |text: String| Entry { subject: name.clone(), text, place: place.clone() };
                match job.rewritten.as_slice() {
                    [] => report.carried.push(entry(format!("to {file}"))),
                    reasons => report.rewritten.push(entry(format!("to {file}: {}", reasons.join("; ")))),
                }
            }
        }
        report.add_staying(proposal);
        report.add_decisions(proposal);
        report.add_losses(proposal);
        report
    }

    fn add_staying(&mut self, proposal: &Proposal) {
        for (candidate, reason) in proposal.candidates.iter().zip(&proposal.division.reasons) {
            let Some(reason) = reason.as_ref().filter(|_| candidate.owner == Owner::Root) else { continue };
            let entry = Entry {
                subject: candidate.name.clone(),
                text: format!("stays: {reason}"),
                place: proposal.old.place(candidate.origin),
            };
            self.left.push(entry);
        }
    }

    fn add_decisions(&mut self, proposal: &Proposal) {
        for unit in &proposal.composition.units {
            let mut alternatives: BTreeMap<String, Vec<&Candidate>> = BTreeMap::new();
            for job in &unit.jobs {
                let placement = proposal.placements.get(job.candidate).and_then(Option::as_ref);
                let others = placement.map(|placement| placement.alternatives.join(", ")).unwrap_or_default();
                if let Some(candidate) = proposal.candidates.get(job.candidate).filter(|_| !others.is_empty())
                {
                    alternatives.entry(others).or_default().push(candidate);
                }
            }
            for (others, jobs) in alternatives {
                let names: Vec<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
                self.decided.push(Entry {
                    subject: names.join(", "),
                    text: format!("is in {}; as much speaks for {others}", unit.directory),
                    place: jobs.first().map(|job| proposal.old.place(job.origin)).unwrap_or_default(),
                });
            }
        }
        if proposal.is_empty() {
            return;
        }
        self.decide_about_branches(proposal);
        self.decide_about_order(proposal);
        for include in &proposal.old.root.pipeline.includes {
            let name = include.text().map(str::to_owned);
            let of_map = || {
                let map = include.as_map()?;
                let mut parts =
                    map.iter().filter_map(|(key, value)| Some(format!("{key} {}", value.text()?)));
                parts.next()
            };
            self.decided.push(Entry {
                subject: name.or_else(of_map).unwrap_or_else(|| "an include".to_owned()),
                text: "is not read: if it has `default` or `variables` for all jobs, write them below the `---` of nestling.yml".to_owned(),
                place: proposal.old.place(include.origin),
            });
        }
    }

    fn decide_about_branches(&mut self, proposal: &Proposal) {
        let place = FILE_NAME.to_owned();
        let (subject, text) = if proposal.composition.is_branch_whole {
            let text = "some jobs run on branches whatever changed, so that a push selects every unit, and each job's own `changes` decide";
            ("pipelines: { branch: all }", text)
        } else {
            let text = "GitLab takes every `changes` to hold there; Nestling compares with the default branch, and runs what differs";
            ("the first push of a branch", text)
        };
        self.decided.push(Entry { subject: subject.to_owned(), text: text.to_owned(), place });
    }

    fn decide_about_order(&mut self, proposal: &Proposal) {
        let order = &proposal.division.order;
        if order.waits {
            self.decided.push(Entry {
                subject: format!("nestling:run in stage {}", order.stage),
                text: format!(
                    "jobs of units wait for {}, as some of them did before",
                    order.delayed_by.join(", ")
                ),
                place: FILE.to_owned(),
            });
        }
    }

    fn add_losses(&mut self, proposal: &Proposal) {
        let mut comments: BTreeMap<&str, usize> = BTreeMap::new();
        let candidates = proposal.candidates.iter().zip(&proposal.division.reasons);
        for (candidate, _) in candidates.filter(|(_, reason)| reason.is_none()) {
            let blocks = proposal.references.blocks.get(&candidate.file);
            let lines = blocks.map_or(0, |blocks| blocks.comment_lines(&candidate.name));
            *comments.entry(&candidate.file).or_default() += lines;
        }
        for (file, lines) in comments.into_iter().filter(|(_, lines)| *lines > 0) {
            self.left.push(Entry {
                subject: counted(lines, "line"),
                text: "of comments on jobs that moved".to_owned(),
                place: file.to_owned(),
            });
        }
    }

    /// Returns the report as text.
    pub(super) fn text(&self, proposal: &Proposal) -> String {
        let mut text = summary(proposal);
        for (title, entries) in [
            ("Carried over as it is", &self.carried),
            ("Rewritten", &self.rewritten),
            ("Decided by you", &self.decided),
            ("Not carried over", &self.left),
        ] {
            if entries.is_empty() {
                continue;
            }
            line(&mut text, format_args!("\n{title}"));
            for entry in entries {
                line(&mut text, format_args!("  {}: {}  ({})", entry.subject, entry.text, entry.place));
            }
        }
        if !self.faults.is_empty() {
            line(&mut text, "\nFaults of the old configuration");
            for fault in &self.faults {
                line(&mut text, format_args!("  {}: {}", fault.place, fault.message));
            }
        }
        text + &names(proposal)
    }
}

fn summary(proposal: &Proposal) -> String {
    let is_trigger = |job: &&Candidate| child_index(job, &proposal.old).is_some();
    let jobs = proposal.candidates.iter().filter(|job| !is_trigger(job)).count();
    let units = &proposal.composition.units;
    let moved: usize = units.iter().map(|unit| unit.jobs.len()).sum();
    let files = proposal.old.sources.paths().into_iter().filter(|path| !path.contains("the child of "));
    let mut files: Vec<String> = files.collect();
    files.sort();
    files.dedup();
    let old_lines: usize = proposal.old.sources.texts().iter().map(|text| code_lines(text)).sum();
    let new_lines: usize = proposal.written.values().map(|text| code_lines(text)).sum();
    let mut text = String::new();
    line(
        &mut text,
        format_args!(
            "Read: {}, {}, {}",
            counted(files.len(), "file"),
            counted(jobs, "job"),
            counted(old_lines, "line")
        ),
    );
    line(
        &mut text,
        format_args!(
            "Import: {}, {} of them in {}, {}",
            counted(moved, "job"),
            moved,
            counted(units.len(), "unit"),
            counted(new_lines, "line")
        ),
    );
    text
}

/// Returns the table of the names that differ.
fn names(proposal: &Proposal) -> String {
    let renamed = proposal.composition.names.iter().filter(|((_, old), new)| old != *new);
    let rows: Vec<(String, &String)> =
        renamed.map(|((owner, old), new)| (old_name(*owner, old, proposal), new)).collect();
    let width = rows.iter().map(|(old, _)| old.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    if !rows.is_empty() {
        line(&mut text, "\nOld and new names");
    }
    for (old, new) in rows {
        line(&mut text, format_args!("  {old:width$}  {new}"));
    }
    text
}

fn old_name(owner: Owner, name: &str, proposal: &Proposal) -> String {
    match owner {
        Owner::Root => name.to_owned(),
        Owner::Child(index) => {
            let trigger = proposal.old.children.get(index).map_or("", |child| child.trigger.as_str());
            format!("{trigger} > {name}")
        }
    }
}
