"""The targets of benches/README.md, and whether each was met: a row for each that can be judged by what was measured."""

from pathlib import Path

import chart
from subjects import LISTING

# Targets are set for what a merge request and a whole pipeline cost, of the units that files and that rules make.
OWN, RULES, NPM, ALL = "nestling generate", "nestling generate, rules", "nestling generate, rules and npm", "nestling generate --all"


# Everything below this line of the README is written by `write`.
MARK = "<!-- compare.py writes what follows -->\n"


def target(what: str, value: float, sign: str, limit: float) -> str:
    met = value <= limit if sign == "≤" else value >= limit
    return f"| {what} | {value:.2f} | {sign} {limit:g} | {'yes' if met else '**no**'} |"


def name(run: dict) -> str:
    alike = ", all different" if run.get("distinct") else ""
    return f"{run['services']:,} services, {run['files']:,} files{alike}"


def beside_git(run: dict) -> list[str]:
    of = run["subjects"]
    if run["preset"] == "s":
        return [target(f"{name(run)}: generate, own files, milliseconds", of[OWN]["wall"] * 1000, "≤", 15)]
    git = of["git diff"]["cpu"] + of["git ls-tree"]["cpu"]
    return [
        target(f"{name(run)}: generate, rules ÷ git (CPU)", of[RULES]["cpu"] / git, "≤", 1.0),
        target(f"{name(run)}: generate, rules and npm's dependencies ÷ git (CPU)", of[NPM]["cpu"] / git, "≤", 1.0),
        target(f"{name(run)}: generate, own files ÷ git (CPU)", of[OWN]["cpu"] / git, "≤", 1.5),
        *(target(f"{name(run)}: {row}, again ÷ git diff (CPU)", of[f"{row}, again"]["cpu"] / of["git diff"]["cpu"], "≤", 1.5)
          for row in (OWN, NPM)),
    ]


def beside_peers(run: dict) -> list[str]:
    of = run["subjects"]
    listing = [peer for peer in LISTING if peer in of]
    if not listing or run["preset"] == "s":
        return []
    ours = of[OWN]["wall"]
    best = min(listing, key=lambda peer: of[peer]["wall"])
    rows = [target(f"{name(run)}: fastest peer ({best}) ÷ generate (wall)", of[best]["wall"] / ours, "≥", 10)]
    if run["preset"] == "l":
        alone = min((peer for peer in listing if "warm daemon" not in peer), key=lambda peer: of[peer]["wall"])
        rows.append(target(f"{name(run)}: fastest without a daemon ({alone}) ÷ generate (wall)", of[alone]["wall"] / ours, "≥", 20))
    return rows


def beside_python(run: dict) -> list[str]:
    of = run["subjects"]
    if "Python" not in of:
        return []
    bare = "Python, no dependencies"
    return [
        target(f"{name(run)}: Python ÷ generate (CPU)", of["Python"]["cpu"] / of[OWN]["cpu"], "≥", 1),
        target(f"{name(run)}: {bare} ÷ generate, rules (CPU)", of[bare]["cpu"] / of[RULES]["cpu"], "≥", 1),
    ]


def memory(run: dict) -> list[str]:
    if run["preset"] not in ("l", "xl"):
        return []
    of = run["subjects"]
    most = max(of[subject]["memory"] for subject in (OWN, RULES, NPM))
    return [target(f"{name(run)}: memory of generate, the most of the three, MB", most, "≤", 64 if run["preset"] == "l" else 128),
            target(f"{name(run)}: memory of generate --all, MB", of[ALL]["memory"], "≤", 512)]


def everything(run: dict) -> list[str]:
    of, dump = run["subjects"], "PyYAML dumps as many jobs"
    if run["preset"] != "l" or dump not in of:
        return []
    # Three jobs of a template, and one that stops the review environment.
    jobs = f"{run['units']:,} units, {run['units'] * 4:,} jobs"
    return [target(f"{jobs}: generate --all, seconds", of[ALL]["wall"], "≤", 2),
            target(f"{jobs}: PyYAML's dump ÷ generate --all (wall)", of[dump]["wall"] / of[ALL]["wall"], "≥", 5)]


def of_run(run: dict) -> list[str]:
    return beside_git(run) + beside_peers(run) + beside_python(run) + memory(run) + everything(run)


def of_program(program: dict) -> list[str]:
    ours, git = (program["subjects"][f"{who} --version"]["wall"] for who in ("nestling", "git"))
    return [target(f"{program['units']:,} units: `preview --watch`, from a saved file to the new drawing, milliseconds",
                    program["watch"] * 1000, "≤", 100),
            target("`nestling --version` ÷ `git --version` (wall)", ours / git, "≤", 2)]


def of_growth(series: dict) -> list[str]:
    rows = []
    for line, points in series["lines"].items():
        if line.startswith("nestling"):
            slopes = [chart.slope([(point["at"], point[kind]) for point in points]) for kind in ("wall", "cpu")]
            worse = max(slope for slope in slopes if slope is not None)
            whose = f" ({line.removeprefix('nestling, ')})" if ", " in line else ""
            rows.append(target(f"growth with {series['what']}{whose}: slope", worse, "≤", 1.1))
    return rows


def write(known: dict[str, dict], readme: Path, details: str) -> None:
    """Replaces the README's table of targets and the details below it, and keeps the text above."""
    met = [row for run in known["runs"].values() for row in of_run(run)]
    met += [row for measured in known["program"].values() for row in of_program(measured)]
    met += [row for series in known["growth"].values() for row in of_growth(series)]
    above = readme.read_text().partition(MARK)[0] if readme.exists() else ""
    table = "\n".join(["| | measured | target | met |", "|---|--:|--:|--:|", *met])
    readme.write_text(f"{above}{MARK}\n{table}\n{details}")
