//! Proposes the files that Nestling needs from the contents of a repository.

use super::look::{Kind, Repository};
use super::{parent, starter};
use nestling::{Error, FILE_NAME, MemoryFiles, PipelineFacts, Plan, Project, RepoPath, library_names};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Directory of the templates.
const TEMPLATES: &str = "ci/templates";

/// URL of the workspace's schema, for editors.
const SCHEMA: &str = "https://gitlab.com/nestling-ci/nestling/-/raw/main/docs/workspace.schema.json";

/// Files to write, with their paths from the root.
pub(crate) struct Proposal {
    /// Path, text and description.
    pub files: Vec<(String, String, String)>,
    /// The file that `.gitlab-ci.yml` has to include, if it exists already.
    pub include: Option<&'static str>,
}

/// Proposes a workspace, missing templates, a parent pipeline, and one unit with a file of its own.
pub(crate) fn propose(repository: &Repository) -> Proposal {
    let built_in = uses(repository, &library_names());
    // A built-in template may require inputs, which a first configuration cannot know.
    let uses = if plans_without_errors(repository, &built_in) { built_in } else { uses(repository, &[]) };
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
        (
            parent::BESIDE.to_owned(),
            parent::beside(&repository.last_stage),
            "the parent's jobs, to include".to_owned(),
        )
    } else {
        (parent::FILE.to_owned(), parent::WHOLE.to_owned(), "the parent pipeline".to_owned())
    });
    Proposal { files, include: has_parent.then_some(parent::BESIDE) }
}

/// Returns the template of each kind of project: a built-in one, or one to be written.
fn uses(repository: &Repository, library: &[String]) -> BTreeMap<Kind, String> {
    let mut uses = BTreeMap::new();
    for kind in repository.projects.values().copied() {
        let built_in = format!("nestling/{}", kind.template());
        let template = if library.contains(&built_in) { built_in } else { kind.template().to_owned() };
        uses.insert(kind, template);
    }
    uses
}

/// Returns `true` if the proposed workspace plans without errors for all units.
fn plans_without_errors(repository: &Repository, uses: &BTreeMap<Kind, String>) -> bool {
    let mut files = vec![(FILE_NAME.to_owned(), workspace_file(repository, uses).into_bytes())];
    for directory in repository.projects.keys() {
        // A directory exists in the made-up repository only with a file in it.
        files.push((format!("{}/manifest", directory.to_directory()), Vec::new()));
    }
    files.extend(repository.packages.iter().map(|(path, bytes)| (path.to_string(), bytes.clone())));
    for (kind, used) in uses {
        files.push((format!("{TEMPLATES}/{used}.yml"), starter::template(*kind).into_bytes()));
    }
    plan_all(&MemoryFiles::new(files)).is_ok_and(|plan| !plan.has_errors())
}

fn plan_all(files: &MemoryFiles) -> Result<Plan, Error> {
    let facts = PipelineFacts::local(Some("main".to_owned()), Some("main".to_owned()), None);
    let project = Project::of_files(files, facts)?;
    let changes = project.changes()?;
    project.plan(changes).run()
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
    let manifests = manifest_kinds(repository);
    if !manifests.is_empty() {
        line(
            &format!("depends_from: [{}]", manifests.join(", ")),
            "manifests say which unit depends on which",
        );
    }
    if uses.is_empty() {
        line("# units:", "directories that need no file of their own");
        text.push_str("  #   - match: \"services/*\"\n  #     use: my-template\n");
    } else {
        line("units:", "directories that need no file of their own");
    }
    for (kind, used) in uses {
        let patterns = patterns(repository, *kind);
        let quoted: Vec<String> = patterns.iter().map(|pattern| quoted(pattern)).collect();
        let list = match quoted.as_slice() {
            [pattern] => pattern.clone(),
            patterns => format!("[{}]", patterns.join(", ")),
        };
        let _ = writeln!(text, "    - match: {list}\n      use: {used}");
    }
    text.push_str(ENVIRONMENTS);
    text
}

/// Returns the kinds of manifests that may state dependencies between units: those of several projects.
fn manifest_kinds(repository: &Repository) -> Vec<&'static str> {
    let mut names = Vec::new();
    for (kind, name) in [(Kind::Rust, "cargo"), (Kind::Node, "npm"), (Kind::Go, "go")] {
        if repository.projects.values().filter(|other| **other == kind).count() > 1 {
            names.push(name);
        }
    }
    names
}

const ENVIRONMENTS: &str = "  # Where deploys go. A job with `environment: [review, production]` becomes one job for each that
  # a pipeline deploys to.
  # environments:
  #   review: { when: merge_request, name: \"review/$CI_COMMIT_REF_SLUG/${{ unit.slug }}\", auto_stop_in: 1 week }
  #   production: { when: default_branch, deployment_tier: production, manual: true }
";

/// Returns patterns for the directories of a kind: `parent/*` if all directories of a parent are of it, else each by name.
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

/// Quotes a string for YAML.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// Returns the file of one unit: the first project, or else the first directory. `None` if the root is the only project, since
/// its file is the workspace's.
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
