// Two pipelines that the app has made elsewhere and handed over; stages without account share an asset, one behind the other.
const { App, Stack, Stage, aws_codepipeline: codepipeline, aws_s3_assets: assets, pipelines: p } = require('aws-cdk-lib');
const { Construct } = require('constructs');
const path = require('path');

class Site extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    new assets.Asset(this, 'Files', { path: path.join(__dirname, '../shop/site') });
  }
}

class Live extends Stage {
  constructor(scope, id, props) {
    super(scope, id, props);
    new Site(this, 'Site');
  }
}

const app = new App();
for (const name of ['Main', 'Develop']) {
  const stack = new Stack(app, name);
  const made = new codepipeline.Pipeline(new Construct(stack, 'Elsewhere'), 'Made', { pipelineType: codepipeline.PipelineType.V2 });
  const source = p.CodePipelineSource.connection('acme/shop', 'main', { connectionArn: 'arn:aws:codestar-connections:eu-west-1:123456789012:connection/x' });
  const pipe = new p.CodePipeline(stack, 'Pipe', { codePipeline: made, synth: new p.ShellStep('Synth', { input: source, commands: ['npx cdk synth'] }) });
  pipe.addStage(new Live(stack, 'Staging'), { post: [new p.ShellStep('Smoke', { input: source, commands: ['true'] })] });
  pipe.addStage(new Live(stack, 'Production'), { pre: [new p.ManualApprovalStep('Go')] });
}
app.synth();
