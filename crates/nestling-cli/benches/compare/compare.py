#!/usr/bin/env python3
"""Nestling beside its peers, in one go: `crates/nestling-cli/benches/compare/compare.py`.

Installs the peers at the versions of peers/package-lock.json, makes the monorepos, runs everybody side by side, checks
their answers against what the repositories' maker knows, and writes docs/benchmarks.md with its charts, and the targets in
../README.md. Everything else goes into .cache/compare, and what is there is used again, so a run that was stopped goes on.
`--again` measures anew.

Without --sizes, --variants, --growth or --program it measures all of these; with some of them these alone, and the page
keeps what was measured of the others.

Needs git, npm, Python 3.10 with PyYAML, and about 5 GB of disk (`--million`: 1 GB more).
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import time
from pathlib import Path
from typing import Callable, Iterator

import growth
import page
import program
import runs
import targets
from repositories import MILLION, PRESETS, Maker

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]

# Where a result belongs, and what measures it.
Part = tuple[str, str, Callable[[], dict[str, object]]]


def built() -> Path:
    subprocess.run(["cargo", "build", "--release", "--locked", "--package", "nestling-cli"], cwd=ROOT, check=True)
    return ROOT / "target/release/nestling"


def installed(cache: Path) -> Path:
    place, lock = cache / "peers", HERE / "peers/package-lock.json"
    there = place / "installed.json"
    if not there.exists() or there.read_text() != lock.read_text():
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / "peers" / name, place)
        subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=place, check=True)
        shutil.copy(lock, there)
    return place / "node_modules"


def parts(given: argparse.Namespace, binary: Path, maker: Maker) -> Iterator[Part]:
    every = not (given.sizes or given.variants or given.growth or given.program or given.million)
    sizes = given.sizes or (list(PRESETS) if every else [])
    modules = installed(maker.folder) if sizes and not maker.tiny else None
    for size in sizes:
        yield "runs", str(size), lambda: runs.with_peers(binary, maker, PRESETS[size], modules)
    if every or given.variants:
        for size in (1_000, 10_000):
            yield "runs", f"{size}-distinct", lambda: runs.distinct(binary, maker, PRESETS[size])
    if given.million or (every and maker.tiny):
        yield "runs", "million", lambda: runs.alone(binary, maker, MILLION)
    if every or given.program:
        yield "program", "program", lambda: program.measured(binary, maker)
    if every or given.growth:
        for key, series in growth.SERIES.items():
            yield "growth", key, lambda: growth.measured(series, binary, maker)


def machine() -> str:
    load = os.getloadavg()[1]
    return f"{os.cpu_count()} cores, {platform.system()} on {platform.machine()}, load {load:.1f} over five minutes"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", choices=PRESETS, help="beside the peers, for so many services")
    parser.add_argument("--variants", action="store_true", help="repositories without copies of directories")
    parser.add_argument("--growth", action="store_true", help="time against units, files, changed paths, jobs and templates")
    parser.add_argument("--program", action="store_true", help="the program's start, and how fast `preview --watch` is")
    parser.add_argument("--million", action="store_true", help="10,000 services of a million files, without peers; only if asked for")
    parser.add_argument("--again", action="store_true", help="measure anew what was measured")
    parser.add_argument("--nestling", type=Path, help="the binary, instead of building it")
    parser.add_argument("--write", action="store_true", help="only write the page and the targets of what was measured")
    parser.add_argument("--smoke", type=Path, metavar="FOLDER", help="a test of this script: tiny repositories, nobody "
                        "installed, everything in FOLDER")
    given = parser.parse_args()
    cache, docs, readme = ROOT / ".cache/compare", ROOT / "docs", HERE.parent / "README.md"
    if given.smoke:
        cache, docs, readme = given.smoke, given.smoke / "docs", given.smoke / "README.md"
    results = cache / "results.json"
    known: dict[str, dict] = {"runs": {}, "program": {}, "growth": {}}
    if results.exists():
        known |= json.loads(results.read_text())
    if not given.write:
        cache.mkdir(parents=True, exist_ok=True)
        maker = Maker(cache.resolve(), tiny=given.smoke is not None)
        for group, key, measure in parts(given, (given.nestling or built()).resolve(), maker):
            if given.again or key not in known[group]:
                start = time.monotonic()
                known[group][key] = measure() | {"machine": machine()}
                print(f"{group}, {key}: {time.monotonic() - start:.0f} s", flush=True)
                results.write_text(json.dumps(known, indent=1) + "\n")
    page.write(known, docs)
    targets.write(known, readme, page.details(known))


if __name__ == "__main__":
    main()
