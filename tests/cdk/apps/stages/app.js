// Plain stages of stacks, one of them wherever the credentials point.
const { App } = require('aws-cdk-lib');
const { ShopStage } = require('../shop/stage');
const app = new App();
new ShopStage(app, 'Staging', { env: { account: '111111111111', region: 'eu-west-1' }, edgeRegion: 'us-east-1' });
new ShopStage(app, 'Production', { prod: true });          // env-agnostic
app.synth();
