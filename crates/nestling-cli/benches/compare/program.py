"""The cost of the program by itself: its start, and how long `preview --watch` takes from a saved file to the new drawing."""

import os
import statistics
import subprocess
import time
from pathlib import Path

from measure import Rounds, Subject, all_of
from repositories import Maker, Repository
from subjects import NO_PIPELINE

# The last line of a drawing that is there for every plan.
LAST = b" units, "
# Until the watches are set up, and no event of the last saving is pending.
SETTLED = 0.5


def drawn(output) -> None:
    for line in output:
        if LAST in line:
            return
    raise SystemExit("`preview --watch` has ended")


def saved_to_drawn(binary: Path, made: Repository, rounds: int) -> list[float]:
    """Saves a file in one unit after the other: each drawing has one more of them."""
    command = [str(binary), "preview", "--watch", "--as", "merge_request"]
    watching = subprocess.Popen(command, cwd=made.path, env=os.environ | NO_PIPELINE, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    saved, took = [], []
    try:
        drawn(watching.stdout)
        for name in made.projects[:rounds]:
            time.sleep(SETTLED)
            saved.append(made.path / "services" / name / "saved")
            start = time.perf_counter()
            saved[-1].write_text("saved\n")
            drawn(watching.stdout)
            took.append(time.perf_counter() - start)
    finally:
        watching.kill()
        watching.wait()
        for file in saved:
            file.unlink(missing_ok=True)
    return took


def measured(binary: Path, maker: Maker) -> dict[str, object]:
    made = maker.preset("m", "moon,nestling", worktree="full")
    versions = [Subject("nestling --version", made.path, [str(binary), "--version"]),
                Subject("git --version", made.path, ["git", "--version"])]
    took = saved_to_drawn(binary, made, 3 if maker.tiny else 15)
    return {"units": len(made.projects), "watch": statistics.median(took), "watch_most": max(took),
            "subjects": all_of(versions, Rounds(most=3 if maker.tiny else 101))}
