// A stack whose changes a person looks at before they are made, and one that nobody looks at. Context: value.
const { App, Stack, Stage, CfnOutput, aws_ssm: ssm, pipelines: p } = require('aws-cdk-lib');
class Numbers extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const number = new ssm.StringParameter(this, 'Number', { parameterName: `/numbers/${id}`, stringValue: props.number });
    this.name = new CfnOutput(this, 'Name', { value: number.parameterName });
  }
}
class Counting extends Stage {
  constructor(scope, id, props) {
    super(scope, id, props);
    this.looked = new Numbers(this, 'Looked', props);
    this.plain = new Numbers(this, 'Plain', props);
    this.plain.addStackDependency(this.looked);
  }
}
const app = new App();
const stack = new Stack(app, 'Pipe', { env: { account: '123456789012', region: 'eu-west-1' } });
const input = p.CodePipelineSource.connection('acme/numbers', 'main', { connectionArn: 'arn:aws:codestar-connections:eu-west-1:123456789012:connection/x' });
const pipe = new p.CodePipeline(stack, 'P', { synth: new p.ShellStep('Synth', { input, commands: ['npx cdk synth'] }) });
const stage = new Counting(stack, 'Live', { number: app.node.tryGetContext('value') || 'one', env: { account: '123456789012', region: 'eu-west-1' } });
pipe.addStage(stage, {
  stackSteps: [{ stack: stage.looked, changeSet: [new p.ManualApprovalStep('Look')] }],
  post: [new p.ShellStep('Check', { input, envFromCfnOutputs: { NAME: stage.looked.name }, commands: ['test "$NAME" = /numbers/Looked', 'echo "checked $NAME"'] })],
});
app.synth();
