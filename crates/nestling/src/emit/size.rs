//! Size of a pipeline as GitLab measures it: it rejects a file whose parsed Ruby objects take more than 2 MiB, keys and values
//! counted one by one (lib/gitlab/utils/deep_size.rb, `max_yaml_size_bytes` in
//! <https://docs.gitlab.com/administration/instance_limits/#maximum-size-and-depth-of-cicd-configuration-yaml-files>).

use nestling_gitlab::pipeline::Job;
use nestling_gitlab::yaml::{Kind, Map, Meaning, Node};

/// An object's slot: what a small string, a small list and any reference to an object costs.
const SLOT: usize = 40;
/// The longest string that fits into a slot, in Ruby up to 3.1.
const EMBEDDED: usize = 23;
/// A hash of up to eight keys.
const SMALL_HASH: usize = 168;

/// GitLab 18 counts more than Ruby 3.1 for the same document: 2,570 bytes a unit, where this is 2,010.
fn measured(bytes: usize) -> usize {
    bytes * 32 / 25
}

/// The bytes of the objects that Ruby makes of a node; the larger one where Ruby's versions differ.
pub(crate) fn of_node(node: &Node) -> usize {
    match &node.kind {
        Kind::Scalar(scalar) => match scalar.meaning() {
            Meaning::Text(text) => of_text(text),
            Meaning::Date | Meaning::Symbol => measured(SLOT),
            // Numbers, booleans and nothing are no objects.
            _ => 0,
        },
        Kind::Seq(items) => of_list(items.len()) + items.iter().map(of_node).sum::<usize>(),
        Kind::Map(map) => of_map(map),
    }
}

/// Returns the size of a job under its name as GitLab measures a file: bytes of the parsed objects. [`PipelineLimits::objects`] is the
/// limit of a file.
///
/// [`PipelineLimits::objects`]: super::PipelineLimits::objects
pub fn parsed_size(name: &str, body: &Map) -> usize {
    of_text(name) + of_map(body)
}

/// As [`of_node`], for a mapping.
pub(crate) fn of_map(map: &Map) -> usize {
    let entries = map.iter().map(|(key, value)| of_text(key) + of_node(value));
    of_hash(map.len()) + entries.sum::<usize>()
}

/// A job under its name. The hash of all jobs is counted by who has it.
pub(crate) fn of_job(job: &Job) -> usize {
    parsed_size(job.name.as_str(), &job.body)
}

/// A string: in its slot, or beside it. Ruby 3.2 and later round up to the next slot of 80 bytes and its doubles, so a
/// string that those make larger is taken for more.
pub(crate) fn of_text(text: &str) -> usize {
    let length = text.len();
    let bytes = if length <= EMBEDDED { SLOT } else { SLOT + 1 + length };
    let slot = match length {
        0..=15 => SLOT,
        16..=55 => 80,
        56..=135 => 160,
        136..=295 => 320,
        296..=615 => 640,
        _ => 0,
    };
    if slot > bytes { bytes * 7 / 5 } else { measured(bytes) }
}

/// A list, with the room that it grows into item by item.
fn of_list(length: usize) -> usize {
    let mut room = 3;
    if length <= room {
        return measured(SLOT);
    }
    while room < length {
        room += (room / 2).max(16) + 1;
    }
    measured(SLOT + 8 * room)
}

/// A hash: a few keys in a row, or a table of twice as many bins as entries.
pub(crate) fn of_hash(length: usize) -> usize {
    if length <= 8 {
        return measured(if length == 0 { SLOT } else { SMALL_HASH });
    }
    let entries = length.next_power_of_two().max(32);
    let bin = match entries {
        0..=128 => 1,
        129..=32_768 => 2,
        _ => 4,
    };
    measured(96 + entries * 24 + 2 * entries * bin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nestling_gitlab::diagnostic::FileId;

    #[test]
    fn a_deploy_with_its_stop_job_weighs_what_gitlab_18_measured() {
        // Ruby 3.1 counts 1,949 bytes; GitLab counted about 2,570 for such a unit.
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
        let documents = nestling_gitlab::yaml::parse_file(text, FileId::from_index(0)).unwrap();
        let size = of_node(&documents[0]) - of_hash(2);
        assert!((2_450..=2_650).contains(&size), "{size}");
    }
}
