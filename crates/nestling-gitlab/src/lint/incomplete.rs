//! Findings that what was not read could refute: files that only GitLab can include, values of inputs.

use crate::check::is_partial;
use crate::diagnostic::{Diagnostic, FileId, Origin, Sources};
use crate::pipeline::Pipeline;
use crate::yaml::{Kind, Map, Node};
use std::collections::HashSet;

/// The mark of an input's value (<https://docs.gitlab.com/ci/inputs/>).
const INPUT: &str = "$[[";

/// Values of inputs that only the user of a file gives.
pub(super) struct Inputs {
    lines: HashSet<(FileId, u32)>,
    are_used: bool,
}

impl Inputs {
    /// Looks for inputs in the files from `first_file` on. `open` are the places of those whose values are not known.
    pub(super) fn of(sources: &Sources, first_file: FileId, open: &[Origin]) -> Self {
        let ids = (first_file.index()..).map(FileId::from_index);
        let mut texts = ids.map_while(|id| sources.get(id));
        let are_used = !open.is_empty() || texts.any(|source| uses_inputs(&source.text));
        Self { lines: open.iter().map(|origin| (origin.file, origin.line)).collect(), are_used }
    }

    /// Returns `true` if a file has inputs: it is made for others, which may define what it does not.
    pub(super) fn are_used(&self) -> bool {
        self.are_used
    }

    /// Returns `true` if a value decides whether a finding holds.
    pub(super) fn decide(&self, problem: &Diagnostic) -> bool {
        problem.labels.iter().any(|label| self.lines.contains(&(label.origin.file, label.origin.line)))
    }
}

/// Returns `true` for a file with a header, below which a value is put into a line. `$[[ matrix.NAME ]]` is known from the file
/// itself.
fn uses_inputs(text: &str) -> bool {
    let Some((header, body)) = text.split_once("\n---") else { return false };
    let mut after = body.match_indices(INPUT).map(|(start, opening)| &body[start + opening.len()..]);
    header.contains("spec") && after.any(|rest| !rest.trim_start().starts_with("matrix."))
}

/// Rules that conclude from what a job does not say, or from all that it says together.
const CONCLUDING: [&str; 22] = [
    "artifacts",
    "cache",
    "dependencies",
    "environment-manual",
    "environment-name",
    "environment-shared",
    "image",
    "job-value",
    "needs-dropped",
    "needs-late",
    "on-stop",
    "parallel",
    "resource-group",
    "rules-needs",
    "stop-blocks",
    "stop-manual",
    "stop-permanent",
    "stop-rules",
    "stop-settings",
    "stop-unreachable",
    "trigger-form",
    "when-form",
];

/// Jobs that a file which was not read completes.
#[derive(Default)]
pub(super) struct Partial {
    keys: HashSet<Origin>,
    /// References into what was not read, of any job.
    references: HashSet<Origin>,
    places: HashSet<Origin>,
}

impl Partial {
    pub(super) fn of(pipeline: &Pipeline) -> Self {
        let mut partial = Self::default();
        let mut complete = Self::default();
        for job in &pipeline.jobs {
            let jobs = if is_partial(job) { &mut partial } else { &mut complete };
            jobs.keys.insert(job.origin);
            jobs.places.insert(job.origin);
            jobs.add_map(&job.body);
        }
        partial.references.extend(complete.references);
        partial
    }

    fn add_map(&mut self, map: &Map) {
        for entry in &map.entries {
            self.places.insert(entry.key.origin);
            self.add_node(&entry.value);
        }
    }

    fn add_node(&mut self, node: &Node) {
        self.places.insert(node.origin);
        if node.is_reference() {
            self.references.insert(node.origin);
        }
        match &node.kind {
            Kind::Scalar(_) => {}
            Kind::Seq(items) => items.iter().for_each(|item| self.add_node(item)),
            Kind::Map(map) => self.add_map(map),
        }
    }

    /// Returns `true` if the rest of a job decides whether a finding holds.
    pub(super) fn decides(&self, problem: &Diagnostic) -> bool {
        // A job without a script is found at its key, a wrong script at the script.
        if problem.rule.id == "job-script" {
            return problem.origin().is_some_and(|origin| self.keys.contains(&origin));
        }
        let is_in =
            |places: &HashSet<Origin>| problem.labels.iter().any(|label| places.contains(&label.origin));
        is_in(&self.references) || (CONCLUDING.contains(&problem.rule.id) && is_in(&self.places))
    }
}
