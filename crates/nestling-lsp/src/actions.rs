//! Code actions: the corrections of findings in a range, and further changes at its beginning.

use crate::fix::{self, Finding, Fix};
use crate::model::{Model, OpenFile};
use crate::outline::Outline;
use crate::try_fix::{harmless, working_fixes};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, Diagnostic, Range, TextEdit, WorkspaceEdit,
};
use std::collections::HashMap;

/// The findings of a range whose corrections are tried: each of these is a check.
const MOST_TRIED: usize = 24;

/// The same in a workspace of more than [`MANY_UNITS`], where a check takes longer.
const MOST_TRIED_OF_MANY: usize = 4;

const MANY_UNITS: usize = 200;

/// Returns the actions for a range of a file.
pub(crate) fn actions(model: &Model<'_>, file: &OpenFile<'_>, range: Range) -> Vec<CodeActionOrCommand> {
    let outline = Outline::of(file.text);
    let mut actions = Vec::new();
    let path = file.repo_path.to_string();
    let shown = model.shown.get(&file.path).into_iter().flatten().enumerate();
    let in_range = shown.filter(|(_, shown)| {
        let finding_range = shown.diagnostic.range;
        finding_range.start <= range.end && range.start <= finding_range.end
    });
    let is_large = file.facts.units.len() > MANY_UNITS;
    let most = if is_large { MOST_TRIED_OF_MANY } else { MOST_TRIED };
    for (number, shown) in in_range.take(most) {
        let Some(origin) = shown.origin else { continue };
        let problem = &shown.problem;
        let finding = Finding { problem, origin, outline: &outline, kind: &file.kind, path: &path };
        let fixes = working_fixes(model, file, number, finding);
        for fix in fixes.iter() {
            add(&mut actions, action(file, fix.clone(), Some(&shown.diagnostic)));
        }
    }
    let offset = file.lines.offset(range.start);
    let at_place = fix::at_place(&outline, &file.kind, offset);
    let at_place = at_place.into_iter().map(|fix| harmless(model, file, fix));
    let at_place: Vec<Fix> = at_place.flat_map(|fixes| fixes.to_vec()).collect();
    actions.extend(at_place.into_iter().map(|fix| action(file, fix, None)));
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// Adds an action, or its finding to the same one for another finding.
fn add(actions: &mut Vec<CodeAction>, action: CodeAction) {
    let same = actions.iter_mut().find(|known| known.title == action.title && known.edit == action.edit);
    let Some(known) = same else { return actions.push(action) };
    known.diagnostics.get_or_insert_default().extend(action.diagnostics.into_iter().flatten());
}

fn action(file: &OpenFile<'_>, fix: Fix, diagnostic: Option<&Diagnostic>) -> CodeAction {
    let edits = fix.edits.into_iter();
    let edits = edits.map(|edit| TextEdit { range: file.lines.range(edit.range), new_text: edit.text });
    #[expect(clippy::mutable_key_type, reason = "the protocol's type; no URI is changed")]
    let changes = HashMap::from([(file.uri.clone(), edits.collect())]);
    let kind = if diagnostic.is_some() { CodeActionKind::QUICKFIX } else { CodeActionKind::REFACTOR };
    CodeAction {
        title: fix.title,
        kind: Some(kind),
        diagnostics: diagnostic.map(|diagnostic| vec![diagnostic.clone()]),
        edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
        is_preferred: fix.is_preferred.then_some(true),
        ..CodeAction::default()
    }
}
