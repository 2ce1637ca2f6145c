//! A mistake at a random line of a built-in template is told at that line.

use super::{cases, names};
use crate::support::{read, setting};
use nestling::testing::{CaseOutcome, Suite};
use nestling::{MemoryFiles, PipelineFacts, Project};
use std::collections::BTreeMap;

/// Number of mistakes that are made; `NESTLING_TEST_MISTAKES` overrides it.
const MISTAKES: usize = 2000;

/// Keys of jobs that can be misspelled.
const KEYS: [&str; 18] = [
    "script",
    "stage",
    "image",
    "needs",
    "extends",
    "rules",
    "artifacts",
    "cache",
    "variables",
    "interruptible",
    "before_script",
    "after_script",
    "coverage",
    "parallel",
    "services",
    "retry",
    "resource_group",
    "environment",
];

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }
}

/// A template with a mistake in it.
struct Mistake {
    kind: &'static str,
    /// The line that has to be named, from 1.
    line: usize,
    text: String,
}

/// A template as a list of lines, with what is known of each.
struct Original {
    name: String,
    lines: Vec<String>,
    /// Set if a line is the text of a block scalar, in which anything is right.
    block: Vec<bool>,
    body: usize,
}

impl Original {
    fn read(name: &str) -> Self {
        let lines: Vec<String> =
            read(format!("templates/{name}/template.yml")).lines().map(str::to_owned).collect();
        let body = lines.iter().position(|line| line == "---").unwrap() + 1;
        let indent = |line: &str| line.len() - line.trim_start().len();
        let mut block = Vec::new();
        let mut open: Option<usize> = None;
        for line in &lines {
            let inside = open.is_some_and(|open| line.trim().is_empty() || indent(line) > open);
            if !inside {
                open = line.trim_end().ends_with('|').then(|| indent(line));
            }
            block.push(inside);
        }
        Self { name: name.to_owned(), lines, block, body }
    }

    /// Makes a mistake of a random kind at a random line, if that line can have one.
    fn mistake(&self, numbers: &mut Numbers) -> Option<Mistake> {
        let at = self.body + numbers.below(self.lines.len() - self.body);
        let line = self.lines[at].as_str();
        let (kind, named, changed) = match numbers.below(5) {
            0 => ("a misspelled key", at, Some(self.misspelled(at, numbers)?)),
            1 | 2 => ("a wrong indentation", at, Some(self.indented(at, numbers)?)),
            3 => ("an undefined variable", at, Some(undefined(line)?)),
            _ if line.contains("}}") => ("an open expression", at, Some(line.replacen("}}", "", 1))),
            _ => ("an open block", self.opener(at)?, None),
        };
        let mut lines: Vec<&str> = self.lines.iter().map(String::as_str).collect();
        match &changed {
            Some(changed) => lines[at] = changed,
            None => drop(lines.remove(at)),
        }
        Some(Mistake { kind, line: named + 1, text: lines.join("\n") + "\n" })
    }

    fn misspelled(&self, at: usize, numbers: &mut Numbers) -> Option<String> {
        let key = self.lines[at].strip_prefix("  ")?.split(':').next()?;
        if self.block[at] || !KEYS.contains(&key) {
            return None;
        }
        let mut letters: Vec<char> = key.chars().collect();
        let place = numbers.below(letters.len() - 1);
        letters.swap(place, place + 1);
        let other: String = letters.into_iter().collect();
        (other != key).then(|| self.lines[at].replacen(key, &other, 1))
    }

    fn indented(&self, at: usize, numbers: &mut Numbers) -> Option<String> {
        let line = &self.lines[at];
        let inner = line.trim_start();
        if self.block[at] || inner.is_empty() || inner.starts_with('#') {
            return None;
        }
        match (numbers.below(3), line.strip_prefix(' ')) {
            (0, Some(less)) => Some(less.to_owned()),
            (1, _) => Some(format!("\t{inner}")),
            _ => Some(format!(" {line}")),
        }
    }

    /// The statement that the `end…` at a line closes.
    fn opener(&self, at: usize) -> Option<usize> {
        let word = |at: usize| self.lines[at].trim_start().strip_prefix("#%")?.split_whitespace().next();
        let closed = word(at)?.strip_prefix("end")?;
        let mut depth = 0;
        for above in (self.body..at).rev() {
            match word(above) {
                Some(word) if word == closed && depth == 0 => return Some(above),
                Some("if" | "for" | "macro") => depth -= 1,
                Some(word) if word.starts_with("end") => depth += 1,
                _ => {}
            }
        }
        None
    }
}

/// The first name of a line, misspelled.
fn undefined(line: &str) -> Option<String> {
    let statement = line.trim_start().starts_with("#%");
    let from = if statement { 0 } else { line.find("${{")? };
    let found =
        ["inputs.", "unit.", "pipeline."].iter().filter_map(|root| Some(from + line[from..].find(root)?));
    let at = found.min()?;
    let end = line[at..]
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        .map_or(line.len(), |n| at + n);
    Some(format!("{}x{}", &line[..end], &line[end..]))
}

/// Runs the cases of a template with this text; up to the first one that has other errors than before, where that is
/// known.
fn run(name: &str, text: &str, before: Option<&[CaseOutcome]>) -> Vec<CaseOutcome> {
    let files = MemoryFiles::new([
        ("nestling.yml".to_owned(), "workspace: { templates: [ci] }".to_owned()),
        (format!("ci/{name}/template.yml"), text.to_owned()),
        (format!("ci/{name}/tests/cases.yml"), read(format!("templates/{name}/tests/cases.yml"))),
    ]);
    let suite = Suite::of_project(Project::of_files(&files, PipelineFacts::local(None, None, None)).unwrap());
    let cases = cases(&suite);
    let mut outcomes = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        let outcome = suite.run(case);
        let stop = before.is_some_and(|before| outcome.errors != before[at].errors);
        outcomes.push(outcome);
        if stop {
            break;
        }
    }
    outcomes
}

/// The messages of errors, and the pipelines where there are none.
fn told(outcomes: &[CaseOutcome]) -> (Vec<&str>, Vec<Option<&str>>) {
    let errors = outcomes.iter().flat_map(|outcome| &outcome.errors).map(String::as_str).collect();
    (errors, outcomes.iter().map(|outcome| outcome.pipeline.as_deref()).collect())
}

#[test]
fn a_mistake_anywhere_in_a_built_in_template_is_told_at_its_line() {
    let originals: Vec<Original> = names().iter().map(|name| Original::read(name)).collect();
    let right: BTreeMap<&str, Vec<CaseOutcome>> = originals
        .iter()
        .map(|original| {
            (original.name.as_str(), run(&original.name, &(original.lines.join("\n") + "\n"), None))
        })
        .collect();
    let mistakes = setting("NESTLING_TEST_MISTAKES").map_or(MISTAKES, |count| count.parse().unwrap());
    let mut numbers = Numbers(0x005E_ED0F_0E57);
    let (mut made, mut missed): (usize, Vec<String>) = (0, Vec::new());
    while made < mistakes {
        let original = &originals[numbers.below(originals.len())];
        let Some(mistake) = original.mistake(&mut numbers) else { continue };
        let before = &right[original.name.as_str()];
        let outcomes = run(&original.name, &mistake.text, Some(before));
        let (errors, pipelines) = told(&outcomes);
        let (known, as_before) = told(before);
        if pipelines == as_before {
            // The template still says the same: no mistake was made.
            continue;
        }
        made += 1;
        let place = format!("ci/{}/template.yml:{}", original.name, mistake.line);
        let names_it =
            |error: &&str| error.contains(&format!("{place}:")) || error.contains(&format!("{place} "));
        if !errors.iter().any(names_it) {
            let new: Vec<&&str> = errors.iter().filter(|error| !known.contains(error)).take(2).collect();
            missed.push(format!("{place}: {}: {new:?}", mistake.kind));
        }
    }
    let found = mistakes - missed.len();
    let list = missed.join("\n");
    println!("{found} of {mistakes} mistakes were told at their lines; the others:\n{list}");
    assert!(found * 100 >= mistakes * 98, "{found} of {mistakes}; the others:\n{list}");
}
