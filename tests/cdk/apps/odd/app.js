// A pipeline with everything that has no counterpart in GitLab, each thing once: every one has to be a line of the report.
const cdk = require('aws-cdk-lib');
const { App, Stack, Stage, Fn, SecretValue, pipelines: p } = cdk;
const { aws_codebuild: cb, aws_codepipeline: cp, aws_codepipeline_actions: actions, aws_ec2: ec2, aws_events: events, aws_events_targets: targets } = cdk;
const { aws_codestarnotifications: notifications, aws_iam: iam, aws_lambda: lambda, aws_s3: s3, aws_sns: sns, aws_stepfunctions: sfn } = cdk;

const app = new App();
const env = { account: '123456789012', region: 'eu-west-1' };
const stack = new Stack(app, 'Pipe', { env });

/** A step that is an action of any kind. */
class ActionStep extends p.Step {
  constructor(id, make) { super(id); this.make = make; }
  produceAction(stage, options) {
    stage.addAction(this.make({ actionName: options.actionName, runOrder: options.runOrder }));
    return { runOrdersConsumed: 1 };
  }
}

const connectionArn = 'arn:aws:codestar-connections:eu-west-1:123456789012:connection/x';
const input = p.CodePipelineSource.connection('acme/odd', 'main', { connectionArn });
const data = p.CodePipelineSource.s3(s3.Bucket.fromBucketName(stack, 'Data', 'acme-data'), 'data.zip', { trigger: actions.S3Trigger.POLL });

// A pipeline of type V2 with variables; the construct adds its stages to it.
const base = new cp.Pipeline(stack, 'Base', {
  pipelineType: cp.PipelineType.V2, pipelineName: 'odd', crossAccountKeys: false,
  variables: [new cp.Variable({ variableName: 'level', defaultValue: 'high' })],
});
const pipe = new p.CodePipeline(stack, 'P', {
  codePipeline: base,
  synth: new p.CodeBuildStep('Synth', {
    input, commands: ['npx cdk synth'],
    buildEnvironment: { environmentVariables: { NPM_TOKEN: { type: cb.BuildEnvironmentVariableType.SECRETS_MANAGER, value: 'npm/token' } } },
  }),
});

class Live extends Stage {
  constructor(scope, id, props) {
    super(scope, id, props);
    new sns.Topic(new Stack(this, 'Site'), 'Topic');
  }
}
const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'], privateSubnetIds: ['subnet-1'] });
const role = new iam.Role(stack, 'Role', {
  assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com'),
  managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess')],
});
const lookup = new p.CodeBuildStep('Lookup', {
  input, additionalInputs: { data }, role, vpc, subnetSelection: { subnets: [ec2.Subnet.fromSubnetId(stack, 'Subnet', 'subnet-1')] },
  commands: ['./lookup.sh "$LEVEL"'],
  env: { LEVEL: '#{variables.level}', TOPIC: new sns.Topic(stack, 'News').topicArn, 'odd.name': 'x' },
  fileSystemLocations: [cb.FileSystemLocation.efs({ identifier: 'efs', location: 'fs-1.efs.eu-west-1.amazonaws.com:/', mountPoint: '/mnt' })],
  logging: { s3: { bucket: s3.Bucket.fromBucketName(stack, 'Logs', 'acme-logs') } },
  rolePolicyStatements: [new iam.PolicyStatement({ actions: ['dynamodb:Scan'], resources: ['*'] })],
  buildEnvironment: {
    privileged: true, computeType: cb.ComputeType.X2_LARGE, buildImage: cb.LinuxArmBuildImage.AMAZON_LINUX_2_STANDARD_3_0,
    environmentVariables: {
      PASSWORD: { type: cb.BuildEnvironmentVariableType.SECRETS_MANAGER, value: 'db:password' },
      ENDPOINT: { type: cb.BuildEnvironmentVariableType.PARAMETER_STORE, value: '/db/endpoint' },
    },
  },
  partialBuildSpec: cb.BuildSpec.fromObject({
    version: '0.2', 'run-as': 'robin', proxy: { 'upload-artifacts': 'yes' },
    env: { 'git-credential-helper': 'yes', 'parameter-store': { REGION_NAME: '/region' } },
    phases: { install: { 'runtime-versions': { nodejs: 22 } }, build: { 'on-failure': 'CONTINUE' }, post_build: { commands: ['./report.sh'] } },
    reports: { cucumber: { files: ['*.json'], 'file-format': 'CUCUMBERJSON' } },
    cache: { paths: ['/opt/.m2/**/*'] },
  }),
});
const invoked = lambda.Function.fromFunctionArn(stack, 'Invoked', 'arn:aws:lambda:eu-west-1:123456789012:function:invoked');
const machine = sfn.StateMachine.fromStateMachineArn(stack, 'Machine', 'arn:aws:states:eu-west-1:123456789012:stateMachine:machine');
pipe.addStage(new Live(stack, 'Live', { env }), {
  pre: [lookup],
  post: [
    new ActionStep('Invoke', (common) => new actions.LambdaInvokeAction({ ...common, lambda: invoked })),
    new ActionStep('Walk', (common) => new actions.StepFunctionInvokeAction({ ...common, stateMachine: machine })),
  ],
});
pipe.buildPipeline();
base.addStage({
  stageName: 'After', transitionToEnabled: false, transitionDisabledReason: 'not yet',
  actions: [new actions.CloudFormationDeleteStackAction({ actionName: 'Delete', stackName: 'old', adminPermissions: false })],
});

// What starts it beside a push, and whom it tells.
new events.Rule(stack, 'Nightly', { schedule: events.Schedule.cron({ hour: '3' }), targets: [new targets.CodePipeline(base)] });
base.notifyOnExecutionStateChange('Told', new sns.Topic(stack, 'Failures'));
new cp.CfnWebhook(stack, 'Hook', {
  authentication: 'UNAUTHENTICATED', authenticationConfiguration: {}, filters: [{ jsonPath: '$.ref' }],
  targetAction: 'acme_odd', targetPipeline: 'odd', targetPipelineVersion: 1,
});
app.synth();
