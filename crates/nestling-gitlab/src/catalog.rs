//! All rules of this crate, by stage.

use crate::diagnostic::RuleGroup;
use crate::{check, configuration, diagnostic, instance, pipeline, yaml};

/// The stages in the order of the flow.
pub fn groups() -> impl Iterator<Item = RuleGroup> {
    [
        RuleGroup { title: "Files", rules: diagnostic::rules::RULES },
        RuleGroup { title: "YAML", rules: yaml::rules::RULES },
        RuleGroup { title: "Headers", rules: instance::rules::RULES },
        RuleGroup { title: "Jobs and `default`", rules: pipeline::rules::RULES },
        RuleGroup { title: "`extends` and `!reference`", rules: pipeline::reuse_rules::RULES },
        RuleGroup { title: "Documents, stages and includes", rules: configuration::rules::RULES },
        RuleGroup { title: "The pipeline", rules: check::rules::RULES },
        RuleGroup { title: "The parent pipeline", rules: check::parent::rules::RULES },
        RuleGroup { title: "Allowed warnings", rules: check::allow::rules::RULES },
    ]
    .into_iter()
}
