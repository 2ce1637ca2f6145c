//! Places of a pipeline where an untrusted value is dangerous, and what it does there.

/// Reader of the strings of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The outermost mapping, whose keys are jobs.
    Pipeline,
    /// A job, `default` or `workflow`, whose keys are keywords.
    Job,
    /// A shell runs it.
    Shell,
    /// A shell runs it inside of double quotes, which GitLab writes.
    QuotedShell,
    /// The value of another keyword, whose keys are none of a job's.
    Settings(Settings),
    /// A name, a number, a path: it is what it is.
    Data,
    /// An expression of GitLab.
    Expression,
    /// The image that runs.
    Image,
    /// The program that runs in an image, with its arguments.
    Program,
    /// The runner that a job runs on.
    Runner,
    /// The environment whose variables and protection a job has.
    Environment,
    /// The host of a link.
    Host,
    /// The pipeline that is started, or the file that it is made from.
    Downstream,
    /// The secret that is read, or who a token is for.
    Secret,
    /// The files that are kept for others.
    Files,
}

/// A keyword with keys of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settings {
    Rules,
    Environment,
    Artifacts,
    Cache,
    Image,
    Hooks,
    Run,
    Trigger,
}

/// Danger of an untrusted value in a place.
pub(crate) struct Danger {
    /// The place, as in a message.
    pub place: &'static str,
    /// The fix.
    pub help: &'static str,
}

impl Place {
    /// Returns the place of a key's value.
    pub(crate) fn below(self, key: &str) -> Self {
        match self {
            Self::Pipeline => match key {
                // The old form of `default`.
                "before_script" | "after_script" | "image" | "services" | "cache" | "variables" => {
                    keyword(key)
                }
                "include" => Self::Downstream,
                _ => Self::Job,
            },
            Self::Job => keyword(key),
            Self::Settings(settings) => settings.below(key),
            Self::Image => Settings::Image.below(key),
            Self::Downstream if key == "inputs" || key == "variables" => Self::Data,
            other => other,
        }
    }

    /// Returns the place of a scalar, where a mapping would have keys.
    fn of_scalar(self) -> Self {
        match self {
            Self::Settings(Settings::Environment) => Self::Environment,
            Self::Settings(Settings::Image) => Self::Image,
            Self::Settings(Settings::Trigger) => Self::Downstream,
            other => other,
        }
    }

    /// Returns the danger of an untrusted value behind `before`; none where it is only data. `is_word` says that it is
    /// quoted for a shell.
    pub(crate) fn danger(self, before: &str, is_word: bool) -> Option<Danger> {
        let (place, help) = match self.of_scalar() {
            Self::Shell if is_word => return None,
            Self::Shell => ("a script without quoting", "append `| sh`, which quotes it as one word"),
            Self::QuotedShell => (
                "`release`, which GitLab puts into a script in double quotes",
                "append `| slug`, or use GitLab's variable, such as `$CI_COMMIT_TAG`",
            ),
            Self::Expression => (
                "an expression, which it can end",
                "use GitLab's variable, such as `$CI_COMMIT_BRANCH`, or `#% if` in the template",
            ),
            Self::Image => ("`image`: it decides what runs with the job's variables", CHOOSE),
            Self::Program => ("`entrypoint` or `command`: it decides what runs in the image", CHOOSE),
            Self::Runner => ("`tags`: it decides the runner", CHOOSE),
            // `review/` before it confines it to such environments.
            Self::Environment if before.contains('/') => return None,
            Self::Environment => (
                "the name of an environment: it decides whose variables the job gets",
                "put a constant part with a slash before it, such as `review/${{ pipeline.ref_slug }}`",
            ),
            Self::Host if is_behind_host(before) => return None,
            Self::Host => (
                "the host of a link",
                "append `| slug`, or put it after the host, such as `https://review.example.com/…`",
            ),
            Self::Downstream => ("`trigger` or `include`: it decides which pipeline starts", CHOOSE),
            Self::Secret => ("`secrets` or `id_tokens`: it decides which secret the job gets", CHOOSE),
            Self::Files => (
                "paths of `artifacts`: it decides which files are published",
                "write the paths, or append `| slug`",
            ),
            Self::Pipeline | Self::Job | Self::Settings(_) | Self::Data => return None,
        };
        Some(Danger { place, help })
    }
}

/// The way out for an untrusted value that decides something.
const CHOOSE: &str =
    "use `#% if` to select one of several constants, or append `| slug` to a part of a longer name";

fn is_behind_host(before: &str) -> bool {
    let host = before.split_once("://").map_or(before, |(_, rest)| rest);
    host.contains(['/', '?', '#'])
}

/// Returns the place of a keyword's value (<https://docs.gitlab.com/ci/yaml/>).
fn keyword(key: &str) -> Place {
    match key {
        "script" | "before_script" | "after_script" => Place::Shell,
        "hooks" => Place::Settings(Settings::Hooks),
        "run" => Place::Settings(Settings::Run),
        "release" => Place::QuotedShell,
        "rules" => Place::Settings(Settings::Rules),
        "image" | "services" => Place::Settings(Settings::Image),
        "tags" => Place::Runner,
        "environment" => Place::Settings(Settings::Environment),
        "trigger" => Place::Settings(Settings::Trigger),
        "secrets" | "id_tokens" => Place::Secret,
        "artifacts" => Place::Settings(Settings::Artifacts),
        "cache" => Place::Settings(Settings::Cache),
        _ => Place::Data,
    }
}

impl Settings {
    fn below(self, key: &str) -> Place {
        match (self, key) {
            (Self::Rules, "if") => Place::Expression,
            (Self::Environment, "name") => Place::Environment,
            (Self::Environment, "url") => Place::Host,
            (Self::Artifacts, "paths" | "reports") => Place::Files,
            (Self::Image, "name") => Place::Image,
            (Self::Image, "entrypoint" | "command") => Place::Program,
            (Self::Hooks, "pre_get_sources_script") | (Self::Run, "script") => Place::Shell,
            (Self::Run, "step" | "func") => Place::Program,
            (Self::Trigger, "inputs" | "forward" | "strategy") => Place::Data,
            (Self::Trigger, _) => Place::Downstream,
            _ => Place::Data,
        }
    }
}
