#!/usr/bin/env python3
"""Writes as many jobs as `nestling generate --all` makes of so many units (three of a template, and a stop job), with
PyYAML on libyaml, and does nothing else."""

import sys

import yaml


def job(service: str, kind: str) -> dict[str, object]:
    return {
        "stage": kind,
        "image": "node:22",
        "variables": {"SERVICE": service, "WORKDIR": f"services/{service}"},
        "needs": [f"{service}:build"],
        "script": [f"cd services/{service}", "npm ci", f"npm run {kind}"],
        "artifacts": {"paths": [f"services/{service}/dist/"]},
    }


names = [f"svc-{at:05d}" for at in range(int(sys.argv[1]))]
pipeline = {f"{name}:{kind}": job(name, kind) for name in names for kind in ("build", "test", "deploy", "stop")}
yaml.dump(pipeline, sys.stdout, Dumper=yaml.CSafeDumper, sort_keys=False)
