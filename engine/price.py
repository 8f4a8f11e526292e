"""What pictures cost. One credit is one second of the painter."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil, isfinite, log
from typing import Any, Self

from engine.cadence import shallow_ones
from engine.job import LATENT, Recipe
from engine.pieces import pieces_in
from engine.sampler import sampler_named

# Attention makes a picture of twice the pixels take a little more than twice as long.
PIXEL_POWER = 1.1
LEARNING = 0.2
# A picture more than this factor off is doubted: a card that compiled says nothing of the next.
# Two in a row that are off the same way are believed, and learned from faster.
DOUBT = 2.0
LEARNING_ANEW = 0.5
# What the network reads of a prompt in another piece, as a share of all that it does in a step.
PIECE_SHARE = 0.1
FEW_PIECES = 4
# What a step without the deep part of the network takes of a whole one. By torch's own counter its
# arithmetic is 8 % for Stable Diffusion 1.5, 1.5 % for XL, 4 % for SD3 and 2 % for FLUX.1; what is
# around each step, a sampler and the start of every kernel, does not shrink with it.
SHALLOW_SHARE = 0.1
# At least so much of a picture's time is what was never timed before, where there is any.
LEAST_SHARE = 0.01
GUESSED_SIZE = 512 * 512
MEASURED = "measured"
CENT = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Seconds that a row takes for a step, and seconds for encoding and decoding."""

    row_step: float
    rest: float

    def __post_init__(self) -> None:
        if not (isfinite(self.row_step) and self.row_step > 0):
            raise ValueError(f"{self.row_step} seconds are no speed of a step")
        if not (isfinite(self.rest) and self.rest >= 0):
            raise ValueError(f"{self.rest} seconds are no speed of encoding and decoding")

    def seconds(self, row_steps: int) -> float:
        return self.row_step * row_steps + self.rest

    def times(self, factor: float) -> "Speed":
        return Speed(row_step=self.row_step * factor, rest=self.rest * factor)

    def towards(self, seconds: float, row_steps: int, learning: float) -> "Speed":
        """Take in a part of the error, each number in proportion to what it has to do with it."""
        step_part, rest_part = self.row_step * row_steps, self.rest
        error = (seconds - step_part - rest_part) * learning
        square = step_part**2 + rest_part**2
        return Speed(
            row_step=self.row_step * (1 + error * step_part / square),
            rest=self.rest * (1 + error * rest_part / square),
        )


GUESS = Speed(row_step=0.02, rest=0.2)


@dataclass(frozen=True, slots=True, order=True)
class _Kind:
    """Passes of a kind take equally long for a row and step."""

    model: str
    width: int
    height: int
    controls: int = 0
    pieces: int = 1
    lone: bool = False
    """Without guidance a step has one row, and a card may take as long for it as for two."""

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def work(self) -> float:
        """How long a step takes beside one of another size, with and without more to look at."""
        # A ControlNet is about half a network more.
        networks = (2 + self.controls) / 2
        return float(self.pixels**PIXEL_POWER * networks * (1 + PIECE_SHARE * (self.pieces - 1)))


@dataclass(frozen=True, slots=True)
class _Learned:
    speed: Speed
    doubt: int = 0
    """1 after a picture that took far too long, -1 after one that was far too quick."""
    measured: bool = False
    """By the painter itself, and no picture has taught better yet."""


class Speeds:
    """Learns how long pictures take from those that were painted.

    `guesses` say by model, for 512x512, what holds until the first picture.
    """

    def __init__(self, guesses: Mapping[str, Speed] | None = None) -> None:
        self._guesses = dict(guesses or {})
        self._learned: dict[_Kind, _Learned] = {}

    def knows(self, recipe: Recipe) -> bool:
        """True once a picture of its model was timed, or its steps were."""
        model = _kind(recipe, recipe.width, recipe.height).model
        return any(kind.model == model for kind in self._learned)

    def expect(self, recipe: Recipe, speed: Speed) -> None:
        """How quick a painter measured itself to be at the recipe, until pictures teach better.

        What it measured last counts.
        """
        for each in passes_of(recipe):
            known = self._learned.get(each.kind)
            if known is None or known.measured:
                self._learned[each.kind] = _Learned(speed, measured=True)

    def observe(self, recipe: Recipe, seconds: float) -> None:
        """Learn from a picture. One that is far off changes little, two of them change much."""
        if not (isfinite(seconds) and seconds > 0):
            return
        # Only the whole was timed. What is known is believed, and the rest is what was new in it;
        # where all is known, or was too slow for that, each pass had its share.
        passes = [each for each in passes_of(recipe) if self._expected(each)]
        new = [each for each in passes if each.kind not in self._learned]
        rest = seconds - sum(self._expected(each) for each in passes if each not in new)
        if new and rest > seconds * LEAST_SHARE:
            passes, seconds = new, rest
        shares = [self._expected(each) for each in passes]
        for each, share in zip(passes, shares, strict=True):
            self._learn(each.kind, each.row_steps, seconds * share / sum(shares))

    def _learn(self, kind: _Kind, row_steps: int, seconds: float) -> None:
        speed, known = self._speed(kind), self._learned.get(kind)
        expected = speed.seconds(row_steps)
        ratio = seconds / expected
        off = (ratio > DOUBT) - (ratio < 1 / DOUBT)
        if known is None:
            learned = speed.times(ratio)
        elif off and off == known.doubt:
            learned = speed.towards(seconds, row_steps, LEARNING_ANEW)
        else:
            believed = min(max(seconds, expected / DOUBT), expected * DOUBT)
            learned = speed.towards(believed, row_steps, LEARNING)
        self._learned[kind] = _Learned(learned, off)

    def seconds(self, recipe: Recipe) -> float:
        return sum(self._expected(each) for each in passes_of(recipe))

    def price(self, recipes: Sequence[Recipe]) -> float:
        """Credits, to the cent. Only nothing at all is free."""
        return priced([self.seconds(recipe) for recipe in recipes])

    @property
    def learned(self) -> Sequence[Mapping[str, Any]]:
        """As JSON can be made of it."""
        return [
            asdict(kind) | asdict(learned.speed) | ({MEASURED: True} if learned.measured else {})
            for kind, learned in sorted(self._learned.items(), key=lambda item: item[0])
        ]

    @classmethod
    def from_learned(cls, rows: Any, guesses: Mapping[str, Speed] | None = None) -> Self:
        """Raises ValueError where that is nothing that was `learned`."""
        speeds = cls(guesses)
        try:
            for row in rows:
                kind = _Kind(
                    str(row["model"]),
                    int(row["width"]),
                    int(row["height"]),
                    int(row.get("controls", 0)),
                    int(row.get("pieces", 1)),
                    bool(row.get("lone", False)),
                )
                speed = Speed(row_step=float(row["row_step"]), rest=float(row["rest"]))
                if min(kind.width, kind.height, kind.pieces) < 1 or kind.controls < 0:
                    raise ValueError(f"{kind} is nothing that is painted")
                speeds._learned[kind] = _Learned(speed, measured=bool(row.get(MEASURED, False)))
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError(f"these are no learned speeds: {error!r}") from None
        return speeds

    def _expected(self, painted: "Pass") -> float:
        return self._speed(painted.kind).seconds(painted.row_steps)

    def _speed(self, kind: _Kind) -> Speed:
        if kind in self._learned:
            return self._learned[kind].speed
        known = [other for other in self._learned if other.model == kind.model]
        if not known:
            guess = self._guesses.get(kind.model, GUESS)
            return guess.times(kind.work / GUESSED_SIZE**PIXEL_POWER)
        nearest = min(
            known,
            key=lambda other: (
                abs(kind.controls - other.controls),
                kind.lone != other.lone,
                abs(log(kind.pixels / other.pixels)),
                abs(kind.pieces - other.pieces),
                other,
            ),
        )
        return self._learned[nearest].speed.times(kind.work / nearest.work)


def priced(seconds: Sequence[float]) -> float:
    """What pictures cost that take so long each: credits, to the cent. Only nothing is free."""
    return max(CENT, round(sum(seconds), 2)) if seconds else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One way from noise to picture, or over a picture again; enlarging one, which has no steps."""

    kind: _Kind
    row_steps: int


def passes_of(recipe: Recipe) -> tuple[Pass, ...]:
    """Painting, enlarging and painting over, as far as the recipe has them."""
    first, second = recipe.painted_steps
    made = []
    if first:
        kind = _kind(recipe, recipe.width, recipe.height)
        made.append(Pass(kind=kind, row_steps=_rows(recipe, first)))
    # Latents are enlarged in no time.
    if recipe.upscale > 1 and recipe.upscaler != LATENT:
        # A network's work grows with what it sees, arithmetic with what it makes.
        seen = (recipe.width, recipe.height) if recipe.upscaler_digest else recipe.final_size
        by = f"upscaler {recipe.upscaler_digest or recipe.upscaler}"
        made.append(Pass(kind=_Kind(by, *seen), row_steps=0))
    if second:
        made.append(Pass(kind=_kind(recipe, *recipe.final_size), row_steps=_rows(recipe, second)))
    return tuple(made)


def row_steps_of(recipe: Recipe) -> int:
    """How many rows go through the network, over all steps; a shallow one is a part of a row."""
    return sum(each.row_steps for each in passes_of(recipe))


def _rows(recipe: Recipe, steps: int) -> int:
    forwards = sampler_named(recipe.sampler).forwards(steps)
    # Exact forwards are always equally wide.
    guided = forwards if recipe.exact else recipe.guided(forwards)
    shallow = shallow_ones(forwards, recipe.every)
    parts = sum(shallow) + sum(shallow[:guided])
    return ceil(forwards + guided - (1 - SHALLOW_SHARE) * parts)


def _kind(recipe: Recipe, width: int, height: int) -> _Kind:
    texts = (recipe.prompt, recipe.negative) if recipe.guidance > 1 else (recipe.prompt,)
    pieces = _rounded(max(map(pieces_in, texts)))
    lone = recipe.guidance <= 1 and not recipe.exact
    return _Kind(recipe.digest or recipe.model, width, height, len(recipe.controls), pieces, lone)


def _rounded(pieces: int) -> int:
    """Up to a power of 2 where there are many, so that what was learned holds for others too."""
    return pieces if pieces <= FEW_PIECES else 1 << (pieces - 1).bit_length()
