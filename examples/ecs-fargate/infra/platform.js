// What the services of an environment stand on: a network, a cluster, and the one load balancer that they share.
const { CfnOutput, Fn, Stack, aws_ec2: ec2, aws_ecs: ecs, aws_elasticloadbalancingv2: elb } = require('aws-cdk-lib');

class Platform extends Stack {
  // The zones are known, so that a synth needs no rights to look them up.
  get availabilityZones() {
    return ['a', 'b'].map((zone) => this.region + zone);
  }

  constructor(scope, id, { name, ...props }) {
    super(scope, id, props);
    // Tasks have public addresses and no way in but the load balancer: no NAT gateway is paid for.
    const vpc = new ec2.Vpc(this, 'Vpc', {
      natGateways: 0,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [{ name: 'Public', subnetType: ec2.SubnetType.PUBLIC }],
    });
    const cluster = new ecs.Cluster(this, 'Cluster', { vpc });
    const balancer = new elb.ApplicationLoadBalancer(this, 'Balancer', { vpc, internetFacing: true });
    const listener = balancer.addListener('Http', {
      port: 80,
      defaultAction: elb.ListenerAction.fixedResponse(404, { messageBody: 'no such service' }),
    });
    const values = {
      Vpc: vpc.vpcId,
      SubnetA: vpc.publicSubnets[0].subnetId,
      SubnetB: vpc.publicSubnets[1].subnetId,
      Cluster: cluster.clusterName,
      Listener: listener.listenerArn,
      BalancerGroup: balancer.connections.securityGroups[0].securityGroupId,
    };
    for (const [key, value] of Object.entries(values)) new CfnOutput(this, `${key}Export`, { value, exportName: `${name}-${key}` });
    new CfnOutput(this, 'Address', { value: balancer.loadBalancerDnsName, description: 'what DNS names of services are aliases of' });
  }

  // The platform of this name, for the stacks of other stages: exports keep it from being deleted below them.
  static named(scope, name) {
    const value = (key) => Fn.importValue(`${name}-${key}`);
    const vpc = ec2.Vpc.fromVpcAttributes(scope, 'Vpc', {
      vpcId: value('Vpc'),
      availabilityZones: ['a', 'b'].map((zone) => Stack.of(scope).region + zone),
      publicSubnetIds: [value('SubnetA'), value('SubnetB')],
    });
    return {
      vpc,
      cluster: ecs.Cluster.fromClusterAttributes(scope, 'Cluster', { clusterName: value('Cluster'), vpc }),
      listener: elb.ApplicationListener.fromApplicationListenerAttributes(scope, 'Listener', {
        listenerArn: value('Listener'),
        securityGroup: ec2.SecurityGroup.fromSecurityGroupId(scope, 'BalancerGroup', value('BalancerGroup')),
      }),
    };
  }
}

module.exports = { Platform };
