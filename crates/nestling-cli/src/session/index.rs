//! Use of the index of directories: on by default on a laptop, and only by choice in a job of GitLab.

use super::Session;
use crate::ci_env::ProcessEnvironment;
use crate::io::Io;

/// Use of the index that a run makes, and the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IndexChoice {
    /// It was asked for (`--index 1`).
    AskedFor,
    /// It was asked for, and the pipeline is that of a protected branch or tag.
    Protected,
    /// By default, as on a laptop.
    Default,
    /// Switched off, or in a job of GitLab that does not ask for it.
    Off,
}

impl IndexChoice {
    /// Makes the choice. Anyone who can run a job on a runner that keeps its clones can write an index. In a job, it is therefore used only
    /// if somebody asks for it, and never for a protected branch or tag.
    pub(super) fn new(asked: Option<bool>, environment: &ProcessEnvironment) -> Self {
        let is_protected = environment.get("CI_COMMIT_REF_PROTECTED").is_some_and(|value| value != "false");
        match asked {
            Some(true) if is_protected => Self::Protected,
            Some(true) => Self::AskedFor,
            None if !environment.in_gitlab() && !is_protected => Self::Default,
            Some(false) | None => Self::Off,
        }
    }

    pub(super) fn is_used(self) -> bool {
        matches!(self, Self::AskedFor | Self::Default)
    }
}

impl Session {
    /// Prints the use that was made of the index, for someone who has asked for it.
    pub(crate) fn tell_index_use(&self, io: &mut Io) {
        let git = self.repository.git();
        let used = git.index_use().unwrap_or_default();
        match self.index {
            IndexChoice::AskedFor => match git.index_problem() {
                Some(problem) => io.message(format_args!("index: {problem}\n")),
                None => {
                    io.message(format_args!("index: {} directories known, {} read\n", used.known, used.read));
                }
            },
            IndexChoice::Protected => {
                io.message("index: not used, because the branch or tag is protected\n");
            }
            IndexChoice::Default | IndexChoice::Off => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::IndexChoice::{self, AskedFor, Default, Off, Protected};
    use crate::ci_env::ProcessEnvironment;

    const JOB: [(&str, &str); 2] = [("GITLAB_CI", "true"), ("CI_COMMIT_SHA", "0123")];
    const PROTECTED: (&str, &str) = ("CI_COMMIT_REF_PROTECTED", "true");

    #[test]
    fn a_job_has_no_index_that_nobody_asked_for_and_a_protected_branch_never_has_one() {
        let job = JOB.to_vec();
        let protected = [JOB.as_slice(), &[PROTECTED]].concat();
        let by_branch = [JOB.as_slice(), &[("CI_COMMIT_REF_PROTECTED", "false")]].concat();
        for (variables, asked, expected) in [
            (vec![], None, Default),
            (vec![], Some(true), AskedFor),
            (vec![], Some(false), Off),
            (job.clone(), None, Off),
            (job.clone(), Some(true), AskedFor),
            (job, Some(false), Off),
            (by_branch, Some(true), AskedFor),
            (protected.clone(), Some(true), Protected),
            (protected, None, Off),
            (vec![PROTECTED], None, Off),
            (vec![("CI_COMMIT_REF_PROTECTED", "True")], Some(true), Protected),
        ] {
            let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let environment = ProcessEnvironment::new(variables);
            assert_eq!(IndexChoice::new(asked, &environment), expected, "{environment:?} {asked:?}");
        }
    }
}
