// A pipeline whose stages share assets: a wave in one account and another, and stages that say nothing of theirs.
const { App, CfnOutput, Stack, Stage, aws_ecr_assets: images, aws_s3_assets: files, pipelines: p } = require('aws-cdk-lib');
const path = require('path');

const app = new App();
const env = { account: '111111111111', region: 'eu-west-1' };
const stack = new Stack(app, 'Pipe', { env });

class Service extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const image = new images.DockerImageAsset(this, 'Image', { directory: path.join(__dirname, '../steps/img') });
    new CfnOutput(this, 'Uri', { value: image.imageUri });
    // One that this stage alone has.
    if (props.own) new CfnOutput(this, 'Url', { value: new files.Asset(this, 'Own', { path: path.join(__dirname, 'cdk.json') }).s3ObjectUrl });
  }
}
class Live extends Stage {
  constructor(scope, id, props) {
    super(scope, id, props);
    new Service(this, 'Service', props);
  }
}

const input = p.CodePipelineSource.connection('acme/shared', 'main', { connectionArn: 'arn:aws:codestar-connections:eu-west-1:111111111111:connection/x' });
const synth = new p.ShellStep('Synth', { input, commands: ['npx cdk synth'] });
const pipeline = new p.CodePipeline(stack, 'P', { synth, selfMutation: false, crossAccountKeys: true });
const wave = pipeline.addWave('World');
wave.addStage(new Live(stack, 'Blue', { env }));
wave.addStage(new Live(stack, 'Green', { env, own: true }));
wave.addStage(new Live(stack, 'Other', { env: { account: '222222222222', region: 'eu-west-1' } }));
pipeline.addStage(new Live(stack, 'Here', {}));
pipeline.addStage(new Live(stack, 'There', {}));
pipeline.buildPipeline();
app.synth();
