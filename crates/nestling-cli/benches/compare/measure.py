"""Runs commands one after the other, over and over, and says how long each took and how much memory it held."""

import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable


@dataclass(frozen=True)
class Rounds:
    """How often each command runs: one that takes longer than `seconds` in all has fewer rounds, but `least`."""

    most: int = 9
    least: int = 1
    seconds: float = 5.0


@dataclass
class Subject:
    """A command of somebody, with what its answer is and what is done before each run."""

    name: str
    directory: Path
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] | None = None
    units: Callable[[str], set[str]] | None = None
    expected: set[str] | None = None


@dataclass
class Measured:
    """What the runs of one subject came to."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: float = 0.0  # MB
    agrees: bool | None = None

    def as_json(self) -> dict[str, object]:
        return {"wall": statistics.median(self.wall), "cpu": statistics.median(self.cpu), "least_cpu": min(self.cpu),
                "memory": self.memory, "runs": len(self.wall), "agrees": self.agrees}


def run(subject: Subject, measured: Measured) -> None:
    if subject.before:
        subject.before()
    wants_answer = subject.units is not None and measured.agrees is None
    with open(os.devnull, "r+b") as nothing, tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(subject.command, cwd=subject.directory, env=os.environ | subject.environment,
                                   stdin=nothing, stdout=out if wants_answer else nothing, stderr=nothing)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - start
        if process.returncode:
            raise SystemExit(f"{subject.name} ended with {process.returncode}: {subject.command}")
        if wants_answer:
            out.seek(0)
            measured.agrees = subject.units(out.read().decode()) == subject.expected
    measured.wall.append(took)
    measured.cpu.append(usage.ru_utime + usage.ru_stime)
    measured.memory = max(measured.memory, usage.ru_maxrss / 1024)


def all_of(subjects: list[Subject], rounds: Rounds = Rounds()) -> dict[str, dict[str, object]]:
    """Interleaved, so that what else the machine does falls on everybody alike."""
    found = {subject.name: Measured() for subject in subjects}
    for turn in range(rounds.most):
        for subject in subjects:
            measured = found[subject.name]
            if turn < rounds.least or (turn + 1) * statistics.median(measured.wall) < rounds.seconds:
                run(subject, measured)
    return {name: measured.as_json() for name, measured in found.items()}
