//! The rules. Each file is one: its subject, the reason, GitLab's documentation, an example that it passes and one that it
//! does not.

use super::index::Index;
use crate::diagnostic::{Diagnostic, Rule};

mod pipeline_empty;
mod limits;
mod manual_only;
mod spec_form;
mod workflow_form;
mod include_form;
mod job_key;
mod job_script;
mod job_value;
pub(super) mod job_inputs;
mod image;
mod image_reference;
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
mod variable_circle;
pub(super) mod pages_shared;
mod environment_name;
mod environment_key;
mod environment_variable;
pub(super) mod environment_shared;
mod environment_manual;
mod on_stop;
mod stop_manual;
mod stop_blocks;
mod stop_unreachable;
mod stop_rules;
mod stop_settings;
mod stop_parallel;
mod stop_permanent;

/// The function that looks for what breaks a rule.
#[derive(Clone, Copy)]
pub(super) struct Lint {
    /// The rule of all that it finds.
    pub(super) rule: &'static Rule,
    /// Finds what is wrong.
    pub(super) check: fn(&Index<'_>, &mut Vec<Diagnostic>),
}

/// The further checks of a rule whose findings all follow from the [table](crate::table).
fn by_table(_: &Index<'_>, _: &mut Vec<Diagnostic>) {}

/// Lists the lints in the order of their findings. A module above that is missing here does not compile, since nothing
/// uses what it declares.
macro_rules! lints {
    ($($name:ident),* $(,)?) => {
        /// All lints, in the order in which their findings are reported.
        pub(super) const LINTS: &[Lint] = &[$(Lint { rule: &$name::RULE, check: $name::check }),*];

        /// The rules of all lints.
        pub static RULES: &[&Rule] = &[$(&$name::RULE),*];
    };
}

lints! {
    pipeline_empty,
    limits,
    manual_only,
    spec_form,
    workflow_form,
    include_form,
    job_key,
    job_script,
    job_value,
    job_inputs,
    image,
    image_reference,
    tags,
    cache,
    artifacts,
    yaml_type,
    secret_literal,
    when_form,
    duration,
    retry,
    parallel,
    resource_group,
    stage_undefined,
    needs_form,
    needs_undefined,
    needs_late,
    needs_cycle,
    needs_limit,
    needs_dropped,
    dependencies,
    trigger_form,
    rules_form,
    rules_condition,
    rules_child,
    rules_unreachable,
    rules_changes,
    rules_needs,
    only_except,
    variable_value,
    variable_forwarded,
    variable_circle,
    pages_shared,
    environment_name,
    environment_key,
    environment_variable,
    environment_shared,
    environment_manual,
    on_stop,
    stop_manual,
    stop_blocks,
    stop_unreachable,
    stop_rules,
    stop_settings,
    stop_parallel,
    stop_permanent,
}

// Other stages report against these as well.
pub use environment_name::RULE as ENVIRONMENT_NAME;
pub use limits::RULE as LIMITS;
pub use needs_undefined::RULE as NEEDS_UNDEFINED;
pub use rules_condition::condition_problem;
