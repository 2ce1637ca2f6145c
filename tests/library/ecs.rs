//! The scripts of `nestling/ecs`, run with an `aws` that keeps services and refuses what the real one refuses.

use super::job::{Pipeline, SHELLS, fakes};
use crate::support::said;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Output;

const WORKSPACE: &str = "\
workspace:
  stages: [deploy]
  units:
    - match: services/*
      use:
        template: nestling/ecs
        inputs: { cluster: shop, region: eu-west-1, role: \"arn:aws:iam::123456789012:role/ecs\", environments: [staging], count: 2, needs: [] }
  environments:
    staging: { when: default_branch }
";

const IMAGE: &str = "registry.example/shop/api@sha256:8d95dfc15904d4badcc1b8af01921ee3";

const DEFINITION: &str = "{ \"family\": \"api\", \"containerDefinitions\": [{ \"name\": \"api\", \"image\": \"$IMAGE\", \"memory\": 64 }] }\n";

/// Runs a job with the state of AWS in a directory.
fn run(pipeline: &Pipeline, job: &str, shell: &[&str], state: &Path, more: &[(&str, &str)]) -> Output {
    let (programs, _) = fakes();
    let mut variables =
        vec![("FAKES", state.to_str().unwrap()), ("AWS_ID_TOKEN", "job-token"), ("IMAGE", IMAGE)];
    variables.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    variables.extend(more);
    pipeline.run(job, shell, &variables, &[programs])
}

fn stored(state: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(state.join("services.json")).unwrap()).unwrap()
}

#[test]
fn a_service_runs_the_image_after_a_deploy_and_nothing_after_its_stop() {
    let files = [
        ("nestling.yml", WORKSPACE),
        ("services/a b/task-definition.json", DEFINITION),
        ("services/broken/task-definition.json", DEFINITION),
    ];
    let pipeline = Pipeline::generate(&files, Some("branch:main"));
    for shell in SHELLS {
        let (_, folder) = fakes();
        let state = folder.path();
        let absent = run(&pipeline, "services/a b:deploy:staging", shell, state, &[]);
        assert!(!absent.status.success() && said(&absent).contains("Service not found"), "{}", said(&absent));
        let service = json!({ "taskDefinition": "old", "desiredCount": 1 });
        let services =
            json!({ "shop/services-a-b": service, "shop/services-broken": service, "shop/broken": service });
        let initial = json!({ "services": services, "revisions": [] });
        std::fs::write(state.join("services.json"), initial.to_string()).unwrap();
        let deployed = run(&pipeline, "services/a b:deploy:staging", shell, state, &[]);
        assert!(deployed.status.success(), "{}", said(&deployed));
        let after = stored(state);
        assert_eq!(after["revisions"][0]["containerDefinitions"][0]["image"], IMAGE);
        let service = &after["services"]["shop/services-a-b"];
        assert!(service["taskDefinition"].as_str().unwrap().ends_with("task-definition/api:1"), "{after}");
        assert_eq!(service["desiredCount"], 2);
        let stopped = run(&pipeline, "services/a b:deploy:staging:stop", shell, state, &[("IMAGE", "")]);
        assert!(stopped.status.success(), "{}", said(&stopped));
        assert_eq!(stored(state)["services"]["shop/services-a-b"]["desiredCount"], 0);
        for (more, expected) in [
            (("IMAGE", ""), "no job has handed on IMAGE"),
            (("AWS_ID_TOKEN", "x"), "Unable to locate credentials"),
        ] {
            let refused = run(&pipeline, "services/a b:deploy:staging", shell, state, &[more]);
            assert!(!refused.status.success() && said(&refused).contains(expected), "{}", said(&refused));
        }
    }
}

#[test]
fn a_deploy_that_is_rolled_back_fails() {
    let workspace = WORKSPACE.replace("cluster: shop", "cluster: shop, service: broken");
    let files = [("nestling.yml", workspace.as_str()), ("services/api/task-definition.json", DEFINITION)];
    let pipeline = Pipeline::generate(&files, Some("branch:main"));
    let (_, folder) = fakes();
    let services = json!({ "shop/broken": { "taskDefinition": "old", "desiredCount": 1 } });
    let initial = json!({ "services": services, "revisions": [] });
    std::fs::write(folder.path().join("services.json"), initial.to_string()).unwrap();
    let rolled_back = run(&pipeline, "services/api:deploy:staging", SHELLS[1], folder.path(), &[]);
    assert!(!rolled_back.status.success(), "{}", said(&rolled_back));
    assert!(said(&rolled_back).contains("rolled back to old"), "{}", said(&rolled_back));
}
