"""Writes docs/benchmarks.md: tables and charts of all that was measured."""

from pathlib import Path

import chart
import targets

HEAD = """\
# Benchmarks

How long Nestling takes beside git and beside tools that find affected projects, on the same repositories in one run.
`crates/nestling-cli/benches/compare/compare.py` installs the peers at pinned versions, makes the repositories, measures,
checks every answer against what the repositories' maker knows, and writes this page. [Scale](scale.md) says what the
figures come from.

Times are those of one small machine, and **the ratios are what counts**; the load that is named below each table is mostly
the peers' own. Runs are interleaved; a number is a median of its runs. CPU is the time that a process
and those it waited for held a core (not a daemon that goes on), and shows best what the work costs.

In each repository 5, 20 or 50 services and one library changed, and every service depends on three libraries. "Rules"
are repositories whose units the workspace's rules make, without dependencies; with "npm" the dependencies come from each
`package.json`; in all others each service has a `nestling.yml` of its own with its dependencies. The maker repeats folders,
as copied skeletons do: Nestling reads a folder that stands in many places once, git's listing reads it each time. So two
sizes are measured again with repositories where no two folders are alike.
"""

GROWTH = """\

## Growth

Each chart varies one thing alone, in repositories where no two folders are alike. A slope of 1 is linear. It is fitted to
the last decade, where the start weighs least.
"""

NOTES = """
Turbo, moon, nx and lerna list projects and make no pipeline, and need a checkout, whose time is not counted here. Cold is
without what the tool keeps between runs in the repository; the file system's cache is warm for all. The Python script is
[`script.py`](https://gitlab.com/nestling-ci/nestling/-/blob/main/crates/nestling-cli/benches/compare/script.py): libyaml,
one `git cat-file`, no checks. Memory includes the pages of git's packs that are mapped, and is at least the 17 MB of the
process that measures.
"""


def time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.{1 if seconds < 0.01 else 0}f} ms"


def rows(head: str, lines: list[str]) -> str:
    columns = head.count("|") - 2
    return "\n".join([head, "|---|" + "--:|" * columns, *lines])


def table(run: dict) -> str:
    base = sum(run["subjects"][name]["cpu"] for name in ("git diff", "git ls-tree"))
    lines = []
    for name, found in run["subjects"].items():
        answer = {True: "right", False: "**not the maker's**", None: "–"}[found["agrees"]]
        lines.append(f"| {name} | {time(found['wall'])} | {time(found['cpu'])} | {found['cpu'] / base:.2f} | "
                     f"{found['memory']:.0f} MB | {found['runs']} | {answer} |")
    return rows("| | wall | CPU | CPU, times git's two | memory | runs | answer |", lines)


def growth_table(series: dict) -> str:
    lines = series["lines"]
    head = f"| {series['what']} | " + " | ".join(f"{name} | CPU" for name in lines) + " |"
    cells = [[f"{point['at']:,}"] for point in next(iter(lines.values()))]
    for points in lines.values():
        for row, point in zip(cells, points):
            wrong = "**wrong answer** " if point["agrees"] is False else ""
            row += [wrong + time(point["wall"]), time(point["cpu"])]
    return rows(head, ["| " + " | ".join(row) + " |" for row in cells])


def growth(key: str, series: dict, docs: Path) -> str:
    lines = {name: [(point["at"], point["wall"]) for point in points] for name, points in series["lines"].items()}
    title = f"Time against {series['what']}"
    docs.joinpath(f"benchmarks/growth-{key}.svg").write_text(chart.growth(title, lines))
    return f"\n### {title}\n\n{series['same']}.\n\n![{title}](benchmarks/growth-{key}.svg)\n\n{growth_table(series)}\n"


def against_services(runs: list[dict], docs: Path) -> str:
    alike = [run for run in runs if run["preset"] in ("s", "m", "l") and not run.get("distinct")]
    if not alike:
        return ""
    lines = {name: [(run["services"], run["subjects"][name]["cpu"]) for run in alike if name in run["subjects"]]
             for name in alike[-1]["subjects"]}
    docs.joinpath("benchmarks/growth.svg").write_text(chart.growth("CPU time against services", lines))
    return "\n### Beside the others\n\nFiles and changes grow as well here.\n\n![Time against services](benchmarks/growth.svg)\n"


def beside(key: str, run: dict, docs: Path) -> str:
    bars = {name: found["cpu"] for name, found in run["subjects"].items()}
    docs.joinpath(f"benchmarks/{key}.svg").write_text(chart.bars(f"CPU time, {targets.name(run)}", bars))
    return (f"\n## {targets.name(run)}\n\n![CPU time](benchmarks/{key}.svg)\n\n{table(run)}\n\n"
            f"Measured on {run['machine']}.\n")


def write(known: dict[str, dict], docs: Path) -> None:
    runs = dict(sorted(known["runs"].items(), key=lambda item: (item[1].get("distinct", False), item[1]["files"])))
    docs.joinpath("benchmarks").mkdir(parents=True, exist_ok=True)
    for chart_of_before in docs.joinpath("benchmarks").glob("*.svg"):
        chart_of_before.unlink()
    text = [HEAD]
    text += [GROWTH, *(growth(key, series, docs) for key, series in known["growth"].items())]
    text += [against_services(list(runs.values()), docs), *(beside(key, run, docs) for key, run in runs.items()), NOTES]
    docs.joinpath("benchmarks.md").write_text("".join(text))
