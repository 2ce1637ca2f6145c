// Twenty stages of ten stacks each; the context `pipeline` puts them behind a CodePipeline of four waves.
const { App, Stack, Stage, CfnOutput, pipelines: p } = require('aws-cdk-lib');
const sns = require('aws-cdk-lib/aws-sns'); const ssm = require('aws-cdk-lib/aws-ssm'); const lambda = require('aws-cdk-lib/aws-lambda');
const REG = ['eu-west-1', 'us-east-1', 'ap-southeast-2', 'eu-central-1'];
class Svc extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    this.topic = new sns.Topic(this, 'Topic');
    new ssm.StringParameter(this, 'Param', { stringValue: props.upstream ? props.upstream.topic.topicArn : 'root' });
    new lambda.Function(this, 'Fn', { runtime: new lambda.Runtime('nodejs22.x', lambda.RuntimeFamily.NODEJS), handler: 'index.handler', code: lambda.Code.fromAsset(__dirname + '/../shop/lambda') });
    new CfnOutput(this, 'TopicArn', { value: this.topic.topicArn });
    new CfnOutput(this, 'Url', { value: `https://${id.toLowerCase()}.${props.st.toLowerCase()}.example.com` });
  }
}
class Big extends Stage {
  constructor(scope, id, props) {
    super(scope, id, props);
    const st = [];
    for (let i = 0; i < 10; i++) {
      const s = new Svc(this, `Svc${i}`, { st: id, upstream: i ? st[(i - 1) >> 1] : undefined });      // binary tree of references
      st.push(s);
    }
  }
}
const app = new App();
const asPipe = app.node.tryGetContext('pipeline');
let scope = app, pipe;
if (asPipe) { scope = new Stack(app, 'Pipe', { env: { account: '999999999999', region: 'eu-west-1' } });
  pipe = new p.CodePipeline(scope, 'P', { crossAccountKeys: true, synth: new p.ShellStep('Synth', { input: p.CodePipelineSource.connection('acme/big', 'main', { connectionArn: 'arn:aws:codestar-connections:eu-west-1:999999999999:connection/x' }), commands: ['npx cdk synth'] }) }); }
for (let w = 0; w < 4; w++) {
  const wave = pipe && pipe.addWave(`Wave${w}`);
  for (let i = 0; i < 5; i++) {
    const n = w * 5 + i;
    const s = new Big(scope, `Stage${String(n).padStart(2, '0')}`, { env: { account: String(100000000000 + n), region: REG[n % 4] } });
    if (wave) wave.addStage(s);
  }
}
app.synth();
