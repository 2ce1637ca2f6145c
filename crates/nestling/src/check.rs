//! Provisional.
/// Provisional.
#[derive(Debug, Default)]
pub struct Settings;
/// Provisional.
pub fn check(_: &crate::pipeline::Pipeline, _: &Settings) -> Vec<crate::diagnostic::Diagnostic> {
    Vec::new()
}
