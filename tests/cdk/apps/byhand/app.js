// A pipeline that somebody has written action by action: its ranks are what is meant, and actions give stacks parameters.
const { App, CfnParameter, Stack, aws_codebuild: cb, aws_codepipeline: cp, aws_codepipeline_actions: actions } = require('aws-cdk-lib');
const { aws_codecommit: cc, aws_iam: iam, aws_s3: s3, aws_sns: sns } = require('aws-cdk-lib');

const app = new App();
const env = { account: '111111111111', region: 'eu-west-1' };
for (const name of ['Net', 'Api', 'Web', 'Data']) {
  const stack = new Stack(app, name, { env });
  const parameter = new CfnParameter(stack, 'Name');
  new sns.Topic(stack, 'Topic', { displayName: parameter.valueAsString });
}

const stack = new Stack(app, 'Pipe', { env });
const source = new cp.Artifact('Source');
const tools = new cp.Artifact('Tools');
const assembly = new cp.Artifact('Assembly');
const report = new cp.Artifact('Report');
const outputs = new cp.Artifact('Outputs');
const repository = (id, name) => cc.Repository.fromRepositoryName(stack, id, name);
const project = (id, spec, props) => new cb.PipelineProject(stack, id, { buildSpec: cb.BuildSpec.fromObject({ version: '0.2', ...spec }), ...props });
const commands = (...list) => ({ phases: { build: { commands: list } } });
const update = (name, runOrder, parameterOverrides, stackName = name) => new actions.CloudFormationCreateUpdateStackAction({
  actionName: stackName, runOrder, stackName, templatePath: assembly.atPath(`${name}.template.json`), adminPermissions: true, parameterOverrides,
  ...(name === 'Api' && { output: outputs, outputFileName: 'outputs.json' }),
});
new cp.Pipeline(stack, 'Pipeline', {
  crossAccountKeys: false,
  stages: [
    {
      stageName: 'Source',
      actions: [
        new actions.CodeCommitSourceAction({ actionName: 'Main', repository: repository('Main', 'shop'), branch: 'main', output: source }),
        new actions.CodeCommitSourceAction({ actionName: 'Tools', repository: repository('Tools', 'tools'), branch: 'main', output: tools, trigger: actions.CodeCommitTrigger.NONE }),
      ],
    },
    {
      stageName: 'Build',
      actions: [
        new actions.CodeBuildAction({
          actionName: 'Synth', project: project('Synth', { ...commands('npx cdk synth'), artifacts: { 'base-directory': 'cdk.out', files: '**/*' } }),
          input: source, outputs: [assembly],
        }),
      ],
    },
    {
      stageName: 'Test',
      actions: [
        new actions.CodeBuildAction({
          actionName: 'Unit', runOrder: 1, input: source, extraInputs: [tools], outputs: [report],
          project: project('Unit', { ...commands('"$CODEBUILD_SRC_DIR_Tools/test"'), artifacts: { files: ['out/**/*'] } }),
        }),
        new actions.CommandsAction({
          actionName: 'Pack', runOrder: 2, input: source, output: new cp.Artifact('Pack', ['pack/*']), outputVariables: ['SIZE'],
          commands: ['make pack', 'export SIZE=$(du pack)'],
        }),
        new actions.CodeBuildAction({ actionName: 'Judge', runOrder: 2, input: report, project: project('Judge', commands('cat out/*')) }),
      ],
    },
    {
      stageName: 'Deploy',
      actions: [
        new actions.CloudFormationCreateReplaceChangeSetAction({
          actionName: 'NetChanges', runOrder: 1, stackName: 'Net', changeSetName: 'changes', adminPermissions: true,
          templatePath: assembly.atPath('Net.template.json'), parameterOverrides: { Name: "the 'net'" },
        }),
        new actions.ManualApprovalAction({ actionName: 'Review', runOrder: 2 }),
        new actions.CloudFormationExecuteChangeSetAction({ actionName: 'NetExecute', runOrder: 3, stackName: 'Net', changeSetName: 'changes' }),
        update('Api', 4, { Name: 'api' }),
        update('Web', 5),
        update('Data', 6, { Name: report.getParam('names.json', 'data') }),
        update('Web', 7, { Name: 'second' }, 'WebOfOthers'),
        new actions.CodeBuildAction({
          actionName: 'Look', runOrder: 8, input: source, extraInputs: [outputs], project: project('Look', commands('cat $CODEBUILD_SRC_DIR_Outputs/*')),
        }),
        new actions.CodeBuildAction({
          actionName: 'Tell', runOrder: 8, input: source,
          project: project('Tell', commands('ID="$(aws sts get-caller-identity)"'), { role: iam.Role.fromRoleArn(stack, 'Teller', 'arn:aws:iam::111111111111:role/teller') }),
        }),
        new actions.S3DeployAction({ actionName: 'Files', runOrder: 9, input: report, bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'acme-files') }),
      ],
    },
  ],
});
app.synth();
