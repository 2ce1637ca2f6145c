//! Start of a deploy job: automatic or manual.

use crate::workspace::{Blocking, Start};
use nestling_gitlab::diagnostic::Origin;
use nestling_gitlab::pipeline::rule::has_when;
use nestling_gitlab::yaml::{Kind, Map, Node};

/// Writes how a deploy starts into its job. A job that is delayed by itself stays so.
///
/// GitLab blocks at a manual job of `rules` unless it has `allow_failure`, and passes one without `rules`
/// (<https://docs.gitlab.com/ci/yaml/#when>).
pub(crate) fn write_start(body: &mut Map, start: Start, origin: Origin) {
    let Start::Manual(blocking) = start else { return };
    let of_job = body.get("allow_failure").cloned();
    let Some(Node { kind: Kind::Seq(rules), .. }) = body.get_mut("rules") else {
        if !has_when(body, "delayed") {
            body.set("when", Node::string(origin, "manual"));
            if blocking == Blocking::Blocking {
                body.set("allow_failure", Node::plain(origin, "false"));
            }
        }
        return;
    };
    for rule in rules.iter_mut().filter_map(Node::as_map_mut) {
        if has_when(rule, "never") || has_when(rule, "delayed") {
            continue;
        }
        rule.set("when", Node::string(origin, "manual"));
        match blocking {
            Blocking::Blocking => rule.set("allow_failure", Node::plain(origin, "false")),
            // Anyone who wrote that it may not fail, in the rule or the job, wants the pipeline to wait.
            Blocking::Optional if rule.contains("allow_failure") || of_job.is_some() => {}
            Blocking::Optional => rule.set("allow_failure", Node::plain(origin, "true")),
        }
    }
}
