// The shop's services on ECS Fargate. Each stage is an environment of GitLab: ../nestling.yml says when it is deployed.
const { App, Stack, Stage } = require('aws-cdk-lib');
const { execFileSync } = require('node:child_process');
const { DeployableUnit } = require('./deployable-unit');
const { Platform } = require('./platform');

const env = { account: '123456789012', region: 'eu-west-1' };

// The services; another one is another entry.
const components = {
  shop: { port: 8080, cpu: 256, memory: 512, health: '/health.json', secrets: ['PAYMENT_KEY'] },
};

class Services extends Stage {
  constructor(scope, id, { platform, host, priority, count, secrets, ...props }) {
    super(scope, id, { env, ...props });
    for (const [component, described] of Object.entries(components)) {
      const stack = new Stack(this, component);
      new DeployableUnit(stack, 'Unit', {
        component,
        tag: treeOf(`services/${component}`),
        count,
        platform: Platform.named(stack, platform),
        host: host.replace('*', component),
        priority,
        secretsPrefix: secrets,
        ...described,
      });
    }
  }
}

const app = new App();

// Everything before production shares one load balancer and one cluster, which merging deploys.
const preview = new Stage(app, 'Preview', { env });
new Platform(preview, 'Platform', { name: 'preview' });

// `npx cdk synth --context review=7`: each merge request has services of its own.
const review = Number(app.node.tryGetContext('review') ?? 0);
new Services(app, 'Review', {
  stageName: `review-${review}`,
  platform: 'preview',
  host: `*-${review}.preview.shop.example`,
  priority: 100 + review,
  secrets: 'preview',
  count: 1,
});
new Services(app, 'Staging', {
  platform: 'preview', host: '*.staging.shop.example', priority: 1, secrets: 'preview', count: 2,
});

// Production has its own, and the platform comes first.
const production = new Services(app, 'Production', {
  platform: 'production', host: '*.shop.example', priority: 1, secrets: 'production', count: 3,
});
const own = new Platform(production, 'Platform', { name: 'production' });
for (const stack of production.node.children) if (stack !== own) stack.addStackDependency(own);

// The image of a service has the name of its content: ci/ecs/image pushes it under the same one.
function treeOf(directory) {
  return execFileSync('git', ['rev-parse', `HEAD:./${directory}`], { cwd: `${__dirname}/..`, encoding: 'utf8' }).trim();
}
