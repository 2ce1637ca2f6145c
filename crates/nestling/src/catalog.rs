//! All rules of Nestling, by stage.

pub(crate) mod cases;

use crate::{assemble, plan, template, template_syntax, unit, vendor, workspace};
use nestling_gitlab::diagnostic::{Rule, RuleGroup};

/// All rules by stage, in the order of the flow.
///
/// ```
/// for group in nestling::rule_groups() {
///     println!("{}: {} rules", group.title, group.rules.len());
/// }
/// ```
pub fn rule_groups() -> impl Iterator<Item = RuleGroup> {
    let own = [
        RuleGroup { title: "Workspace and units", rules: workspace::rules::RULES },
        RuleGroup { title: "The environment catalogue", rules: workspace::environment_rules::RULES },
        RuleGroup { title: "Keys and globs without effect", rules: workspace::idle_rules::RULES },
        RuleGroup { title: "Templates", rules: template::rules::RULES },
        RuleGroup { title: "Vendored components", rules: vendor::rules::RULES },
        RuleGroup { title: "Expressions of Nestling and of GitLab", rules: template_syntax::rules::RULES },
        RuleGroup { title: "CDK", rules: nestling_cdk::rules::RULES },
        RuleGroup { title: "Jobs of a unit, deploys and stop jobs", rules: unit::rules::RULES },
        RuleGroup { title: "From units to one pipeline", rules: assemble::rules::RULES },
        RuleGroup { title: "The plan", rules: plan::rules::RULES },
        RuleGroup { title: "Template tests", rules: cases::RULES },
    ];
    nestling_gitlab::catalog::groups().chain(own)
}

/// All rules.
///
/// ```
/// let ids: Vec<&str> = nestling::rules().iter().map(|rule| rule.id).collect();
/// assert!(ids.contains(&"needs-undefined"));
/// ```
pub fn rules() -> Vec<&'static Rule> {
    rule_groups().flat_map(|group| group.rules.iter().copied()).collect()
}

/// Returns the rule with this id.
///
/// ```
/// let rule = nestling::rule("needs-undefined").expect("it is registered");
/// println!("This rule reports that {}\n\n{}", rule.summary, rule.documentation);
/// assert!(nestling::rule("no-such-rule").is_none());
/// ```
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().into_iter().find(|rule| rule.id == id)
}
