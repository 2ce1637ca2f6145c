"""One run beside the others: the subjects that a repository has, measured side by side."""

from importlib.util import find_spec
from pathlib import Path

import subjects
from measure import Rounds, Subject, all_of
from repositories import Maker, Repository


def ours(binary: Path, maker: Maker, preset: str, own: Repository, distinct: bool = False) -> list[Subject]:
    """Units that have files of their own, that rules make, and that rules make and package.json ties."""
    rules = maker.preset(preset, "nestling-rules", distinct=distinct)
    npm = maker.preset(preset, "nestling-npm", distinct=distinct)
    affected = set(own.truth["affected_projects"])
    generate = subjects.generate("nestling generate", binary, own)
    generate_npm = subjects.generate("nestling generate, rules and npm", binary, npm)
    return subjects.git(own.path) + [
        subjects.nestling("nestling affected", binary, own, ["affected"], units=subjects.lines, expected=affected),
        generate,
        subjects.again(generate),
        subjects.generate("nestling generate, rules", binary, rules, "changed_projects"),
        generate_npm,
        subjects.again(generate_npm),
        subjects.generate_all("nestling generate --all", binary, own),
    ]


def scripts(maker: Maker, own: Repository) -> list[Subject]:
    if maker.tiny and not find_spec("yaml"):
        return subjects.stand_ins(own, subjects.PYTHON)
    return subjects.scripts(own)


def finished(maker: Maker, preset: str, own: Repository, everybody: list[Subject]) -> dict[str, object]:
    spec = own.truth["spec"]
    rounds = Rounds(most=1) if maker.tiny else Rounds()
    return {"preset": preset, "services": spec["services"], "units": len(own.projects), "files": own.truth["files"],
            "subjects": all_of(everybody, rounds)}


def with_peers(binary: Path, maker: Maker, preset: str, modules: Path | None) -> dict[str, object]:
    own = maker.preset(preset, "moon,nestling", worktree="full")
    everybody = ours(binary, maker, preset, own) + scripts(maker, own)
    if own.truth["spec"]["services"] <= 1000:
        everybody.append(subjects.bash(own))
    if modules is None:
        return finished(maker, preset, own, everybody + subjects.stand_ins(own, subjects.LISTING))
    try:
        return finished(maker, preset, own, everybody + subjects.peers(own, modules))
    finally:
        subjects.stop_daemons(own.path, modules)


def distinct(binary: Path, maker: Maker, preset: str) -> dict[str, object]:
    own = maker.preset(preset, "nestling", distinct=True)
    return finished(maker, preset, own, ours(binary, maker, preset, own, distinct=True)) | {"distinct": True}


def alone(binary: Path, maker: Maker, preset: str) -> dict[str, object]:
    own = maker.preset(preset, "nestling")
    return finished(maker, preset, own, ours(binary, maker, preset, own) + scripts(maker, own))
