//! What is said of a plan or a selection.

use crate::io::Io;
use crate::report;
use nestling::{Diagnostic, Plan, Selected, Severity, Sources};

/// Keeps a value until the process ends, which is soon: to give back the memory of ten thousand units piece by piece
/// would take as long as to select among them.
pub(crate) fn until_the_end<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

/// Reports what is wrong with a plan; whether nothing of it is an error.
pub(crate) fn report_plan(plan: &Plan, io: &mut Io) -> bool {
    tell(&plan.diagnostics, &plan.sources, io)
}

/// Reports what is wrong in a workspace; whether nothing of it is an error.
pub(crate) fn report_selected(selected: &Selected, io: &mut Io) -> bool {
    tell(&selected.diagnostics, &selected.sources, io)
}

/// Reports diagnostics on standard error; whether none of them is an error.
pub(crate) fn tell(diagnostics: &[Diagnostic], sources: &Sources, io: &mut Io) -> bool {
    if !diagnostics.is_empty() {
        io.talk(report::human(diagnostics, sources, &io.renderer()));
    }
    diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error)
}
