//! A scheduled pipeline that looks for drift, on a fake AWS.

use super::aws::{Deployed, HOME};

const WORKSPACE: &str = "workspace: { environments: { staging: { when: default_branch } } }\n";

const UNIT: &str = "unit: { cdk: { from: none, cli: cdk, pipeline: A, stages: { Uat: staging }, drift: true, stage: deploy } }\n";

/// Somebody deletes a topic of a stack manually.
const DELETE: &str = "
import boto3
sns = boto3.client('sns')
topic = [it['TopicArn'] for it in sns.list_topics()['Topics'] if 'Uat-One' in it['TopicArn']][0]
sns.delete_topic(TopicArn=topic)
print(topic)
";

#[test]
fn a_schedule_finds_what_somebody_has_changed_by_hand() {
    let test = "a_schedule_finds_what_somebody_has_changed_by_hand";
    let Some(shop) = Deployed::open(test) else { return };
    shop.commit("pair", WORKSPACE, UNIT);
    shop.bootstrap(&[(HOME, &["eu-west-1"])]);
    shop.generate(&["--all", "--as", "branch:main"]);
    shop.run(&[]);
    assert_eq!(shop.stacks().len(), 2, "{:?}", shop.stacks());

    shop.generate(&["--as", "schedule"]);
    let log = shop.run(&[]);
    assert!(log.contains("shop:A/Uat: drift"), "{log}");
    assert!(!log.contains("cdk deploy"), "{log}");

    shop.python(DELETE);
    let log = shop.run_failing(&[]);
    assert!(log.contains("AWS::SNS::Topic"), "{log}");
    assert!(
        log.contains("1 resource has drifted") || log.contains("DELETED") || log.contains("Deleted"),
        "{log}"
    );
}
