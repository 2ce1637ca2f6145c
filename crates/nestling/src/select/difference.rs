//! Differences between a unit at base and at head, where no path of its own changed.

use std::fmt;

/// One thing about a unit that is not as it was at base.
///
/// ```
/// use nestling::{ChangeRequest, Difference, Project, Reason, Repository};
/// # let fixture = nestling_git::testing::Fixture::new();
/// # fixture.write("nestling.yml", "workspace: { templates: [ci] }");
/// # fixture.write("ci/go.yml", "test: { script: go test }");
/// # fixture.write("api/nestling.yml", "unit: { use: go }");
/// # fixture.commit("a unit");
/// # fixture.git(&["checkout", "--quiet", "-b", "feature"]);
/// # fixture.write("ci/go.yml", "test: { script: go test -race }");
/// # let directory = &fixture.root;
///
/// let repository = Repository::discover(directory)?;
/// let project = Project::open(&repository, ChangeRequest::local())?;
/// let plan = project.plan(project.changes()?).run()?;
/// let (_, verdict) = plan.included()[0];
/// let Reason::Definition { differences, .. } = &verdict.reasons()[0] else { panic!("a template changed") };
/// let expected = Difference::Changed { job: "test".to_owned(), keys: vec!["script".to_owned()] };
/// assert_eq!(differences, &[expected]);
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Difference {
    /// It was no unit.
    NewUnit,
    /// A job that was not there.
    Added {
        /// Its short name.
        job: String,
    },
    /// A job that is no longer there.
    Removed {
        /// Its short name.
        job: String,
    },
    /// A job that says something else.
    Changed {
        /// Its short name.
        job: String,
        /// The keys that differ, in order.
        keys: Vec<String>,
    },
    /// The file or the files that `rules:exists` of a job asks about: they are on one side only.
    Exists {
        /// Its short name.
        job: String,
    },
    /// The files of the child pipeline that a job triggers.
    Child {
        /// Its short name.
        job: String,
    },
    /// The units that it depends on.
    Dependencies,
    /// The paths that select it: its `changes`, or `ignore` and `everything` of the workspace.
    Paths,
    /// Targets of its assembly: the environments or `vars` of the workspace.
    Environments,
    /// A package that a lock file resolves otherwise for it.
    Locked {
        /// The name of the package.
        package: String,
        /// Its version at base; `None` where the unit did not come to it.
        before: Option<String>,
        /// Its version at head; `None` where the unit no longer comes to it.
        after: Option<String>,
        /// Its line in the lock file at head.
        line: Option<u32>,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewUnit => f.write_str("it was not a unit before"),
            Self::Added { job } => write!(f, "job `{job}` is new"),
            Self::Removed { job } => write!(f, "job `{job}` was removed"),
            Self::Changed { job, keys } => write!(f, "job `{job}` differs in {}", keys.join(", ")),
            Self::Exists { job } => write!(f, "job `{job}` asks if it exists"),
            Self::Child { job } => write!(f, "job `{job}` triggers a child pipeline that is made from it"),
            Self::Dependencies => f.write_str("its dependencies differ"),
            Self::Paths => f.write_str("the paths that select it differ"),
            Self::Locked { package, before, after, line } => {
                match (before, after) {
                    (Some(before), Some(after)) if before == after => {
                        write!(f, "{package} {after} resolves differently")?;
                    }
                    (Some(before), Some(after)) => write!(f, "{package} {before} → {after}")?,
                    (None, Some(after)) => write!(f, "{package} {after} is new")?,
                    (before, None) => {
                        write!(f, "{package} {} was removed", before.as_deref().unwrap_or_default())?;
                    }
                }
                line.map_or(Ok(()), |line| write!(f, " (line {line})"))
            }
            Self::Environments => f.write_str("the environments that its assembly may go to differ"),
        }
    }
}

/// Number of differences that a reason shows; `explain` shows all.
const SHOWN: usize = 2;

/// The first differences in words.
pub(super) fn in_words(differences: &[Difference]) -> String {
    let mut text: Vec<String> = differences.iter().take(SHOWN).map(ToString::to_string).collect();
    if differences.len() > SHOWN {
        text.push(format!("{} more", differences.len() - SHOWN));
    }
    text.join(", ")
}
