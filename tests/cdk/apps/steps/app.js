// A pipeline whose steps are all that CodeBuild steps can be: phases, variables, files, images, build specifications.
const cdk = require('aws-cdk-lib');
const path = require('path');
const { App, CfnOutput, Stack, Stage, pipelines: p } = cdk;
const { aws_codebuild: cb, aws_codepipeline: cp, aws_codepipeline_actions: actions, aws_ecr: ecr, aws_iam: iam, aws_s3: s3 } = cdk;
const { aws_secretsmanager: secrets, aws_sns: sns } = cdk;

const app = new App();
const env = { account: '111111111111', region: 'eu-west-1' };
const stack = new Stack(app, 'Pipe', { env });
const connectionArn = 'arn:aws:codestar-connections:eu-west-1:111111111111:connection/x';
const input = p.CodePipelineSource.connection('acme/steps', 'main', { connectionArn, codeBuildCloneOutput: true });
const tools = p.CodePipelineSource.connection('acme/tools', 'main', { connectionArn });
const synth = new p.ShellStep('Synth', { input, commands: ['npx cdk synth'] });
const pipeline = new p.CodePipeline(stack, 'P', { synth, selfMutation: false, crossAccountKeys: false });

class Site extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    this.arn = new CfnOutput(this, 'Arn', { value: new sns.Topic(this, 'Topic').topicArn });
  }
}
class Live extends Stage {
  constructor(scope, id, props) {
    super(scope, id, props);
    this.site = new Site(this, 'Site', props);
  }
}

/** An action that runs a project of any kind. */
class ProjectStep extends p.Step {
  constructor(id, file, props) {
    super(id);
    this.addStepDependency(synth);
    this.primary = file;
    this.props = props;
    this.discoverReferencedOutputs({ env: props.environmentVariables });
  }
  get dependencyFileSets() { return [this.primary]; }
  produceAction(stage, options) {
    const project = new cb.PipelineProject(options.scope, this.id, this.props.project);
    stage.addAction(new actions.CodeBuildAction({
      actionName: options.actionName, runOrder: options.runOrder, project,
      input: options.artifacts.toCodePipeline(this.primary), environmentVariables: this.props.environmentVariables,
    }));
    return { runOrdersConsumed: 1 };
  }
}
const projectStep = (id, project, environmentVariables, file = input.primaryOutput) => new ProjectStep(id, file, { project, environmentVariables });
const { PLAINTEXT, SECRETS_MANAGER, PARAMETER_STORE } = cb.BuildEnvironmentVariableType;
const spec = (value) => cb.BuildSpec.fromObject({ version: '0.2', ...value });

const live = new Live(stack, 'Live', { env });
const make = new p.ShellStep('Make', { input, commands: ['make'], primaryOutputDirectory: 'out' });
const version = new p.CodeBuildStep('Version', {
  input, commands: ['export VERSION=$(cat version)'], partialBuildSpec: spec({ env: { 'exported-variables': ['VERSION'] } }),
});
const repository = new ecr.Repository(stack, 'Ci');
const secret = new secrets.Secret(stack, 'Secret');
const bucket = new s3.Bucket(stack, 'Files');

pipeline.addStage(live, {
  pre: [make, version],
  post: [
    // The most usual one: the image is built, and then the service is told.
    new p.CodeBuildStep('Push', {
      input, commands: ['docker build -t $ARN .'], envFromCfnOutputs: { ARN: live.site.arn },
      buildEnvironment: { privileged: true, buildImage: cb.LinuxBuildImage.fromDockerRegistry('registry.example/docker-aws:1') },
      rolePolicyStatements: [new iam.PolicyStatement({ actions: ['ecs:UpdateService'], resources: ['*'] })],
      partialBuildSpec: spec({
        phases: {
          pre_build: { commands: ['TAG=$(date +%s)', 'export OTHER=1'], finally: ['echo "logged in"'] },
          post_build: { commands: ['aws ecs update-service --force-new-deployment --service $ARN'] },
        },
      }),
    }),
    // Variables: the action's before the project's before the specification's, each of its type.
    projectStep('Variables', {
      environmentVariables: {
        B: { value: 'project' }, C: { type: SECRETS_MANAGER, value: 'db:password' }, D: { value: 'project' }, F: { type: PARAMETER_STORE, value: '/f' },
        G: { type: SECRETS_MANAGER, value: secret.secretArn }, H: { value: repository.repositoryUri },
      },
      buildSpec: spec({
        env: { variables: { A: 'specification', B: 'specification', C: 'specification' }, 'secrets-manager': { D: 'd', E: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:e-AbCdEf::AWSPREVIOUS' } },
        phases: { build: { commands: ['echo "$A $B $C $D $E $F $G $H"'] } },
      }),
    }, { D: { value: 'action' }, I: { type: SECRETS_MANAGER, value: 'i' }, J: { type: PLAINTEXT, value: version.exportedVariable('VERSION') } }),
    // Works in what another step has made.
    new p.CodeBuildStep('Test', {
      input: make, additionalInputs: { 'in/tools': tools, 'in/source': input }, commands: ['./test'],
      partialBuildSpec: spec({
        reports: {
          unit: { files: ['**/*.xml'], 'base-directory': 'reports' },
          coverage: { files: 'cobertura.xml', 'file-format': 'COBERTURAXML' },
          elsewhere: { files: '*.xml', 'base-directory': '/tmp/reports' },
        },
        cache: { paths: ['lib/**/*', '/opt/.m2/**/*'] },
      }),
    }),
    // Works in what the synth has made beside the assembly.
    new p.ShellStep('Dist', { input: synth.addOutputDirectory('dist'), commands: ['./upload'] }),
    // Build specifications that are not in place.
    projectStep('FromSource', { buildSpec: cb.BuildSpec.fromSourceFilename('ci/buildspec.yml') }),
    projectStep('FromNowhere', {}),
    projectStep('FromMade', { buildSpec: cb.BuildSpec.fromSourceFilename('ci/buildspec.yml') }, undefined, make.primaryOutput),
    projectStep('FromAsset', { buildSpec: cb.BuildSpec.fromAsset(path.join(__dirname, 'ci/asset.yml')) }),
    projectStep('FromYaml', { buildSpec: cb.BuildSpec.fromObjectToYaml({ version: '0.2', phases: { build: { commands: ['echo yaml'] } } }) }),
    projectStep('Token', { buildSpec: spec({ phases: { build: { commands: [`aws s3 sync . s3://${bucket.bucketName}`] } } }) }),
    projectStep('Empty', { buildSpec: spec({ phases: {} }) }),
    // Images.
    projectStep('AssetImage', {
      buildSpec: spec({ phases: { build: { commands: ['true'] } } }),
      environment: { buildImage: cb.LinuxBuildImage.fromAsset(stack, 'Image', { directory: path.join(__dirname, 'img') }) },
    }),
    projectStep('OwnImage', {
      buildSpec: spec({ phases: { build: { commands: ['true'] } } }),
      environment: { buildImage: cb.LinuxBuildImage.fromEcrRepository(repository, '1') },
    }),
    projectStep('WindowsImage', {
      buildSpec: spec({ phases: { build: { commands: ['Get-ChildItem'] } } }),
      environment: { buildImage: cb.WindowsBuildImage.WIN_SERVER_CORE_2019_BASE },
    }),
    // Names that CodePipeline cannot tell apart.
    new p.ShellStep('Test it', { commands: ['echo a'] }),
    new p.ShellStep('Test_it', { commands: ['echo b'] }),
    new p.ManualApprovalStep('Release', { comment: 'Release #{Live@Version.VERSION} of #{Source.CommitId}?' }),
  ],
});
pipeline.buildPipeline();
app.synth();
