// A pipeline that a fake AWS can deploy: two stages, steps before and after, an approval.
const { App, Stack, pipelines: p } = require('aws-cdk-lib');
const { ShopStage } = require('../shop/stage');
const app = new App();
const stack = new Stack(app, 'Pipe', { env: { account: '123456789012', region: 'eu-west-1' } });
const src = p.CodePipelineSource.connection('acme/shop', 'main', { connectionArn: 'arn:aws:codestar-connections:eu-west-1:123456789012:connection/x' });
const pipe = new p.CodePipeline(stack, 'P', { synth: new p.ShellStep('Synth', { input: src, commands: ['npx cdk synth'] }), crossAccountKeys: true });
const staging = new ShopStage(stack, 'Staging', { env: { account: '111111111111', region: 'eu-west-1' }, edgeRegion: 'us-east-1' });
const unit = new p.ShellStep('Unit', { input: src, commands: ['mkdir -p reports', 'echo ok > reports/unit.txt'], primaryOutputDirectory: 'reports' });
const ver = new p.CodeBuildStep('Version', { input: src, commands: ['export VERSION=1.2.3'] });
pipe.addWave('PreProd', { pre: [unit, ver] }).addStage(staging, { post: [
  new p.ShellStep('Smoke', { input: src, additionalInputs: { 'in/unit': unit }, env: { V: ver.exportedVariable('VERSION') }, envFromCfnOutputs: { URL: staging.serviceUrl },
    commands: ['test "$(cat in/unit/unit.txt)" = ok', 'case "$URL" in http://staging-service-*) echo "smoke $URL $V";; *) exit 1;; esac'] })] });
pipe.addStage(new ShopStage(stack, 'Prod', { prod: true, env: { account: '123456789012', region: 'eu-west-1' } }), { pre: [new p.ManualApprovalStep('Go', { comment: 'ship it?' })] });
app.synth();
