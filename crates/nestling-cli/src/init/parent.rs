//! The parent pipeline: one job plans the child pipeline, one job triggers it.
//!
//! Its text is the file beside this one. README, documentation, examples and component hold the same jobs, and a test compares
//! them.

use super::findings::Remark;
use super::inventory::Inventory;
use super::proposed_file::ProposedFile;
use crate::exit::Failure;
use nestling::{FILE_NAME, Files, RepoPath};
use nestling_gitlab::check::read_file;
use nestling_gitlab::diagnostic::Sources;
use nestling_gitlab::pipeline::parent_source::PARENT_SOURCE;

/// GitLab's own file.
pub(super) const FILE: &str = ".gitlab-ci.yml";

/// The file of the jobs if there is a pipeline already.
pub(super) const BESIDE: &str = "nestling.gitlab-ci.yml";

/// The pipeline of a repository that has none.
pub(super) const WHOLE: &str = include_str!("parent.gitlab-ci.yml");

/// The line after which the trigger job forwards more variables.
const PARENT_ID: &str = "    PARENT_PIPELINE_ID: $CI_PIPELINE_ID\n";

/// The first line of the jobs in it.
const FIRST_JOB: &str = "nestling:plan:\n";

/// The part of a pipeline's `default` that the first job takes: what its runner needs. A `before_script` there is written for the images
/// of the other jobs.
const OWN_DEFAULTS: &str = "  inherit:\n    default: [retry, tags]\n";

/// Returns the two jobs for a repository that has a pipeline with these stages.
///
/// The first job is in a stage that every pipeline has. The second cannot be in one of those: GitLab creates no pipeline of
/// which all jobs are in `.pre` and `.post`, and a change may leave no others.
pub(super) fn beside(last_stage: &str) -> String {
    let jobs = plan_and_run()
        .replacen("  stage: plan\n", &format!("  stage: .pre\n{OWN_DEFAULTS}"), 1)
        .replacen("  stage: run\n", &format!("  stage: {last_stage}\n"), 1);
    format!("{HEADER}{jobs}")
}

/// Lets the trigger job forward the source of the pipeline, if a unit that is there asks for it.
fn forwarding(text: String, files: &dyn Files, inventory: &Inventory) -> Result<String, Failure> {
    for directory in &inventory.own_files {
        let path = directory.child(FILE_NAME.as_bytes());
        let unit = files.read(&path).map_err(Failure::repository)?.unwrap_or_default();
        if String::from_utf8_lossy(&unit).contains(PARENT_SOURCE) {
            let source = format!("{PARENT_ID}    {PARENT_SOURCE}: $CI_PIPELINE_SOURCE\n");
            return Ok(text.replacen(PARENT_ID, &source, 1));
        }
    }
    Ok(text)
}

/// Returns the two jobs as they are written for a repository that has no other pipeline.
pub(crate) fn plan_and_run() -> &'static str {
    WHOLE.find(FIRST_JOB).map_or(WHOLE, |start| &WHOLE[start..])
}

/// The lines for the file that includes the jobs.
const HEADER: &str = "\
# Included by .gitlab-ci.yml:
#   include:
#     - local: nestling.gitlab-ci.yml
# Its pipelines for branches must not be canceled: the next push is compared with this one, and what is canceled
# would never run again.
#   workflow:
#     rules:
#       - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
#         auto_cancel:
#           on_new_commit: none
";

/// Returns true for a pipeline that runs Nestling: it has the jobs, or the component.
pub(super) fn plans_already(pipeline: &str) -> bool {
    pipeline.contains("nestling generate") || pipeline.contains("nestling-ci/components/plan")
}

/// Returns the last stage of a pipeline but `.post`: no other job waits for what runs there.
pub(super) fn last_stage(pipeline: &str) -> String {
    let (pipeline, _) = read_file(FILE, pipeline, &Sources::default());
    pipeline.stages.last().map_or_else(|| "deploy".to_owned(), ToString::to_string)
}

/// The file of the parent's jobs.
pub(super) struct ParentFile {
    pub file: ProposedFile,
    /// The file that `.gitlab-ci.yml` has to include, if it exists already and does not.
    pub include: Option<&'static str>,
    /// The remark about a file by the same name that has other jobs.
    pub foreign: Option<Remark>,
}

impl ParentFile {
    /// Reads the pipeline that is there, and makes the file.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn read(files: &dyn Files, inventory: &Inventory) -> Result<Self, Failure> {
        let text_of = |name: &str| -> Result<String, Failure> {
            let bytes = files.read(&RepoPath::root().child(name.as_bytes())).map_err(Failure::repository)?;
            Ok(String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned())
        };
        let pipeline = text_of(FILE)?;
        let is_there = inventory.at_root.contains(FILE);
        if !is_there || plans_already(&pipeline) {
            let text = forwarding(WHOLE.to_owned(), files, inventory)?;
            let file = ProposedFile { path: FILE, text, about: "the parent pipeline" };
            return Ok(Self { file, include: None, foreign: None });
        }
        let text = forwarding(beside(&last_stage(&pipeline)), files, inventory)?;
        let file = ProposedFile { path: BESIDE, text, about: "the parent's jobs, to include" };
        if inventory.at_root.contains(BESIDE) && !plans_already(&text_of(BESIDE)?) {
            let reason = "no job of it runs `nestling generate`, so the parent's jobs are not written: rename it, and run \
                          `nestling init` again";
            let remark = Remark::new(&RepoPath::root().child(BESIDE.as_bytes()), reason);
            return Ok(Self { file, include: None, foreign: Some(remark) });
        }
        let is_included = pipeline.contains(BESIDE);
        Ok(Self { file, include: (!is_included).then_some(BESIDE), foreign: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trigger_job_is_in_the_last_stage_of_the_pipeline() {
        for (pipeline, stage) in [
            ("lint: { script: x }", "deploy"),
            ("stages: [check, ship]\nlint: { stage: check, script: x }", "ship"),
            ("include: [{ template: Jobs/SAST.gitlab-ci.yml }]", "deploy"),
        ] {
            assert_eq!(last_stage(pipeline), stage, "{pipeline}");
        }
        let beside = beside("ship");
        assert!(beside.contains("\nnestling:run:\n  stage: ship\n"), "{beside}");
        assert!(beside.contains("\nnestling:plan:\n  stage: .pre\n  inherit:\n"), "{beside}");
    }
}
