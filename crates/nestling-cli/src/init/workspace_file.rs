//! The text of the workspace's file.

use super::glob::escaped;
use super::inventory::Inventory;
use super::units::{Units, Use};
use nestling::RepoPath;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// File of the schema of `nestling.yml`, for editors: that of this version, without a network.
pub(super) const SCHEMA: &str = ".nestling/schema.json";

/// The settings of a workspace beside its units.
pub(super) struct Settings {
    pub stages: Vec<String>,
    pub ignore: Vec<String>,
    pub everything: Vec<String>,
    pub depends_from: Vec<&'static str>,
    /// True if the directory of templates is there.
    pub has_templates: bool,
}

/// An entry of `units:`.
pub(super) struct UnitRule {
    pub patterns: Vec<String>,
    pub dirs: Vec<RepoPath>,
    pub uses: Vec<Use>,
    pub changes: BTreeSet<String>,
}

/// Groups units that are alike, in the order of their first directories.
pub(super) fn rules(units: &Units, inventory: &Inventory) -> Vec<UnitRule> {
    type Key<'u> = (&'u Vec<Use>, &'u BTreeSet<String>);
    let mut groups: BTreeMap<Key<'_>, Vec<RepoPath>> = BTreeMap::new();
    for (dir, unit) in units {
        groups.entry((&unit.uses, &unit.changes)).or_default().push(dir.clone());
    }
    let siblings = siblings(inventory);
    let rule = |((uses, changes), dirs): (Key<'_>, Vec<RepoPath>)| UnitRule {
        patterns: patterns(&dirs, &siblings),
        dirs,
        uses: uses.clone(),
        changes: changes.clone(),
    };
    let mut rules: Vec<UnitRule> = groups.into_iter().map(rule).collect();
    rules.sort_by(|a, b| a.dirs.cmp(&b.dirs));
    rules
}

/// Returns the subdirectories of each directory that hold something.
fn siblings(inventory: &Inventory) -> BTreeMap<RepoPath, BTreeSet<RepoPath>> {
    let mut siblings: BTreeMap<RepoPath, BTreeSet<RepoPath>> = BTreeMap::new();
    for dir in inventory.directories.keys() {
        if let Some(parent) = dir.parent().filter(|_| !dir.is_root()) {
            siblings.entry(parent).or_default().insert(dir.clone());
        }
    }
    siblings
}

/// Returns patterns of directories: `parent/*` if all directories of a parent are among them, else each by name.
fn patterns(dirs: &[RepoPath], siblings: &BTreeMap<RepoPath, BTreeSet<RepoPath>>) -> Vec<String> {
    let wanted: BTreeSet<&RepoPath> = dirs.iter().collect();
    let mut patterns = BTreeSet::new();
    for dir in dirs {
        let parent = dir.parent().filter(|parent| !parent.is_root() && !dir.is_root());
        let family = parent.and_then(|parent| Some((siblings.get(&parent)?, parent)));
        patterns.insert(match family {
            Some((all, parent)) if all.len() > 1 && all.iter().all(|dir| wanted.contains(dir)) => {
                format!("{}/*", escaped(&parent.to_string()))
            }
            _ if dir.is_root() => ".".to_owned(),
            _ => escaped(&dir.to_string()),
        });
    }
    patterns.into_iter().collect()
}

/// Writes the workspace.
pub(super) fn text(settings: &Settings, rules: &[UnitRule]) -> String {
    let mut text = format!(
        "# yaml-language-server: $schema={SCHEMA}\n# The workspace: what holds for all units of this repository.\nworkspace:\n"
    );
    let mut line = |yaml: &str, comment: &str| {
        let _ = writeln!(text, "  {yaml:35} # {comment}");
    };
    // Missing paths are only listed: `check` reports directories and globs that match nothing.
    let mark = if settings.has_templates { "" } else { "# " };
    line(&format!("{mark}templates: [ci/templates]"), "where `use:` looks; `nestling/…` is always there");
    line(&format!("stages: [{}]", settings.stages.join(", ")), "the order of the stages");
    if !settings.ignore.is_empty() {
        line(&format!("ignore:{}", list(&settings.ignore)), "a change to these selects nothing");
    }
    if !settings.depends_from.is_empty() {
        let readers = settings.depends_from.join(", ");
        line(&format!("depends_from: [{readers}]"), "manifests say which unit depends on which");
    }
    if !settings.everything.is_empty() {
        line("everything:", "a change to these selects every unit");
        settings.everything.iter().for_each(|glob| {
            let _ = writeln!(text, "    - {}", scalar(glob));
        });
    }
    if rules.is_empty() {
        text.push_str("  # units:                            # directories that need no file of their own\n");
        text.push_str("  #   - match: \"services/*\"\n  #     use: my-template\n");
    } else {
        text.push_str("  units:                              # directories that need no file of their own\n");
    }
    text.push_str(&rules_text(rules));
    text.push_str(ENVIRONMENTS);
    text
}

/// Writes entries of `units:`.
pub(super) fn rules_text(rules: &[UnitRule]) -> String {
    let mut text = String::new();
    rules.iter().for_each(|rule| add_rule(&mut text, rule));
    text
}

fn add_rule(text: &mut String, rule: &UnitRule) {
    let _ = writeln!(text, "    - match:{}", one_or_list(&rule.patterns));
    let plain = |used: &Use| used.inputs.is_empty();
    match rule.uses.as_slice() {
        [] => {}
        [used] if plain(used) => {
            let _ = writeln!(text, "      use: {}", used.template);
        }
        uses if uses.iter().all(plain) => {
            let names: Vec<&str> = uses.iter().map(|used| used.template.as_str()).collect();
            let _ = writeln!(text, "      use: [{}]", names.join(", "));
        }
        uses => {
            text.push_str("      use:\n");
            for used in uses {
                let _ = writeln!(text, "        - template: {}", used.template);
                let inputs: Vec<String> =
                    used.inputs.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                if !inputs.is_empty() {
                    let _ = writeln!(text, "          inputs: {{ {} }}", inputs.join(", "));
                }
            }
        }
    }
    if !rule.changes.is_empty() {
        let globs: Vec<String> = rule.changes.iter().cloned().collect();
        let _ = writeln!(text, "      changes:{}", list(&globs));
    }
}

const ENVIRONMENTS: &str = "  # Where deploys go. A job with `environment: [review, production]` becomes one job for each that
  # a pipeline deploys to.
  # environments:
  #   review: { when: merge_request, name: \"review/$CI_COMMIT_REF_SLUG/${{ unit.slug }}\", auto_stop_in: 1 week }
  #   production: { when: default_branch, deployment_tier: production, manual: true }
";

fn one_or_list(items: &[String]) -> String {
    match items {
        [item] => format!(" {}", quoted(item)),
        items => list(items),
    }
}

/// Returns a YAML list as the value of a key: on its line where that is short.
fn list(items: &[String]) -> String {
    const WIDTH: usize = 100;
    let quoted: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    let short = format!(" [{}]", quoted.join(", "));
    if short.chars().count() <= WIDTH {
        return short;
    }
    quoted.iter().fold(String::new(), |mut lines, item| {
        let _ = write!(lines, "\n        - {item}");
        lines
    })
}

/// Writes a name without quotes where YAML takes it as a string.
fn scalar(text: &str) -> String {
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/'))
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '.')
        && text.contains('.');
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// Quotes a string for YAML.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
