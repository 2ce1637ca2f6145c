//! The report: what is carried over as it is, what is rewritten, what a person decides, and what is not carried over.

use super::candidate::{Candidate, Owner, child_index};
use super::faults::{Fault, faults, faults_text};
use super::files::line;
use super::obstacle::uses_its_name;
use super::old::FILE;
use super::proposal::Proposal;
use super::text::{Blocks, code_lines};
use crate::io::counted;
use nestling::FILE_NAME;
use std::collections::{BTreeMap, BTreeSet};

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
        let mut report = Self {
            faults: faults(&proposal.candidates, &proposal.kinds, &proposal.old, &proposal.tree),
            ..Self::default()
        };
        for unit in &proposal.composition.units {
            for job in &unit.jobs {
                let Some(candidate) = proposal.candidates.get(job.candidate) else { continue };
                let name = &candidate.name;
                let place = proposal.old.place(candidate.origin);
                let placement = proposal.placements.get(job.candidate).and_then(Option::as_ref);
                let evidence = placement.and_then(|placement| placement.evidence.first());
                let file = match evidence {
                    Some(evidence) => format!("{} by {evidence}", unit.directory),
                    None => unit.directory.clone(),
                };
                let entry = |text: String| Entry { subject: name.clone(), text, place: place.clone() };
                match job.rewritten.as_slice() {
                    [] => report.carried.push(entry(format!("to {file}"))),
                    reasons => report.rewritten.push(entry(format!("to {file}: {}", reasons.join("; ")))),
                }
            }
        }
        report.add_forwarded(proposal);
        report.add_staying(proposal);
        report.add_decisions(proposal);
        report.add_losses(proposal);
        report
    }

    /// `$CI_PIPELINE_SOURCE` has a line at each job whose conditions ask for it.
    fn add_forwarded(&mut self, proposal: &Proposal) {
        if proposal.is_empty() {
            return;
        }
        for (name, parent_name) in proposal.composition.forwarded().names() {
            self.rewritten.push(Entry {
                subject: format!("${name}"),
                text: format!("is `${parent_name}` in units: `nestling:run` forwards it"),
                place: FILE.to_owned(),
            });
        }
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
        self.decide_about_artifacts(proposal);
        self.decide_about_names(proposal);
        self.decide_about_findings(proposal);
        let includes = &proposal.old.root.pipeline.includes;
        if let Some(first) = includes.first() {
            self.decided.push(Entry {
                subject: counted(includes.len(), "include"),
                text: "not read: what one gives to all jobs (`default`, `variables`) belongs below the `---` of nestling.yml as well".to_owned(),
                place: proposal.old.place(first.origin),
            });
        }
    }

    /// Findings of `check` in the file that is written: somebody decides whether to follow them.
    fn decide_about_findings(&mut self, proposal: &Proposal) {
        for finding in &proposal.findings {
            self.decided.push(Entry {
                subject: "nestling check".to_owned(),
                text: finding.clone(),
                place: FILE.to_owned(),
            });
        }
    }

    fn decide_about_branches(&mut self, proposal: &Proposal) {
        let whole = proposal.composition.whole;
        let kinds = [("merge_request", whole.merge_requests), ("branch", whole.branches)];
        for (kind, _) in kinds.into_iter().filter(|(_, is_whole)| *is_whole) {
            self.decided.push(Entry {
                subject: format!("pipelines: {{ {kind}: all }}"),
                text: "jobs run there whatever changed, so that every unit is selected, and each job's own `changes` decide".to_owned(),
                place: FILE_NAME.to_owned(),
            });
        }
        if !whole.branches {
            let text = "GitLab assumes that every `changes` matches there; Nestling compares with the default branch, and runs what differs";
            self.decided.push(Entry {
                subject: "the first push of a branch".to_owned(),
                text: text.to_owned(),
                place: FILE_NAME.to_owned(),
            });
        }
    }

    fn decide_about_order(&mut self, proposal: &Proposal) {
        let order = &proposal.division.order;
        if order.waits {
            self.decided.push(Entry {
                subject: format!("nestling:run in stage {}", order.stage),
                text: format!(
                    "jobs of units wait for {}, as some of them did before: if one of these fails, none of them starts",
                    order.delayed_by.join(", ")
                ),
                place: FILE.to_owned(),
            });
        }
    }

    fn decide_about_artifacts(&mut self, proposal: &Proposal) {
        let mut left: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        for (taker, leaver) in &proposal.division.loosened {
            let leaver = proposal.candidates.get(*leaver).map_or("", |job| job.name.as_str());
            left.entry(*taker).or_default().push(leaver);
        }
        for (taker, leavers) in left {
            let Some(taker) = proposal.candidates.get(taker) else { continue };
            self.decided.push(Entry {
                subject: taker.name.clone(),
                text: format!(
                    "no longer downloads the artifacts of {}: it does not name their directories",
                    leavers.join(", ")
                ),
                place: proposal.old.place(taker.origin),
            });
        }
    }

    /// A job that prints or uses its own name has the new one.
    fn decide_about_names(&mut self, proposal: &Proposal) {
        for job in proposal.composition.units.iter().flat_map(|unit| &unit.jobs) {
            let Some(candidate) = proposal.candidates.get(job.candidate) else { continue };
            let new = proposal.composition.names.get(&(candidate.owner, candidate.name.clone()));
            if new.is_some_and(|new| *new != candidate.name) && uses_its_name(candidate) {
                self.decided.push(Entry {
                    subject: candidate.name.clone(),
                    text: "uses `$CI_JOB_NAME`, which is its new name".to_owned(),
                    place: proposal.old.place(candidate.origin),
                });
            }
        }
    }

    fn add_losses(&mut self, proposal: &Proposal) {
        let mut comments: BTreeMap<&str, usize> = BTreeMap::new();
        let candidates = proposal.candidates.iter().zip(&proposal.division.reasons);
        for (candidate, _) in candidates.filter(|(_, reason)| reason.is_none()) {
            let blocks = proposal.references.blocks.get(&candidate.file);
            let lines = blocks.map_or(0, |blocks| blocks.comment_lines(&candidate.key));
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

    /// Returns the report as text, with the part on jobs that keep others.
    pub(super) fn text(&self, proposal: &Proposal, held: &str) -> String {
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
            text.push_str(&grouped(entries));
        }
        text.push_str(held);
        if !self.faults.is_empty() {
            line(&mut text, "\nFaults of the old configuration");
            text.push_str(&faults_text(&self.faults));
        }
        text + &names(proposal)
    }
}

/// Number of entries with the same text from which on it is written once, above them.
const GROUP: usize = 4;

/// Returns the lines of a part of the report, in the order of the first entry of each text.
fn grouped(entries: &[Entry]) -> String {
    let mut by_text: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        by_text.entry(&entry.text).or_default().push(entry);
    }
    let mut lines = String::new();
    for entry in entries {
        match by_text.get(entry.text.as_str()) {
            Some(alike) if alike.len() >= GROUP => {
                line(&mut lines, format_args!("  {} ({}):", entry.text, alike.len()));
                for entry in by_text.remove(entry.text.as_str()).unwrap_or_default() {
                    line(&mut lines, format_args!("    {}  ({})", entry.subject, entry.place));
                }
            }
            Some(_) => {
                line(&mut lines, format_args!("  {}: {}  ({})", entry.subject, entry.text, entry.place));
            }
            // It is in its group.
            None => {}
        }
    }
    lines
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
    let mut text = String::new();
    let of_root: usize = proposal.references.blocks.values().map(Blocks::code_lines).sum();
    let old_lines = counted(of_root + child_lines(proposal), "line");
    line(
        &mut text,
        format_args!("Read {}, {}, {old_lines}", counted(files.len(), "file"), counted(jobs, "job")),
    );
    if proposal.is_empty() {
        line(&mut text, format_args!("Moves 0 of {jobs}"));
    } else {
        let is_kept =
            |path: &&String| !proposal.written.contains_key(*path) && !proposal.deleted.contains(*path);
        let kept = files.iter().filter(is_kept);
        let kept: usize =
            kept.filter_map(|path| proposal.references.blocks.get(path)).map(Blocks::code_lines).sum();
        let written: usize = proposal.written.values().map(|text| code_lines(text.lines())).sum();
        let (units, lines) = (counted(units.len(), "unit"), counted(kept + written, "line"));
        line(&mut text, format_args!("Moves {moved} of {jobs} into {units}, {lines} in all"));
    }
    text
}

/// Returns the number of lines of the files of static children.
fn child_lines(proposal: &Proposal) -> usize {
    let texts = proposal.old.sources.texts();
    let paths = proposal.old.sources.paths();
    let children: BTreeSet<String> =
        proposal.old.children.iter().flat_map(|child| &child.files).map(ToString::to_string).collect();
    let of_children = paths.iter().zip(&texts).filter(|(path, _)| children.contains(*path));
    let unique: BTreeMap<&String, usize> =
        of_children.map(|(path, text)| (path, code_lines(text.lines()))).collect();
    unique.values().sum()
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
