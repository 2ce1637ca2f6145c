//! Files that are served: those of workspaces and pipelines, and no other YAML.

use crate::meaning::is_global;
use crate::outline::Outline;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// GitLab's own file.
const PIPELINE: &str = ".gitlab-ci.yml";

/// Keys at the root of a file that only pipelines have.
const OF_PIPELINES: [&str; 3] = ["stages", "workflow", "default"];

/// Keys that only jobs have.
const OF_JOBS: [&str; 9] =
    ["script", "trigger", "stage", "needs", "rules", "before_script", "after_script", "run", "artifacts"];

/// Keys of entries of `include` that only GitLab has.
const OF_INCLUDES: [&str; 5] = ["local", "component", "template", "remote", "project"];

/// Keys at the root of other formats: Compose, Kubernetes, GitHub Actions, OpenAPI.
const OF_OTHERS: [&str; 8] = ["apiVersion", "kind", "jobs", "on", "runs", "openapi", "swagger", "networks"];

/// Returns whether a file has the name of a pipeline of GitLab's.
pub(crate) fn is_named_as_pipeline(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_bytes();
    name.ends_with(PIPELINE.as_bytes()) || name.ends_with(b".gitlab-ci.yaml")
}

/// Returns `true` for what reads like a file of jobs: one that a pipeline may include, though nothing does yet.
pub(crate) fn is_of_ci(text: &str) -> bool {
    let outline = Outline::of(text);
    let roots: Vec<usize> = outline.children(None).collect();
    let has = |wanted: &[&str]| roots.iter().any(|root| wanted.contains(&outline.step(*root)));
    if has(&OF_OTHERS) {
        return false;
    }
    let is_job = |root: &usize| {
        !is_global(outline.step(*root))
            && outline.children(Some(*root)).any(|child| OF_JOBS.contains(&outline.step(child)))
    };
    let has_includes = || {
        let include = outline.child(None, "include");
        include.is_some_and(|include| {
            (include..outline.entries.len())
                .filter(|index| outline.above(*index).any(|above| above == include))
                .any(|index| OF_INCLUDES.contains(&outline.step(index)))
        })
    };
    let has_inputs =
        || outline.child(None, "spec").is_some_and(|spec| outline.child(Some(spec), "inputs").is_some());
    has(&OF_PIPELINES) || roots.iter().any(is_job) || has_includes() || has_inputs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_yaml_is_told_from_pipelines() {
        for (text, expected) in [
            ("build: { script: make }\n", true),
            ("build:\n  stage: test\n  scr\n", true),
            ("include:\n  - local: a.yml\n", true),
            ("spec: { inputs: { a: {} } }\n---\n", true),
            ("services:\n  web: { image: nginx, build: . }\nvolumes: {}\n", false),
            ("include: [other.yml]\nservices: { web: { extends: base } }\n", false),
            ("apiVersion: v1\nkind: Pod\nspec: { containers: [] }\n", false),
            ("on: push\njobs: { build: { steps: [{ run: make }] } }\n", false),
            ("image: { repository: nginx }\n", false),
            ("- hosts: all\n  tasks: []\n", false),
            ("", false),
        ] {
            assert_eq!(is_of_ci(text), expected, "{text}");
        }
    }
}
