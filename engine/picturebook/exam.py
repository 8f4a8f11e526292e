"""The examination: prompts that training never sees, and the score of what is painted for them."""

import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from engine.picturebook.judge import Verdict, judge
from engine.picturebook.world import (
    COLOURS,
    GROUNDS,
    KINDS,
    PLAIN_SHAPES,
    SKIES,
    Scene,
    caption,
    held_out,
    with_other_words,
)

log = logging.getLogger(__name__)

# Prompts with their seeds in, pictures out, in the same order.
Paint = Callable[[Sequence[tuple[str, int]]], Sequence[Image.Image]]

ATTRIBUTES = (
    "background",
    "colour",
    "shape",
    "plain_shape",
    "size",
    "count",
    "ground",
    "sky",
    "with_other_words",
)
# What the shipped weights are to reach, and from where on weights may be shipped at all.
GOALS = {
    "background": 0.97,
    "colour": 0.97,
    "shape": 0.9,
    "count": 0.9,
    "ground": 0.9,
    "sky": 0.9,
}
LANDING = {"background": 0.95, "colour": 0.95, "plain_shape": 0.7}
BATCH = 16
SINGLE, COUNTED, WITH_OTHER_WORDS = 120, 36, 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A prompt with its seed, the scene that it means, and what of it is judged."""

    prompt: str
    seed: int
    scene: Scene
    asks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many answers were right of how many asked, and what was seen instead of what."""

    marks: Mapping[str, tuple[int, int]]
    mistakes: Mapping[str, Mapping[tuple[str, str], int]]

    def shares(self) -> dict[str, float]:
        return {name: right / asked for name, (right, asked) in self.marks.items()}

    def reaches(self, bar: Mapping[str, float]) -> bool:
        shares = self.shares()
        return all(shares[name] >= least for name, least in bar.items())

    def table(self) -> str:
        lines = [f"{'':17} {'right':>9} {'share':>8} {'goal':>6} {'to land':>8}"]
        for name, (right, asked) in self.marks.items():
            goal, bar = (f"{bars[name]:.0%}" if name in bars else "" for bars in (GOALS, LANDING))
            line = f"{name.replace('_', ' '):17} {right:4}/{asked:<4} {right / asked:8.1%}"
            lines.append(f"{line} {goal:>6} {bar:>8}".rstrip())
        for name, mistakes in self.mistakes.items():
            commonest = sorted(mistakes.items(), key=lambda item: (-item[1], item[0]))[:8]
            told = ", ".join(f"{want} → {seen} ({n})" for (want, seen), n in commonest)
            lines.append(f"{name.replace('_', ' ')}: {told}")
        return "\n".join(lines)


def examine(paint: Paint, asked: Sequence[Question] | None = None) -> Score:
    """Have every question painted and judge the pictures."""
    asked = questions() if asked is None else asked
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    mistakes: dict[str, Counter[tuple[str, str]]] = {}
    for start in range(0, len(asked), BATCH):
        batch = asked[start : start + BATCH]
        pictures = paint([(question.prompt, question.seed) for question in batch])
        for question, picture in zip(batch, pictures, strict=True):
            verdict = judge(picture)
            for name in question.asks:
                want, seen = _told(question.scene, name), _told(verdict, name)
                total[name] += 1
                right[name] += want == seen
                if want != seen:
                    mistakes.setdefault(name, Counter())[want, seen] += 1
        log.info("%d of %d prompts painted and judged", start + len(batch), len(asked))
    ordered = [name for name in ATTRIBUTES if total[name]]
    return Score(
        marks={name: (right[name], total[name]) for name in ordered},
        mistakes={name: dict(mistakes[name]) for name in ordered if name in mistakes},
    )


def _told(source: Scene | Verdict, attribute: str) -> str:
    """That attribute of what was asked or seen, in words."""
    match attribute:
        case "shape" | "plain_shape":
            # Two circles are not one circle.
            many = f"{source.count} " if source.count > 1 else ""
            return f"{many}{source.kind or 'nothing known'}"
        case "with_other_words":
            parts = ("colour", "shape", "background")
            return " ".join(_told(source, part) for part in parts)
        case "size":
            return "unclear" if source.size is None else source.size or "normal"
        case _:
            value = getattr(source, attribute)
            return "unclear" if value is None else str(value)


def questions(seed: int = 7) -> tuple[Question, ...]:
    """The same ones every time, so that two scores can be compared."""
    rng = random.Random(seed)
    said: set[str] = set()
    asked: list[Question] = []
    for draw, asks in _drafts(rng):
        scene, prompt = _unseen(draw, said, rng)
        plain = ("plain_shape",) if "shape" in asks and scene.kind in PLAIN_SHAPES else ()
        asked.append(
            Question(prompt=prompt, seed=1000 + len(asked), scene=scene, asks=(*asks, *plain))
        )
    for question in rng.sample(asked[:SINGLE], WITH_OTHER_WORDS):
        longer = question.prompt
        while len(longer.split()) < len(question.prompt.split()) + 2:
            longer = with_other_words(question.prompt, rng)
        asked.append(replace(question, prompt=longer, asks=("with_other_words",)))
    return tuple(asked)


def _drafts(rng: random.Random) -> Iterator[tuple[Callable[[], Scene], tuple[str, ...]]]:
    """A lot to draw a scene from for each question, and what is asked of it."""
    colours = tuple(COLOURS)

    def on_plain(kind: str, colour: str, *, size: str = "", count: int = 1) -> Callable[[], Scene]:
        others = [name for name in colours if name != colour]
        return lambda: Scene(
            kind=kind, colour=colour, size=size, count=count, background=rng.choice(others)
        )

    def outdoors(ground: str, sky: str, *, empty: bool) -> Callable[[], Scene]:
        return lambda: Scene(
            kind=None if empty else rng.choice(KINDS),
            colour=None if empty else rng.choice(colours),
            ground=ground,
            sky=sky,
        )

    for number in range(SINGLE):
        kind, colour = KINDS[number % len(KINDS)], colours[number % len(colours)]
        yield on_plain(kind, colour), ("background", "colour", "shape")
    for number, kind in enumerate(KINDS):
        for shift, size in enumerate(("small", "big")):
            colour = colours[(number + 5 * shift) % len(colours)]
            yield on_plain(kind, colour, size=size), ("background", "colour", "shape", "size")
    for number in range(COUNTED):
        kind, colour = KINDS[number % len(KINDS)], colours[4 * number % len(colours)]
        count = 2 + (number + number // len(KINDS)) % 3
        yield on_plain(kind, colour, count=count), ("background", "colour", "count")
    for ground in GROUNDS:
        for sky in SKIES:
            for empty in (True, False, False):
                yield outdoors(ground, sky, empty=empty), ("ground", "sky")


def _unseen(draw: Callable[[], Scene], said: set[str], rng: random.Random) -> tuple[Scene, str]:
    """Draw until the caption is one that training leaves out, and a new one."""
    while True:
        scene = draw()
        prompt = caption(scene, rng)
        if held_out(prompt) and prompt not in said:
            said.add(prompt)
            return scene, prompt
