//! A stack whose changes a person looks at, and the end of its app: what is in the jobs is what happens, on a fake
//! AWS.

use super::aws::{Deployed, HOME};

const WORKSPACE: &str = "workspace: { environments: { staging: {} } }\n";

const UNIT: &str =
    "unit: { cdk: { from: none, cli: cdk, stages: { Live: { environment: staging, url: Looked.Name } } } }\n";

/// The values of the two stacks' parameters as AWS has them, and the status of the stack that is looked at.
const STATE: &str = "
import boto3
ssm, cf = boto3.client('ssm'), boto3.client('cloudformation')
names = [it['Name'] for it in ssm.describe_parameters()['Parameters'] if it['Name'].startswith('/numbers/')]
values = [name + '=' + ssm.get_parameter(Name=name)['Parameter']['Value'] for name in sorted(names)]
status = [it['StackStatus'] for it in cf.describe_stacks()['Stacks'] if it['StackName'] == 'Live-Looked']
print(' '.join(values + status))
";

#[test]
fn a_change_set_is_made_looked_at_and_executed_and_destroyed_with_its_app() {
    let test = "a_change_set_is_made_looked_at_and_executed_and_destroyed_with_its_app";
    let Some(shop) = Deployed::open(test) else { return };
    shop.commit("review", WORKSPACE, UNIT);
    shop.bootstrap(&[(HOME, &["eu-west-1"])]);
    shop.generate(&["--all", "--as", "branch:main"]);

    // Until somebody has looked, nothing is there.
    shop.run(&["shop:Live.Looked.Prepare"]);
    assert_eq!(shop.python(STATE).trim(), "REVIEW_IN_PROGRESS");
    let all = ["--manual", "shop:Live.Looked.Look"];
    let log = shop.run(&all);
    assert_eq!(shop.python(STATE).trim(), "/numbers/Looked=one /numbers/Plain=one CREATE_COMPLETE", "{log}");
    assert!(log.contains("checked /numbers/Looked"), "{log}");

    // Nothing to change: there is nothing to execute, and the outputs are known nevertheless.
    let log = shop.run(&all);
    assert!(log.contains("(no changes)"), "{log}");
    assert!(log.contains("checked /numbers/Looked"), "{log}");
    assert_eq!(shop.python(STATE).trim(), "/numbers/Looked=one /numbers/Plain=one CREATE_COMPLETE", "{log}");

    // A change.
    shop.synth("review", &["value=two"]);
    shop.generate(&["--all", "--as", "branch:main"]);
    let log = shop.run(&all);
    assert_eq!(shop.python(STATE).trim(), "/numbers/Looked=two /numbers/Plain=two UPDATE_COMPLETE", "{log}");

    // Rollback: the job that is called after the stage runs again, with the assembly of its pipeline.
    shop.git(&["checkout", "--quiet", "HEAD~1", "--", "shop/cdk.out"]);
    shop.generate(&["--all", "--as", "branch:main"]);
    let log = shop.run(&["shop:Live"]);
    assert_eq!(shop.python(STATE).trim(), "/numbers/Looked=one /numbers/Plain=one UPDATE_COMPLETE", "{log}");
    shop.git(&["checkout", "--quiet", "HEAD", "--", "shop/cdk.out"]);

    // The app is deleted: a job destroys what it had, by the assembly of the last commit that had it.
    std::fs::remove_dir_all(shop.repository().join("shop")).unwrap();
    shop.git_commit();
    shop.generate(&["--base", "HEAD~1", "--as", "branch:main"]);
    shop.run(&["shop:Live:stop"]);
    assert!(shop.stacks().is_empty(), "{:?}", shop.stacks());
}
