// The stacks of a small shop: data, a service with assets, monitoring, and an edge stack in another region.
const { Stage, Stack, CfnOutput, Duration, RemovalPolicy, Tags } = require('aws-cdk-lib');
const dynamodb = require('aws-cdk-lib/aws-dynamodb');
const sqs = require('aws-cdk-lib/aws-sqs');
const sns = require('aws-cdk-lib/aws-sns');
const lambda = require('aws-cdk-lib/aws-lambda');
const s3 = require('aws-cdk-lib/aws-s3');
const assets = require('aws-cdk-lib/aws-s3-assets');
const ecrAssets = require('aws-cdk-lib/aws-ecr-assets');
const path = require('path');

// Spelt out, since every version of the library knows other runtimes.
const RUNTIME = new lambda.Runtime('nodejs22.x', lambda.RuntimeFamily.NODEJS);

class DataStack extends Stack {
  constructor(scope, id, props) {
    super(scope, id, { ...props, description: 'stateful data', terminationProtection: props.prod });
    this.table = new dynamodb.CfnTable(this, 'Orders', {
      billingMode: 'PAY_PER_REQUEST',
      attributeDefinitions: [{ attributeName: 'id', attributeType: 'S' }],
      keySchema: [{ attributeName: 'id', keyType: 'HASH' }],
    });
    this.table.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.queue = new sqs.Queue(this, 'Jobs', { visibilityTimeout: Duration.seconds(60) });
    new CfnOutput(this, 'TableName', { value: this.table.ref });
  }
}
class ServiceStack extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const fn = new lambda.Function(this, 'Api', {
      runtime: RUNTIME, handler: 'index.handler',
      code: lambda.Code.fromAsset(path.join(__dirname, 'lambda')),        // file asset (zip)
      environment: { TABLE: props.data.table.ref, QUEUE: props.data.queue.queueUrl, STAGE: props.stageName },
    });
    props.data.queue.grantSendMessages(fn);
    const site = new s3.Bucket(this, 'Site', { websiteIndexDocument: 'index.html', removalPolicy: RemovalPolicy.DESTROY });
    const page = new assets.Asset(this, 'Page', { path: path.join(__dirname, 'site/index.html') }); // file asset (single file)
    new CfnOutput(this, 'PageAsset', { value: page.s3ObjectUrl });
    if (this.node.tryGetContext('docker')) {
      const img = new ecrAssets.DockerImageAsset(this, 'Image', {
        directory: path.join(__dirname, 'image'), buildArgs: { VERSION: '1.2.3' }, platform: ecrAssets.Platform.LINUX_AMD64 });
      new CfnOutput(this, 'ImageUri', { value: img.imageUri });
    }
    this.url = new CfnOutput(this, 'ServiceUrl', { value: site.bucketWebsiteUrl, description: 'public URL of the service', exportName: `${props.stageName}-service-url` });
    this.fn = fn;
  }
}
class MonitoringStack extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const topic = new sns.Topic(this, 'Alarms');
    new CfnOutput(this, 'TopicArn', { value: topic.topicArn });
    new CfnOutput(this, 'Watched', { value: props.service.fn.functionName });
  }
}
class EdgeStack extends Stack {                                            // other region
  constructor(scope, id, props) {
    super(scope, id, props);
    const t = new sns.Topic(this, 'EdgeTopic');
    new CfnOutput(this, 'EdgeTopicArn', { value: t.topicArn });
  }
}
class ShopStage extends Stage {
  constructor(scope, id, props) {
    super(scope, id, props);
    props = props ?? {}; const prod = !!props.prod, stageName = props.stageLabel || id.toLowerCase();
    this.data = new DataStack(this, 'Data', { prod, tags: { owner: 'shop' } });
    this.service = new ServiceStack(this, 'Service', { data: this.data, stageName });
    this.monitoring = new MonitoringStack(this, 'Monitoring', { service: this.service, stackName: `shop-${stageName}-mon` });
    if (props.edgeRegion) {
      this.edge = new EdgeStack(this, 'Edge', { env: { region: props.edgeRegion, account: props.env.account } });
      this.monitoring.addDependency(this.edge, 'edge first');
    }
    Tags.of(this).add('stage', stageName);
    this.serviceUrl = this.service.url;
  }
}
module.exports = { ShopStage };
