// A deployable unit: one component as a service of ECS Fargate behind the platform's load balancer.
const {
  CfnOutput, Duration, RemovalPolicy, aws_ecr: ecr, aws_ecs: ecs, aws_elasticloadbalancingv2: elb, aws_logs: logs,
  aws_secretsmanager: secretsmanager,
} = require('aws-cdk-lib');
const { Construct } = require('constructs');

class DeployableUnit extends Construct {
  // component, tag: the image, from the ECR repository of the component's name.
  // count, cpu, memory: how many tasks, how large each.
  // port, health: where it listens, and the path that answers 200 as long as it is well.
  // host, priority: the name that the load balancer knows it by, and its place among the rules.
  // secrets, secretsPrefix: variables of the task, each from the secret `PREFIX/COMPONENT/VARIABLE`.
  constructor(scope, id, { component, tag, count, cpu, memory, port, health, host, priority, platform, secrets = [], secretsPrefix }) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const task = new ecs.FargateTaskDefinition(this, 'Task', { cpu, memoryLimitMiB: memory });
    task.addContainer(component, {
      image: ecs.ContainerImage.fromEcrRepository(ecr.Repository.fromRepositoryName(this, 'Images', `services/${component}`), tag),
      portMappings: [{ containerPort: port }],
      secrets: Object.fromEntries(secrets.map((name) => [name, this.secret(`${secretsPrefix}/${component}/${name}`)])),
      logging: ecs.LogDrivers.awsLogs({ streamPrefix: component, logGroup }),
    });
    const service = new ecs.FargateService(this, 'Service', {
      cluster: platform.cluster,
      taskDefinition: task,
      desiredCount: count,
      minHealthyPercent: 100,
      assignPublicIp: true,
      // Tasks that never become healthy fail the deploy job, and the tasks of before stay.
      circuitBreaker: { rollback: true },
    });
    const targets = new elb.ApplicationTargetGroup(this, 'Targets', {
      vpc: platform.vpc,
      targets: [service],
      port,
      protocol: elb.ApplicationProtocol.HTTP,
      healthCheck: { path: health, interval: Duration.seconds(10), healthyThresholdCount: 2 },
      deregistrationDelay: Duration.seconds(10),
    });
    platform.listener.addTargetGroups('Rule', {
      targetGroups: [targets],
      conditions: [elb.ListenerCondition.hostHeaders([host])],
      priority,
    });
    new CfnOutput(this, 'Url', { value: `http://${host}` }).overrideLogicalId('Url');
  }

  secret(name) {
    return ecs.Secret.fromSecretsManager(secretsmanager.Secret.fromSecretNameV2(this, name, name));
  }
}

module.exports = { DeployableUnit };
