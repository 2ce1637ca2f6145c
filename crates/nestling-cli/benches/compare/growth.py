"""How time grows: series of repositories that differ in one thing only."""

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator

import subjects
from measure import Rounds, Subject, all_of
from repositories import Maker, Repository, no_two_alike, pool

JOBS_A_UNIT = 4
# What does not matter for time is small, and no two folders are alike, since those that are would be read only once.
SMALL = {"shared-libs": 50, "history": 100, "behind": 10, "changed-libs": 0, "source-lines": 3, "group-size": 100}
GIT = ["sh", "-c", "git diff --name-only main...HEAD && git ls-tree -r HEAD"]

# The line in the chart that a command belongs to, and where on it.
Point = tuple[str, int, Subject]


@dataclass(frozen=True)
class Series:
    """One chart. `same` says what the sizes have in common."""

    what: str
    same: str
    sizes: tuple[int, ...]
    tiny: tuple[int, ...]
    points: Callable[[Path, Maker, tuple[int, ...]], Iterator[Point]]


def options(services: int, files: int, changed: int = 20, **more: int) -> dict[str, object]:
    given = SMALL | {"services": services, "files-per-service": files, "changed-services": min(changed, services)}
    return given | {"blob-pool": pool(services, SMALL["shared-libs"])} | more


def make(maker: Maker, name: str, configs: str, given: dict[str, object]) -> Repository:
    made = maker.make(name, configs, given)
    no_two_alike(made)
    return made


def units(binary: Path, maker: Maker, sizes: tuple[int, ...]) -> Iterator[Point]:
    for size in sizes:
        own = make(maker, f"units-own-{size}", "nestling", options(size, 8))
        rules = make(maker, f"units-rules-{size}", "nestling-rules", options(size, 8))
        count = len(own.projects)
        yield "nestling, own files", count, subjects.generate("", binary, own)
        yield "nestling, rules", count, subjects.generate("", binary, rules)
        yield "git diff, ls-tree", count, Subject("", own.path, GIT)


def files(binary: Path, maker: Maker, sizes: tuple[int, ...]) -> Iterator[Point]:
    services = 25 if maker.tiny else 1_000
    for size in sizes:
        made = make(maker, f"files-{size}", "nestling", options(services, size))
        yield "nestling", made.truth["files"], subjects.generate("", binary, made)
        yield "git diff, ls-tree", made.truth["files"], Subject("", made.path, GIT)


def paths(binary: Path, maker: Maker, sizes: tuple[int, ...]) -> Iterator[Point]:
    files = 100 if maker.tiny else 5_000
    for size in sizes:
        more = {"changes-per-service": size, "shared-libs": 3}
        made = make(maker, f"paths-{size}", "nestling", options(12, files, 10, **more))
        count = len(made.truth["changed_paths"])
        yield "nestling", count, subjects.generate("", binary, made)
        yield "git diff", count, subjects.git(made.path)[0]


def jobs(binary: Path, maker: Maker, sizes: tuple[int, ...]) -> Iterator[Point]:
    made = make(maker, f"units-rules-{max(sizes)}", "nestling-rules", options(max(sizes), 8))
    for size in sizes:
        # Services are numbered with five digits: without the last of them a name stands for ten.
        start = "svc-" + "0" * (6 - len(str(size))) if size < max(sizes) else "svc-"
        subject = subjects.generate_all("", binary, made, start)
        yield "nestling", JOBS_A_UNIT * len(subject.expected or ()), subject


def templates(binary: Path, maker: Maker, sizes: tuple[int, ...]) -> Iterator[Point]:
    services = 25 if maker.tiny else 1_000
    for size in sizes:
        made = make(maker, f"templates-{size}", "nestling", options(services, 8, templates=size))
        yield "nestling", size, subjects.generate_all("", binary, made)


SERIES = {
    "units": Series("units", "8 files in each unit; 20 of them changed", (300, 1_000, 3_000, 10_000, 30_000), (25, 50), units),
    "files": Series("files", "1,050 units; 20 of them changed", (20, 60, 200, 500, 1_000), (10, 20), files),
    "paths": Series("changed paths", "15 units of 5,000 files each; 10 of them changed", (1, 10, 100, 1_000, 3_000), (1, 10), paths),
    "jobs": Series("jobs", "30,050 units, of which 10 to 30,000 are generated", (10, 100, 1_000, 10_000, 30_000), (10, 50), jobs),
    "templates": Series("templates", "1,050 units, all of them generated", (1, 10, 100, 1_000), (1, 5), templates),
}


def measured(series: Series, binary: Path, maker: Maker) -> dict[str, object]:
    rounds = Rounds(most=1) if maker.tiny else Rounds(least=3)
    points = list(series.points(binary, maker, series.tiny if maker.tiny else series.sizes))
    for line, at, subject in points:
        subject.name = f"{line} at {at}"
    found = all_of([subject for _, _, subject in points], rounds)
    lines: dict[str, list[dict]] = {}
    for line, at, subject in points:
        lines.setdefault(line, []).append({"at": at} | found[subject.name])
    return {"what": series.what, "same": series.same, "lines": lines}
