// What is easily dropped without a word, each thing once: every one has to be a line of the report.
const cdk = require('aws-cdk-lib');
const { App, Stack, Stage, CfnParameter, pipelines: p, aws_codebuild: cb, aws_codepipeline: cp, aws_codepipeline_actions: actions } = cdk;
const { aws_dynamodb: dynamodb, aws_iam: iam, aws_lambda: lambda, aws_s3: s3, aws_sns: sns } = cdk;

const app = new App();
const env = { account: '123456789012', region: 'eu-west-1' };
const stack = new Stack(app, 'Pipe', { env });
// It goes with the stack of the pipeline.
new dynamodb.CfnTable(stack, 'Ledger', {
  billingMode: 'PAY_PER_REQUEST',
  attributeDefinitions: [{ attributeName: 'id', attributeType: 'S' }], keySchema: [{ attributeName: 'id', keyType: 'HASH' }],
});

/** A step that is an action of any kind. */
class ActionStep extends p.Step {
  constructor(id, make) { super(id); this.make = make; }
  produceAction(stage, options) {
    stage.addAction(this.make({ actionName: options.actionName, runOrder: options.runOrder }));
    return { runOrdersConsumed: 1 };
  }
}
const input = p.CodePipelineSource.connection('acme/quiet', 'main', { connectionArn: 'arn:aws:codestar-connections:eu-west-1:123456789012:connection/x' });
const base = new cp.Pipeline(stack, 'Base', { pipelineType: cp.PipelineType.V2, executionMode: cp.ExecutionMode.QUEUED, crossAccountKeys: false });
const pipe = new p.CodePipeline(stack, 'P', {
  codePipeline: base,
  synth: new p.CodeBuildStep('Synth', {
    input, commands: ['npx cdk synth'], env: { STAGES: 'all' },
    rolePolicyStatements: [new iam.PolicyStatement({ actions: ['codeartifact:GetAuthorizationToken'], resources: ['*'] })],
    buildEnvironment: { privileged: true },
  }),
  assetPublishingCodeBuildDefaults: {
    buildEnvironment: { environmentVariables: { HTTPS_PROXY: { value: 'http://proxy:3128' } } },
    partialBuildSpec: cb.BuildSpec.fromObject({ phases: { install: { commands: ['./trust-proxy.sh'] } } }),
    rolePolicy: [new iam.PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] })],
  },
});
class Live extends Stage {
  constructor(scope, id, props) {
    super(scope, id, props);
    const site = new Stack(this, 'Site');
    new CfnParameter(site, 'Domain');
    new CfnParameter(site, 'Size', { default: 'small' });
    new sns.Topic(site, 'Topic');
    new lambda.Function(site, 'Fn', { runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromAsset(__dirname) });
    new sns.Topic(new Stack(this, 'Own', { synthesizer: new cdk.CliCredentialsStackSynthesizer() }), 'Topic');
  }
}
const told = sns.Topic.fromTopicArn(stack, 'Told', 'arn:aws:sns:eu-west-1:123456789012:reviewers');
pipe.addStage(new Live(stack, 'Live', { env }), {
  pre: [new ActionStep('Review', (common) => new actions.ManualApprovalAction({
    ...common, externalEntityLink: 'https://review.acme.example/', notificationTopic: told, additionalInformation: 'Look first', timeout: cdk.Duration.hours(2),
  }))],
});
pipe.buildPipeline();

// Beside the pipeline; and a pipeline by hand, which deploys something else.
new sns.Topic(new Stack(app, 'Beside', { env }), 'Topic');
const hand = new Stack(app, 'Hand', { env });
const bucket = s3.Bucket.fromBucketName(hand, 'Bucket', 'acme-files');
const artifact = new cp.Artifact('files');
new cp.Pipeline(hand, 'Copy', {
  crossAccountKeys: false,
  stages: [
    { stageName: 'Source', actions: [new actions.S3SourceAction({ actionName: 'Read', bucket, bucketKey: 'in.zip', output: artifact })] },
    { stageName: 'Write', actions: [new actions.S3DeployAction({ actionName: 'Write', bucket, input: artifact })] },
  ],
});
app.synth();
