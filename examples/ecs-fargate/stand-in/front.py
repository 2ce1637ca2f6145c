"""Answers as the load balancers of the fake AWS would: the rule for the host, its service, the image of its tasks.

usage: front.py ADDRESS, as an HTTP proxy; the address is written when it answers
"""
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import boto3


def target_groups(host):
    elb = boto3.client("elbv2")
    for balancer in elb.describe_load_balancers()["LoadBalancers"]:
        for listener in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]:
            for rule in elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]:
                hosts = [value for it in rule["Conditions"] for value in it.get("HostHeaderConfig", {}).get("Values", [])]
                if host in hosts:
                    yield rule["Actions"][0]["TargetGroupArn"]


def image_behind(group):
    ecs = boto3.client("ecs")
    for cluster in ecs.list_clusters()["clusterArns"]:
        names = ecs.list_services(cluster=cluster)["serviceArns"]
        for service in ecs.describe_services(cluster=cluster, services=names)["services"] if names else []:
            if service["runningCount"] and group in [it["targetGroupArn"] for it in service["loadBalancers"]]:
                task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
                return task["containerDefinitions"][0]["image"]
    return None


def files_of(image):
    """What `docker push` has put there; a task whose image is missing does not start."""
    repository, tag = image.split("/", 1)[1].rsplit(":", 1)
    found = boto3.client("ecr").batch_get_image(repositoryName=repository, imageIds=[{"imageTag": tag}])["images"]
    return json.loads(json.loads(found[0]["imageManifest"])["annotations"]["files"]) if found else {}


class Front(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        images = [image_behind(group) for group in target_groups(url.hostname)]
        path = url.path.lstrip("/") or "index.html"
        body = files_of(images[0]).get(path) if images and images[0] else None
        self.send_response(200 if body is not None else 404)
        self.end_headers()
        self.wfile.write((body or "").encode())


server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
with open(sys.argv[1], "w") as address:
    address.write(f"http://127.0.0.1:{server.server_port}")
server.serve_forever()
