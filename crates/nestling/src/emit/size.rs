//! How large GitLab finds a pipeline: it refuses a file whose parsed Ruby objects take more than 2 MiB, keys and values
//! counted one by one (lib/gitlab/utils/deep_size.rb, `max_yaml_size_bytes` in
//! <https://docs.gitlab.com/administration/instance_limits/#maximum-size-and-depth-of-cicd-configuration-yaml-files>).

use crate::pipeline::Job;
use crate::yaml::{Kind, Map, Meaning, Node};

/// An object's slot: what a small string, a small list and any reference to an object costs.
const SLOT: usize = 40;
/// The longest string that fits into a slot.
const EMBEDDED: usize = 23;
/// A hash of up to eight keys.
const SMALL_HASH: usize = 168;

/// The bytes of the objects that Ruby makes of a node; the larger one where Ruby's versions differ.
pub(crate) fn of_node(node: &Node) -> usize {
    match &node.kind {
        Kind::Scalar(scalar) => match scalar.meaning() {
            Meaning::Text(text) => of_text(text),
            Meaning::Float(_) | Meaning::Date => SLOT,
            _ => 0,
        },
        Kind::Seq(items) => of_list(items.len()) + items.iter().map(of_node).sum::<usize>(),
        Kind::Map(map) => of_map(map),
    }
}

/// As [`of_node`], for a mapping.
pub(crate) fn of_map(map: &Map) -> usize {
    let entries = map.iter().map(|(key, value)| of_text(key) + of_node(value));
    of_hash(map.len()) + entries.sum::<usize>()
}

/// A job under its name. The hash of all jobs is counted by who has it.
pub(crate) fn of_job(job: &Job) -> usize {
    of_text(job.name.as_str()) + of_map(&job.body)
}

/// A string: in its slot, or beside it.
pub(crate) fn of_text(text: &str) -> usize {
    if text.len() <= EMBEDDED {
        return SLOT;
    }
    // Ruby 3.2 and later have larger slots; up to there a string takes the next one.
    let slot = [80, 160, 320, 640].into_iter().find(|slot| text.len() + 17 <= *slot);
    slot.unwrap_or(0).max(SLOT + 1 + text.len())
}

/// A list, with the room that it grows into.
fn of_list(length: usize) -> usize {
    match length {
        0..=3 => SLOT,
        4..=20 => SLOT + 8 * 20,
        _ => SLOT + 8 * (length + length / 2),
    }
}

/// A hash: a few keys in a row, or a table of twice as many bins as entries.
pub(crate) fn of_hash(length: usize) -> usize {
    if length <= 8 {
        return if length == 0 { SLOT } else { SMALL_HASH };
    }
    let entries = length.next_power_of_two().max(32);
    let bin = match entries {
        0..=128 => 1,
        129..=32_768 => 2,
        _ => 4,
    };
    96 + entries * 24 + 2 * entries * bin
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::FileId;

    #[test]
    fn a_deploy_with_its_stop_job_weighs_what_ruby_measures() {
        // Ruby 3.1 counts 1,949 bytes.
        let text = "\
'svc-001:deploy:review':
  stage: deploy
  script: [./deploy.sh services/svc-001 review]
  environment:
    name: review/$CI_COMMIT_REF_SLUG/svc-001
    on_stop: 'svc-001:deploy:review:stop'
    deployment_tier: development
'svc-001:deploy:review:stop':
  stage: deploy
  script: [./destroy.sh services/svc-001 review]
  when: manual
  allow_failure: true
  environment:
    name: review/$CI_COMMIT_REF_SLUG/svc-001
    action: stop
";
        let documents = crate::yaml::parse_file(text, FileId::from_index(0)).unwrap();
        let size = of_node(&documents[0]) - of_hash(2);
        assert!((1_949..=2_100).contains(&size), "{size}");
    }
}
