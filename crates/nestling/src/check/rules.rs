//! The rules. Each file is one: what it is about, why, where GitLab says so, an example that it passes and one that it
//! does not.

use super::index::Index;
use crate::diagnostic::Diagnostic;

mod needs_undefined;
mod needs_late;
mod needs_cycle;
mod needs_limit;
mod needs_dropped;
mod stage_undefined;
mod job_key;
mod job_script;
mod on_stop;
mod environment_name;
mod environment_key;
mod rules_condition;
mod variable_value;
mod yaml_type;
mod pipeline_empty;

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
    job_key::RULE,
    job_script::RULE,
    yaml_type::RULE,
    stage_undefined::RULE,
    needs_undefined::RULE,
    needs_late::RULE,
    needs_cycle::RULE,
    needs_limit::RULE,
    needs_dropped::RULE,
    rules_condition::RULE,
    variable_value::RULE,
    environment_name::RULE,
    environment_key::RULE,
    on_stop::RULE,
];
