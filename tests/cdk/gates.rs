//! Buttons of the catalogue: when a person can press them.

use super::assemblies::{NEWEST, Shop, bundle};
use crate::support::repository::Repository;
use crate::support::{nestling, output};

const WORKSPACE: &str = "workspace:
  environments:
    staging: { when: default_branch }
    production: { when: default_branch, manual: true }
";

/// An environment's assets may be published as soon as the pipeline starts; anyone who presses the button lets its stacks
/// through, so it waits for what they wait for.
#[test]
fn a_button_appears_when_everything_before_its_stage_is_done() {
    let repository = Repository::new();
    repository.write("nestling.yml", WORKSPACE);
    let header = "{ from: none, stages: { Blue: staging, Green: staging, Other: staging, Here: production, There: skip } }";
    repository.write("shop/nestling.yml", &format!("unit: {{ cdk: {header} }}\n"));
    for (path, text) in bundle(NEWEST, "shared") {
        repository.write(format!("shop/cdk.out/{path}"), &text);
    }
    repository.commit("shop");
    let mut generate = nestling(repository.path());
    let text = output(generate.args(["generate", "--all", "--as", "branch:main", "-o", "-"]));
    let job = |name: &str| {
        let start = text.find(&format!("\n{name}:\n")).unwrap_or_else(|| panic!("{name} in\n{text}"));
        text[start + 1..].split("\n\n").next().unwrap()
    };
    let diff = job("\"shop:Pipe/Here: diff\"");
    let gate = job("\"shop:Pipe/Here: start\"");
    assert!(gate.contains("- job: \"shop:Pipe/Here: diff\"") && gate.contains("when: manual"), "{gate}");
    assert!(diff.contains("- job: shop:World\n") || diff.contains("- job: shop:staging\n"), "{diff}\n{text}");
    assert!(job("shop:Assets.Here").contains("- job: \"shop:Pipe/Here: start\""), "{text}");
}

/// Two pipelines, each with an approval of its own, deploy to one environment that a person starts: they are asked once for
/// each, and by no third button.
#[test]
fn approvals_of_several_pipelines_are_buttons_enough() {
    let header = "stages: { Main/Production: production, Develop/Production: production, \
                  Main/Staging: staging, Develop/Staging: staging }";
    let planned = Shop::new(NEWEST, "handed", header).plan("branch:main").without_errors();
    let text = planned.text();
    assert_eq!(text.matches("when: manual").count(), 2, "{text}");
    let is_there = |name: &&str| text.contains(&format!("\nshop:{name}:\n"));
    assert!(["Main.Production.Go", "Develop.Production.Go"].iter().all(is_there), "{text}");
    assert!(
        text.contains("- job: \"shop:production: diff\"") && !text.contains("production: start"),
        "{text}"
    );
}
