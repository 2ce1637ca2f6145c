//! Jobs each run of which is one of its own: they change something outside of the pipeline, or work on something else than their
//! content. They have no fingerprint, and neither has a job that comes after one of them.

use super::outside::{Outside, values};
use super::predefined::{is_of_pipeline, is_stronger_than_jobs, names_in};
use crate::workspace::never_left_out;
use nestling_gitlab::pipeline::Job;
use nestling_gitlab::pipeline::matrix::JobCopy;
use nestling_gitlab::yaml::{Kind, Map, Node};
use std::collections::BTreeSet;

/// Keywords in which variables have no effect on the result.
const WITHOUT_EFFECT: [&str; 4] = ["rules", "cache", "needs", "stage"];

/// Keywords whose keys are names of variables that the job gets.
const DEFINING: [&str; 3] = ["variables", "id_tokens", "secrets"];

/// A job with all that it gets variables from.
pub(super) struct JobVariables<'a> {
    pub(super) job: &'a Job,
    /// Its copies, whose variables are those of a matrix.
    pub(super) copies: Vec<&'a JobCopy>,
    /// The rule that puts it into the pipeline, or those that may.
    pub(super) rules: Vec<&'a Map>,
    pub(super) outside: &'a Outside,
}

impl JobVariables<'_> {
    /// Returns why each run of the job is one of its own; `None` where the result follows from the content.
    pub(super) fn own_effect(&self) -> Option<String> {
        if let Some(keyword) = never_left_out(&self.job.body) {
            return Some(format!("jobs with `{keyword}` are never omitted"));
        }
        if let Some(why) = self.other_checkout() {
            return Some(why);
        }
        let name = self.variable_of_pipeline()?;
        Some(format!("it reads `{name}`, which differs between pipelines"))
    }

    /// Returns why the job does not work on the files of the commit alone
    /// (<https://docs.gitlab.com/ci/runners/configure_runners/#configure-runner-behavior-with-variables>).
    fn other_checkout(&self) -> Option<String> {
        let wrong = |name: &str, is_plain: fn(&str) -> bool| {
            let value = self.values(name).into_iter().find(|value| !is_plain(value))?;
            Some(format!("`{name}: {value}`"))
        };
        if let Some(found) = wrong("GIT_STRATEGY", |value| matches!(value, "" | "clone" | "fetch")) {
            return Some(format!("it has no checkout ({found}), so it does not test the content"));
        }
        let is_true = |value: &str| matches!(value, "" | "1" | "t" | "T" | "true" | "TRUE" | "True");
        if let Some(found) = wrong("GIT_CHECKOUT", is_true) {
            return Some(format!("it has no checkout ({found}), so it does not test the content"));
        }
        if let Some(found) = wrong("GIT_CLEAN_FLAGS", removes_all) {
            return Some(format!("it uses files of earlier jobs ({found})"));
        }
        let is_pinned = |value: &str| !value.contains("--remote") && !value.contains('$');
        wrong("GIT_SUBMODULE_UPDATE_FLAGS", is_pinned)
            .map(|found| format!("its submodules may differ from those of the commit ({found})"))
    }

    /// Returns the values that a variable may have: the parent's takes precedence over the job's, and that over the workflow's.
    fn values(&self, name: &str) -> BTreeSet<String> {
        if let Some(value) = self.outside.parent.get(name) {
            return BTreeSet::from([value.clone()]);
        }
        let of = |map: &Map| values(map.get("variables")).remove(name);
        let of_copies = self.copies.iter().flat_map(|copy| &copy.variables);
        let mut found: BTreeSet<String> =
            of_copies.filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect();
        let of_rules: Vec<Option<String>> = self.rules.iter().map(|rule| of(rule)).collect();
        let is_decided = !of_rules.is_empty() && of_rules.iter().all(Option::is_some);
        found.extend(of_rules.into_iter().flatten());
        if !is_decided {
            found.extend(of(&self.job.body).or_else(|| self.outside.workflow.get(name).cloned()));
        }
        found
    }

    /// Returns the first variable in the job whose value is that of one pipeline.
    fn variable_of_pipeline(&self) -> Option<String> {
        let maps = std::iter::once(&self.job.body);
        let defined: BTreeSet<&str> = maps
            .chain(self.rules.iter().copied())
            .flat_map(|map| DEFINING.iter().filter_map(|keyword| map.get(keyword)?.as_map()))
            .flat_map(Map::iter)
            .map(|(name, _)| name)
            .chain(self.copies.iter().flat_map(|copy| &copy.variables).map(|(name, _)| name.as_str()))
            .collect();
        let reading = Reading { defined, outside: self.outside };
        let body = self.job.body.iter().filter(|(key, _)| !WITHOUT_EFFECT.contains(key));
        let of_rules = self.rules.iter().filter_map(|rule| Some(("variables", rule.get("variables")?)));
        body.chain(of_rules).find_map(|(key, node)| reading.keyword(key, node))
    }
}

/// Returns `true` for flags of `git clean` that remove all that earlier jobs left: ignored files, directories, and repositories in
/// them (a second `f`). The runner's own are `-ffdx`. Any other option may keep something, and a path keeps the rest.
fn removes_all(flags: &str) -> bool {
    if flags.trim().is_empty() {
        return true;
    }
    let is_plain = |word: &str| {
        let letters = word.strip_prefix('-').unwrap_or_default();
        !letters.is_empty() && letters.chars().all(|letter| "fdxq".contains(letter))
    };
    let count = |letter: char| flags.chars().filter(|other| *other == letter).count();
    flags.split_whitespace().all(is_plain) && count('f') >= 2 && count('d') >= 1 && count('x') >= 1
}

/// A search for variables of one pipeline.
struct Reading<'a> {
    /// The variables that the job itself has.
    defined: BTreeSet<&'a str>,
    outside: &'a Outside,
}

impl Reading<'_> {
    fn keyword(&self, keyword: &str, node: &Node) -> Option<String> {
        let Some(map) = node.as_map().filter(|_| DEFINING.contains(&keyword)) else {
            return self.node(node, "");
        };
        map.iter().find_map(|(name, value)| self.node(value, name))
    }

    /// `own` is the name of the variable whose value is read: it does not define itself.
    fn node(&self, node: &Node, own: &str) -> Option<String> {
        match &node.kind {
            Kind::Scalar(scalar) => self.text(&scalar.text, own),
            Kind::Seq(items) => items.iter().find_map(|item| self.node(item, own)),
            Kind::Map(map) => {
                map.iter().find_map(|(key, value)| self.text(key, own).or_else(|| self.node(value, own)))
            }
        }
    }

    fn text(&self, text: &str, own: &str) -> Option<String> {
        names_in(text).find(|name| self.is_of_pipeline(name, own)).map(str::to_owned)
    }

    fn is_of_pipeline(&self, name: &str, own: &str) -> bool {
        if self.outside.parent.contains_key(name) {
            return self.outside.is_of_pipeline(name) == Some(true);
        }
        if self.defined.contains(name) && name != own && !is_stronger_than_jobs(name) {
            return false;
        }
        self.outside.is_of_pipeline(name).unwrap_or_else(|| is_of_pipeline(name))
    }
}
