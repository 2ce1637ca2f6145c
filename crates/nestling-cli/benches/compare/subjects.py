"""Who is compared, and with which commands."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from measure import Subject
from repositories import Repository

HERE = Path(__file__).parent
JOB = re.compile(r'^["\']?(?:services/(?:g\d+/)?|libs/)?((?:svc|lib)-\d+):', re.MULTILINE)
BASH = 'for d in services/* libs/*; do git diff --quiet main...HEAD -- "$d" || echo "${d##*/}"; done'
# Nobody takes the pipeline that this may run in for its own, and nobody phones home.
NO_PIPELINE = {"CI_COMMIT_SHA": "", "GITLAB_CI": "", "NESTLING_INDEX": "0"}
QUIET = NO_PIPELINE | {"TURBO_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1", "NX_NO_CLOUD": "true", "TURBO_SCM_BASE": "main",
                       "TURBO_SCM_HEAD": "HEAD", "MOON_BASE": "main", "MOON_HEAD": "HEAD"}
# Those that find affected projects; what is faster by running all the time is warm.
LISTING = ("turbo", "moon, cold", "moon, warm", "nx, no daemon", "nx, warm daemon", "lerna")
PYTHON = ("Python", "Python, no dependencies", "PyYAML dumps as many jobs")


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


def nestling(name: str, binary: Path, made: Repository, command: list[str], **more) -> Subject:
    return Subject(name, made.path, [str(binary), *command, "--head", "HEAD"], NO_PIPELINE, **more)


def generate(name: str, binary: Path, made: Repository, expected: str = "affected_projects") -> Subject:
    command = ["generate", "--as", "merge_request", "-o", "-"]
    return nestling(name, binary, made, command, units=jobs, expected=set(made.truth[expected]))


def again(subject: Subject) -> Subject:
    """The same with the index of directories, which the first run of all writes."""
    return replace(subject, name=f"{subject.name}, again", environment=subject.environment | {"NESTLING_INDEX": "1"})


def generate_all(name: str, binary: Path, made: Repository, only: str = "") -> Subject:
    """Writes files, since so much does not go into one. `only` is how the names of the services
    that are wanted start, where they stand in groups."""
    folder = made.path.parent / "written"

    def clean() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()

    def written(_: str) -> set[str]:
        return set().union(*(jobs(file.read_text()) for file in folder.iterdir()))

    command = ["generate", "--as", "merge_request", "--all", "-o", str(folder / "child-pipeline.yml")]
    if only:
        command += ["--only", f"services/*/{only}*"]
    expected = {project for project in made.projects if project.startswith(only)}
    return nestling(name, binary, made, command, before=clean, units=written, expected=expected)


def scripts(made: Repository) -> list[Subject]:
    script = [sys.executable, str(HERE / "script.py")]
    affected, changed = set(made.truth["affected_projects"]), set(made.truth["changed_projects"])
    return [
        Subject("Python", made.path, [*script, "--dependencies"], units=jobs, expected=affected),
        Subject("Python, no dependencies", made.path, script, units=jobs, expected=changed),
        Subject("PyYAML dumps as many jobs", made.path, [sys.executable, str(HERE / "dump.py"), str(len(made.projects))]),
    ]


def bash(made: Repository) -> Subject:
    """Needs a checkout."""
    return Subject("bash", made.path, ["bash", "-c", BASH], units=lines, expected=set(made.truth["changed_projects"]))


def stand_ins(made: Repository, names: tuple[str, ...]) -> list[Subject]:
    """In place of what may not be installed, to see that everything else works."""
    return [Subject(name, made.path, ["true"]) for name in names]


def peers(made: Repository, modules: Path) -> list[Subject]:
    """Cold: without what the tool itself keeps between runs. Warm: with it, and with its daemon where it has one."""
    mono, affected = made.path, set(made.truth["affected_projects"])
    link = mono / "node_modules"
    link.unlink(missing_ok=True)  # the folder may have been moved
    link.symlink_to(modules)
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
    if made.truth["spec"]["services"] <= 100:  # minutes for more
        found.append(peer("lerna", "lerna changed --all --json", of_lerna))
    return found


def stop_daemons(mono: Path, modules: Path) -> None:
    node = next(modules.glob("node-linux-*")) / "bin"
    path = {"PATH": f"{node}:{modules / '.bin'}:/usr/local/bin:/usr/bin:/bin"}
    for command in (["nx", "daemon", "--stop"], ["turbo", "daemon", "stop"]):
        subprocess.run([str(modules / ".bin" / command[0]), *command[1:]], cwd=mono, env=QUIET | path, capture_output=True)
