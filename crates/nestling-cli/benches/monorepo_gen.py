#!/usr/bin/env python3
"""Write a deterministic synthetic monorepo with ``git fast-import``.

One call makes one repository: ``main`` with a linear history, and a branch
``feature`` that left ``main`` ``--behind`` commits before its tip and touches
``--changed-services`` services and ``--changed-libs`` shared libraries with
modifications, additions, deletions, renames, moves, mode and type changes.
The same arguments give the same commit ids on any machine.

Layout (``--group-size 0`` drops the ``gNNN`` level)::

    package.json package-lock.json nx.json turbo.json lerna.json .moon/ .gitlab-ci.yml
    libs/lib-0000/{package.json,ci.yml,README.md,src/...}
    services/g000/svc-00000/{package.json,ci.yml,README.md,src/...,tests/...,docs/...}

Every service and library has a CI template (``--template-name``) whose only
placeholders are ``${PROJECT_NAME}`` and ``${PROJECT_DIR}`` (so envsubst and
Python's ``string.Template`` can render it too) and a ``package.json`` whose
``dependencies`` are workspace packages, so nx, turbo and lerna see the same
graph; ``--peer-configs`` adds ``moon.yml``, ``project.json``, ``turbo.json``.

The generator also knows the right answer. ``<repo>.truth.json`` holds the
commit ids, every changed path with its operation, the projects changed
directly, and all projects affected through dependencies (what ``nx affected``,
``turbo --affected`` and ``lerna ls --since`` should print). ``--verify``
compares the changed paths against ``git diff``.

Examples::

    monorepo_gen.py mono-s  --preset s --verify
    monorepo_gen.py mono-xl --preset xl --worktree index --repack
    monorepo_gen.py mono    --services 1000 --files-per-service 50 \\
        --shared-libs 100 --deps-per-service 3 --history 2000 --behind 50 \\
        --changed-services 20 --worktree full

Needs git >= 2.28 and Python >= 3.10, standard library only.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import random
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SCOPE = "@mono"
EPOCH = 1_700_000_000  # first commit; one commit per minute after it
IDENTITY = "Mono Repo <mono@example.com>"
FILE, EXEC, LINK = "100644", "100755", "120000"
PER_PROJECT = ("moon", "nx", "turbo", "nestling")  # a file in each project
PEER_CONFIGS = (*PER_PROJECT, "nestling-rules", "nestling-npm")  # the last two: the workspace's alone
MODULE_SIZE = 16  # source files per directory
DOC_EVERY, TEST_EVERY = 10, 5  # every 10th file is a doc, every 5th a test

PRESETS: dict[str, dict[str, int]] = {
    "tiny": {"services": 20, "files_per_service": 12, "shared_libs": 5, "history": 20,
             "behind": 5, "changed_services": 3, "changed_libs": 1},
    # 4.8 thousand, 55 thousand, 208 thousand and 1 million files
    "s": {"services": 100, "files_per_service": 40, "shared_libs": 20, "history": 500,
          "behind": 20, "changed_services": 5, "changed_libs": 1},
    "m": {"services": 1_000, "files_per_service": 50, "shared_libs": 100, "history": 2_000,
          "behind": 50, "changed_services": 20, "changed_libs": 1},
    "l": {"services": 10_000, "files_per_service": 20, "shared_libs": 400, "history": 2_000,
          "behind": 100, "changed_services": 50, "changed_libs": 1},
    "xl": {"services": 10_000, "files_per_service": 96, "shared_libs": 400, "history": 2_000,
           "behind": 100, "changed_services": 50, "changed_libs": 1},
}


@dataclass(frozen=True)
class Spec:
    """Everything that decides the repository's content."""

    services: int = 100
    files_per_service: int = 40
    shared_libs: int = 20
    deps_per_service: int = 3
    lib_deps: int = 1
    history: int = 200
    behind: int = 20
    files_per_commit: int = 5
    feature_commits: int = 3
    changed_services: int = 5
    changed_libs: int = 1
    new_services: int = 0
    removed_services: int = 0
    changes_per_service: int = 4
    touch_root: bool = False
    odd_paths: bool = False
    group_size: int = 100
    jobs_per_template: int = 3
    blob_pool: int = 256
    source_lines: int = 60  # of a source file: at most, and a third of it at least
    templates: int = 0  # 0: one, which the workspace's rules use; more: each nestling.yml names its own
    template_name: str = "ci.yml"
    peer_configs: tuple[str, ...] = ("moon",)
    seed: int = 1

    @property
    def fixed(self) -> int:
        """How many files of a project are not plain source files."""
        return 3 + sum(config in PER_PROJECT for config in self.peer_configs)

    def check(self) -> None:
        """Reject combinations that cannot be built."""
        problems = [
            (self.services < 1, "--services must be at least 1"),
            (self.files_per_service < self.fixed + 4,
             f"--files-per-service must be at least {self.fixed + 4}"),
            (not 0 <= self.behind <= self.history, "--behind must be within 0..--history"),
            (self.changed_services + self.removed_services > self.services,
             "more services changed than there are"),
            (self.changed_libs > self.shared_libs, "more libraries changed than there are"),
            (self.deps_per_service > self.shared_libs,
             "--deps-per-service exceeds --shared-libs"),
            (not 1 <= self.jobs_per_template <= len(JOB_KINDS),
             f"--jobs-per-template must be within 1..{len(JOB_KINDS)}"),
            (self.feature_commits < 1, "--feature-commits must be at least 1"),
            (self.source_lines < 3, "--source-lines must be at least 3"),
            (self.templates > 0 and "nestling" not in self.peer_configs,
             "--templates are named in each project's nestling.yml"),
            (bool(set(self.peer_configs) - set(PEER_CONFIGS)),
             f"--peer-configs takes {','.join(PEER_CONFIGS)}"),
        ]
        for wrong, message in problems:
            if wrong:
                raise SystemExit(f"monorepo_gen: {message}")


# ---------------------------------------------------------------- projects


@dataclass(frozen=True)
class Project:
    """A service or a shared library."""

    name: str  # svc-00042
    directory: str  # services/g000/svc-00042
    index: int
    deps: tuple[str, ...]  # names of the libraries it needs

    @property
    def is_lib(self) -> bool:
        return self.name.startswith("lib-")


class Workspace:
    """The projects, their files and their dependency graph, from a Spec."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.libs = [self._lib(i) for i in range(spec.shared_libs)]
        self.services = [self.service(i) for i in range(spec.services)]
        self.by_name = {p.name: p for p in self.libs + self.services}

    def _rng(self, *salt: object) -> random.Random:
        """An independent stream: adding a feature must not shift the others."""
        return random.Random(f"{self.spec.seed}/" + "/".join(map(str, salt)))

    def _lib(self, i: int) -> Project:
        count = min(self.spec.lib_deps, i)
        picked = self._rng("lib-deps", i).sample(range(i), count)
        deps = tuple(lib_name(d) for d in sorted(picked))
        return Project(lib_name(i), f"libs/{lib_name(i)}", i, deps)

    def service(self, i: int) -> Project:
        """Service i; also used for the services the feature branch adds."""
        spec = self.spec
        picked = self._rng("svc-deps", i).sample(range(spec.shared_libs), spec.deps_per_service)
        name = f"svc-{i:05d}"
        group = f"g{i // spec.group_size:03d}/" if spec.group_size else ""
        return Project(name, f"services/{group}{name}", i,
                       tuple(lib_name(d) for d in sorted(picked)))

    @property
    def globs(self) -> list[str]:
        return ["services/*/*" if self.spec.group_size else "services/*", "libs/*"]

    def fixed_files(self, p: Project) -> Iterator[tuple[str, bytes]]:
        """The files with a meaning: manifests, template, peers' configs."""
        spec = self.spec
        yield f"{p.directory}/package.json", package_json(p)
        yield f"{p.directory}/{spec.template_name}", ci_template(p, spec.jobs_per_template)
        yield f"{p.directory}/README.md", f"# {p.name}\n\nSynthetic project.\n".encode()
        if "moon" in spec.peer_configs:
            yield f"{p.directory}/moon.yml", moon_yml(p)
        if "nx" in spec.peer_configs:
            yield f"{p.directory}/project.json", nx_project_json(p)
        if "turbo" in spec.peer_configs:
            yield f"{p.directory}/turbo.json", PACKAGE_TURBO_JSON
        if "nestling" in spec.peer_configs:
            yield f"{p.directory}/nestling.yml", nestling_yml(p, spec.templates)

    def source_paths(self, p: Project) -> list[str]:
        """Paths of the plain source files, in creation order."""
        count = self.spec.files_per_service - self.spec.fixed
        paths = [f"{p.directory}/src/index.ts"]
        for n in range(1, count):
            module = f"mod_{n // MODULE_SIZE:02d}"
            if n % DOC_EVERY == 0:
                paths.append(f"{p.directory}/docs/page_{n:03d}.md")
            elif n % TEST_EVERY == 0:
                paths.append(f"{p.directory}/tests/{module}/file_{n:03d}.test.ts")
            else:
                paths.append(f"{p.directory}/src/{module}/file_{n:03d}.ts")
        if self.spec.odd_paths and p.index % 10 == 0:
            paths[1:4] = [f"{p.directory}/src/{odd}" for odd in ODD_NAMES]
        return paths

    def blob_of(self, p: Project, n: int) -> int:
        """Which pooled blob the n-th source file of a project starts with."""
        return (p.index * 31 + n * 7 + p.is_lib * 3 + self.spec.seed) % self.spec.blob_pool

    def affected_by(self, changed: set[str], removed: set[str]) -> set[str]:
        """The changed projects and everything that depends on them."""
        dependents: dict[str, list[str]] = {}
        for p in self.libs + self.services:
            for dep in p.deps:
                dependents.setdefault(dep, []).append(p.name)
        seen, todo = set(changed), deque(changed)
        while todo:
            for name in dependents.get(todo.popleft(), ()):
                if name not in seen:
                    seen.add(name)
                    todo.append(name)
        return seen - removed


def lib_name(i: int) -> str:
    return f"lib-{i:04d}"


# ---------------------------------------------------------------- contents

ODD_NAMES = ("with space.ts", "na\u00efve-\u65e5\u672c.ts", 'quo"te\'s $(x) #1.ts')
JOB_KINDS = ("build", "test", "lint", "scan", "deploy")
PACKAGE_TURBO_JSON = b'{\n  "extends": ["//"],\n  "tasks": {"build": {"outputs": ["dist/**"]}}\n}\n'


def as_json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def package_json(p: Project, **extra: object) -> bytes:
    return as_json({
        "name": f"{SCOPE}/{p.name}",
        "version": "1.0.0",
        "private": True,
        "main": "src/index.ts",
        "scripts": {"build": "true", "test": "true"},
        "dependencies": {f"{SCOPE}/{d}": "^1.0.0" for d in p.deps},
        **extra,
    })


def moon_yml(p: Project) -> bytes:
    lines = [f"layer: {'library' if p.is_lib else 'application'}"]
    if p.deps:
        lines += ["dependsOn:", *(f"  - {d}" for d in p.deps)]
    lines += ["tasks:", "  build:", "    command: 'true'",
              "    inputs: ['src/**/*', 'package.json']"]
    return ("\n".join(lines) + "\n").encode()


NESTLING_TEMPLATE = b"""\
spec:
  inputs:
    node: { type: string, default: "22" }
---
build:
  stage: build
  image: node:${{ inputs.node }}
  variables: { SERVICE: "${{ unit.name }}", WORKDIR: "${{ unit.dir }}" }
  script:
    - cd ${{ unit.dir | sh }}
    - npm ci
    - npm run build
  artifacts: { paths: ["${{ unit.dir }}/dist/"] }

test:
  stage: test
  image: node:${{ inputs.node }}
  needs: [build]
  script:
    - cd ${{ unit.dir | sh }}
    - npm test

deploy:
  stage: deploy
  needs: [test]
  environment: [review, production]
  script: ./deploy ${{ unit.dir | sh }}
  stop: { script: "./destroy ${{ unit.dir | sh }}" }
"""


def nestling_files(ws: Workspace) -> Iterator[tuple[str, bytes]]:
    """The workspace's file and its templates, which differ in what nobody reads where there are many."""
    configs, templates = set(ws.spec.peer_configs), ws.spec.templates
    source = "  depends_from: [npm]\n" if "nestling-npm" in configs else ""
    rules = [f"    - {{ match: \"{glob}\", use: project }}\n" for glob in ws.globs]
    units = "" if templates else "  units:\n" + "".join(rules)
    yield "nestling.yml", (
        f"workspace:\n  templates: [ci/templates]\n  stages: [build, test, deploy]\n{source}{units}"
        "  environments:\n    review: { when: merge_request }\n    production: { when: default_branch }\n"
    ).encode()
    if not templates:
        yield "ci/templates/project.yml", NESTLING_TEMPLATE
    for n in range(templates):
        yield f"ci/templates/project-{n:05d}.yml", NESTLING_TEMPLATE + f"\n# {n}\n".encode()


def nestling_yml(p: Project, templates: int) -> bytes:
    """The template comes from the workspace's rule unless there are many; the dependencies are the project's own."""
    deps = ", ".join(p.deps)
    use = f"  use: project-{p.index % templates:05d}\n" if templates else ""
    return f"unit:\n  name: {p.name}\n{use}  depends_on: [{deps}]\n---\n".encode()


def nx_project_json(p: Project) -> bytes:
    return as_json({
        "name": f"{SCOPE}/{p.name}",
        "projectType": "library" if p.is_lib else "application",
        "sourceRoot": f"{p.directory}/src",
        "targets": {"package": {"command": "true", "dependsOn": ["^build"]}},
    })


def ci_template(p: Project, jobs: int, image: str = "node:22") -> bytes:
    """About 330 bytes a job; the first line keeps every project's blob distinct."""
    parts = [f"# CI of {p.name}, rendered into the child pipeline\n"]
    previous = None
    for kind in JOB_KINDS[:jobs]:
        needs = f'\n  needs: ["${{PROJECT_NAME}}:{previous}"]' if previous else ""
        parts.append(
            f'"${{PROJECT_NAME}}:{kind}":\n'
            f"  stage: {kind}\n"
            f"  image: {image}{needs}\n"
            f"  variables:\n"
            f"    SERVICE: ${{PROJECT_NAME}}\n"
            f"    WORKDIR: ${{PROJECT_DIR}}\n"
            f"  script:\n"
            f"    - cd ${{PROJECT_DIR}}\n"
            f"    - npm ci --workspace ${{PROJECT_NAME}}\n"
            f"    - npm run {kind}\n"
            f"  artifacts:\n"
            f"    paths:\n"
            f"      - ${{PROJECT_DIR}}/dist/\n"
        )
        previous = kind
    return "\n".join(parts).encode()


def source_text(rng: random.Random, title: str, most: int) -> bytes:
    """Some lines that do not compress away and do not look alike."""
    lines = [f"// {title}"]
    for n in range(rng.randrange(most // 3, most)):
        lines.append(f"export const v{n}_{rng.getrandbits(32):08x} = {rng.getrandbits(48)};")
    return ("\n".join(lines) + "\n").encode()


def root_files(ws: Workspace) -> Iterator[tuple[str, bytes]]:
    """The workspace files that nx, turbo, lerna, moon and GitLab read."""
    globs = ws.globs
    root = {"name": "mono", "version": "0.0.0", "private": True,
            "packageManager": "npm@10.8.2", "workspaces": globs}
    lock: dict[str, object] = {"": {"name": "mono", "version": "0.0.0", "workspaces": globs}}
    for p in ws.libs + ws.services:
        entry: dict[str, object] = {"name": f"{SCOPE}/{p.name}", "version": "1.0.0"}
        if p.deps:
            entry["dependencies"] = {f"{SCOPE}/{d}": "^1.0.0" for d in p.deps}
        lock[p.directory] = entry
        lock[f"node_modules/{SCOPE}/{p.name}"] = {"resolved": p.directory, "link": True}
    yield "package.json", as_json(root)
    yield "package-lock.json", as_json({"name": "mono", "version": "0.0.0",
                                        "lockfileVersion": 3, "requires": True,
                                        "packages": lock})
    yield "nx.json", as_json({"defaultBase": "main", "neverConnectToCloud": True,
                              "analytics": False})
    yield "turbo.json", as_json({"tasks": {"build": {"dependsOn": ["^build"]}, "test": {}}})
    yield "lerna.json", as_json({"version": "1.0.0", "packages": globs})
    projects = "".join(f"  - '{glob}'\n" for glob in globs)
    yield ".moon/workspace.yml", (
        f"projects:\n{projects}vcs:\n  client: git\n  defaultBranch: main\n"
        "telemetry: false\n").encode()
    yield ".gitignore", b"/node_modules\n/.nx\n/.turbo\n/.moon/cache\n/child-pipeline.yml\n"
    yield ".gitlab-ci.yml", (
        b"stages: [generate, run]\n\ngenerate:\n  stage: generate\n  script: [./ci/generate]\n"
        b"  artifacts: {paths: [child-pipeline.yml]}\n\nrun:\n  stage: run\n  trigger:\n"
        b"    include: [{artifact: child-pipeline.yml, job: generate}]\n    strategy: depend\n")
    if {"nestling", "nestling-rules", "nestling-npm"} & set(ws.spec.peer_configs):
        yield from nestling_files(ws)
    yield "README.md", b"# mono\n\nA synthetic monorepo.\n"


# ---------------------------------------------------------------- fast-import


class FastImport:
    """Writes a fast-import stream into a running ``git fast-import``."""

    def __init__(self, git: Git) -> None:
        self._process = git.spawn("fast-import", "--quiet", "--done", "--force")
        assert self._process.stdin is not None
        self._out = self._process.stdin
        self._marks = 0

    def close(self) -> None:
        self._out.write(b"done\n")
        self._out.close()
        if self._process.wait() != 0:
            raise SystemExit("monorepo_gen: git fast-import failed")

    def _mark(self) -> int:
        self._marks += 1
        return self._marks

    def _data(self, data: bytes) -> None:
        self._out.write(b"data %d\n" % len(data) + data + b"\n")

    def blob(self, data: bytes) -> int:
        mark = self._mark()
        self._out.write(b"blob\nmark :%d\n" % mark)
        self._data(data)
        return mark

    def commit(self, branch: str, message: str, minute: int, parent: int | None = None) -> int:
        """Start a commit; file commands follow it. Returns its mark."""
        mark = self._mark()
        who = f"{IDENTITY} {EPOCH + 60 * minute} +0000"
        self._out.write(f"commit refs/heads/{branch}\nmark :{mark}\n"
                        f"author {who}\ncommitter {who}\n".encode())
        self._data(message.encode())
        if parent is not None:
            self._out.write(b"from :%d\n" % parent)
        return mark

    def tag(self, name: str, target: int, minute: int) -> None:
        self._out.write(f"tag {name}\nfrom :{target}\n"
                        f"tagger {IDENTITY} {EPOCH + 60 * minute} +0000\n".encode())
        self._data(name.encode())

    def modify(self, path: str, data: bytes | int, mode: str = FILE) -> None:
        """Set a file to new bytes, or to an already written blob's mark."""
        where = quote_path(path)
        if isinstance(data, int):
            self._out.write(f"M {mode} :{data} {where}\n".encode())
        else:
            self._out.write(f"M {mode} inline {where}\n".encode())
            self._data(data)

    def delete(self, path: str) -> None:
        self._out.write(f"D {quote_path(path)}\n".encode())


def quote_path(path: str) -> str:
    """C-style quoting, only where fast-import's grammar asks for it."""
    if not path.startswith('"') and "\n" not in path:
        return path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


class Git:
    """git in one repository, deaf to the user's own configuration."""

    def __init__(self, repo: Path) -> None:
        self.repo = repo
        self.env = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
                    "LC_ALL": "C"}

    def _command(self, args: tuple[str, ...]) -> list[str]:
        return ["git", "-C", str(self.repo), *args]

    def run(self, *args: str) -> str:
        return subprocess.run(self._command(args), env=self.env, check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    def spawn(self, *args: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command(args), env=self.env, stdin=subprocess.PIPE,
                                bufsize=1 << 20)


# ---------------------------------------------------------------- history


@dataclass
class Change:
    """One operation of the feature branch."""

    op: str  # modify add delete rename rename-edit move mode type template manifest
    path: str
    old_path: str | None = None


@dataclass
class Truth:
    """What the feature branch did, known without asking git."""

    changes: list[Change] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)  # projects touched directly
    removed: set[str] = field(default_factory=set)

    def paths(self) -> set[str]:
        """The paths that ``git diff --no-renames`` must print."""
        found = {c.path for c in self.changes}
        return found | {c.old_path for c in self.changes if c.old_path}


class Builder:
    """Streams the whole history and records the truth about the feature."""

    def __init__(self, spec: Spec, out: FastImport) -> None:
        self.spec = spec
        self.ws = Workspace(spec)
        self.out = out
        self.truth = Truth()
        self._pool: list[int] = []
        self._pool_bytes: list[bytes] = []
        self._serial = 0  # makes every new content unique

    def build(self) -> None:
        spec = self.spec
        rng = random.Random(f"{spec.seed}/pool")
        self._pool_bytes = [source_text(rng, f"pool {n}", spec.source_lines) for n in range(spec.blob_pool)]
        self._pool = [self.out.blob(data) for data in self._pool_bytes]
        self._root_commit()
        base = None
        for n in range(1, spec.history + 1):
            if n == spec.history - spec.behind + 1:
                base = self._tip
            self._history_commit(n)
        base = base or self._tip
        self.out.tag("v1.0.0", base, spec.history)  # what `lerna changed` compares with
        self._feature(base)

    # -- main

    def _root_commit(self) -> None:
        self._tip = self.out.commit("main", "Add the workspace\n", 0)
        for path, data in root_files(self.ws):
            self.out.modify(path, data)
        for p in self.ws.libs + self.ws.services:
            self._write_project(p)

    def _write_project(self, p: Project) -> None:
        for path, data in self.ws.fixed_files(p):
            self.out.modify(path, data)
        for n, path in enumerate(self.ws.source_paths(p)):
            self.out.modify(path, self._pool[self.ws.blob_of(p, n)])

    def _history_commit(self, n: int) -> None:
        rng = random.Random(f"{self.spec.seed}/history/{n}")
        p = rng.choice(self.ws.services)
        self._tip = self.out.commit("main", f"Work on {p.name} ({n})\n", n, self._tip)
        # Only index.ts and later files of the first module change on main, so
        # the feature branch, which picks from the tail, never depends on it.
        paths = self.ws.source_paths(p)[: max(1, self.spec.files_per_service // 3)]
        for path in rng.sample(paths, min(self.spec.files_per_commit, len(paths))):
            self.out.modify(path, self._fresh(path))

    def _fresh(self, title: str) -> bytes:
        self._serial += 1
        return source_text(random.Random(f"{self.spec.seed}/fresh/{self._serial}"),
                           f"{title} {self._serial}", self.spec.source_lines)

    # -- feature

    def _feature(self, base: int) -> None:
        spec, ws = self.spec, self.ws
        rng = random.Random(f"{spec.seed}/feature")
        services = rng.sample(ws.services, spec.changed_services + spec.removed_services)
        changed = services[: spec.changed_services]
        changed += rng.sample(ws.libs, spec.changed_libs)
        removed = services[spec.changed_services:]

        tip = base
        minute = spec.history
        for part in range(spec.feature_commits):
            tip = self.out.commit("feature", f"Feature, part {part + 1}\n", minute + part, tip)
            for turn, p in enumerate(changed):
                if turn % spec.feature_commits == part:
                    neighbour = changed[(turn + 1) % len(changed)]
                    self._change_project(p, turn, neighbour)
            if part == 0:
                for p in removed:
                    self._remove_project(p)
                for n in range(spec.new_services):
                    self._add_project(ws.service(spec.services + n))
                if spec.touch_root:
                    self._set("modify", "README.md", b"# mono\n\nA changed monorepo.\n")
        self.tip = tip

    def _change_project(self, p: Project, turn: int, neighbour: Project) -> None:
        """Apply --changes-per-service operations, a different mix for each turn."""
        ops = (self._modify, self._add, self._delete, self._rename, self._mode,
               self._rename_edit, self._type, self._template, self._manifest)
        self.truth.changed.add(p.name)
        sources = self.ws.source_paths(p)
        # Last files first: main's history never touches them.
        free = list(enumerate(sources))[max(1, self.spec.files_per_service // 3):]
        for k in range(self.spec.changes_per_service):
            op = ops[(turn * self.spec.changes_per_service + k) % len(ops)]
            if free:
                n, path = free.pop()
                op(p, n, path)
        if turn == 0 and neighbour is not p and free:
            n, path = free.pop()
            self._move(p, n, path, neighbour)

    def _record(self, op: str, path: str, old_path: str | None = None) -> None:
        self.truth.changes.append(Change(op, path, old_path))

    def _set(self, op: str, path: str, data: bytes | int, mode: str = FILE) -> None:
        self.out.modify(path, data, mode)
        self._record(op, path)

    def _modify(self, p: Project, n: int, path: str) -> None:
        self._set("modify", path, self._fresh(path))

    def _add(self, p: Project, n: int, path: str) -> None:
        del n, path
        self._serial += 1
        new = f"{p.directory}/src/added/new_{self._serial:06d}.ts"
        self._set("add", new, self._fresh(new))

    def _delete(self, p: Project, n: int, path: str) -> None:
        self.out.delete(path)
        self._record("delete", path)

    def _rename(self, p: Project, n: int, path: str) -> None:
        self._rename_to(p, n, path, f"{p.directory}/src/renamed/{Path(path).name}", "rename")

    def _rename_edit(self, p: Project, n: int, path: str) -> None:
        self._rename_to(p, n, path, f"{p.directory}/src/edited/{Path(path).name}", "rename-edit",
                        tail=b"export const edited = true;\n")

    def _move(self, p: Project, n: int, path: str, to: Project) -> None:
        self._rename_to(p, n, path, f"{to.directory}/src/moved/{Path(path).name}", "move")
        self.truth.changed.add(to.name)

    def _rename_to(self, p: Project, n: int, path: str, new: str, op: str,
                   tail: bytes = b"") -> None:
        self.out.delete(path)
        blob = self.ws.blob_of(p, n)
        self.out.modify(new, self._pool_bytes[blob] + tail if tail else self._pool[blob])
        self._record(op, new, path)

    def _mode(self, p: Project, n: int, path: str) -> None:
        self._set("mode", path, self._pool[self.ws.blob_of(p, n)], EXEC)

    def _type(self, p: Project, n: int, path: str) -> None:
        target = os.path.relpath(f"{p.directory}/src/index.ts", os.path.dirname(path))
        self._set("type", path, target.encode(), LINK)

    def _template(self, p: Project, n: int, path: str) -> None:
        self._set("template", f"{p.directory}/{self.spec.template_name}",
                  ci_template(p, self.spec.jobs_per_template, image="node:24"))

    def _manifest(self, p: Project, n: int, path: str) -> None:
        self._set("manifest", f"{p.directory}/package.json",
                  package_json(p, description="changed by the feature branch"))

    def _remove_project(self, p: Project) -> None:
        self.out.delete(p.directory)
        self.truth.changed.add(p.name)
        self.truth.removed.add(p.name)
        for path in [path for path, _ in self.ws.fixed_files(p)] + self.ws.source_paths(p):
            self._record("delete", path)

    def _add_project(self, p: Project) -> None:
        self._write_project(p)
        self.truth.changed.add(p.name)
        for path in [path for path, _ in self.ws.fixed_files(p)] + self.ws.source_paths(p):
            self._record("add", path)


# ---------------------------------------------------------------- command line


def generate(repo: Path, spec: Spec, worktree: str, repack: bool, commit_graph: bool) -> Truth:
    """Make the repository at ``repo`` and write ``<repo>.truth.json``."""
    if repo.exists() and any(repo.iterdir()):
        raise SystemExit(f"monorepo_gen: {repo} is not empty")
    repo.mkdir(parents=True, exist_ok=True)
    git = Git(repo)
    git.run("init", "--quiet", "--template=", "--initial-branch=main",
            *(["--bare"] if worktree == "bare" else []))
    # Keep even a small import in one pack, as a clone would have it.
    git.run("config", "fastimport.unpackLimit", "1")
    git.run("config", "gc.auto", "0")

    builder = Builder(spec, FastImport(git))
    builder.build()
    builder.out.close()

    git.run("pack-refs", "--all")
    if repack:
        git.run("repack", "-a", "-d", "-q")
    if commit_graph:
        git.run("commit-graph", "write", "--reachable", "--no-progress")
    git.run("symbolic-ref", "HEAD", "refs/heads/feature")
    if worktree == "index":
        git.run("read-tree", "HEAD")
    elif worktree == "full":
        git.run("-c", "checkout.workers=0", "checkout", "--quiet", "--force", "feature")

    truth, ws = builder.truth, builder.ws
    base = git.run("merge-base", "main", "feature").strip()
    removed = truth.removed
    report = {
        "spec": dataclasses.asdict(spec),
        "commits": {"main": git.run("rev-parse", "main").strip(),
                    "feature": git.run("rev-parse", "feature").strip(), "merge_base": base},
        "files": (spec.services + spec.shared_libs) * spec.files_per_service
        + sum(1 for _ in root_files(ws)),
        "changes": [dataclasses.asdict(c) for c in truth.changes],
        "changed_paths": sorted(truth.paths()),
        "changed_projects": sorted(truth.changed),
        "affected_projects": sorted(ws.affected_by(truth.changed, removed)),
    }
    truth_path(repo).write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    return truth


def truth_path(repo: Path) -> Path:
    return repo.with_name(repo.name + ".truth.json")


def verify(repo: Path, truth: Truth) -> None:
    """Compare the truth with git's own answer."""
    printed = Git(repo).run("diff", "--name-only", "-z", "--no-renames", "main...feature")
    found, expected = set(printed.split("\0")) - {""}, truth.paths()
    if found != expected:
        sample = sorted(found ^ expected)[:10]
        raise SystemExit(f"monorepo_gen: git diff disagrees with the truth: {sample}")


def split_list(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def parse(argv: list[str]) -> tuple[argparse.Namespace, Spec]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repo", type=Path, help="where to make it; must not exist or be empty")
    parser.add_argument("--preset", choices=PRESETS,
                        help="tiny: 20 services; s: 100 services, 4.8k files; m: 1000, 55k; l: 10000, 208k; "
                             "xl: 10000, 1M; other options override it")
    parser.add_argument("--worktree", choices=("full", "index", "bare"), default="full",
                        help="full: check out feature; index: only the index, no files "
                             "(git status then shows all as deleted); bare: neither")
    parser.add_argument("--repack", action="store_true",
                        help="delta-compress into one pack, as a clone has it")
    parser.add_argument("--commit-graph", action="store_true", help="write a commit-graph file")
    parser.add_argument("--verify", action="store_true", help="check the truth against git diff")
    for f in dataclasses.fields(Spec):
        option = "--" + f.name.replace("_", "-")
        if f.type == "bool":
            parser.add_argument(option, action="store_true", default=None)
        elif f.type == "int":
            parser.add_argument(option, type=int, metavar="N", help=f"default {f.default}")
        elif f.name == "peer_configs":
            parser.add_argument(option, metavar="LIST", type=split_list,
                                help="any of moon,nx,turbo,nestling (a nestling.yml each), nestling-rules (the "
                                     "workspace's alone) or nestling-npm (that, with the dependencies that the "
                                     "package.json state); default moon; '' for none")
        else:
            parser.add_argument(option, help=f"default {f.default}")
    args = parser.parse_args(argv)
    values: dict[str, object] = dict(PRESETS.get(args.preset, {}))
    for f in dataclasses.fields(Spec):
        if getattr(args, f.name) is not None:
            values[f.name] = getattr(args, f.name)
    spec = Spec(**values)  # type: ignore[arg-type]
    spec.check()
    return args, spec


def main(argv: list[str] | None = None) -> int:
    args, spec = parse(sys.argv[1:] if argv is None else argv)
    started = time.monotonic()
    truth = generate(args.repo, spec, args.worktree, args.repack, args.commit_graph)
    if args.verify:
        verify(args.repo, truth)
    report = json.loads(truth_path(args.repo).read_text())
    print(f"{args.repo}: {report['files']} files at the root commit, "
          f"{len(report['changed_paths'])} changed paths, "
          f"{len(report['changed_projects'])} projects changed, "
          f"{len(report['affected_projects'])} affected; feature "
          f"{report['commits']['feature'][:12]}; {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
