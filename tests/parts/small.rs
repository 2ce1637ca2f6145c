//! Plans that would fit into one file.

use super::*;

/// The stage of the job that does nothing is none of the workspace's.
#[test]
fn a_part_that_may_be_empty_lists_all_its_stages() {
    let unit = "deploy: { stage: deploy, script: make, rules: [{ if: $A }] }\n";
    let files = MemoryFiles::new([
        ("nestling.yml", "workspace: { stages: [build, deploy] }"),
        ("api/nestling.yml", unit),
        ("web/nestling.yml", unit),
        ("worker/nestling.yml", "build: { stage: build, script: make }\n"),
    ]);
    let plan = planned(&files, ChangeSet::everything(), facts("merge_request"));
    let emitted = plan.emit(&options(Parts::Exactly(NonZeroUsize::new(3).unwrap())));
    let part_of = parts_of(&emitted);
    assert_eq!(part_of.keys().filter(|name| name.starts_with(NOOP_JOB)).count(), 2, "{part_of:?}");
}

#[test]
fn what_fits_is_one_file() {
    let plan = large(100);
    let emitted = plan.emit(&options(Parts::Fewest));
    assert_eq!(emitted.files.len(), 1);
    assert_eq!(jobs(&read(&emitted.files[0].text)).count(), 400);
    assert!(!emitted.files[0].text.contains("extends"));
}
