//! The triggers of a workflow as rules of its jobs, and its paths as the paths of a unit.

use super::notes::{Notes, Part};
use nestling::Origin;
use nestling_gitlab::yaml::{Map, Node};

/// The triggers of a workflow.
#[derive(Debug, Default)]
pub(super) struct Triggers {
    /// Conditions of which one starts the workflow.
    pub conditions: Vec<String>,
    /// The globs of `paths`.
    pub paths: Vec<String>,
    /// The globs that no event counts, of `paths-ignore` or behind `!`; `None` if no event compares paths.
    pub ignored: Option<Vec<String>>,
    /// The place of the first event's list of them.
    ignored_at: Option<Origin>,
    /// True if an event without `paths` counts all others.
    pub counts_all: bool,
    /// The inputs of a form.
    pub inputs: Vec<Input>,
    /// The place of `push`.
    push_at: Option<Origin>,
}

/// An input of `workflow_dispatch`.
#[derive(Debug)]
pub(super) struct Input {
    pub name: String,
    pub default: String,
}

/// Reads `on`.
pub(super) fn triggers(on: &Node, notes: &mut Notes) -> Triggers {
    let mut triggers = Triggers::default();
    if let Some(map) = on.as_map() {
        for entry in &map.entries {
            triggers.event(entry.key.text(), Some(&entry.value), entry.value.origin, notes);
        }
    } else {
        for event in on.items_or_self() {
            triggers.event(event.text().unwrap_or_default(), None, event.origin, notes);
        }
    }
    triggers.tell_other_sources(notes);
    if triggers.conditions.iter().any(|known| known == "$CI_MERGE_REQUEST_IID") {
        triggers.conditions.retain(|known| known != MERGE_TRAIN);
    }
    triggers
}

/// The condition of a merge train's pipelines.
const MERGE_TRAIN: &str = "$CI_MERGE_REQUEST_EVENT_TYPE == \"merge_train\"";

impl Triggers {
    fn event(&mut self, event: &str, body: Option<&Node>, origin: Origin, notes: &mut Notes) {
        let empty = Map::default();
        let map = body.and_then(Node::as_map).unwrap_or(&empty);
        match event {
            "push" => self.push(map, origin, notes),
            "pull_request" | "pull_request_target" => {
                if event == "pull_request_target" {
                    let text = "`pull_request_target` runs the code of the target branch with its secrets. A merge request's pipeline runs the \
                                source branch: no job may get secrets here that a fork must not have";
                    notes.add(Part::Security, origin, text);
                }
                let targets = patterns(map, "branches");
                let mut condition = "$CI_MERGE_REQUEST_IID".to_owned();
                if !targets.is_empty() {
                    let matching = matching("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", &targets);
                    condition = format!("$CI_MERGE_REQUEST_IID && {matching}");
                }
                self.conditions.push(condition);
                if let Some(types) = map.get("types") {
                    let text = "`types`: GitLab starts a pipeline when a merge request is opened or gets commits, for nothing else";
                    notes.add(Part::Lost, types.origin, text);
                }
            }
            "schedule" => {
                let crons = body.map(Node::items_or_self).unwrap_or_default().iter();
                for cron in crons.filter_map(|entry| entry.get("cron")) {
                    let text = cron.text().unwrap_or_default();
                    let command = format!(
                        "create the schedule: glab schedule create --cron '{text}' --ref main --description nightly"
                    );
                    notes.add(Part::Decided, cron.origin, command);
                }
                self.conditions.push("$PARENT_PIPELINE_SOURCE == \"schedule\"".to_owned());
            }
            "workflow_dispatch" => {
                self.conditions.push("$PARENT_PIPELINE_SOURCE == \"web\"".to_owned());
                self.add_inputs(map, notes);
            }
            "merge_group" => {
                let text =
                    "`merge_group`: pipelines of a merge train, which are merge request pipelines as well";
                notes.add(Part::Rewritten, origin, text);
                self.conditions.push(MERGE_TRAIN.to_owned());
            }
            "workflow_call" => {
                let text =
                    "other workflows call this one: import those, and its jobs are in the place of the call";
                notes.add(Part::Decided, origin, text);
                self.add_inputs(map, notes);
            }
            "release" => {
                self.conditions.push("$CI_COMMIT_TAG".to_owned());
                notes.add(Part::Decided, origin, "`release`: the jobs run for tags");
            }
            event => notes.add(Part::Lost, origin, format!("GitLab starts no pipeline on `{event}`")),
        }
        // GitHub compares no paths for the push of a tag, and for other events.
        if event.starts_with("pull_request") || event == "push" && has_branches(map) {
            self.add_paths(map, notes);
        }
        tell_others(event, map, notes);
    }

    /// Adds the inputs of a form, or of a call, as variables.
    fn add_inputs(&mut self, map: &Map, notes: &mut Notes) {
        for (name, input) in map.get("inputs").and_then(Node::as_map).into_iter().flat_map(Map::iter) {
            let default = input.get("default").and_then(Node::text).unwrap_or_default().to_owned();
            if !self.inputs.iter().any(|known| known.name == name) {
                self.inputs.push(Input { name: name.to_owned(), default });
            }
            let text = format!(
                "the input `{name}` is a variable; `spec: inputs:` of `.gitlab-ci.yml` makes a form of it"
            );
            notes.add(Part::Decided, input.origin, text);
        }
    }

    /// Adds the paths of an event. A path that one event counts and another one ignores counts.
    fn add_paths(&mut self, map: &Map, notes: &mut Notes) {
        let listed = patterns(map, "paths");
        let mut ignored = patterns(map, "paths-ignore");
        let behind = listed.iter().rposition(|glob| !glob.starts_with('!')).map_or(0, |last| last + 1);
        for (position, glob) in listed.iter().enumerate() {
            match glob.strip_prefix('!') {
                None => self.paths.push(glob.clone()),
                Some(glob) if position >= behind => ignored.push(glob.to_owned()),
                Some(_) => {
                    let origin = map.get("paths").map_or_else(Origin::generated, |node| node.origin);
                    let text = format!("`{glob}` before other `paths`: these paths select the unit as well");
                    notes.add(Part::Lost, origin, text);
                }
            }
        }
        self.counts_all |= listed.is_empty();
        let origin = map.get("paths").or_else(|| map.get("paths-ignore")).map(|node| node.origin);
        match &mut self.ignored {
            None => (self.ignored, self.ignored_at) = (Some(ignored), origin),
            Some(known) => {
                let (both, of_first): (Vec<String>, Vec<String>) =
                    known.drain(..).partition(|glob| ignored.contains(glob));
                let of_this = ignored.into_iter().filter(|glob| !both.contains(glob));
                let of_first = of_first.into_iter().map(|glob| (glob, self.ignored_at));
                for (glob, origin) in of_first.chain(of_this.map(|glob| (glob, origin))) {
                    let text = format!(
                        "`{glob}` is ignored by one event alone: these paths select the unit as well"
                    );
                    notes.add(Part::Lost, origin.unwrap_or_else(Origin::generated), text);
                }
                *known = both;
            }
        }
    }

    /// Adds a line about pipelines that meet the conditions of a push, and that no event of the workflow starts.
    fn tell_other_sources(&self, notes: &mut Notes) {
        let Some(origin) = self.push_at else { return };
        let has =
            |source: &str| self.conditions.contains(&format!("$PARENT_PIPELINE_SOURCE == \"{source}\""));
        let others = [("schedule", "scheduled"), ("web", "manual")];
        let others: Vec<&str> =
            others.into_iter().filter(|(source, _)| !has(source)).map(|(_, name)| name).collect();
        if !others.is_empty() {
            let text = format!(
                "`push`: {} pipelines of a branch or tag meet its conditions as well; to leave them out, add \
                 `&& $PARENT_PIPELINE_SOURCE == \"push\"` to the rules",
                others.join(" and ")
            );
            notes.add(Part::Decided, origin, text);
        }
    }

    fn push(&mut self, map: &Map, origin: Origin, notes: &mut Notes) {
        self.push_at = Some(origin);
        let (branches, tags) = (patterns(map, "branches"), patterns(map, "tags"));
        if has_branches(map) {
            self.conditions.push(matching("CI_COMMIT_BRANCH", &branches));
        }
        if has_filter(map, "tags") || !has_filter(map, "branches") {
            self.conditions.push(matching("CI_COMMIT_TAG", &tags));
        }
        if let Some(excluded) = branches.iter().chain(&tags).find(|pattern| pattern.starts_with('!')) {
            let origin = map.get("branches").or_else(|| map.get("tags")).map(|node| node.origin);
            let text = format!("`{excluded}`: the jobs run there as well");
            notes.add(Part::Lost, origin.unwrap_or_else(Origin::generated), text);
        }
    }
}

/// Adds lines about the keys of an event that are not read.
fn tell_others(event: &str, map: &Map, notes: &mut Notes) {
    let known: &[&str] = match event {
        "push" => &["branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore"],
        "pull_request" | "pull_request_target" => {
            &["branches", "branches-ignore", "paths", "paths-ignore", "types"]
        }
        "merge_group" => &["types"],
        "release" => &["types"],
        "workflow_dispatch" => &["inputs"],
        "workflow_call" => &["inputs", "outputs", "secrets"],
        // The event as a whole has a line.
        _ => return,
    };
    notes.others(map, known, &format!("of `{event}`"));
    for key in ["branches-ignore", "tags-ignore"] {
        if let Some(node) = map.get(key) {
            notes.add(Part::Lost, node.origin, format!("`{key}`: the jobs run there as well"));
        }
    }
}

/// Returns `true` if pushes of branches start the workflow: a filter of tags alone leaves them out.
fn has_branches(push: &Map) -> bool {
    has_filter(push, "branches") || !has_filter(push, "tags")
}

fn has_filter(push: &Map, kind: &str) -> bool {
    push.contains(kind) || push.contains(&format!("{kind}-ignore"))
}

/// Returns the patterns of a filter.
fn patterns(map: &Map, key: &str) -> Vec<String> {
    let listed = map.get(key).map(Node::items_or_self).unwrap_or_default();
    listed.iter().filter_map(Node::text).map(str::to_owned).collect()
}

/// Returns the condition that a variable matches one of these patterns.
fn matching(variable: &str, patterns: &[String]) -> String {
    let included: Vec<&String> = patterns.iter().filter(|pattern| !pattern.starts_with('!')).collect();
    let is_plain = |pattern: &&String| !pattern.contains(['*', '?', '[', '+']);
    match included.as_slice() {
        [] => format!("${variable}"),
        [only] if is_plain(only) => format!("${variable} == \"{only}\""),
        patterns => {
            let expressions: Vec<String> = patterns.iter().map(|pattern| regular(pattern)).collect();
            format!("${variable} =~ /^({})$/", expressions.join("|"))
        }
    }
}

/// Returns a pattern of GitHub's as a regular expression: `*` stays within a level, `**` does not.
fn regular(pattern: &str) -> String {
    let mut expression = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let (text, length) = match first {
            '*' if rest.starts_with("**") => (".*".to_owned(), 2),
            '*' => ("[^\\/]*".to_owned(), 1),
            '?' | '+' => (first.to_string(), 1),
            '[' => match rest.find(']') {
                Some(end) => (rest[..=end].to_owned(), end + 1),
                None => ("\\[".to_owned(), 1),
            },
            '/' => ("\\/".to_owned(), 1),
            c => (regex::escape(&c.to_string()), c.len_utf8()),
        };
        expression.push_str(&text);
        rest = &rest[length..];
    }
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_regular_expressions() {
        for (patterns, expected) in [
            (&["main"][..], "$X == \"main\""),
            (&["main", "release/**"], "$X =~ /^(main|release\\/.*)$/"),
            (&["v*.*"], "$X =~ /^(v[^\\/]*\\.[^\\/]*)$/"),
            (&["v[0-9]+"], "$X =~ /^(v[0-9]+)$/"),
        ] {
            let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
            assert_eq!(matching("X", &patterns), expected);
        }
    }
}
