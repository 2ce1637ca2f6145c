"""Writes docs/benchmarks.md: tables and charts of all that was measured."""

from pathlib import Path

import chart
import targets

HEAD = """\
# Benchmarks

How long Nestling takes compared with git, and with other tools that find affected projects, on the same repositories.
[Scale](scale.md) explains the numbers.

## Compared with other tools

The repositories are generated. In the one with 100 services, 5 of them changed; in those with 1,000, 20; in those with 10,000, 50. In
addition, one library changed. Every service depends on three libraries. The table has the CPU time of each tool: the time that its processes
ran on a core, which is the best measure of its work.
"""

SUBJECTS = """
| row | what runs |
|---|---|
| git diff, git ls-tree | `git diff --name-only` of base and head, and `git ls-tree -r` of head: the least that a tool on git's command line has to run |
| nestling affected, nestling generate | Nestling on services that each have a `nestling.yml` with their dependencies |
| nestling generate, rules | the same services, defined by rules of the workspace, without dependencies |
| nestling generate, rules and npm | the same, with the dependencies from each `package.json` |
| …, again | the second run on the same commit, with the [index of directories](scale.md#the-index-of-directories) |
| nestling generate `--all` | the jobs of all services: 40,000 for 10,000 services |
| Python | [`script.py`](https://gitlab.com/nestling-ci/nestling/-/blob/main/crates/nestling-cli/benches/compare/script.py), a careful script as teams write it in place of a generator: PyYAML with libyaml, one `git cat-file`, no checks |
| Python, no dependencies | the same script; it ignores dependencies, so it reads only the changed services |
| PyYAML dumps as many jobs | a lower limit for `--all` in Python: PyYAML writes as many jobs, and nothing else is done |
| bash | the usual loop in a shell script: one `git diff --quiet` for each directory; no dependencies, and no pipeline is generated |
| turbo, moon, nx, lerna | the command that lists affected projects; no pipeline is generated. They need a checkout, whose time is not included. "Cold" is a run without what the tool stores in the repository between runs |

An empty cell means that the tool was not measured on that repository. In most of the repositories, many directories are copies of each other:
Nestling reads those once, `git ls-tree` each time. In those that are "all different", there are no copies.
"""

GROWTH = """\

## Growth

Each chart varies one dimension, in repositories whose directories are all different. The slope is the exponent of the growth: with 1, twice
the size takes twice the time. It is fitted to the measurements of the largest power of ten. The table has the time of the smallest and the
largest measurement. A row such as "git diff, ls-tree" is the time of both commands together.
"""

# Measured by `tests/long page`, which prints the numbers.
PAGE = """
## The page

The [preview page](page.md) draws one screen at a time, however many jobs the pipeline has. It is compared with a plain HTML table of as many
rows, in Chromium on the same busy machine. *Shown after* is the time until something is visible. *Frame* is the time of one frame while all
lanes are open and the page scrolls by 400 pixels.

| jobs, in three kinds of pipelines | size | shown after | plain table | ratio | frame | plain table | ratio |
|---|--:|--:|--:|--:|--:|--:|--:|
| 5,000 | 1.5 MB | 0.36 s | 1.2 s | 0.29 | 20 ms | 17 ms | 1.2 |
| 20,000 | 5.9 MB | 1.2 s | 4.4 s | 0.27 | 34 ms | 17 ms | 2.1 |

`tests/long page` measures it, and fails if the page takes more than 5 times as long as the table to be shown, or 8 times as long for a frame.
"""

REPEAT = """
## Repeat it

```sh
cargo build --release --package nestling-cli
python3 crates/nestling-cli/benches/compare/compare.py --help
```

`compare.py` installs the other tools at pinned versions, generates the repositories, measures, compares every answer with the expected one,
and writes this page. Runs of different tools alternate, each time is a median, and the file system's cache is warm.

The times are those of one small machine: {machine}. Compare the ratios, not the times.
[The README of the benches](https://gitlab.com/nestling-ci/nestling/-/blob/main/crates/nestling-cli/benches/README.md) has all
measurements, with wall-clock time, memory and the number of runs, and our targets with those that we miss.
"""

DETAILS = """
## All measurements

Memory includes the mapped pages of git's packs, and is at least the 17 MB of the process that measures.
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


def growth_chart(key: str, series: dict, docs: Path) -> str:
    lines = {name: [(point["at"], point["wall"]) for point in points] for name, points in series["lines"].items()}
    title = f"Time against {series['what']}"
    docs.joinpath(f"benchmarks/growth-{key}.svg").write_text(chart.growth(title, lines))
    return f"\n![{title}](benchmarks/growth-{key}.svg)\n"


def growth_summary(series: list[dict]) -> str:
    lines = []
    for one in series:
        for name, points in one["lines"].items():
            first, last = points[0], points[-1]
            slope = chart.slope([(point["at"], point["wall"]) for point in points])
            shown = "–" if slope is None else f"{slope:.2f}"
            lines.append(f"| {one['what']} | {name} | {first['at']:,}: {time(first['wall'])} | "
                         f"{last['at']:,}: {time(last['wall'])} | {shown} |")
    return "\n".join(["\n| dimension | | from | to | slope |", "|---|---|--:|--:|--:|", *lines]) + "\n"


def against_services(runs: list[dict], docs: Path) -> str:
    alike = [run for run in runs if run["preset"] in ("s", "m", "l") and not run.get("distinct")]
    if not alike:
        return ""
    lines = {name: [(run["services"], run["subjects"][name]["cpu"]) for run in alike if name in run["subjects"]]
             for name in alike[-1]["subjects"]}
    docs.joinpath("benchmarks/growth.svg").write_text(chart.growth("CPU time against services", lines))
    return "\n![CPU time against services](benchmarks/growth.svg)\n"


def bars(key: str, run: dict, docs: Path) -> str:
    values = {name: found["cpu"] for name, found in run["subjects"].items()}
    docs.joinpath(f"benchmarks/{key}.svg").write_text(chart.bars(f"CPU time, {targets.name(run)}", values))
    return f"\n![CPU time, {targets.name(run)}](benchmarks/{key}.svg)\n"


def summary(runs: list[dict]) -> str:
    """One row for each subject, one column for each repository."""
    names = list(dict.fromkeys(name for run in runs for name in run["subjects"]))
    cell = lambda run, name: time(run["subjects"][name]["cpu"]) if name in run["subjects"] else ""
    shown = lambda name: name.replace("--all", "`--all`")
    lines = [f"| {shown(name)} | " + " | ".join(cell(run, name) for run in runs) + " |" for name in names]
    return rows("| | " + " | ".join(targets.name(run) for run in runs) + " |", lines)


def details(known: dict[str, dict]) -> str:
    """Every measurement, for the README of the benches."""
    text = [DETAILS]
    for run in ordered(known).values():
        text.append(f"\n### {targets.name(run)}\n\n{table(run)}\n\nMeasured on {run['machine']}.\n")
    for series in known["growth"].values():
        text.append(f"\n### Time against {series['what']}\n\n{series['same']}.\n\n{growth_table(series)}\n")
    return "".join(text)


def ordered(known: dict[str, dict]) -> dict[str, dict]:
    return dict(sorted(known["runs"].items(), key=lambda item: (item[1].get("distinct", False), item[1]["files"])))


def write(known: dict[str, dict], docs: Path) -> None:
    runs = ordered(known)
    docs.joinpath("benchmarks").mkdir(parents=True, exist_ok=True)
    for chart_of_before in docs.joinpath("benchmarks").glob("*.svg"):
        chart_of_before.unlink()
    series = list(known["growth"].values())
    machine = next((run["machine"] for run in runs.values()), "unknown")
    text = [HEAD, "\n", summary(list(runs.values())), "\n", against_services(list(runs.values()), docs), SUBJECTS]
    text += [bars(key, run, docs) for key, run in runs.items()]
    text += [GROWTH, growth_summary(series), *(growth_chart(key, one, docs) for key, one in known["growth"].items())]
    text += [PAGE, REPEAT.replace("{machine}", machine)]
    docs.joinpath("benchmarks.md").write_text("".join(text))
