//! Options that several commands share. A command flattens the groups that it reads; clap refuses the others there.

use crate::io::Color;
use nestling::{Comments, EmitOptions, Parts};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Heading of the options that say what is compared.
const CHANGES: &str = "Change detection";
/// Heading of the options that choose among the units and pipelines.
const SELECTION: &str = "Selection";

/// Heading of the options of every command.
const GLOBAL: &str = "Global options";

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
pub struct GlobalOptions {
    /// Run as if started in this directory
    #[arg(short = 'C', global = true, value_name = "DIR", help_heading = GLOBAL)]
    pub directory: Option<PathBuf>,
    /// When to use color
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t = Color::Auto,
        value_name = "WHEN",
        help_heading = GLOBAL
    )]
    pub color: Color,
}

/// Options of commands that read the files of one commit.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct HeadOptions {
    /// Plan this commit (default: the pipeline's commit, or the work tree)
    #[arg(long, value_name = "REV", env = "NESTLING_HEAD", help_heading = CHANGES)]
    pub head: Option<String>,
    /// Read the workspace file and its templates from this revision, such as a protected branch
    #[arg(
        long,
        value_name = "REV",
        env = "NESTLING_WORKSPACE_FROM",
        value_parser = clap::builder::NonEmptyStringValueParser::new(),
        help_heading = CHANGES
    )]
    pub workspace_from: Option<String>,
    /// Do not run commands of the repository (`synth`), and do not fetch anything
    #[arg(long, env = "NESTLING_NO_RUN", value_parser = switch, help_heading = CHANGES)]
    pub no_run: bool,
    /// Do not fetch missing commits
    #[arg(long, env = "NESTLING_NO_FETCH", value_parser = switch, help_heading = CHANGES)]
    pub no_fetch: bool,
    /// Keep an index of commits' directories in the git directory, so that the next run reads only new ones (default: on, but
    /// off in GitLab jobs; never used for protected branches and tags)
    #[arg(long, value_name = "0|1", env = "NESTLING_INDEX", value_parser = switch, help_heading = CHANGES)]
    pub index: Option<bool>,
}

/// Options of commands that plan units for one kind of pipeline.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct PlanOptions {
    /// Compare with this commit (default: determined by the kind of pipeline)
    #[arg(long, value_name = "REV", env = "NESTLING_BASE", help_heading = CHANGES)]
    pub base: Option<String>,
    /// The commit that is planned.
    #[command(flatten)]
    pub head: HeadOptions,
    /// Select only these units: names or globs, separated by commas (a comma in a name is `\,`; repeatable)
    #[arg(
        long,
        value_name = "UNIT",
        env = "NESTLING_ONLY",
        help_heading = SELECTION
    )]
    pub only: Vec<String>,
    /// Exclude these units: names or globs, separated by commas (a comma in a name is `\,`; repeatable)
    #[arg(
        long,
        value_name = "UNIT",
        env = "NESTLING_EXCEPT",
        help_heading = SELECTION
    )]
    pub except: Vec<String>,
    /// Simulate a pipeline of this kind: merge_request, branch:NAME, tag:NAME, schedule, web, …
    #[arg(long = "as", value_name = "KIND", env = "NESTLING_AS", help_heading = SELECTION)]
    pub act_as: Option<String>,
    /// Set a variable of the workspace (`vars`) to another value, such as `region=eu` (repeatable)
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = assignment, help_heading = SELECTION)]
    pub vars: Vec<(String, String)>,
}

/// Options of commands that select the units which a change affects.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ChangeOptions {
    /// The units and the kind of pipeline that are planned.
    #[command(flatten)]
    pub plan: PlanOptions,
    /// Read the changed paths from FILE, one per line (`-` for stdin)
    #[arg(long, value_name = "FILE", env = "NESTLING_CHANGES_FROM", help_heading = CHANGES)]
    pub changes_from: Option<PathBuf>,
    /// Paths in `--changes-from` are NUL-separated
    #[arg(short = 'z', requires = "changes_from", help_heading = CHANGES)]
    pub nul: bool,
    /// Select all units
    #[arg(long, env = "NESTLING_ALL", value_parser = switch, help_heading = SELECTION)]
    pub all: bool,
    /// Fail if the base commit cannot be determined, instead of selecting all units
    #[arg(long, env = "NESTLING_STRICT_BASE", value_parser = switch, help_heading = CHANGES)]
    pub strict_base: bool,
}

/// Options of commands that show or write the deploys of a pipeline.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct DeployOptions {
    /// Deploy only to this environment of the workspace (`environments` in `nestling.yml`); jobs without an environment still run
    #[arg(
        long,
        value_name = "NAME",
        env = "NESTLING_ENVIRONMENT",
        value_parser = trimmed,
        help_heading = SELECTION
    )]
    pub environment: Option<String>,
}

/// Options of commands that convert CDK pipelines.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct CdkOptions {
    /// Fail if any part of a CDK pipeline cannot be converted
    #[arg(long, env = "NESTLING_STRICT_CDK", value_parser = switch)]
    pub strict_cdk: bool,
}

/// Options of commands that plan a pipeline without the jobs that have passed.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct PassedOptions {
    /// Use the verified records in DIR to omit jobs that have passed with the same content (`reuse`), and to select
    /// units whose jobs have not passed before (`pipelines: unpassed`)
    #[arg(long, value_name = "DIR", env = "NESTLING_PASSED")]
    pub passed: Option<PathBuf>,
}

/// Options of commands that write the files of a pipeline, or report what would keep `generate` from writing them.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct FileOptions {
    /// Omit comments that name the source of each job
    #[arg(long)]
    pub compact: bool,
    /// Split the pipeline into a router and N parts (default: as few files as GitLab's limits allow)
    #[arg(long, value_name = "N", env = "NESTLING_PARTS")]
    pub parts: Option<NonZeroUsize>,
}

/// Options of commands that plan a whole pipeline.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct PipelineOptions {
    /// The units, and the kind of pipeline.
    #[command(flatten)]
    pub changes: ChangeOptions,
    /// The environments that are deployed to.
    #[command(flatten)]
    pub deploys: DeployOptions,
    /// The treatment of CDK pipelines.
    #[command(flatten)]
    pub cdk: CdkOptions,
    /// The records of passed jobs.
    #[command(flatten)]
    pub passed: PassedOptions,
}

/// Reads a name as a person types it into a form, as in `api, web`.
#[expect(clippy::unnecessary_wraps, reason = "a parser of clap may fail")]
fn trimmed(text: &str) -> Result<String, std::convert::Infallible> {
    Ok(text.trim().to_owned())
}

/// Splits lists of names at their commas. A comma in `{}` or `[]` is a part of a glob, and `\,` is one in a name.
pub(crate) fn names(lists: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    for list in lists {
        let mut name = String::new();
        let mut depth = 0_usize;
        let mut characters = list.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' if depth == 0 && characters.next_if_eq(&',').is_some() => name.push(','),
                ',' if depth == 0 => names.push(std::mem::take(&mut name)),
                _ => {
                    match character {
                        '{' | '[' => depth += 1,
                        '}' | ']' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    name.push(character);
                }
            }
        }
        names.push(name);
    }
    names.iter().map(|name| name.trim().to_owned()).collect()
}

/// Reads the name and the value of a variable.
fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("must be NAME=VALUE".to_owned()),
    }
}

/// Reads a switch that may come from a variable.
fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("must be 1, true, yes, on, 0, false, no or off".to_owned()),
    }
}

/// The options of a run, from whichever groups its command has; the others are as if not given.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunOptions {
    pub base: Option<String>,
    pub head: Option<String>,
    pub workspace_from: Option<String>,
    pub no_run: bool,
    pub no_fetch: bool,
    /// Set if the index of directories was asked for, or switched off.
    pub index: Option<bool>,
    pub changes_from: Option<PathBuf>,
    pub nul: bool,
    pub all: bool,
    pub environment: Option<String>,
    pub only: Vec<String>,
    pub except: Vec<String>,
    pub act_as: Option<String>,
    pub vars: Vec<(String, String)>,
    pub strict_base: bool,
    pub strict_cdk: bool,
    pub directory: Option<PathBuf>,
    /// Set if the fingerprints of units and jobs are wanted.
    pub fingerprints: bool,
    /// The directory of the records of passed jobs.
    pub passed: Option<PathBuf>,
    /// Set if the files of the pipeline are without comments.
    pub compact: bool,
    /// The number of parts that the pipeline is split into.
    pub parts: Option<NonZeroUsize>,
}

impl RunOptions {
    /// Adds the environment that is deployed to.
    pub(crate) fn with_deploys(self, deploys: &DeployOptions) -> Self {
        Self { environment: deploys.environment.clone(), ..self }
    }

    /// Adds what is to be done about the parts of a CDK pipeline that cannot be converted.
    pub(crate) fn with_cdk(self, cdk: &CdkOptions) -> Self {
        Self { strict_cdk: cdk.strict_cdk, ..self }
    }

    /// Adds the records of passed jobs.
    pub(crate) fn with_passed(self, passed: &PassedOptions) -> Self {
        Self { passed: passed.passed.clone(), ..self }
    }

    /// Adds the form of the pipeline's files.
    pub(crate) fn with_files(self, files: &FileOptions) -> Self {
        Self { compact: files.compact, parts: files.parts, ..self }
    }

    /// Returns the form of the pipeline's files.
    pub(crate) fn emit_options(&self) -> EmitOptions {
        let mut options = EmitOptions::default();
        options.comments = if self.compact { Comments::None } else { Comments::Origins };
        options.parts = self.parts.map_or(Parts::Fewest, Parts::Exactly);
        options
    }

    /// Adds whether the fingerprints of units and jobs are wanted.
    pub(crate) fn with_fingerprints(self, fingerprints: bool) -> Self {
        Self { fingerprints, ..self }
    }
}

impl From<&PipelineOptions> for RunOptions {
    fn from(options: &PipelineOptions) -> Self {
        Self::from(&options.changes)
            .with_deploys(&options.deploys)
            .with_cdk(&options.cdk)
            .with_passed(&options.passed)
    }
}

impl From<&HeadOptions> for RunOptions {
    fn from(options: &HeadOptions) -> Self {
        Self {
            head: options.head.clone(),
            workspace_from: options.workspace_from.clone(),
            no_run: options.no_run,
            no_fetch: options.no_fetch,
            index: options.index,
            ..Self::default()
        }
    }
}

impl From<&PlanOptions> for RunOptions {
    fn from(options: &PlanOptions) -> Self {
        let PlanOptions { base, head, only, except, act_as, vars } = options.clone();
        let (only, except) = (names(&only), names(&except));
        Self { base, only, except, act_as, vars, ..Self::from(&head) }
    }
}

impl From<&ChangeOptions> for RunOptions {
    fn from(options: &ChangeOptions) -> Self {
        let ChangeOptions { plan, changes_from, nul, all, strict_base } = options.clone();
        Self { changes_from, nul, all, strict_base, ..Self::from(&plan) }
    }
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn lists_are_split_at_commas_that_are_in_no_name_and_no_glob() {
        for (list, expected) in [
            ("api", &["api"][..]),
            (" api , web,", &["api", "web", ""]),
            ("libs/a\\,b,api", &["libs/a,b", "api"]),
            ("libs/{a,b},api", &["libs/{a,b}", "api"]),
            ("[a,b]x,{a,{b,c}},d", &["[a,b]x", "{a,{b,c}}", "d"]),
            ("a}b,c", &["a}b", "c"]),
            (r"a\*,b", &[r"a\*", "b"]),
        ] {
            assert_eq!(names(&[list.to_owned()]), expected, "{list}");
        }
    }
}
