//! Includes of a unit that are errors.

use super::error;
use crate::diagnostic::{Diagnostic, Origin};
use crate::yaml::Node;
use nestling_files::path::RepoPath;

/// Reports a chain of includes that is longer than any that ends. `chain` has the files on the way.
pub(super) fn too_deep(chain: &[RepoPath], limit: usize, origin: Origin) -> Diagnostic {
    let problem = error(origin, format!("includes are nested more than {limit} levels deep"));
    let Some((last, before)) = chain.split_last() else { return problem };
    let Some(first) = before.iter().rposition(|path| path == last) else { return problem };
    let circle: Vec<String> = chain[first..].iter().map(RepoPath::to_string).collect();
    error(origin, format!("circular `include`: {}", circle.join(" -> ")))
}

/// Reports an include whose rules ask for something that only GitLab knows.
pub(super) fn uncertain(origin: Origin, path: Option<&str>) -> Diagnostic {
    let included = path.map_or_else(|| "this file".to_owned(), |path| format!("`{path}`"));
    let message = format!("cannot determine whether GitLab includes {included} before the pipeline runs");
    error(origin, message).with_help(
        "use only `exists` and variables such as `CI_COMMIT_BRANCH` in its `rules`, and put other conditions on the jobs",
    )
}

/// Reports an include that only GitLab can read.
pub(super) fn refused(include: &Node) -> Diagnostic {
    let problem = error(include.origin, "a unit can only include plain local files");
    match include.get("component").and_then(Node::text) {
        Some(path) => problem.with_help(format!(
            "write `use: [{{ component: {path} }}]` in the header of the unit, and run `nestling vendor`"
        )),
        None => problem.with_help(
            "write `include: { local: path/from/the/root.yml }`; a component can be fetched by `nestling vendor`; what stays an include belongs below the `---` of the root's `nestling.yml`",
        ),
    }
}
