//! Corrections are tried before they are offered: the open file with the edits is checked, and its findings are compared.

use crate::convert::{Shown, by_file};
use crate::findings::find;
use crate::fix::{self, Effect, Finding, Fix, Tried};
use crate::model::{Model, OpenFile};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

/// A finding by its file, rule and message: the edits move its line.
type FindingKey = (PathBuf, &'static str, String);

/// The findings of a state, with the number of each.
type Counts = BTreeMap<FindingKey, usize>;

/// The change of the findings that a correction makes.
#[derive(Debug, Clone, Copy)]
struct Change {
    /// The finding itself is reported less often.
    is_gone: bool,
    /// Nothing is reported that was not reported before.
    has_nothing_new: bool,
    /// No other finding is gone.
    is_alone: bool,
}

/// Returns the corrections of a finding that do what they say.
pub(crate) fn working_fixes(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    number: usize,
    finding: Finding<'_>,
) -> Rc<Vec<Fix>> {
    let key = (file.path.clone(), Tried::Finding(number));
    if let Some(known) = model.cache.borrow().fixes.get(&key) {
        return Rc::clone(known);
    }
    let before = counts(model.shown);
    let wanted = (file.path.clone(), finding.problem.rule.id, finding.problem.message.clone());
    let mut working = Vec::new();
    for proposal in fix::proposals(finding) {
        let mut second_best = None;
        for fix in proposal.alternatives {
            let Some(change) = change(model, file, &fix, &before, &wanted) else { continue };
            let is_exact = change.is_gone && change.has_nothing_new;
            if is_exact && (change.is_alone || proposal.effect != Effect::Allows) {
                second_best = Some(fix);
                break;
            }
            // A word that is right now may bring to light what it hid.
            if proposal.effect == Effect::Corrects && change.is_gone {
                second_best.get_or_insert(fix);
            }
        }
        working.extend(second_best);
    }
    let working = Rc::new(working);
    model.cache.borrow_mut().fixes.insert(key, Rc::clone(&working));
    working
}

/// Returns a change that is not a correction, if no finding is new with it.
pub(crate) fn harmless(model: &Model<'_>, file: &OpenFile<'_>, fix: Fix) -> Rc<Vec<Fix>> {
    let key = (file.path.clone(), Tried::Title(fix.title.clone()));
    if let Some(known) = model.cache.borrow().fixes.get(&key) {
        return Rc::clone(known);
    }
    let nothing = (PathBuf::new(), "", String::new());
    let change = change(model, file, &fix, &counts(model.shown), &nothing);
    let is_harmless = change.is_some_and(|change| change.has_nothing_new);
    let harmless = Rc::new(if is_harmless { vec![fix] } else { Vec::new() });
    model.cache.borrow_mut().fixes.insert(key, Rc::clone(&harmless));
    harmless
}

/// Checks the file as a correction makes it; `None` if the state cannot be checked, or the file is broken then.
fn change(
    model: &Model<'_>,
    file: &OpenFile<'_>,
    fix: &Fix,
    before: &Counts,
    wanted: &FindingKey,
) -> Option<Change> {
    let mut documents = model.documents.clone();
    documents.open.get_mut(&file.path)?.text = fix.applied(file.text);
    let findings = find(&documents, model.assemblies, &mut model.memos.fork());
    if findings.failures.iter().any(|failure| !model.findings.failures.contains(failure)) {
        return None;
    }
    let after = counts(&by_file(&findings, &documents, model.encoding));
    let count = |counts: &Counts, key: &FindingKey| counts.get(key).copied().unwrap_or_default();
    let new = after.keys().filter(|key| count(&after, key) > count(before, key));
    let mut has_nothing_new = true;
    for key in new {
        if key.0 == file.path && key.1.starts_with("yaml-") {
            return None;
        }
        has_nothing_new = false;
    }
    let less = |key: &FindingKey| count(before, key).saturating_sub(count(&after, key));
    Some(Change {
        is_gone: less(wanted) > 0,
        has_nothing_new,
        is_alone: before.keys().map(less).sum::<usize>() == 1,
    })
}

fn counts(shown: &BTreeMap<PathBuf, Vec<Shown>>) -> Counts {
    let mut counts = Counts::new();
    for (path, of_file) in shown {
        for shown in of_file {
            let key = (path.clone(), shown.problem.rule.id, shown.problem.message.clone());
            *counts.entry(key).or_default() += 1;
        }
    }
    counts
}
