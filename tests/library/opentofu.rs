//! The jobs of `nestling/opentofu`, run with Terraform and a server that keeps states as GitLab does.

use super::job::{Pipeline, SHELLS, calls};
use super::server::Server;
use crate::support::said;
use crate::support::tool::optional;
use std::path::{Path, PathBuf};
use std::process::Output;

const CODE: &str = "\
variable \"region\" {
  default = \"eu\"
}

resource \"terraform_data\" \"region\" {
  input = var.region
}
";

const TEST: &str = "\
run \"plan\" {
  command = plan

  assert {
    condition     = terraform_data.region.input == \"eu\"
    error_message = \"the region is wrong\"
  }
}
";

const WORKSPACE: &str = "\
workspace:
  stages: [test, deploy]
  units:
    - match: modules/*
      use: { template: nestling/opentofu, inputs: { tool: terraform } }
    - match: infra/*
      use:
        template: nestling/opentofu
        inputs: { tool: terraform, environments: [review, staging, production], previews: [preview] }
  environments:
    review: { when: merge_request, name: \"review/$CI_COMMIT_REF_SLUG/${{ unit.slug }}\" }
    preview:
      when: merge_request
      name: production/${{ unit.slug }}
      action: access
      inputs: { var_files: [production.tfvars] }
    staging: { when: default_branch, stop: false }
    production:
      when: default_branch
      after: staging
      manual: true
      stop: false
      name: production/${{ unit.slug }}
      inputs: { var_files: [production.tfvars] }
";

/// The file of a state.
fn path(states: &Server, name: &str) -> PathBuf {
    states.folder().join(format!("{name}.json"))
}

/// The number of locks that were taken.
fn locks(states: &Server) -> usize {
    calls(states.folder()).iter().filter(|call| call[0] == "POST" && call[1].ends_with("/lock")).count()
}

/// A module, and what uses it, in a directory with a blank.
fn project(act_as: &str) -> Pipeline {
    let module = "output \"id\" {\n  value = 1\n}\n";
    let with_module = format!("{CODE}\nmodule \"vpc\" {{\n  source = \"../../modules/vpc\"\n}}\n");
    let files = [
        ("nestling.yml", WORKSPACE),
        ("modules/vpc/main.tf", module),
        ("infra/a b/main.tf", with_module.as_str()),
        ("infra/a b/production.tfvars", "region = \"us\"\n"),
        ("infra/a b/tests/region.tftest.hcl", TEST),
    ];
    Pipeline::generate(&files, Some(act_as))
}

fn run(pipeline: &Pipeline, states: &Server, job: &str, shell: &[&str]) -> Output {
    let api = states.api();
    let variables = [
        ("CI_API_V4_URL", api.as_str()),
        ("CI_PROJECT_ID", "7"),
        ("CI_JOB_TOKEN", "job-token"),
        ("CI_ENVIRONMENT_SLUG", "review-feature-x1"),
        ("CHECKPOINT_DISABLE", "1"),
    ];
    pipeline.run(job, shell, &variables, &[])
}

fn passes(pipeline: &Pipeline, states: &Server, job: &str, shell: &[&str]) -> String {
    let output = run(pipeline, states, job, shell);
    assert!(output.status.success(), "{job}\n{}", said(&output));
    said(&output)
}

fn plan(pipeline: &Pipeline) -> String {
    std::fs::read_to_string(pipeline.repository.path().join("infra/a b/plan.json")).unwrap()
}

/// The job and its state of an environment.
fn state_of(pipeline: &Pipeline, job: &str) -> String {
    let address = pipeline.jobs[job]["variables"]["TF_HTTP_ADDRESS"].as_str().unwrap();
    address.rsplit_once('/').unwrap().1.replace("$CI_ENVIRONMENT_SLUG", "review-feature-x1")
}

#[test]
fn a_module_is_validated_and_never_applied() {
    let test = "a_module_is_validated_and_never_applied";
    let (Some(_), Some(states)) = (optional("terraform", test), Server::start("state-server", test)) else {
        return;
    };
    let pipeline = project("branch:main");
    let of_module: Vec<&String> =
        pipeline.jobs.keys().filter(|job| job.starts_with("modules/vpc:")).collect();
    assert_eq!(of_module, ["modules/vpc:validate"]);
    for shell in SHELLS {
        passes(&pipeline, &states, "modules/vpc:validate", shell);
    }
    pipeline.repository.write("modules/vpc/main.tf", "output \"id\" {\nvalue = 1\n}\n");
    assert!(!run(&pipeline, &states, "modules/vpc:validate", SHELLS[0]).status.success());
    pipeline.repository.write("modules/vpc/main.tf", "output \"id\" {\n  value = var.id\n}\n");
    assert!(!run(&pipeline, &states, "modules/vpc:validate", SHELLS[0]).status.success());
}

#[test]
fn the_default_branch_is_applied_to_a_state_for_each_environment_and_drift_is_found() {
    let test = "the_default_branch_is_applied_to_a_state_for_each_environment_and_drift_is_found";
    let (Some(_), Some(states)) = (optional("terraform", test), Server::start("state-server", test)) else {
        return;
    };
    let pipeline = project("branch:main");
    for job in ["validate", "test", "plan:staging"] {
        passes(&pipeline, &states, &format!("infra/a b:{job}"), SHELLS[0]);
    }
    assert_eq!(plan(&pipeline), "{\"create\":1,\"update\":0,\"delete\":0}\n");
    assert_eq!(locks(&states), 0, "a plan locks nothing");
    passes(&pipeline, &states, "infra/a b:apply:staging", SHELLS[0]);
    assert_eq!(locks(&states), 1);
    passes(&pipeline, &states, "infra/a b:plan:staging", SHELLS[1]);
    assert_eq!(plan(&pipeline), "{\"create\":0,\"update\":0,\"delete\":0}\n");
    passes(&pipeline, &states, "infra/a b:plan:production", SHELLS[1]);
    passes(&pipeline, &states, "infra/a b:apply:production", SHELLS[1]);
    let (staging, production) =
        (state_of(&pipeline, "infra/a b:plan:staging"), state_of(&pipeline, "infra/a b:plan:production"));
    assert_ne!(staging, production);
    let stored = |name: &str| std::fs::read_to_string(path(&states, name)).unwrap();
    assert!(stored(&staging).contains("\"eu\"") && stored(&production).contains("\"us\""));
    let nightly = project("schedule");
    assert!(!nightly.jobs.keys().any(|job| job.contains("apply")), "{:?}", nightly.jobs.keys());
    passes(&nightly, &states, "infra/a b:drift staging:staging", SHELLS[0]);
    std::fs::write(path(&states, &staging), stored(&staging).replace("\"eu\"", "\"changed\"")).unwrap();
    for shell in SHELLS {
        let drifted = run(&nightly, &states, "infra/a b:drift staging:staging", shell);
        assert_eq!(drifted.status.code(), Some(2), "{}", said(&drifted));
        assert!(said(&drifted).contains("is not what the code says"));
    }
    passes(&nightly, &states, "infra/a b:drift production:production", SHELLS[0]);
}

#[test]
fn a_merge_request_previews_production_without_its_lock_and_destroys_its_own() {
    let test = "a_merge_request_previews_production_without_its_lock_and_destroys_its_own";
    let (Some(_), Some(states)) = (optional("terraform", test), Server::start("state-server", test)) else {
        return;
    };
    let pipeline = project("merge_request");
    let production = state_of(&pipeline, "infra/a b:preview:preview");
    let main = project("branch:main");
    assert_eq!(production, state_of(&main, "infra/a b:plan:production"), "the state that is applied");
    // Somebody applies to production at this moment.
    let lock = Path::new(&production).with_extension("lock");
    std::fs::write(states.folder().join(lock), "{\"ID\":\"1\"}").unwrap();
    passes(&pipeline, &states, "infra/a b:preview:preview", SHELLS[0]);
    assert!(!run(&main, &states, "infra/a b:apply:production", SHELLS[0]).status.success());
    for shell in SHELLS {
        passes(&pipeline, &states, "infra/a b:plan:review", shell);
        passes(&pipeline, &states, "infra/a b:apply:review", shell);
        let stale = run(&pipeline, &states, "infra/a b:apply:review", shell);
        assert!(!stale.status.success(), "a plan is applied once\n{}", said(&stale));
        let review = state_of(&pipeline, "infra/a b:apply:review");
        assert!(std::fs::read_to_string(path(&states, &review)).unwrap().contains("\"eu\""));
        passes(&pipeline, &states, "infra/a b:apply:review:stop", shell);
        assert!(!std::fs::read_to_string(path(&states, &review)).unwrap().contains("\"eu\""));
    }
}

const OWN_BACKEND: &str = "\
workspace:
  stages: [test, deploy]
  units:
    - match: infra
      use: { template: nestling/opentofu, inputs: { tool: terraform, environments: [staging, production], workspaces: true } }
  environments:
    staging: { when: default_branch }
    production: { when: default_branch, after: staging, stop: false }
";

#[test]
fn a_backend_of_the_codes_own_keeps_each_environment_in_a_workspace() {
    let test = "a_backend_of_the_codes_own_keeps_each_environment_in_a_workspace";
    let (Some(_), Some(states)) = (optional("terraform", test), Server::start("state-server", test)) else {
        return;
    };
    let code = |backend: &str| format!("terraform {{\n  backend \"{backend}\" {{}}\n}}\n\n{CODE}");
    let files = [("nestling.yml", OWN_BACKEND), ("infra/main.tf", &code("s3"))];
    let pipeline = Pipeline::generate(&files, Some("branch:main"));
    // One that has workspaces and needs no network.
    pipeline.repository.write("infra/main.tf", &code("local"));
    let workspaces = || {
        let folder = pipeline.repository.path().join("infra/terraform.tfstate.d");
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    for (environment, shell) in [("staging", SHELLS[0]), ("production", SHELLS[1])] {
        passes(&pipeline, &states, &format!("infra:plan:{environment}"), shell);
        let planned = std::fs::read_to_string(pipeline.repository.path().join("infra/plan.json")).unwrap();
        assert_eq!(
            planned, "{\"create\":1,\"update\":0,\"delete\":0}\n",
            "{environment} has a state of its own"
        );
        passes(&pipeline, &states, &format!("infra:apply:{environment}"), shell);
    }
    assert_eq!(workspaces().len(), 2, "{:?}", workspaces());
    passes(&pipeline, &states, "infra:apply:staging:stop", SHELLS[0]);
    assert!(
        matches!(workspaces().as_slice(), [name] if name.starts_with("production")),
        "{:?}",
        workspaces()
    );
}
