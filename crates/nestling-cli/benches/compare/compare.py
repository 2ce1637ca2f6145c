#!/usr/bin/env python3
"""Nestling beside its peers, in one go: `crates/nestling-cli/benches/compare/compare.py`.

Installs the peers at the versions of peers/package-lock.json, makes the monorepos, runs everybody side by side, checks
their answers against what the repositories' maker knows, and writes docs/benchmarks.md with its charts. Everything but
that goes into .cache/compare; what is there is used again, so a run that was stopped goes on. `--again` measures anew.

Needs git, npm, Python 3.10 with PyYAML, and about 3 GB of disk.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import page
import subjects
from measure import all_of

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
CACHE = ROOT / ".cache/compare"
PRESETS = {100: "s", 1_000: "m", 10_000: "l"}


def built() -> Path:
    subprocess.run(["cargo", "build", "--release", "--locked", "--package", "nestling-cli"], cwd=ROOT, check=True)
    return ROOT / "target/release/nestling"


def installed() -> Path:
    place, lock = CACHE / "peers", HERE / "peers/package-lock.json"
    there = place / "installed.json"
    if not there.exists() or there.read_text() != lock.read_text():
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / "peers" / name, place)
        subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=place, check=True)
        shutil.copy(lock, there)
    return place / "node_modules"


def monorepo(name: str, options: list[str]) -> Path:
    """Made once. The truth is written last, so a repository with one is complete."""
    place = CACHE / name
    if not place.with_name(f"{name}.truth.json").exists():
        shutil.rmtree(place, ignore_errors=True)
        maker = [sys.executable, str(HERE.parent / "monorepo_gen.py"), str(place)]
        subprocess.run([*maker, *options, "--group-size", "0", "--repack", "--verify"], check=True)
    return place


def measured(services: int, preset: str, binary: Path, modules: Path | None) -> dict[str, object]:
    full = "bare" if modules is None else "full"
    configs = "nestling" if modules is None else "moon,nestling"
    mono = monorepo(f"mono-{preset}", ["--preset", preset, "--peer-configs", configs, "--worktree", full])
    rules = monorepo(f"rules-{preset}", ["--preset", preset, "--peer-configs", "nestling-rules", "--worktree", "bare"])
    truth = json.loads(mono.with_name(f"{mono.name}.truth.json").read_text())
    everybody = subjects.git(mono) + subjects.nestling(binary, mono, rules, truth) + subjects.scripts(mono, truth, services)
    if modules is not None:
        link = mono / "node_modules"
        link.exists() or link.symlink_to(modules)
        everybody += subjects.peers(mono, modules, truth, services)
    print(f"{services} services, {truth['files']} files", flush=True)
    try:
        return {"services": services, "files": truth["files"], "subjects": all_of(everybody)}
    finally:
        if modules is not None:
            subjects.stop_daemons(mono, modules)


def machine() -> str:
    load = os.getloadavg()[1]
    return f"{os.cpu_count()} cores, {platform.system()} on {platform.machine()}, load {load:.1f} over five minutes"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", choices=PRESETS, default=list(PRESETS), help="numbers of services")
    parser.add_argument("--million", action="store_true", help="also 10,000 services of a million files, without peers")
    parser.add_argument("--again", action="store_true", help="measure anew what was measured")
    parser.add_argument("--nestling", type=Path, help="the binary, instead of building it")
    parser.add_argument("--write", action="store_true", help="only write the page of what was measured")
    given = parser.parse_args()
    results = CACHE / "results.json"
    known = json.loads(results.read_text()) if results.exists() and not given.again else {}
    if not given.write:
        binary, modules = (given.nestling or built()).resolve(), installed()
        runs = [(str(size), size, PRESETS[size], modules) for size in given.sizes]
        runs += [("million", 10_000, "xl", None)] if given.million else []
        for key, services, preset, peers in runs:
            if key not in known:
                known[key] = measured(services, preset, binary, peers) | {"machine": machine()}
                results.write_text(json.dumps(known, indent=1) + "\n")
    page.write(known, ROOT / "docs")


if __name__ == "__main__":
    main()
