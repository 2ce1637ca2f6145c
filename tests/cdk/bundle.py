#!/usr/bin/env python3
"""Trims an assembly to what Nestling reads, and writes it as one JSON file of paths to contents.

    tests/cdk/bundle.py cdk.out tests/cdk/assemblies/2.276.0/pipeline.json

What is left out says nothing of jobs: assets, the construct tree, reports, resources that are no part of a pipeline. A
stack's template keeps its outputs and the types of its resources.
"""
import json
import sys
from pathlib import Path

# Resources that pipelines are read from, beside the roles of steps and what they may do.
READ = ("AWS::CodePipeline::", "AWS::CodeBuild::", "AWS::Events::", "AWS::CodeStarNotifications::")
# Resources that a stack may have beside its pipeline.
BESIDE = ("AWS::DynamoDB::", "AWS::EC2::", "AWS::S3::Bucket", "AWS::SNS::", "AWS::SQS::")
# What is read of a stack's properties in a manifest.
PROPERTIES = ("templateFile", "stackName", "terminationProtection", "file", "directoryName", "displayName", "parameters")
# What of them says by whose rights it is changed.
PROPERTIES += ("assumeRoleArn", "assumeRoleExternalId", "assumeRoleAdditionalOptions", "cloudFormationExecutionRoleArn")
# Artifacts that say nothing of stacks.
PASSED_OVER = ("cdk:feature-flag-report", "cdk:tree")


def template(text):
    whole = json.loads(text)
    types = {id: {"Type": it["Type"]} for id, it in whole.get("Resources", {}).items()}
    if any(it["Type"] == "AWS::CodePipeline::Pipeline" for it in types.values()):
        types = pipeline(whole["Resources"])
    trimmed = {"Resources": types, "Outputs": {id: {} for id in whole.get("Outputs", {})}}
    required = {id: it for id, it in whole.get("Parameters", {}).items() if "Default" not in it}
    return {**trimmed, "Parameters": required} if required else trimmed


def pipeline(resources):
    projects = [it for it in resources.values() if it["Type"] == "AWS::CodeBuild::Project"]
    # A role of elsewhere is a string.
    given = [it["Properties"]["ServiceRole"] for it in projects]
    # Commands of an action run with the action's own role.
    pipelines = [it for it in resources.values() if it["Type"] == "AWS::CodePipeline::Pipeline"]
    actions = [action for it in pipelines for stage in it["Properties"]["Stages"] for action in stage["Actions"]]
    given += [it["RoleArn"] for it in actions if it["ActionTypeId"]["Provider"] == "Commands" and "RoleArn" in it]
    roles = {json.dumps(it).split('"')[3] for it in given if not isinstance(it, str)}
    names = {it.rsplit("/")[-1] for it in given if isinstance(it, str)}
    is_of_step = lambda role: role in names if isinstance(role, str) else role.get("Ref") in roles
    of_step = lambda it: any(is_of_step(role) for role in it["Properties"].get("Roles", []))
    return {
        id: it
        for id, it in resources.items()
        if it["Type"].startswith(READ) or id in roles or (it["Type"] == "AWS::IAM::Policy" and of_step(it))
    } | {id: {"Type": it["Type"]} for id, it in resources.items() if it["Type"].startswith(BESIDE)}


def logical_ids(metadata):
    kept = {}
    for path, entries in metadata.items():
        ids = [{"type": it["type"], "data": it["data"]} for it in entries if it["type"] == "aws:cdk:logicalId"]
        if ids:
            kept[path] = ids
    return kept


def manifest(text, names):
    whole = json.loads(text)
    for id, artifact in list(whole.get("artifacts", {}).items()):
        if artifact["type"] in PASSED_OVER and id != "Tree":
            del whole["artifacts"][id]
            continue
        artifact["properties"] = {k: v for k, v in artifact.get("properties", {}).items() if k in PROPERTIES}
        if "metadata" in artifact:
            # Where there is no other, the construct path is told by those of the constructs.
            is_read = id in names or "displayName" not in artifact
            artifact["metadata"] = logical_ids(artifact["metadata"]) if is_read else {}
    return whole


def assets(text):
    whole = json.loads(text)
    for kind in ("files", "dockerImages"):
        for asset in whole.get(kind, {}).values():
            asset["destinations"] = {id: {} for id in asset["destinations"]}
    return whole


def main(source, target):
    root = Path(source)
    files = {}
    pipelines = set()
    for path in sorted(root.rglob("*.template.json")):
        files[str(path.relative_to(root))] = trimmed = template(path.read_text())
        if any(it["Type"] == "AWS::CodePipeline::Pipeline" for it in trimmed["Resources"].values()):
            pipelines.add(path.name.removesuffix(".template.json"))
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        # Of assets, only build specifications are read.
        is_asset = name.startswith("asset.")
        if not path.is_file() or is_asset and ("/" in name or path.suffix not in (".yml", ".yaml")):
            continue
        if path.name == "manifest.json":
            files[name] = manifest(path.read_text(), pipelines)
        elif path.name.endswith(".assets.json"):
            files[name] = assets(path.read_text())
        elif path.name.endswith(".metadata.json"):
            stack = path.name.removesuffix(".metadata.json")
            files[name] = logical_ids(json.loads(path.read_text())) if stack in pipelines else {}
        elif path.suffix == ".dot" or path.name.startswith("buildspec-") or is_asset:
            files[name] = path.read_text()
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(files[name], separators=(',', ':'))}" for name in sorted(files))
    Path(target).write_text("{\n" + lines + "\n}\n")


main(*sys.argv[1:])
