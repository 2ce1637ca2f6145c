//! The rules. Each file is one: what it is about, why, where GitLab says so, an example that it passes and one that it
//! does not.

use super::index::Index;
use crate::diagnostic::Diagnostic;

mod pipeline_empty;
mod limits;
mod manual_only;
mod workflow_form;
mod include_form;
mod job_key;
mod job_script;
mod job_value;
mod image;
mod tags;
mod cache;
mod artifacts;
mod yaml_type;
mod secret_literal;
mod rules_form;
mod when_form;
mod duration;
mod retry;
mod parallel;
mod resource_group;
mod stage_undefined;
mod needs_form;
mod needs_undefined;
mod needs_late;
mod needs_cycle;
mod needs_limit;
mod needs_dropped;
mod dependencies;
mod trigger_form;
mod rules_condition;
mod rules_child;
mod rules_unreachable;
mod rules_changes;
mod rules_needs;
mod only_except;
mod variable_value;
mod variable_forwarded;
mod environment_name;
mod environment_key;
mod environment_variable;
mod environment_shared;
mod environment_manual;
mod on_stop;
mod stop_manual;
mod stop_blocks;
mod stop_unreachable;
mod stop_rules;
mod stop_settings;
mod stop_parallel;
mod stop_permanent;

/// A rule.
pub struct Rule {
    /// Its stable id, as in messages and in `# nestling: allow(id)`.
    pub id: &'static str,
    /// What it finds, in a line.
    pub summary: &'static str,
    /// Why that matters and what to do, in Markdown.
    pub doc: &'static str,
    /// GitLab's page, or the file of GitLab's code, that it follows.
    pub source: &'static str,
    /// A pipeline that it has nothing to say about.
    pub good: &'static str,
    /// A pipeline that it finds something in.
    pub bad: &'static str,
    /// Finds what is wrong.
    pub(crate) check: fn(&Index<'_>, &mut Vec<Diagnostic>),
}

/// All rules, in the order in which they are told.
pub const RULES: &[Rule] = &[
    pipeline_empty::RULE,
    limits::RULE,
    manual_only::RULE,
    workflow_form::RULE,
    include_form::RULE,
    job_key::RULE,
    job_script::RULE,
    job_value::RULE,
    image::RULE,
    tags::RULE,
    cache::RULE,
    artifacts::RULE,
    yaml_type::RULE,
    secret_literal::RULE,
    when_form::RULE,
    duration::RULE,
    retry::RULE,
    parallel::RULE,
    resource_group::RULE,
    stage_undefined::RULE,
    needs_form::RULE,
    needs_undefined::RULE,
    needs_late::RULE,
    needs_cycle::RULE,
    needs_limit::RULE,
    needs_dropped::RULE,
    dependencies::RULE,
    trigger_form::RULE,
    rules_form::RULE,
    rules_condition::RULE,
    rules_child::RULE,
    rules_unreachable::RULE,
    rules_changes::RULE,
    rules_needs::RULE,
    only_except::RULE,
    variable_value::RULE,
    variable_forwarded::RULE,
    environment_name::RULE,
    environment_key::RULE,
    environment_variable::RULE,
    environment_shared::RULE,
    environment_manual::RULE,
    on_stop::RULE,
    stop_manual::RULE,
    stop_blocks::RULE,
    stop_unreachable::RULE,
    stop_rules::RULE,
    stop_settings::RULE,
    stop_parallel::RULE,
    stop_permanent::RULE,
];
