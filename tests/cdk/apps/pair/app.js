// Two pipelines side by side with stages of the same name. The second one asks a person before each of its stages.
const { App, Stack, Stage, aws_sns: sns, pipelines: p } = require('aws-cdk-lib');
const env = { account: '123456789012', region: 'eu-west-1' };
class Site extends Stage {
  constructor(scope, id) {
    super(scope, id, { env });
    for (const name of ['One', 'Two']) new sns.Topic(new Stack(this, name), 'Topic');
  }
}
const app = new App();
for (const [name, stages, asks] of [['A', ['Uat'], false], ['B', ['Uat', 'Live'], true]]) {
  const stack = new Stack(app, name, { env });
  const input = p.CodePipelineSource.connection('acme/pair', 'main', { connectionArn: 'arn:aws:codestar-connections:eu-west-1:123456789012:connection/x' });
  const pipe = new p.CodePipeline(stack, 'Pipe', { selfMutation: false, synth: new p.ShellStep('Synth', { input, commands: ['npx cdk synth'] }) });
  for (const stage of stages) {
    pipe.addStage(new Site(stack, stage), { pre: asks ? [new p.ManualApprovalStep('Approve')] : [] });
  }
}
app.synth();
