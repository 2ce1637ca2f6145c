//! The report: everything that is not carried over, or only with somebody's help. Nothing of a pipeline is dropped in
//! silence.

use super::codepipeline::PipelineId;
use super::rules::{
    CDK_ROLE, CDK_RUNNER, CDK_SETTING, CDK_SOURCE, CDK_STACK, CDK_TRIGGER, CDK_UNSUPPORTED, CDK_VARIABLE,
};
use nestling_gitlab::diagnostic::{Diagnostic, Origin, Rule, Severity};

/// A thing that is not a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its sort.
    pub kind: LineKind,
    /// Its owner: an action, a job, a stack.
    pub subject: String,
    /// Its description, and its fate.
    pub text: String,
    /// The pipeline that it is about, where it is about one.
    pub pipeline: Option<PipelineId>,
    /// Place where it is written.
    pub origin: Origin,
}

/// The sorts of things that are not jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineKind {
    /// Tasks of GitLab itself or of the parent pipeline: nothing is lost.
    Replaced,
    /// Rights that a step's role had and the job's role needs.
    Role,
    /// A value that has to be given as a CI/CD variable.
    Variable,
    /// A machine, an image or a network that a runner must have.
    Runner,
    /// A second repository.
    Source,
    /// Triggers and notifications of a pipeline.
    Trigger,
    /// An action that no job can do.
    Unsupported,
    /// A setting without counterpart.
    Setting,
    /// Stacks that the jobs treat otherwise than one might think.
    Stack,
    /// Things that could not be looked at.
    Unseen,
    /// Identities that the roles of jobs have to trust.
    Trust,
}

impl Line {
    /// Returns the id of the line, by which `allow` can name it. It depends on everything that the line says and on nothing
    /// else, so that anyone who has dealt with it hears of it again when that changes.
    pub fn id(&self) -> String {
        let parts = [self.subject.as_bytes(), b"\n", self.text.as_bytes()];
        // FNV-1a: short, and the same everywhere.
        let hash = parts.concat().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{}-{:08x}", self.kind.as_str(), (hash >> 32) ^ (hash & 0xffff_ffff))
    }

    /// Returns `true` if two lines say the same, wherever that is written.
    fn says_the_same(&self, other: &Self) -> bool {
        (self.kind, self.pipeline) == (other.kind, other.pipeline)
            && (&self.subject, &self.text) == (&other.subject, &other.text)
    }
}

impl LineKind {
    const ALL: [Self; 11] = [
        Self::Replaced,
        Self::Role,
        Self::Variable,
        Self::Runner,
        Self::Source,
        Self::Trigger,
        Self::Unsupported,
        Self::Setting,
        Self::Stack,
        Self::Unseen,
        Self::Trust,
    ];

    /// Returns the word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::Role => "role",
            Self::Variable => "variable",
            Self::Runner => "runner",
            Self::Source => "source",
            Self::Trigger => "trigger",
            Self::Unsupported => "unsupported",
            Self::Setting => "setting",
            Self::Stack => "stack",
            Self::Unseen => "unseen",
            Self::Trust => "trust",
        }
    }

    /// Returns `true` if somebody has to do something about it.
    pub fn is_open(self) -> bool {
        self.rule().is_some()
    }

    /// Returns `true` if the diagnostics of open lines are reported against this rule.
    pub fn is_rule_of_open_lines(rule: &Rule) -> bool {
        Self::ALL.iter().any(|kind| kind.rule() == Some(rule))
    }

    /// The rule of the diagnostic that its lines become; none where nobody has to do anything about them.
    fn rule(self) -> Option<&'static Rule> {
        Some(match self {
            Self::Replaced | Self::Unseen | Self::Trust => return None,
            Self::Role => &CDK_ROLE,
            Self::Variable => &CDK_VARIABLE,
            Self::Runner => &CDK_RUNNER,
            Self::Source => &CDK_SOURCE,
            Self::Trigger => &CDK_TRIGGER,
            Self::Unsupported => &CDK_UNSUPPORTED,
            Self::Setting => &CDK_SETTING,
            Self::Stack => &CDK_STACK,
        })
    }

    /// Returns the message of all lines of this sort.
    fn headline(self) -> &'static str {
        match self {
            Self::Replaced => "done by GitLab",
            Self::Role => "jobs need permissions that the role of their step had",
            Self::Variable => "values must be provided as CI/CD variables",
            Self::Runner => "jobs have special requirements for their runners",
            Self::Source => "steps read files of other repositories, or of the synth",
            Self::Trigger => "triggers and notifications are not converted",
            Self::Unsupported => "actions cannot be converted to jobs",
            Self::Setting => "settings have no counterpart in GitLab and are not converted",
            Self::Stack => "stacks need your attention",
            Self::Unseen => "not examined",
            Self::Trust => "identities that roles must trust",
        }
    }

    /// Returns the way out.
    fn help(self) -> &'static str {
        match self {
            Self::Replaced | Self::Unseen | Self::Trust => "no action is necessary",
            Self::Role => "add these statements to the role that the jobs assume",
            Self::Variable => "add them under Settings > CI/CD > Variables, masked if they are secret",
            Self::Runner => {
                "`cdk: { images: … }` maps images; `default: { tags: … }` below the `---` chooses runners"
            }
            Self::Source => {
                "name the GitLab project with `cdk: { sources: { NAME: PROJECT } }`; files of the synth must be artifacts of its job"
            }
            Self::Trigger => {
                "set up pipeline schedules, webhooks and notifications in the settings of the project"
            }
            Self::Unsupported => "write the job of this name below the `---`: it overrides the placeholder",
            Self::Setting => "if the job needs it, write it below the `---`",
            Self::Stack => "check that this is intended",
        }
    }
}

/// The report of one assembly, in the order in which things were found.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Report {
    /// The lines.
    pub lines: Vec<Line>,
}

impl Report {
    /// Adds a line, once.
    pub(crate) fn add(
        &mut self,
        kind: LineKind,
        subject: impl Into<String>,
        text: impl Into<String>,
        origin: Origin,
    ) {
        self.push(Line { kind, subject: subject.into(), text: text.into(), pipeline: None, origin });
    }

    /// Adds a line, unless the same is said already.
    pub(crate) fn push(&mut self, line: Line) {
        if !self.lines.iter().any(|known| known.says_the_same(&line)) {
            self.lines.push(line);
        }
    }

    /// Returns the lines that somebody has to do something about.
    pub fn open(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.kind.is_open())
    }

    /// Returns one diagnostic for each sort of open line, with the lines as items. `--strict-cdk` asks for errors.
    pub fn diagnostics(&self, severity: Severity) -> Vec<Diagnostic> {
        let mut kinds: Vec<LineKind> = self.open().map(|line| line.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.into_iter().filter_map(|kind| self.diagnostic(kind, severity)).collect()
    }

    fn diagnostic(&self, kind: LineKind, severity: Severity) -> Option<Diagnostic> {
        let lines: Vec<&Line> = self.lines.iter().filter(|line| line.kind == kind).collect();
        let mut problem = Diagnostic::new(kind.rule()?, severity, kind.headline()).with_help(kind.help());
        if let Some(first) = lines.first() {
            problem = problem.with_label(first.origin, "");
        }
        let with_line = |problem: Diagnostic, line: &&Line| {
            problem.with_identified_item(&line.subject, line.id(), &line.text)
        };
        Some(lines.iter().fold(problem, with_line))
    }
}
