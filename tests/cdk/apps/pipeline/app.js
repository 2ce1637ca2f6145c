// The same stages behind a CodePipeline that uses everything the construct has. Context: noChangeSets, singleAsset.
const { App, Stack, SecretValue, Duration, pipelines: p, aws_codebuild: cb, aws_iam: iam, aws_ec2: ec2 } = require('aws-cdk-lib');
const { ShopStage } = require('../shop/stage');
class PipelineStack extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const src = p.CodePipelineSource.connection('acme/shop', 'main', { connectionArn: 'arn:aws:codestar-connections:eu-west-1:999999999999:connection/abcd' });
    const tools = p.CodePipelineSource.gitHub('acme/tools', 'v2', { authentication: SecretValue.secretsManager('gh') });
    const synth = new p.ShellStep('Synth', {
      input: src, additionalInputs: { '../tools': tools },
      installCommands: ['npm ci'], commands: ['npm run build', 'npx cdk synth'],
      env: { NODE_ENV: 'production' }, primaryOutputDirectory: 'cdk.out',
    });
    const pipeline = new p.CodePipeline(this, 'Pipeline', {
      pipelineName: 'shop', synth, crossAccountKeys: true, dockerEnabledForSynth: true, dockerEnabledForSelfMutation: true,
      selfMutation: true, publishAssetsInParallel: !this.node.tryGetContext('singleAsset'),
      useChangeSets: !this.node.tryGetContext('noChangeSets'),
      codeBuildDefaults: { buildEnvironment: { computeType: cb.ComputeType.MEDIUM, environmentVariables: { GLOBAL: { value: 'g1' } } } },
      dockerCredentials: this.node.tryGetContext('singleAsset') ? undefined : [p.DockerCredential.dockerHub(require('aws-cdk-lib').aws_secretsmanager.Secret.fromSecretNameV2(this, 'DH', 'dockerhub'))],
    });
    // a step that produces a file set for a later step
    const unit = new p.ShellStep('UnitTests', { input: src, commands: ['npm ci', 'npm test -- --ci', 'mkdir -p reports && cp junit.xml reports/'], primaryOutputDirectory: 'reports' });
    // wave without explicit order: two stages in parallel
    const wave = pipeline.addWave('PreProd', { pre: [unit], post: [new p.ManualApprovalStep('PromoteToProd', { comment: 'Check the dashboards first' })] });
    const staging = new ShopStage(this, 'Staging', { env: { account: '111111111111', region: 'eu-west-1' }, edgeRegion: 'us-east-1' });
    const qa = new ShopStage(this, 'QA', { env: { account: '222222222222', region: 'eu-west-1' } });
    const smoke = new p.ShellStep('SmokeTest', {
      commands: ['curl -Ssf "$SERVICE_URL"', 'echo "$TABLE in $STAGE_NAME"'],
      env: { STAGE_NAME: 'staging' },
      envFromCfnOutputs: { SERVICE_URL: staging.serviceUrl },
    });
    const load = new p.CodeBuildStep('LoadTest', {
      input: src, additionalInputs: { 'reports-in': unit },
      commands: ['npx artillery run load.yml --target $URL'],
      installCommands: ['npm ci'],
      envFromCfnOutputs: { URL: staging.serviceUrl },
      projectName: 'shop-load-test', timeout: Duration.minutes(30),
      buildEnvironment: { privileged: true, buildImage: cb.LinuxBuildImage.STANDARD_7_0, environmentVariables: { TOKEN: { type: cb.BuildEnvironmentVariableType.SECRETS_MANAGER, value: 'load/token' }, LEVEL: { value: 'high' } } },
      rolePolicyStatements: [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] })],
      partialBuildSpec: cb.BuildSpec.fromObject({ version: '0.2', reports: { junit: { files: ['*.xml'] } }, cache: { paths: ['node_modules/**/*'] } }),
    });
    load.addStepDependency(smoke);
    wave.addStage(staging, {
      pre: [new p.ConfirmPermissionsBroadening('SecurityCheck', { stage: staging })],
      post: [smoke, load],
      stackSteps: [{ stack: staging.data, pre: [new p.ShellStep('Backup', { input: src, commands: ['./scripts/backup.sh orders'] })],
                     ...(this.node.tryGetContext('noChangeSets') ? {} : { changeSet: [new p.ManualApprovalStep('ReviewDataChanges')] }),
                     post: [new p.ShellStep('Migrate', { input: src, commands: ['./scripts/migrate.sh'], envFromCfnOutputs: {} })] }],
    });
    wave.addStage(qa);
    pipeline.addStage(new ShopStage(this, 'Prod', { prod: true, env: { account: '333333333333', region: 'eu-central-1' } }), {
      pre: [new p.ManualApprovalStep('Go')],
      post: [new p.ShellStep('Announce', { commands: ['echo deployed'] })],
    });
    pipeline.buildPipeline();
  }
}
const app = new App();
new PipelineStack(app, 'ShopPipeline', { env: { account: '999999999999', region: 'eu-west-1' } });
app.synth();
