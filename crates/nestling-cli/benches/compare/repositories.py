"""Which monorepos are measured, and makes them."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MAKER = Path(__file__).resolve().parents[1] / "monorepo_gen.py"
PRESETS = {100: "s", 1_000: "m", 10_000: "l"}
MILLION = "xl"


@dataclass(frozen=True)
class Repository:
    """A made monorepo, and what its maker knows of it."""

    path: Path
    truth: dict

    @property
    def projects(self) -> list[str]:
        spec = self.truth["spec"]
        services = [f"svc-{at:05d}" for at in range(spec["services"])]
        return services + [f"lib-{at:04d}" for at in range(spec["shared_libs"])]


@dataclass(frozen=True)
class Maker:
    """Makes monorepos in a folder, each once; `tiny` ones are as many, with next to nothing in them."""

    folder: Path
    tiny: bool = False

    def make(self, name: str, configs: str, options: dict[str, object], worktree: str = "bare") -> Repository:
        path, truth = self.folder / name, self.folder / f"{name}.truth.json"
        # The truth is written last, so a repository with one is complete.
        if not truth.exists():
            shutil.rmtree(path, ignore_errors=True)
            print(f"makes {name}", flush=True)
            given = [f"--{option}={value}" for option, value in options.items()]
            fixed = ["--peer-configs", configs, "--worktree", worktree, "--group-size", "0", "--repack", "--verify"]
            subprocess.run([sys.executable, str(MAKER), str(path), *fixed, *given], check=True)
        return Repository(path, json.loads(truth.read_text()))

    def preset(self, preset: str, configs: str, worktree: str = "bare", distinct: bool = False) -> Repository:
        options: dict[str, object] = {"preset": "tiny" if self.tiny else preset}
        name = f"{configs.replace(',', '-')}-{options['preset']}"
        if not distinct:
            return self.make(name, configs, options, worktree)
        services, libs = {"m": (1_000, 100), "l": (10_000, 400)}[preset]
        made = self.make(f"distinct-{name}", configs, options | {"blob-pool": pool(services, libs)}, worktree)
        no_two_alike(made)
        return made


def pool(services: int, libs: int) -> int:
    """How many different files it takes for no two folders to be alike: the maker gives project i the blobs from 31 × i on,
    libraries 3 more, and with one more than a multiple of 31 no library meets a service."""
    return max(2 * services, 11 * libs) // 31 * 31 + 32


def no_two_alike(made: Repository) -> None:
    """Before the branch, which may leave the same symbolic link alone in a folder or two."""
    command = ["git", "ls-tree", "-r", "-d", "--object-only", made.truth["commits"]["merge_base"]]
    printed = subprocess.run(command, cwd=made.path, check=True, capture_output=True, text=True).stdout.split()
    if len(set(printed)) < len(printed):
        raise SystemExit(f"{made.path}: {len(printed) - len(set(printed))} folders are alike")
