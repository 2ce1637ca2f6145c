//! Reports the diagnostics of a plan or a selection.

use crate::io::Io;
use crate::report;
use nestling::{Diagnostic, Plan, Selected, Severity, Sources};

/// Leaks a value. The process ends soon, and freeing ten thousand units one by one would take as long as selecting them.
pub(crate) fn until_the_end<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

/// Reports the diagnostics of a plan, and returns `true` if none is an error.
pub(crate) fn report_plan(plan: &Plan, io: &mut Io) -> bool {
    report_diagnostics(&plan.diagnostics, &plan.sources, io)
}

/// Reports the diagnostics of a selection, and returns `true` if none is an error.
pub(crate) fn report_selected(selected: &Selected, io: &mut Io) -> bool {
    report_diagnostics(&selected.diagnostics, &selected.sources, io)
}

/// Reports diagnostics on standard error, and returns `true` if none is an error.
pub(crate) fn report_diagnostics(diagnostics: &[Diagnostic], sources: &Sources, io: &mut Io) -> bool {
    if !diagnostics.is_empty() {
        io.message(report::human(diagnostics, sources, &io.renderer()));
    }
    diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error)
}
