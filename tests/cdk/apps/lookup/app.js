// A context value that is missing: its assembly holds made-up values and has to be refused.
const { App, Stack, aws_ec2: ec2, aws_ssm: ssm, CfnOutput } = require('aws-cdk-lib');
const app = new App(); const s = new Stack(app, 'L', { env: { account: '111111111111', region: 'eu-west-1' } });
const v = ec2.Vpc.fromLookup(s, 'V', { vpcName: 'main' }); new CfnOutput(s, 'Id', { value: v.vpcId }); app.synth();
