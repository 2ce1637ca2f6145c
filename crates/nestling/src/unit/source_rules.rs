//! Rules of vendored components in the form that a child pipeline needs. A component is written for the pipeline that includes it, where
//! `$CI_PIPELINE_SOURCE` is that of the parent.

use nestling_gitlab::configuration::ConfiguredJob;
use nestling_gitlab::diagnostic::FileId;
use nestling_gitlab::pipeline::parent_source::of_component;
use nestling_gitlab::yaml::{Kind, Node};

/// Rewrites the conditions of jobs that are written in vendored files.
pub(super) fn rewrite<'j>(
    jobs: impl Iterator<Item = &'j mut ConfiguredJob>,
    is_vendored: &dyn Fn(FileId) -> bool,
) {
    for rules in jobs.filter_map(|job| job.body.get_mut("rules")) {
        rewrite_rules(rules, is_vendored);
    }
}

/// Rules can be nested, as a `!reference` in a list makes them.
fn rewrite_rules(rules: &mut Node, is_vendored: &dyn Fn(FileId) -> bool) {
    match &mut rules.kind {
        Kind::Seq(items) => items.iter_mut().for_each(|item| rewrite_rules(item, is_vendored)),
        Kind::Map(map) => {
            let Some(condition) = map.get_mut("if") else { return };
            let rewritten = condition.text().map(of_component);
            let is_of_component = is_vendored(condition.origin.file);
            if let (Kind::Scalar(scalar), Some(rewritten)) = (&mut condition.kind, rewritten)
                && is_of_component
            {
                scalar.text = rewritten.into();
            }
        }
        Kind::Scalar(_) => {}
    }
}
