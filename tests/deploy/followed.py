"""Follows a Dockerfile without Docker: its steps, done in a folder as they stand."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy.context import files_given
from tests.deploy.dockerfile import ROOT, Stage, Step

PATIENCE_S = 1800
# These make users and folders of the whole system, which only a container's root may.
OF_THE_SYSTEM = ("useradd", "install")
# Where programs are, and how pip comes by packages here.
KEPT = re.compile(r"PATH|TMPDIR|LANG|PIP_\w+|\w+_proxy|SSL_CERT_\w+", re.IGNORECASE)

Perform = Callable[["Followed", str], None]


@dataclass(kw_only=True)
class Followed:
    """What a stage has come to so far. `root` stands for the container's `/`."""

    root: Path
    stages: Mapping[str, Stage]
    perform: Perform
    given: Mapping[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    left_out: list[str] = field(default_factory=list)

    @property
    def here(self) -> Path:
        """The current folder."""
        return self.place(self.folder)

    def place(self, path: str) -> Path:
        """Where something lies that the Dockerfile calls so."""
        return self.root / os.path.join(self.folder, path).lstrip("/")

    def follow(self, name: str) -> "Followed":
        """All steps to that stage."""
        stage = self.stages[name]
        if stage.base in self.stages:
            self.follow(stage.base)
        # They count in their stage alone.
        self.arguments = {}
        for step in stage.steps:
            self._do(step)
        return self

    def shell(self, command: str, **more: str) -> subprocess.CompletedProcess[str]:
        """As a RUN does it: little of what this machine has set is seen."""
        known = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
        return subprocess.run(
            ["sh", "-c", command],
            cwd=self.here,
            env=known | self.environment | self.arguments | more,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )

    def _do(self, step: Step) -> None:
        match step.word:
            case "WORKDIR":
                self.folder = step.said
                self.here.mkdir(parents=True, exist_ok=True)
            case "ENV":
                self.environment |= step.pairs
            case "ARG":
                self.arguments |= {
                    name: self.given.get(name, value) for name, value in step.pairs.items()
                }
            case "COPY":
                self._copy(step)
            case "RUN" if step.words[0] in OF_THE_SYSTEM:
                self.left_out.append(step.said)
            case "RUN":
                self.perform(self, step.said)

    def _copy(self, step: Step) -> None:
        *sources, target = step.words
        if other := step.flags.get("from"):
            built = Followed(
                root=self.root.with_name(f"{self.root.name}-{other}"),
                stages=self.stages,
                perform=self.perform,
                given=self.given,
            ).follow(other)
            for source in sources:
                shutil.copytree(
                    built.place(source), self.place(target), symlinks=True, dirs_exist_ok=True
                )
            return
        for source in sources:
            # A folder is copied by what is in it, a file under its name.
            above = source if (ROOT / source).is_dir() else str(Path(source).parent)
            names = list(files_given(source))
            assert names, f"{source} is in no build context"
            for name in names:
                placed = self.place(target) / Path(name).relative_to(above)
                placed.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                shutil.copyfile(ROOT / name, placed)
                # As from somebody whose files nobody else may read.
                placed.chmod((ROOT / name).stat().st_mode & 0o700)


def really(image: Followed, command: str) -> None:
    """Every step as it stands."""
    done = image.shell(command)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


def with_what_is_here(image: Followed, command: str) -> None:
    """The packages of this very environment instead of new ones; all else as it stands."""
    if command.startswith("./run --set-up-only"):
        lend_environment(image.here)
    else:
        really(image, command)


def lend_environment(folder: Path) -> None:
    """The environment that the tests run in, as if ./run had made it there. It is only read."""
    lent = folder / ".venv"
    lent.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (lent / name).symlink_to(ROOT / ".venv" / name)
    # The mark by which ./run sees that there is nothing to set up.
    mark = "{ cat run requirements.lock && .venv/bin/python -V; } 2>&1 | cksum >.venv/easel-stamp"
    subprocess.run(["sh", "-c", mark], cwd=folder, check=True, timeout=60)
