"""Writes docs/benchmarks.md: tables of all that was measured, and the ratios that are promised."""

from pathlib import Path

import chart

HEAD = """\
# Benchmarks

How long Nestling takes beside git and beside tools that find affected projects, on the same repositories in one run.
`crates/nestling-cli/benches/compare/compare.py` installs the peers at pinned versions, makes the repositories, measures,
checks every answer against what the repositories' maker knows, and writes this page.

Times are those of one small machine, and **the ratios are what counts**; the load that is named below each table is mostly
the peers' own. Runs are interleaved; a number is a median of its runs. CPU is the time that a process
and those it waited for held a core (not a daemon that goes on), and shows best what the work costs.

In each repository 5, 20 or 50 services and one library changed, and every service depends on three libraries. "Rules"
are repositories whose units the workspace's rules make, without dependencies; in all others each service has a
`nestling.yml` of its own with its dependencies. The maker repeats folders, as copied skeletons do: Nestling reads a folder
that stands in many places once, git's listing reads it each time.
"""

NOTES = """
Turbo, moon, nx and lerna list projects and make no pipeline, and need a checkout, whose time is not counted here. Cold is
without what the tool keeps between runs in the repository; the file system's cache is warm for all. The Python script is
[`script.py`](https://gitlab.com/nestling-ci/nestling/-/blob/main/crates/nestling-cli/benches/compare/script.py): libyaml,
one `git cat-file`, no checks. Memory includes the pages of git's packs that are mapped, and is at least the 17 MB of the
process that measures.
"""

def time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def table(run: dict) -> str:
    base = sum(run["subjects"][name]["cpu"] for name in ("git diff", "git ls-tree"))
    rows = ["| | wall | CPU | CPU, times git's two | memory | runs | answer |", "|---|--:|--:|--:|--:|--:|---|"]
    for name, found in run["subjects"].items():
        answer = {True: "right", False: "**not the maker's**", None: ""}[found["agrees"]]
        rows.append(f"| {name} | {time(found['wall'])} | {time(found['cpu'])} | {found['cpu'] / base:.2f} | "
                    f"{found['memory']:.0f} MB | {found['runs']} | {answer} |")
    return "\n".join(rows)


def promise(what: str, value: float, sign: str, limit: float) -> str:
    kept = value <= limit if sign == "≤" else value >= limit
    return f"| {what} | {value:.2f} | {sign} {limit:g} | {'yes' if kept else '**no**'} |"


def promises(run: dict) -> list[str]:
    of = run["subjects"]
    git = {kind: of["git diff"][kind] + of["git ls-tree"][kind] for kind in ("cpu", "wall")}
    size = f"{run['services']:,} services, {run['files']:,} files"
    if run["services"] < 1000:
        rows = [promise(f"{size}: generate, own files, CPU milliseconds", of["nestling generate"]["cpu"] * 1000, "≤", 15)]
    else:
        rows = [promise(f"{size}: generate, rules ÷ git (CPU)", of["nestling generate, rules"]["cpu"] / git["cpu"], "≤", 1.0),
                promise(f"{size}: generate, own files ÷ git (CPU)", of["nestling generate"]["cpu"] / git["cpu"], "≤", 1.5)]
    ours = of["nestling generate"]
    listing = [name for name in ("turbo", "moon, cold", "moon, warm", "nx, no daemon", "nx, warm daemon", "lerna") if name in of]
    if listing and run["services"] >= 1000:
        best = min(listing, key=lambda name: of[name]["wall"])
        rows.append(promise(f"{size}: fastest peer ({best}) ÷ generate (wall)", of[best]["wall"] / ours["wall"], "≥", 10))
        alone = min((name for name in listing if "daemon" not in name or "no" in name), key=lambda name: of[name]["wall"])
        if run["services"] >= 10_000:
            rows.append(promise(f"{size}: fastest without a daemon ({alone}) ÷ generate (wall)",
                                of[alone]["wall"] / ours["wall"], "≥", 20))
    rows.append(promise(f"{size}: Python ÷ generate (CPU)", of["Python"]["cpu"] / ours["cpu"], "≥", 1))
    rows.append(promise(f"{size}: Python, no dependencies ÷ generate, rules (CPU)",
                        of["Python, no dependencies"]["cpu"] / of["nestling generate, rules"]["cpu"], "≥", 1))
    if run["services"] >= 10_000:
        memory = 64 if run["files"] < 500_000 else 128
        rows.append(promise(f"{size}: memory of generate, MB", ours["memory"], "≤", memory))
        rows.append(promise(f"{size}: memory of generate --all, MB", of["nestling generate --all"]["memory"], "≤", 512))
        rows.append(promise(f"{size}: generate --all, CPU seconds", of["nestling generate --all"]["cpu"], "≤", 2))
        rows.append(promise(f"{size}: PyYAML's dump ÷ generate --all (CPU)",
                            of["PyYAML dumps as many jobs"]["cpu"] / of["nestling generate --all"]["cpu"], "≥", 5))
    return rows


def write(known: dict[str, dict], docs: Path) -> None:
    runs = sorted(known.values(), key=lambda run: (run["services"], run["files"]))
    text = [HEAD, "## What is promised\n", "| | measured | promised | kept |\n|---|--:|--:|---|"]
    text[-1] += "".join("\n" + row for run in runs for row in promises(run))
    text.append("\n## Growth\n\n![Time against services](benchmarks/growth.svg)\n")
    for run in runs:
        file = f"benchmarks/{run['files']}.svg"
        text.append(f"## {run['services']:,} services, {run['files']:,} files\n\n![CPU time]({file})\n\n{table(run)}\n\n"
                    f"Measured on {run['machine']}.\n")
        docs.joinpath("benchmarks").mkdir(exist_ok=True)
        bars = {name: found["cpu"] for name, found in run["subjects"].items()}
        docs.joinpath(file).write_text(chart.bars(f"CPU time, {run['services']:,} services, {run['files']:,} files", bars))
    by_services = [run for run in runs if run["files"] < 500_000]
    lines = {name: [(run["services"], run["subjects"][name]["cpu"]) for run in by_services if name in run["subjects"]]
             for name in by_services[-1]["subjects"]}
    docs.joinpath("benchmarks/growth.svg").write_text(chart.growth("CPU time against services", lines))
    docs.joinpath("benchmarks.md").write_text("\n".join(text) + NOTES)
