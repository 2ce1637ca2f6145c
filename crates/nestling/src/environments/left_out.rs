//! Jobs that a pipeline does not get.

/// A job that was written and that this pipeline does not get.
///
/// ```
/// use nestling::testing::plan_files;
///
/// let plan = plan_files([
///     ("nestling.yml", "workspace: { environments: { production: { when: tag } } }"),
///     ("api/nestling.yml", "deploy: { script: make deploy, environment: [production] }"),
/// ])?;
/// let left_out = plan.left_out.values().flatten().next().expect("no tag is built");
/// assert_eq!(left_out.job, "deploy");
/// println!("{}", left_out.reason);
/// # Ok::<(), nestling::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// Its short name.
    pub job: String,
    /// Reason for it.
    pub reason: String,
}

impl LeftOut {
    /// A job that needs another one, which is left out.
    pub(crate) fn without(job: &str, needed: &str) -> Self {
        Self { job: job.to_owned(), reason: format!("it needs `{needed}`, which is omitted") }
    }
}
