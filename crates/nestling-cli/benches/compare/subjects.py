"""Who is compared, and with which commands."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from measure import Subject

HERE = Path(__file__).parent
JOB = re.compile(r'^["\']?(?:services/|libs/)?((?:svc|lib)-\d+):', re.MULTILINE)
BASH = 'for d in services/* libs/*; do git diff --quiet main...HEAD -- "$d" || echo "${d##*/}"; done'
# Nobody phones home, and nobody takes the pipeline that this may run in for its own.
QUIET = {"TURBO_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1", "NX_NO_CLOUD": "true", "CI_COMMIT_SHA": "", "GITLAB_CI": "",
         "TURBO_SCM_BASE": "main", "TURBO_SCM_HEAD": "HEAD", "MOON_BASE": "main", "MOON_HEAD": "HEAD"}


def lines(text: str) -> set[str]:
    return {line.rsplit("/", 1)[-1] for line in text.split()}


def jobs(text: str) -> set[str]:
    return set(JOB.findall(text))


def of_turbo(text: str) -> set[str]:
    items = json.loads(text[text.index("{"):])["packages"]["items"]
    return {item["name"].removeprefix("@mono/") for item in items if item["name"].startswith("@mono/")}


def of_moon(text: str) -> set[str]:
    return {project["id"] for project in json.loads(text)["projects"]}


def of_nx(text: str) -> set[str]:
    return {name.removeprefix("@mono/") for name in json.loads(text) if name.startswith("@mono/")}


def of_lerna(text: str) -> set[str]:
    return {package["name"].removeprefix("@mono/") for package in json.loads(text)}


def git(mono: Path) -> list[Subject]:
    return [
        Subject("git diff", mono, ["git", "diff", "--name-only", "main...HEAD"]),
        Subject("git ls-tree", mono, ["git", "ls-tree", "-r", "HEAD"]),
    ]


def nestling(binary: Path, mono: Path, rules: Path, truth: dict[str, list[str]]) -> list[Subject]:
    affected, changed = set(truth["affected_projects"]), set(truth["changed_projects"])
    generate = [str(binary), "generate", "--as", "merge_request", "--head", "HEAD", "-o"]
    every = [*generate, str(mono.parent / "all.yml"), "--all"]
    return [
        Subject("nestling affected", mono, [str(binary), "affected", "--head", "HEAD"], units=lines, expected=affected),
        Subject("nestling generate", mono, [*generate, "-"], units=jobs, expected=affected),
        Subject("nestling generate, rules", rules, [*generate, "-"], units=jobs, expected=changed),
        Subject("nestling generate --all", mono, every),
    ]


def scripts(mono: Path, truth: dict[str, list[str]], services: int) -> list[Subject]:
    script = [sys.executable, str(HERE / "script.py")]
    affected, changed = set(truth["affected_projects"]), set(truth["changed_projects"])
    found = [
        Subject("Python", mono, [*script, "--dependencies"], units=jobs, expected=affected),
        Subject("Python, no dependencies", mono, script, units=jobs, expected=changed),
        Subject("PyYAML dumps as many jobs", mono, [sys.executable, str(HERE / "dump.py"), str(services)]),
    ]
    if services <= 1000:
        found.append(Subject("bash", mono, ["bash", "-c", BASH], units=lines, expected=changed))
    return found


def peers(mono: Path, modules: Path, truth: dict[str, list[str]], services: int) -> list[Subject]:
    """Cold: without what the tool itself keeps between runs. Warm: with it, and with its daemon where it has one."""
    affected = set(truth["affected_projects"])
    node = next(modules.glob("node-linux-*")) / "bin"
    environment = QUIET | {"PATH": f"{node}:{modules / '.bin'}:/usr/local/bin:/usr/bin:/bin"}

    def forget(*folders: str):
        return lambda: [shutil.rmtree(mono / folder, ignore_errors=True) for folder in folders]

    def peer(name: str, command: str, units, before=None, **more: str) -> Subject:
        return Subject(name, mono, command.split(), environment | more, before, units, affected)

    moon = "moon query projects --affected --downstream deep"
    nx = "nx show projects --affected --base=main --head=HEAD --json"
    found = [
        peer("turbo", "turbo ls --affected --output=json", of_turbo),
        peer("moon, cold", moon, of_moon, forget(".moon/cache")),
        peer("moon, warm", moon, of_moon),
        peer("nx, no daemon", nx, of_nx, forget(".nx"), NX_DAEMON="false"),
        peer("nx, warm daemon", nx, of_nx, NX_DAEMON="true"),
    ]
    if services <= 100:  # minutes for more
        found.append(peer("lerna", "lerna changed --all --json", of_lerna))
    return found


def stop_daemons(mono: Path, modules: Path) -> None:
    node = next(modules.glob("node-linux-*")) / "bin"
    path = {"PATH": f"{node}:{modules / '.bin'}:/usr/local/bin:/usr/bin:/bin"}
    for command in (["nx", "daemon", "--stop"], ["turbo", "daemon", "stop"]):
        subprocess.run([str(modules / ".bin" / command[0]), *command[1:]], cwd=mono, env=QUIET | path, capture_output=True)
