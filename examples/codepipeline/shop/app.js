// The shop as it was before it moved: a CodePipeline that deploys two stages. Not a line of it has changed, but for the
// last: a stage for merge requests, which CodePipeline had no way to deploy.
const { App, CfnOutput, Duration, Stack, Stage, aws_lambda: lambda, aws_sqs: sqs, pipelines } = require('aws-cdk-lib');

class Orders extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    this.queue = new sqs.Queue(this, 'Queue', { retentionPeriod: Duration.days(4) });
  }
}

class Api extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const handler = new lambda.Function(this, 'Handler', {
      runtime: new lambda.Runtime('nodejs22.x', lambda.RuntimeFamily.NODEJS, { supportsInlineCode: true }),
      handler: 'index.handler',
      code: lambda.Code.fromInline('exports.handler = async () => ({ statusCode: 200, body: "open" });'),
      environment: { QUEUE: props.orders.queueUrl },
    });
    const url = handler.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE });
    this.url = new CfnOutput(this, 'ApiUrl', { value: url.url });
  }
}

class Shop extends Stage {
  constructor(scope, id, props) {
    super(scope, id, props);
    this.orders = new Orders(this, 'Orders');
    this.api = new Api(this, 'Api', { orders: this.orders.queue });
  }
}

const app = new App();
const stack = new Stack(app, 'Pipeline', { env: { account: '111111111111', region: 'eu-west-1' } });
const source = pipelines.CodePipelineSource.connection('shop/shop', 'main', {
  connectionArn: 'arn:aws:codestar-connections:eu-west-1:111111111111:connection/shop',
});
const pipeline = new pipelines.CodePipeline(stack, 'Shop', {
  synth: new pipelines.ShellStep('Synth', { input: source, commands: ['npm ci', 'npx cdk synth'] }),
  crossAccountKeys: true,
});
const tests = new pipelines.ShellStep('Test', { commands: ['npm ci', 'npm test'] });
const staging = new Shop(stack, 'Staging', { env: { account: '222222222222', region: 'eu-west-1' } });
pipeline.addStage(staging, {
  pre: [tests],
  post: [new pipelines.ShellStep('Smoke', { envFromCfnOutputs: { API_URL: staging.api.url }, commands: ['./scripts/smoke.sh'] })],
});
const production = new Shop(stack, 'Production', { env: { account: '333333333333', region: 'eu-west-1' } });
pipeline.addStage(production, {
  pre: [new pipelines.ManualApprovalStep('Release', { comment: 'Does staging look right?' })],
  stackSteps: [{ stack: production.orders, changeSet: [new pipelines.ManualApprovalStep('ReviewQueue')] }],
});

// New: each merge request gets a shop of its own, `npx cdk synth --context review=$CI_COMMIT_REF_SLUG`.
const review = app.node.tryGetContext('review') || 'branch';
new Shop(app, 'Review', { stageName: `review-${review}`, env: { account: '222222222222', region: 'eu-west-1' } });
