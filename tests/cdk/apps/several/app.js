// Two pipelines in one app, each with stages of the same names, and a stack that neither deploys.
const { App, Stack, Stage, CfnOutput, aws_sns: sns, pipelines: p } = require('aws-cdk-lib');
class Live extends Stage {
  constructor(scope, id, props) {
    super(scope, id, props);
    const stack = new Stack(this, 'Site');
    this.topic = new CfnOutput(stack, 'TopicArn', { value: new sns.Topic(stack, 'Topic').topicArn });
  }
}
const app = new App();
for (const [name, account] of [['Shop', '111111111111'], ['Blog', '222222222222']]) {
  const env = { account, region: 'eu-west-1' };
  const stack = new Stack(app, `${name}Pipeline`, { env });
  const input = p.CodePipelineSource.connection(`acme/${name.toLowerCase()}`, 'main', { connectionArn: `arn:aws:codestar-connections:eu-west-1:${account}:connection/x` });
  const pipe = new p.CodePipeline(stack, 'Pipeline', { synth: new p.ShellStep('Synth', { input, commands: ['npx cdk synth'] }) });
  const live = new Live(stack, 'Live', { env });
  const version = new p.CodeBuildStep('Version', { input, commands: [`export VERSION=${name}-1`] });
  pipe.addStage(live, {
    pre: [version],
    post: [new p.ShellStep('Smoke', {
      input, env: { VERSION: version.exportedVariable('VERSION') }, envFromCfnOutputs: { TOPIC: live.topic }, commands: [`echo ${name} "$TOPIC" "$VERSION"`],
    })],
  });
}
new Stack(app, 'ByHand', { env: { account: '333333333333', region: 'eu-west-1' } });
app.synth();
