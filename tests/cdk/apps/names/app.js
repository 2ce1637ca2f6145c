// Names that the command line could take for others: prefixes, patterns, a group, a stage in a stage, and stacks of the
// app that depend on one another and are deployed to different places.
const { App, Stack, Stage, aws_ssm: ssm } = require('aws-cdk-lib');
const { Construct } = require('constructs');
const env = { account: '123456789012', region: 'eu-west-1' };
const app = new App();
let number = 0;
const stack = (scope, id) => {
  const made = new Stack(scope, id, { env, stackName: `names-${++number}` });
  new ssm.StringParameter(made, 'Value', { parameterName: `/names/${number}`, stringValue: id });
  return made;
};
const web = new Stage(app, 'Web');
for (const id of ['Api', 'Api2', 'Api*', '!Api', '#1', '{Api,Api2}', 'Ap[i]', '(Api|Api2)', 'A?i', 'it\'s "$HOME" \\ a+b']) stack(web, id);
stack(new Construct(web, 'Group'), 'Deep');
stack(new Stage(web, 'Inner'), 'Api');
stack(new Stage(app, 'Web2'), 'Api');
const data = stack(app, 'Data');
stack(app, 'Service').addStackDependency(data);
app.synth();
