#!/usr/bin/env python3
"""Counts what `reuse` would have left out on the default branch of a public repository: the numbers in docs/passed.md.

    git clone --bare https://github.com/mendersoftware/mender-server.git /tmp/mender-server.git
    python3 crates/nestling-cli/benches/replay.py /tmp/mender-server.git --nestling target/release/nestling

For each of the last merges on the first-parent line of a branch, the units that the merge selects are listed, and their fingerprints at
the merge and at the branch that was merged are compared: where they are the same, the pipeline of the merge request has tested the same
content. The workspace's file is made for the purpose; it is committed to a copy, and read from there. Nothing is written to the
repository itself.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

WORKSPACE = """\
workspace:
  ignore: ["**/*.md"]
  units:
    - match: backend/services/*
      changes: ["/backend/pkg/**/*", /backend/go.mod, /backend/go.sum]
    - match: frontend
"""

IDENTITY = ["-c", "user.name=replay", "-c", "user.email=replay@example.com"]


def git(repository, *arguments, **options):
    command = ["git", "-C", str(repository), *IDENTITY, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout.strip()


def copy_with_workspace(repository, workspace, folder):
    """Makes a copy that shares the objects, with the workspace's file in a commit of its own."""
    copy = pathlib.Path(folder) / "copy"
    command = ["git", "clone", "--quiet", "--shared", "--no-checkout", str(repository), str(copy)]
    subprocess.run(command, check=True)
    blob = git(copy, "hash-object", "-w", "--stdin", input=workspace)
    tree = git(copy, "mktree", input=f"100644 blob {blob}\tnestling.yml\n")
    return copy, git(copy, "commit-tree", "-m", "workspace", tree)


def units(options, copy, made, head, base, *more):
    """Returns the selected units at a commit with their fingerprints."""
    command = [options.nestling, "affected", "--format", "json", "--workspace-from", made, "--no-fetch"]
    command += ["--head", head, "--base", base, *more]
    result = subprocess.run(command, cwd=copy, check=True, capture_output=True, text=True)
    return {unit["name"]: unit["fingerprint"] for unit in json.loads(result.stdout)["units"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=lambda path: pathlib.Path(path).absolute())
    parser.add_argument("--branch", default="HEAD")
    parser.add_argument("--merges", type=int, default=200)
    parser.add_argument("--workspace", type=pathlib.Path, help="another workspace file")
    parser.add_argument("--tests", type=int, default=3, help="jobs of a unit that can be left out")
    parser.add_argument("--deploys", type=int, default=1, help="jobs of a unit that are never left out")
    parser.add_argument("--nestling", default="nestling")
    options = parser.parse_args()
    options.nestling = str(pathlib.Path(options.nestling).absolute()) if "/" in options.nestling else options.nestling
    workspace = options.workspace.read_text() if options.workspace else WORKSPACE
    with tempfile.TemporaryDirectory() as folder:
        copy, made = copy_with_workspace(options.repository, workspace, folder)
        tip = git(options.repository, "rev-parse", options.branch)
        merges = git(copy, "rev-list", "--first-parent", "--merges", "-n", str(options.merges), tip).splitlines()
        selected = passed = 0
        for merge in merges:
            before, merged = git(copy, "rev-parse", f"{merge}^1", f"{merge}^2").splitlines()
            of_merge = units(options, copy, made, merge, before)
            tested = units(options, copy, made, merged, before, "--all")
            selected += len(of_merge)
            passed += sum(tested.get(name) == fingerprint for name, fingerprint in of_merge.items())
    whole = selected * (options.tests + options.deploys)
    print(f"{len(merges)} merges up to {tip[:12]}: {selected} units selected, {passed} of them as in the branch that was merged")
    print(f"| without `reuse` | {whole:,} in {selected} units |")
    print(f"| merge request pipelines of the source branch | {whole - passed * options.tests:,} |")
    print(f"| merged results pipelines or trains | {selected * options.deploys:,} |")


if __name__ == "__main__":
    main()
