//! The trimmed assemblies, and a repository in memory whose one unit deploys one of them.

use crate::support::memory::planned;
use crate::support::root;
use nestling::{As, ChangeSet, Diagnostic, EmitOptions, MemoryFiles, PipelineFacts, Plan, Sources};
use nestling_cdk::deployment::{self, Deployment};
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// The newest version of which there are assemblies.
pub(crate) const NEWEST: &str = "2.276.0";

/// The environments that the tests deploy to.
const CATALOGUE: &str = "
    review:
      when: merge_request
      name: review/$CI_COMMIT_REF_SLUG
      auto_stop_in: 1 week
      deployment_tier: development
    staging: { when: default_branch, deployment_tier: staging }
    qa: { when: default_branch, deployment_tier: testing }
    production: { when: default_branch, deployment_tier: production, manual: true, after: staging }
    always: {}
";

/// The files of an assembly, by path.
pub(crate) fn bundle(version: &str, name: &str) -> Vec<(String, String)> {
    let path = root().join(format!("tests/cdk/assemblies/{version}/{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let files: Map<String, Value> = serde_json::from_str(&text).unwrap();
    let text = |value: Value| match value {
        Value::String(text) => text,
        value => serde_json::to_string_pretty(&value).unwrap(),
    };
    files.into_iter().map(|(path, value)| (path, text(value))).collect()
}

/// Puts other words in place of some of an assembly, in every file.
pub(crate) fn replace(assembly: &mut [(String, String)], from: &str, to: &str) {
    assert!(assembly.iter().any(|(_, text)| text.contains(from)), "{from} is not there");
    for (_, text) in assembly {
        *text = text.replace(from, to);
    }
}

/// Every assembly that has to become jobs: its version and its name.
pub(crate) fn all() -> Vec<(String, String)> {
    let names = |path: &std::path::Path| {
        let mut names: Vec<String> = std::fs::read_dir(path)
            .unwrap()
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let folder = root().join("tests/cdk/assemblies");
    let mut all = Vec::new();
    for version in names(&folder) {
        for name in names(&folder.join(&version)) {
            let name = name.trim_end_matches(".json").to_owned();
            if name != "lookup" {
                all.push((version.clone(), name));
            }
        }
    }
    assert!(all.len() > 15, "{all:?}");
    all
}

/// The graph of an assembly.
pub(crate) fn read(files: &[(String, String)], sources: &Sources) -> Result<Deployment, Vec<Diagnostic>> {
    let files = MemoryFiles::new(files.iter().map(|(path, text)| (path, text.as_bytes())));
    deployment::read(&files, "cdk.out", sources)
}

/// A repository with the unit `shop`, which deploys an assembly that is committed.
#[derive(Debug, Clone)]
pub(crate) struct Shop {
    pub header: String,
    /// The job that leaves the assembly; `none` where it is committed.
    pub from: &'static str,
    /// The most needs that GitLab allows a job.
    pub needs: usize,
    pub fragment: String,
    /// The entries of `allow` in its header.
    pub allow: String,
    pub assembly: Vec<(String, String)>,
    /// Files of the app, by path.
    pub app: Vec<(String, String)>,
}

/// The resulting pipeline of the repository.
pub(crate) struct Planned {
    pub plan: Plan,
}

impl Shop {
    pub(crate) fn new(version: &str, name: &str, header: &str) -> Self {
        Self::of(bundle(version, name), header)
    }

    pub(crate) fn of(assembly: Vec<(String, String)>, header: &str) -> Self {
        let (header, fragment, app) = (header.to_owned(), String::new(), Vec::new());
        Self { header, from: "none", needs: 50, fragment, allow: String::new(), assembly, app }
    }

    /// Plans the pipeline that `--as` describes.
    pub(crate) fn plan(&self, kind: &str) -> Planned {
        let Self { header, from, needs, fragment, allow, assembly, app } = self;
        let workspace = format!("workspace:\n  gitlab: {{ needs: {needs} }}\n  environments:{CATALOGUE}");
        let unit = format!("unit:\n  cdk: {{ from: {from}, {header} }}\n  allow: [{allow}]\n---\n{fragment}");
        let mut files = vec![("nestling.yml".to_owned(), workspace), ("shop/nestling.yml".to_owned(), unit)];
        files.extend(assembly.iter().map(|(path, text)| (format!("shop/cdk.out/{path}"), text.clone())));
        let from_root =
            |path: &String| path.strip_prefix("../").map_or_else(|| format!("shop/{path}"), str::to_owned);
        files.extend(app.iter().map(|(path, text)| (from_root(path), text.clone())));
        let files = MemoryFiles::new(files.iter().map(|(path, text)| (path, text.as_bytes())));
        let pipeline = PipelineFacts::local(Some("main".to_owned()), Some("main".to_owned()), None);
        let facts = pipeline.seen_as(&As::parse(kind).unwrap());
        Planned { plan: planned(&files, ChangeSet::everything(), facts) }
    }
}

impl Planned {
    /// The pipeline as text.
    pub(crate) fn text(&self) -> String {
        let emitted = self.plan.emit(&EmitOptions::default());
        let text = &emitted.files[0].text;
        text.lines()
            .skip_while(|line| line.starts_with('#'))
            .fold(String::new(), |all, line| all + line + "\n")
    }

    /// Its problems, and its report of everything without a job.
    pub(crate) fn said(&self) -> String {
        let mut text = String::new();
        for problem in &self.plan.diagnostics {
            let place = problem.origin().map(|origin| self.plan.sources.place(origin)).unwrap_or_default();
            _ = writeln!(text, "{} {} {place}: {}", problem.severity, problem.rule, problem.message);
            for label in problem.labels.iter().skip(1) {
                _ = writeln!(text, "  {}: {}", self.plan.sources.place(label.origin), label.text);
            }
            for note in &problem.all_notes() {
                _ = writeln!(text, "  {note}");
            }
            if let Some(help) = &problem.help {
                _ = writeln!(text, "  help: {help}");
            }
        }
        for left_out in self.plan.left_out.values().flatten() {
            _ = writeln!(text, "left out {}: {}", left_out.job, left_out.reason);
        }
        text
    }

    /// The pipeline of a configuration without errors.
    pub(crate) fn without_errors(self) -> Self {
        assert!(!self.plan.has_errors(), "{}", self.said());
        self
    }
}
