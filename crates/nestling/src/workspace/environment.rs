//! Checks the entries of the environment catalogue.

use super::catalogue::{After, Blocking, Catalogue, Environment, Freeze, Start, Stop};
use super::condition::{Condition, When};
use super::format::{AfterFile, ConditionFile, EnvironmentFile};
use super::mapping::expect_mapping;
use crate::workspace::environment_rules::{ENVIRONMENT_AFTER, ENVIRONMENT_BLOCKING, ENVIRONMENT_WHEN};
use crate::workspace::rules::GLOB;
use globset::{GlobBuilder, GlobMatcher};
use nestling_gitlab::check::rules::{ENVIRONMENT_NAME, condition_problem};
use nestling_gitlab::diagnostic::{Diagnostic, Severity, Suggestion};
use nestling_gitlab::instance::rules::HEADER;
use nestling_gitlab::name::{EnvironmentName, check_environment_title};
use nestling_gitlab::yaml::{self, Located, Map, Node};

/// Conditions without an argument.
const CONDITIONS: [&str; 6] = ["merge_request", "default_branch", "branch", "tag", "schedule", "always"];

/// Gives a written entry its meaning. What is wrong in it is reported and left out; there is no entry only where the name is
/// wrong, so that jobs that name it are not reported as well.
pub(crate) fn check(
    name: &str,
    written: &Located<EnvironmentFile>,
) -> (Option<Environment>, Vec<Diagnostic>) {
    let origin = written.origin;
    let file = &written.value;
    let mut problems = Vec::new();
    let mut keep = |problem: Diagnostic| problems.push(problem);
    let parsed = EnvironmentName::parse(name)
        .map_err(|error| keep(Diagnostic::error(&ENVIRONMENT_NAME, origin, error.to_string())))
        .ok();
    let when =
        when(file.when.as_ref()).map_err(|found| found.into_iter().for_each(&mut keep)).unwrap_or_default();
    let after = match file.after.as_ref().map(after).transpose() {
        Ok(after) => after,
        Err(found) => {
            found.into_iter().for_each(&mut keep);
            None
        }
    };
    let title = file.name.as_ref().map(title).transpose().map_err(&mut keep).ok().flatten();
    let stop = stop(file.stop.as_ref()).map_err(&mut keep).unwrap_or(Stop::AsDeployed);
    for (key, node) in [("inputs", &file.inputs), ("variables", &file.variables)] {
        if let Err(found) = expect_mapping(node.as_ref(), key, &HEADER) {
            found.into_iter().for_each(&mut keep);
        }
    }
    if file.blocking && !file.manual {
        let message = format!("`{name}` is `blocking` but not `manual`, so there is nothing to wait for");
        keep(
            Diagnostic::error(&ENVIRONMENT_BLOCKING, origin, message)
                .with_help("add `manual: true`, or remove it"),
        );
    }
    let variables = file.variables.clone().filter(|node| node.as_map().is_some());
    let entry = parsed.map(|name| Environment {
        name,
        origin,
        when,
        title,
        settings: some_of(&[
            ("url", &file.url),
            ("deployment_tier", &file.deployment_tier),
            ("auto_stop_in", &file.auto_stop_in),
            ("action", &file.action),
            ("kubernetes", &file.kubernetes),
        ]),
        job: some_of(&[
            ("resource_group", &file.resource_group),
            ("variables", &variables),
            ("tags", &file.tags),
        ]),
        start: start(file),
        after,
        stop,
        inputs: file.inputs.as_ref().and_then(Node::as_map).cloned().unwrap_or_default(),
        freeze: if file.freeze { Freeze::Respected } else { Freeze::Ignored },
    });
    (entry, problems)
}

/// Reads `after: NAME` or `after: { environment: NAME, optional: true }`.
fn after(node: &Node) -> Result<After, Vec<Diagnostic>> {
    let (name, optional) = match node.as_str() {
        Some(name) => (Located { origin: node.origin, value: name.to_owned() }, false),
        None => {
            let file = yaml::from_node::<AfterFile>(node, &HEADER)?;
            (file.environment, file.optional)
        }
    };
    match EnvironmentName::parse(&name.value) {
        Ok(environment) => Ok(After { environment, origin: name.origin, optional }),
        Err(error) => Err(vec![Diagnostic::error(&ENVIRONMENT_NAME, name.origin, error.to_string())]),
    }
}

/// Reads the name that GitLab shows. A computed one can only be checked once it is evaluated.
fn title(text: &Located<String>) -> Result<Node, Diagnostic> {
    if !text.value.contains("${{") {
        check_environment_title(&text.value)
            .map_err(|error| Diagnostic::error(&ENVIRONMENT_NAME, text.origin, error.to_string()))?;
    }
    Ok(Node::string(text.origin, text.value.as_str()))
}

fn stop(node: Option<&Node>) -> Result<Stop, Diagnostic> {
    let Some(node) = node else { return Ok(Stop::AsDeployed) };
    match (node.as_map(), node.as_bool()) {
        (Some(block), _) => Ok(Stop::Block(block.clone())),
        (None, Some(false)) => Ok(Stop::Never),
        _ => {
            let message = "`stop` must be a mapping with a `script`, or `false`";
            Err(Diagnostic::error(&HEADER, node.origin, message))
        }
    }
}

fn start(file: &EnvironmentFile) -> Start {
    match (file.manual, file.blocking) {
        (true, true) => Start::Manual(Blocking::Blocking),
        (true, false) => Start::Manual(Blocking::Optional),
        (false, _) => Start::Automatic,
    }
}

fn some_of(keys: &[(&str, &Option<Node>)]) -> Map {
    let mut map = Map::default();
    for (key, node) in keys {
        if let Some(node) = node {
            map.set(key, node.clone());
        }
    }
    map
}

/// `after` must name other entries, and cannot be circular.
pub(crate) fn check_order(catalogue: &Catalogue) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for entry in catalogue.entries.values() {
        let Some(After { environment: after, origin, .. }) = &entry.after else { continue };
        let problem = Diagnostic::error(
            &ENVIRONMENT_AFTER,
            *origin,
            format!("`{}` comes after `{after}`, which is not in the catalogue", entry.name),
        );
        if catalogue.get(after.as_str()).is_none() {
            problems.push(problem.with_suggestion(Suggestion::among(after.as_str(), catalogue.names())));
        } else if comes_back(catalogue, entry) {
            let message =
                format!("`after` of `{}` is circular: it comes after itself through `{after}`", entry.name);
            problems
                .push(Diagnostic::error(&ENVIRONMENT_AFTER, *origin, message).with_help("remove `after`"));
        }
    }
    problems
}

fn comes_back(catalogue: &Catalogue, start: &Environment) -> bool {
    let mut at = start;
    for _ in 0..catalogue.entries.len() {
        let Some(next) = at.after.as_ref().and_then(|after| catalogue.get(after.environment.as_str())) else {
            return false;
        };
        if next.name == start.name {
            return true;
        }
        at = next;
    }
    false
}

fn when(node: Option<&Node>) -> Result<When, Vec<Diagnostic>> {
    let Some(node) = node else { return Ok(When::default()) };
    let mut any = Vec::new();
    let mut problems = Vec::new();
    let items = node.items_or_self();
    if items.is_empty() {
        let problem = Diagnostic::error(&ENVIRONMENT_WHEN, node.origin, "`when` is an empty list");
        return Err(vec![problem.with_help("write `always`, or remove `when`")]);
    }
    for item in items {
        match condition(item) {
            Ok(Some(condition)) => any.push(condition),
            Ok(None) if items.len() > 1 => {
                let message = "the other conditions have no effect with `always`";
                let problem = Diagnostic::error(&ENVIRONMENT_WHEN, item.origin, message);
                problems.push(problem.with_help("remove it, or the others"));
            }
            Ok(None) => {}
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(When { any }) } else { Err(problems) }
}

/// Reads one condition; `None` for `always`.
pub(super) fn condition(node: &Node) -> Result<Option<Condition>, Vec<Diagnostic>> {
    let Some(word) = node.as_str() else {
        return Ok(Some(match yaml::from_node::<ConditionFile>(node, &HEADER)? {
            ConditionFile::Branch(glob) => Condition::Branch(matcher(&glob)?),
            ConditionFile::Tag(glob) => Condition::Tag(matcher(&glob)?),
            ConditionFile::If(text) => Condition::Expression(expression(text)?),
        }));
    };
    let everything = || matcher(&Located { origin: node.origin, value: "*".to_owned() });
    Ok(Some(match word {
        "merge_request" => Condition::MergeRequest,
        "default_branch" => Condition::DefaultBranch,
        "branch" => Condition::Branch(everything()?),
        "tag" => Condition::Tag(everything()?),
        "schedule" => Condition::Schedule,
        "always" => return Ok(None),
        word => {
            let problem =
                Diagnostic::error(&ENVIRONMENT_WHEN, node.origin, format!("unknown condition `{word}`"));
            let help = Suggestion::among(word, CONDITIONS).help_or(format!(
                "write {}, `branch: GLOB`, `tag: GLOB` or `if: EXPRESSION`",
                CONDITIONS.join(", ")
            ));
            return Err(vec![problem.with_help(help)]);
        }
    }))
}

/// Returns the text of an expression that GitLab can read.
fn expression(text: Located<String>) -> Result<String, Vec<Diagnostic>> {
    match condition_problem(&text.value, text.origin) {
        Some(problem) if problem.severity == Severity::Error => Err(vec![problem]),
        // That it takes a recent GitLab is reported where a job has it in its rules.
        _ => Ok(text.value),
    }
}

fn matcher(text: &Located<String>) -> Result<GlobMatcher, Vec<Diagnostic>> {
    if text.value.is_empty() {
        return Err(vec![Diagnostic::error(&GLOB, text.origin, "a glob of names cannot be empty")]);
    }
    // No name of a branch or a tag begins with a slash.
    if let Some(inner) = text.value.strip_prefix('/') {
        let glob = inner.trim_end_matches(['/', 'i']).replace(".*", "*");
        let (start, end) = (glob.strip_prefix('^').unwrap_or(&glob), glob.ends_with('$'));
        let meant = format!("{}{}", start.trim_end_matches('$'), if end { "" } else { "*" });
        let message = format!("`{}` matches no name: it is a glob, not a regular expression", text.value);
        let problem = Diagnostic::error(&GLOB, text.origin, message);
        return Err(vec![problem.with_help(format!("did you mean `{}`?", meant.replace("**", "*")))]);
    }
    GlobBuilder::new(&text.value)
        .literal_separator(false)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| vec![Diagnostic::error(&GLOB, text.origin, error.to_string())])
}
