"""Reads a Dockerfile: its stages, and their steps as they stand."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "Dockerfile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One instruction, with the flags that stand before what it says."""

    word: str
    flags: Mapping[str, str]
    said: str

    @property
    def words(self) -> list[str]:
        """In the exec form, or as a shell takes them apart."""
        return json.loads(self.said) if self.said.startswith("[") else shlex.split(self.said)

    @property
    def pairs(self) -> Mapping[str, str]:
        """What ENV, ARG and LABEL say."""
        return {name: value for name, _, value in (each.partition("=") for each in self.words)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`base` is another stage, or an image."""

    name: str
    base: str
    steps: tuple[Step, ...]

    def last(self, word: str) -> Step | None:
        """What counts of an instruction that is said several times."""
        return next((step for step in reversed(self.steps) if step.word == word), None)


def stages_in(file: Path = DOCKERFILE) -> Mapping[str, Stage]:
    """By name, as they follow each other."""
    text = re.sub(r"^\s*#.*\n", "", file.read_text("utf-8"), flags=re.MULTILINE)
    lines = [line for line in re.sub(r"\\\n", " ", text).splitlines() if line.strip()]
    stages: dict[str, Stage] = {}
    name, base, steps = "", "", list[Step]()
    for line in [*lines, ""]:
        step = _step(line) if line else None
        if step is not None and step.word != "FROM":
            steps.append(step)
            continue
        if name:
            stages[name] = Stage(name=name, base=base, steps=tuple(steps))
        if step is not None:
            base, _, name = step.words
            steps = []
    return stages


def line_of(stages: Mapping[str, Stage], name: str) -> list[Step]:
    """All steps that lead to a stage, those of the stages below it first."""
    below = line_of(stages, stages[name].base) if stages[name].base in stages else []
    return [*below, *stages[name].steps]


def _step(line: str) -> Step:
    word, rest = line.strip().split(maxsplit=1)
    flags = {}
    # HEALTHCHECK has them before its CMD.
    while found := re.match(r"--([a-z-]+)=(\S+)\s+", rest):
        flags[found[1]] = found[2]
        rest = rest[found.end() :]
    return Step(word=word, flags=flags, said=rest.strip())
