"""What is promised, and whether it was kept: a row for each promise that can be judged by what was measured."""

import chart
from subjects import LISTING

# Promises are made for what a merge request and a whole pipeline cost, of the units that files and that rules make.
OWN, RULES, NPM, ALL = "nestling generate", "nestling generate, rules", "nestling generate, rules and npm", "nestling generate --all"


def promise(what: str, value: float, sign: str, limit: float) -> str:
    kept = value <= limit if sign == "≤" else value >= limit
    return f"| {what} | {value:.2f} | {sign} {limit:g} | {'yes' if kept else '**no**'} |"


def name(run: dict) -> str:
    alike = ", no two folders alike" if run.get("distinct") else ""
    return f"{run['services']:,} services, {run['files']:,} files{alike}"


def beside_git(run: dict) -> list[str]:
    of = run["subjects"]
    if run["preset"] == "s":
        return [promise(f"{name(run)}: generate, own files, milliseconds", of[OWN]["wall"] * 1000, "≤", 15)]
    git = of["git diff"]["cpu"] + of["git ls-tree"]["cpu"]
    return [
        promise(f"{name(run)}: generate, rules ÷ git (CPU)", of[RULES]["cpu"] / git, "≤", 1.0),
        promise(f"{name(run)}: generate, rules and npm's dependencies ÷ git (CPU)", of[NPM]["cpu"] / git, "≤", 1.0),
        promise(f"{name(run)}: generate, own files ÷ git (CPU)", of[OWN]["cpu"] / git, "≤", 1.5),
    ]


def beside_peers(run: dict) -> list[str]:
    of = run["subjects"]
    listing = [peer for peer in LISTING if peer in of]
    if not listing or run["preset"] == "s":
        return []
    ours = of[OWN]["wall"]
    best = min(listing, key=lambda peer: of[peer]["wall"])
    rows = [promise(f"{name(run)}: fastest peer ({best}) ÷ generate (wall)", of[best]["wall"] / ours, "≥", 10)]
    if run["preset"] == "l":
        alone = min((peer for peer in listing if "warm daemon" not in peer), key=lambda peer: of[peer]["wall"])
        rows.append(promise(f"{name(run)}: fastest without a daemon ({alone}) ÷ generate (wall)", of[alone]["wall"] / ours, "≥", 20))
    return rows


def beside_python(run: dict) -> list[str]:
    of = run["subjects"]
    if "Python" not in of:
        return []
    bare = "Python, no dependencies"
    return [
        promise(f"{name(run)}: Python ÷ generate (CPU)", of["Python"]["cpu"] / of[OWN]["cpu"], "≥", 1),
        promise(f"{name(run)}: {bare} ÷ generate, rules (CPU)", of[bare]["cpu"] / of[RULES]["cpu"], "≥", 1),
    ]


def memory(run: dict) -> list[str]:
    if run["preset"] not in ("l", "xl"):
        return []
    of = run["subjects"]
    most = max(of[subject]["memory"] for subject in (OWN, RULES, NPM))
    return [promise(f"{name(run)}: memory of generate, the most of the three, MB", most, "≤", 64 if run["preset"] == "l" else 128),
            promise(f"{name(run)}: memory of generate --all, MB", of[ALL]["memory"], "≤", 512)]


def everything(run: dict) -> list[str]:
    of, dump = run["subjects"], "PyYAML dumps as many jobs"
    if run["preset"] != "l" or dump not in of:
        return []
    # Three jobs of a template, and one that stops the review environment.
    jobs = f"{run['units']:,} units, {run['units'] * 4:,} jobs"
    return [promise(f"{jobs}: generate --all, seconds", of[ALL]["wall"], "≤", 2),
            promise(f"{jobs}: PyYAML's dump ÷ generate --all (wall)", of[dump]["wall"] / of[ALL]["wall"], "≥", 5)]


def of_run(run: dict) -> list[str]:
    return beside_git(run) + beside_peers(run) + beside_python(run) + memory(run) + everything(run)


def of_program(program: dict) -> list[str]:
    ours, git = (program["subjects"][f"{who} --version"]["wall"] for who in ("nestling", "git"))
    return [promise(f"{program['units']:,} units: `preview --watch`, from a saved file to the new drawing, milliseconds",
                    program["watch"] * 1000, "≤", 100),
            promise("the program, stripped, MB", program["size"], "≤", 8),
            promise("`nestling --version` ÷ `git --version` (wall)", ours / git, "≤", 2)]


def of_growth(series: dict) -> list[str]:
    rows = []
    for line, points in series["lines"].items():
        if line.startswith("nestling"):
            slopes = [chart.slope([(point["at"], point[kind]) for point in points]) for kind in ("wall", "cpu")]
            worse = max(slope for slope in slopes if slope is not None)
            whose = f" ({line.removeprefix('nestling, ')})" if ", " in line else ""
            rows.append(promise(f"growth with {series['what']}{whose}: slope", worse, "≤", 1.1))
    return rows
