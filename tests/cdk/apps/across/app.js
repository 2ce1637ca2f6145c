// A pipeline whose steps read what an earlier stage has made, and whose later stages are in no account of their own.
const { App, CfnOutput, Stack, Stage, aws_codebuild: cb, aws_sns: sns, pipelines: p } = require('aws-cdk-lib');

class Site extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    this.arn = new CfnOutput(this, 'Arn', { value: new sns.Topic(this, 'Topic').topicArn });
  }
}
class Live extends Stage {
  constructor(scope, id, props) {
    super(scope, id, props);
    this.site = new Site(this, 'Site');
  }
}

const app = new App();
const env = { account: '111111111111', region: 'eu-west-1' };
const stack = new Stack(app, 'Pipe', { env });
const connectionArn = 'arn:aws:codestar-connections:eu-west-1:111111111111:connection/x';
const input = p.CodePipelineSource.connection('acme/across', 'main', { connectionArn });
const synth = new p.ShellStep('Synth', { input, commands: ['cd infra', 'npx cdk synth'], primaryOutputDirectory: 'infra/cdk.out' });
const pipeline = new p.CodePipeline(stack, 'P', { synth, selfMutation: false, crossAccountKeys: false });

const early = new Live(stack, 'Early', { env });
const late = new Live(stack, 'Late');
const version = new p.CodeBuildStep('Version', { commands: ['export VERSION="$(cat infra/version)"'] });
pipeline.addStage(early, { post: [version] });
pipeline.addStage(late, {
  pre: [new p.ManualApprovalStep('Go')],
  post: [
    new p.CodeBuildStep('Use', {
      commands: ['echo "RAN $TEXT"', 'echo "RAN $EARLY $LATE"'],
      env: { TEXT: `it's ${version.exportedVariable('VERSION')}` },
      envFromCfnOutputs: { EARLY: early.site.arn, LATE: late.site.arn },
    }),
    new p.ShellStep('Dist', { input: synth.addOutputDirectory('infra/dist'), commands: ['ls'] }),
    new p.CodeBuildStep('Again', {
      commands: ['./flaky'],
      partialBuildSpec: cb.BuildSpec.fromObject({ phases: { build: { 'on-failure': 'RETRY-2' }, post_build: { commands: ['./tell'] } } }),
    }),
  ],
});
pipeline.addWave('World', { post: [new p.ShellStep('Told', { commands: ['./told'] })] }).addStage(new Live(stack, 'East', { env }));
pipeline.buildPipeline();
app.synth();
