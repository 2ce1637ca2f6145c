#!/usr/bin/env python3
"""BuildKit's client with a daemon of its own, as far as the templates use it."""

import json
import os
import sys

from common import authorized, directory, dockerfile, exporter, named, options, push, record, reference, refuse, secrets

CONFIG = os.path.join(os.environ.get("DOCKER_CONFIG", ""), "config.json")


def main():
    record("buildctl")
    if sys.argv[1:2] != ["build"]:
        refuse(f"No help topic for '{sys.argv[1:2]}'")
    values = ["--frontend", "--opt", "--local", "--output", "--export-cache", "--import-cache", "--metadata-file", "--secret"]
    found, operands = options(sys.argv[2:], [], values)
    if operands:
        refuse(f"buildctl takes no operands: {operands}")
    if named(found, "--frontend") != ["dockerfile.v0"]:
        refuse("a frontend is needed")
    pairs = lambda option: dict(value.partition("=")[::2] for value in named(found, option))
    local, opts = pairs("--local"), pairs("--opt")
    for name in ("context", "dockerfile"):
        directory(local.get(name, ""))
    for name in opts:
        if name.split(":")[0] not in ("platform", "filename", "target", "build-arg", "label", "image-resolve-mode"):
            refuse(f"unknown option: {name}")
    if "/" in opts.get("filename", ""):
        refuse("the file is looked for in the directory `dockerfile`")
    dockerfile(os.path.join(local["dockerfile"], opts.get("filename", "Dockerfile")), opts.get("target", ""))
    secrets(named(found, "--secret"))
    for cache in named(found, "--export-cache") + named(found, "--import-cache"):
        reference(exporter(cache)["ref"])
    for cache in named(found, "--export-cache"):
        authorized(reference(exporter(cache)["ref"])["host"], CONFIG)
    metadata = {}
    for output in named(found, "--output"):
        image = exporter(output)
        if image["type"] != "image" or image.get("push") != "true":
            refuse(f"unexpected output: {output}")
        metadata["containerimage.digest"] = push(image["name"], CONFIG)
    for path in named(found, "--metadata-file"):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(metadata, file, indent=2)


main()
