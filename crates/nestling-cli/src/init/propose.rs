//! From what a repository holds to the files that Nestling needs.

use super::look::{Kind, Repository};
use super::{parent, starter};
use nestling::{Error, FILE_NAME, MemoryFiles, PipelineFacts, Project, RepoPath, library_names};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Where templates are written.
const TEMPLATES: &str = "ci/templates";

/// Where editors find what may stand in a workspace's file.
const SCHEMA: &str = "https://gitlab.com/nestling-ci/nestling/-/raw/main/docs/workspace.schema.json";

/// Files to write, by their paths from the root, and what they are for.
pub(crate) struct Proposal {
    /// Path, text, and a few words.
    pub files: Vec<(String, String, String)>,
    /// Whether GitLab's own file has to include the parent's jobs.
    pub include: Option<&'static str>,
}

/// A workspace, the templates that it lacks, a parent, and one unit with a file of its own.
pub(crate) fn propose(repository: &Repository) -> Proposal {
    let built_in = uses(repository, &library_names());
    // A built-in template that asks for more than a name does not do for a start.
    let uses = if works(repository, &built_in) { built_in } else { uses(repository, &[]) };
    let mut files =
        vec![(FILE_NAME.to_owned(), workspace_file(repository, &uses), "the workspace".to_owned())];
    for (kind, used) in &uses {
        if !used.starts_with("nestling/") {
            let path = format!("{TEMPLATES}/{used}.yml");
            files.push((path, starter::template(*kind), format!("a template to start from: {used}")));
        }
    }
    files.extend(unit_file(repository));
    let has_parent = repository.existing.contains(parent::FILE) && !repository.plans_already;
    files.push(if has_parent {
        (parent::BESIDE.to_owned(), parent::beside(), "the parent's jobs, to include".to_owned())
    } else {
        (parent::FILE.to_owned(), parent::whole(), "the parent pipeline".to_owned())
    });
    Proposal { files, include: has_parent.then_some(parent::BESIDE) }
}

/// The template for each kind that is there: a built-in one, or one to be written.
fn uses(repository: &Repository, library: &[String]) -> BTreeMap<Kind, String> {
    let kinds: BTreeSet<Kind> = repository.projects.values().copied().collect();
    let template = |kind: Kind| {
        let built_in = format!("nestling/{}", kind.template());
        if library.contains(&built_in) { built_in } else { kind.template().to_owned() }
    };
    kinds.into_iter().map(|kind| (kind, template(kind))).collect()
}

/// Whether the workspace plans without an error, everything changed.
fn works(repository: &Repository, uses: &BTreeMap<Kind, String>) -> bool {
    let mut files = vec![(FILE_NAME.to_owned(), workspace_file(repository, uses))];
    files.extend(
        repository.projects.keys().map(|dir| (format!("{}/manifest", dir.to_directory()), String::new())),
    );
    files.extend(
        uses.iter().map(|(kind, used)| (format!("{TEMPLATES}/{used}.yml"), starter::template(*kind))),
    );
    let files = MemoryFiles::new(files);
    let without_errors = || {
        let facts = PipelineFacts::local(Some("main".to_owned()), Some("main".to_owned()), None);
        let project = Project::of_files(&files, facts)?;
        let changes = project.changes()?;
        let plan = project.plan(changes).run()?;
        Ok::<bool, Error>(!plan.has_errors())
    };
    without_errors().unwrap_or(false)
}

fn workspace_file(repository: &Repository, uses: &BTreeMap<Kind, String>) -> String {
    let mut text = format!(
        "# yaml-language-server: $schema={SCHEMA}\n# The workspace: what holds for all units of this repository.\nworkspace:\n"
    );
    let mut line = |yaml: &str, comment: &str| {
        let _ = writeln!(text, "  {yaml:35} # {comment}");
    };
    // What is not there is only mentioned: `check` reports folders and globs that match nothing.
    let has_templates =
        repository.existing.contains(TEMPLATES) || uses.values().any(|used| !used.starts_with("nestling/"));
    let mark = if has_templates { "" } else { "# " };
    line(&format!("{mark}templates: [{TEMPLATES}]"), "where `use:` looks; `nestling/…` is always there");
    line("stages: [build, test, deploy]", "the order of the stages");
    let documents = if repository.existing.contains("docs") { ", \"docs/**/*\"" } else { "" };
    line(&format!("ignore: [\"**/*.md\"{documents}]"), "a change to these selects nothing");
    if !repository.shared.is_empty() {
        let files = repository.shared.join(", ");
        line(&format!("everything: [{files}]"), "a change to these selects every unit");
    }
    let stated = stated(repository);
    if !stated.is_empty() {
        line(&format!("depends_from: [{}]", stated.join(", ")), "manifests say which unit depends on which");
    }
    if uses.is_empty() {
        line("# units:", "directories that need no file of their own");
        text.push_str("  #   - match: \"services/*\"\n  #     use: my-template\n");
    } else {
        line("units:", "directories that need no file of their own");
    }
    for (kind, used) in uses {
        let patterns: Vec<String> = patterns(repository, *kind).iter().map(|it| quoted(it)).collect();
        let patterns =
            if let [one] = patterns.as_slice() { one.clone() } else { format!("[{}]", patterns.join(", ")) };
        let _ = writeln!(text, "    - match: {patterns}\n      use: {used}");
    }
    text.push_str(ENVIRONMENTS);
    text
}

/// Whose manifests may state dependencies between units: kinds that there are several projects of.
fn stated(repository: &Repository) -> Vec<&'static str> {
    let several = |kind: Kind| repository.projects.values().filter(|other| **other == kind).count() > 1;
    let all = [(Kind::Rust, "cargo"), (Kind::Node, "npm"), (Kind::Go, "go")];
    all.into_iter().filter(|(kind, _)| several(*kind)).map(|(_, name)| name).collect()
}

const ENVIRONMENTS: &str = "  # Where deploys go. A job with `environment: [review, production]` becomes one job for each that
  # a pipeline deploys to.
  # environments:
  #   review: { when: merge_request, name: \"review/$CI_COMMIT_REF_SLUG/${{ unit.slug }}\", auto_stop_in: 1 week }
  #   production: { when: default_branch, deployment_tier: production, manual: true }
";

/// The directories of a kind: `parent/*` where all directories of a parent are of it, else each by its name.
fn patterns(repository: &Repository, kind: Kind) -> Vec<String> {
    let of_kind = |dir: &RepoPath| repository.projects.get(dir) == Some(&kind);
    let mut patterns = BTreeSet::new();
    for dir in repository.projects.keys().filter(|dir| of_kind(dir)) {
        let parent = dir.parent().filter(|parent| *parent != RepoPath::root());
        let family = parent.and_then(|parent| Some((repository.siblings.get(&parent)?, parent)));
        patterns.insert(match family {
            Some((all, parent)) if all.len() > 1 && all.iter().all(of_kind) => format!("{parent}/*"),
            _ => dir.to_directory(),
        });
    }
    patterns.into_iter().collect()
}

/// A text that YAML takes for nothing else.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// A file for one unit: the first project, or the first directory that there is. None where the root is the only
/// project: its file is the workspace's.
fn unit_file(repository: &Repository) -> Option<(String, String, String)> {
    let below = repository.projects.keys().find(|dir| !dir.is_root());
    if below.is_none() && !repository.projects.is_empty() {
        return None;
    }
    let named = below.or(repository.first_directory.as_ref());
    let dir = named.map_or_else(|| "example".to_owned(), ToString::to_string);
    let text = format!(
        "\
# What this directory adds: its own header, and after the line `---` jobs in GitLab's own words.
unit:
  depends_on: []     # other units: a change there selects this one too
  changes: []        # paths elsewhere that concern it, such as \"/proto/**/*\"
---
# Called {dir}:hello in the child pipeline. A job of the template's name would be merged over the template's.
hello:
  stage: test
  script:
    - echo \"{dir} has changed\"
"
    );
    Some((format!("{dir}/{FILE_NAME}"), text, "a unit with a job of its own".to_owned()))
}
