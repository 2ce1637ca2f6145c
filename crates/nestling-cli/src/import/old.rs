//! The configuration that is imported, as GitLab reads it: `.gitlab-ci.yml` with its local includes, and the static children that
//! its trigger jobs start.

use super::kind::Kind;
use super::trigger_copies::split_triggers;
use crate::exit::Failure;
use nestling::{Diagnostic, Files, Origin, RepoPath, Severity, Sources};
use nestling_gitlab::check::{KnownVariables, read_configuration};
use nestling_gitlab::configuration::{RemoteIncludes, Surroundings};
use nestling_gitlab::pipeline::defaults::Defaults;
use nestling_gitlab::pipeline::presence::Changed;
use nestling_gitlab::pipeline::{Job, Pipeline};
use nestling_gitlab::yaml::{Key, Map, Node, emit_entry};
use std::collections::BTreeMap;

/// GitLab's own file.
pub(super) const FILE: &str = ".gitlab-ci.yml";

/// The keyword of `auto_cancel` that stops all jobs when one has failed.
pub(super) const ON_JOB_FAILURE: &str = "on_job_failure";

/// A configuration with what its trigger jobs start.
pub(super) struct OldPipeline {
    /// `.gitlab-ci.yml`.
    pub root: Configuration,
    /// The configurations of its static children, each with the trigger job.
    pub children: Vec<StaticChild>,
    /// Trigger jobs whose static child cannot be read, with the reason.
    pub unread: BTreeMap<String, String>,
    /// The name of the written job for each copy of a trigger job that starts a child of its own.
    pub copies: BTreeMap<String, String>,
    /// The sources that origins point into.
    pub sources: Sources,
    /// The file that stands for the artifact of a generator.
    pub generated: Option<RepoPath>,
}

/// One configuration: its jobs and what they have from the file as a whole.
pub(super) struct Configuration {
    /// Jobs with `extends`, `!reference` and defaults resolved.
    pub pipeline: Pipeline,
    /// `default` and `variables` of the file, which the jobs have been given.
    pub defaults: Defaults,
    /// Findings: keywords that GitLab refuses, or that have another effect than intended.
    pub problems: Vec<Diagnostic>,
}

/// A child pipeline that a trigger job makes of files of the repository.
pub(super) struct StaticChild {
    /// The name of the trigger job.
    pub trigger: String,
    /// The files, as the trigger job names them.
    pub files: Vec<RepoPath>,
    /// Their jobs.
    pub configuration: Configuration,
}

impl OldPipeline {
    /// Reads a configuration in the way that finds most jobs: each include of a local file counts, whatever changed.
    ///
    /// # Errors
    /// There is no `.gitlab-ci.yml`, or it is no YAML.
    pub(super) fn read(files: &dyn Files, generated: Option<&RepoPath>) -> Result<Self, Failure> {
        Self::read_for(files, &KnownVariables::default(), Changed::Everything, generated)
    }

    /// Reads the configuration as GitLab does for a kind of pipeline and for changed paths.
    ///
    /// # Errors
    /// As [`OldPipeline::read`].
    pub(super) fn read_as(
        files: &dyn Files,
        kind: &Kind,
        changed: Changed<'_>,
        generated: Option<&RepoPath>,
    ) -> Result<Self, Failure> {
        Self::read_for(files, &KnownVariables::of_root(&kind.facts), changed, generated)
    }

    fn read_for(
        files: &dyn Files,
        variables: &KnownVariables,
        changed: Changed<'_>,
        generated: Option<&RepoPath>,
    ) -> Result<Self, Failure> {
        let sources = Sources::default();
        let path = RepoPath::root().child(FILE.as_bytes());
        let bytes = files.read(&path).map_err(Failure::repository)?.ok_or_else(no_file)?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8"))?;
        let reading = Reading { files, variables, changed, sources: &sources };
        let mut root = reading
            .configuration(FILE, &text, RemoteIncludes::Possible)
            .map_err(|reason| unreadable(&reason))?;
        let copies = split_triggers(&mut root.pipeline);
        let mut children = Vec::new();
        let mut unread = BTreeMap::new();
        for job in &root.pipeline.jobs {
            let Some(paths) = child_files(&job.body, generated) else { continue };
            let trigger = job.name.to_string();
            match reading.child(job, &paths) {
                Ok(configuration) => children.push(StaticChild { trigger, files: paths, configuration }),
                Err(reason) => {
                    unread.insert(trigger, reason);
                }
            }
        }
        Ok(Self { root, children, unread, copies, sources, generated: generated.cloned() })
    }

    /// Returns the key under which a job of the root is written.
    pub(super) fn key_of<'a>(&'a self, job: &'a str) -> &'a str {
        self.copies.get(job).map_or(job, String::as_str)
    }

    /// Returns the static child of a trigger job.
    pub(super) fn child_of(&self, trigger: &str) -> Option<&StaticChild> {
        self.children.iter().find(|child| child.trigger == trigger)
    }

    /// Returns the file and line of an origin.
    pub(super) fn place(&self, origin: Origin) -> String {
        let place = self.sources.place(Origin::line(origin.file, origin.line));
        if origin.is_generated() { FILE.to_owned() } else { place }
    }
}

impl Configuration {
    /// Returns what a job says itself, without what the file gave it. What its `inherit` has kept out is written again.
    pub(super) fn own_body(&self, job: &Job) -> Map {
        let mut own = Map::default();
        for entry in &job.body.entries {
            if self.defaults.gave(&entry.key) {
                continue;
            }
            let Some(variables) = entry.value.as_map().filter(|_| entry.key.text() == "variables") else {
                own.entries.push(entry.clone());
                continue;
            };
            let mut kept = variables.clone();
            kept.entries.retain(|variable| !self.defaults.gave(&variable.key));
            if !kept.is_empty() || variables.is_empty() {
                own.set("variables", Node::map(entry.value.origin, kept));
            }
        }
        if let Some(inherit) = self.inherit(&job.body) {
            own.set("inherit", inherit);
        }
        own
    }

    /// Returns the `inherit` of a job that does not inherit everything: its body no longer has the keyword.
    fn inherit(&self, body: &Map) -> Option<Node> {
        let (mut default, mut variables) = (Inherited::default(), Inherited::default());
        let own_variables = body.get("variables").and_then(Node::as_map);
        let (defaults, globals) = self.defaults.parts();
        for (key, _) in defaults.iter() {
            default.add(key, body.contains(key));
        }
        for (name, _) in globals.iter() {
            variables.add(name, own_variables.is_some_and(|own| own.contains(name)));
        }
        // A trigger job takes `interruptible` alone, and needs no `inherit` for that.
        if body.contains("trigger") {
            default.kept_out.clear();
        }
        let mut inherit = Map::default();
        for (key, inherited) in [("default", default), ("variables", variables)] {
            if let Some(node) = inherited.node() {
                inherit.set(key, node);
            }
        }
        (!inherit.is_empty()).then(|| Node::map(Origin::generated(), inherit))
    }

    /// Returns the stage's position in the order of stages; `.pre` is before and `.post` behind all others.
    pub(super) fn stage_position(&self, stage: &str) -> usize {
        match stage {
            ".pre" => 0,
            ".post" => usize::MAX,
            stage => {
                let listed = self.pipeline.stages.iter().position(|known| known.as_str() == stage);
                listed.map_or(usize::MAX - 1, |position| position + 1)
            }
        }
    }

    /// Returns `true` if `workflow` has rules.
    pub(super) fn has_workflow_rules(&self) -> bool {
        self.pipeline.workflow.contains("rules")
    }

    /// Returns the errors for which GitLab creates no pipeline at all.
    pub(super) fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.problems.iter().filter(|problem| problem.severity == Severity::Error)
    }
}

/// Returns `true` if `auto_cancel` stops the jobs of a pipeline when one has failed; `None` if it does not say.
pub(super) fn cancels(auto_cancel: Option<&Node>) -> Option<bool> {
    auto_cancel?.get(ON_JOB_FAILURE)?.text().map(|value| value == "all")
}

/// Names that a job has been given, and names that it has not.
#[derive(Default)]
struct Inherited {
    given: Vec<String>,
    kept_out: Vec<String>,
}

impl Inherited {
    fn add(&mut self, name: &str, is_given: bool) {
        if is_given { &mut self.given } else { &mut self.kept_out }.push(name.to_owned());
    }

    fn node(self) -> Option<Node> {
        if self.kept_out.is_empty() {
            return None;
        }
        let origin = Origin::generated();
        if self.given.is_empty() {
            return Some(Node::plain(origin, "false"));
        }
        let names = self.given.into_iter().map(|name| Node::string(origin, name));
        Some(Node::seq(origin, names.collect()))
    }
}

struct Reading<'a> {
    files: &'a dyn Files,
    variables: &'a KnownVariables,
    changed: Changed<'a>,
    sources: &'a Sources,
}

impl Reading<'_> {
    fn configuration(
        &self,
        path: &str,
        text: &str,
        includes: RemoteIncludes,
    ) -> Result<Configuration, String> {
        let surroundings = Surroundings {
            files: self.files,
            elsewhere: None,
            revisions: None,
            sources: self.sources,
            variables: self.variables,
            changed: self.changed,
            defaults: None,
        };
        let read = read_configuration(path, text, &surroundings, includes);
        let (pipeline, problems, _) = read.map_err(|problems| {
            problems.first().map_or_else(|| "it is no YAML".to_owned(), |problem| problem.message.clone())
        })?;
        let (defaults, _) = Defaults::from_globals(&pipeline.globals);
        Ok(Configuration { pipeline, defaults, problems })
    }

    /// Reads the files of a static child, which GitLab merges as includes of one file.
    fn child(&self, trigger: &Job, paths: &[RepoPath]) -> Result<Configuration, String> {
        let origin = Origin::generated();
        let paths = paths.iter().map(|path| Node::string(origin, format!("/{path}")));
        let mut text = String::new();
        emit_entry(&mut text, &Key::new(origin, "include"), &Node::seq(origin, paths.collect()), 0);
        let child =
            self.configuration(&format!("the child of {}", trigger.name), &text, RemoteIncludes::Unread)?;
        let error = child.errors().next().map(|error| error.message.clone());
        error.map_or(Ok(child), Err)
    }
}

/// Returns the files of `trigger: include:`, if all are local files without conditions, or the artifact of a generator whose output is
/// given.
fn child_files(body: &Map, generated: Option<&RepoPath>) -> Option<Vec<RepoPath>> {
    let include = body.get("trigger")?.get("include")?;
    let path = |entry: &Node| {
        if entry.get("artifact").is_some() {
            return generated.cloned();
        }
        let text = match entry.as_map() {
            Some(map) if map.len() == 1 => map.get("local")?.as_str()?,
            Some(_) => return None,
            None => entry.as_str()?,
        };
        let is_plain = !text.contains(['$', '*', '"', '\\']) && !text.contains("://");
        RepoPath::parse(text).ok().filter(|_| is_plain)
    };
    include.items_or_self().iter().map(path).collect()
}

fn no_file() -> Failure {
    Failure::usage(format!("there is no `{FILE}` at the root of the repository")).with_help(
        "`nestling import` reads an existing pipeline; `nestling init` writes a first one, and `--ci FILE` names another",
    )
}

fn unreadable(reason: &str) -> Failure {
    Failure::usage(format!("cannot import `{FILE}`: {reason}"))
        .with_help(format!("run `nestling check {FILE}`"))
}
