"""Popular: which forwards were asked for how often lately, kept for the next start."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from engine.card import ModelCard
from engine.gpu.family import Family
from engine.gpu.kept import Kept
from engine.gpu.phase import Phase
from engine.gpu.plain import plain_recipe
from engine.gpu.switches.shape import WIDTHS, Shape
from engine.gpu.warm import Warm
from engine.job import Recipe
from engine.request import LARGEST_FINAL, SMALLEST

ASKED_FOR, FORWARDS = "asked for", "forwards"
# Of each model, and what of it is made ready at a start: a recording takes memory of the card.
MOST_KEPT, MOST_READY = 32, 8
# Once there are so many, all of it counts half: what was popular last year makes room.
FADES = 100_000
# So many more are worth writing down: what an end without warning forgets is no more than that.
OFTEN_ENOUGH = 500
MOST_TOKENS = 4096
# What a prompt is read in; longer ones are seldom.
PROMPT, SEVERAL, MOST_PIECES = "a warm hand", " BREAK ", 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Forwards of so many rows of pictures of that size, which are told so many words."""

    width: int
    height: int
    rows: int
    tokens: int

    def __post_init__(self) -> None:
        numbers = (self.width, self.height, self.rows, self.tokens)
        if any(type(number) is not int for number in numbers):
            raise ValueError(f"{numbers} are not all whole numbers")
        sides_are_fine = min(numbers[:2]) >= SMALLEST and max(numbers[:2]) <= LARGEST_FINAL
        if not sides_are_fine or self.rows not in WIDTHS or not 0 <= self.tokens <= MOST_TOKENS:
            raise ValueError(f"{self} is nothing that anybody is asked for")

    @classmethod
    def from_dict(cls, told: Any) -> tuple[Self, int]:
        """And how often. Raises ValueError where that is nothing that was kept."""
        try:
            names = ("width", "height", "rows", "tokens")
            asked, often = cls(**{name: told[name] for name in names}), told[FORWARDS]
        except (LookupError, TypeError) as error:
            raise ValueError(f"that is nothing that was asked for: {error!r}") from None
        if type(often) is not int or not 0 < often <= FADES:
            raise ValueError(f"{often!r:.60} is no number of forwards")
        return asked, often


class Popular:
    """Belongs to the engine thread.

    Of several painters that keep it in one folder the last one's word holds: what people ask for
    comes to all of them.
    """

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._counts: dict[str, Counter[Asked]] = {}
        self._new: Counter[str] = Counter()
        self._can_be_kept = True

    def of(self, card: ModelCard, *, least: int) -> Sequence[Asked]:
        """What was asked for at least so often, the most popular first. Not too many of it."""
        often = self._of(card.digest).most_common(MOST_READY)
        multiple = card.multiple
        return [
            asked
            for asked, times in often
            if times >= least and not (asked.width % multiple or asked.height % multiple)
        ]

    def times(self, card: ModelCard, asked: Asked) -> int:
        return self._of(card.digest)[asked]

    def note(self, warm: Warm) -> None:
        """Take in what was asked of the models that are loaded; now and then it is kept."""
        for family in warm.families:
            self._note(family)
            if self._new[family.card.digest] >= OFTEN_ENOUGH:
                self._keep(family.card.digest)

    def pass_over(self, warm: Warm) -> None:
        """What was asked of them until now was nobody's wish."""
        for family in warm.families:
            for track in family.tracks.all.values() if family.tracks else ():
                track.asked = 0

    def keep(self) -> None:
        """All that is new."""
        for digest in [digest for digest, new in self._new.items() if new]:
            self._keep(digest)

    def _note(self, family: Family) -> None:
        if family.tracks is None:
            return
        digest, scale = family.card.digest, int(family.pipe.vae_scale_factor)
        counts = self._of(digest)
        for shape, track in family.tracks.all.items():
            # Steps that keep or take are of one picture's own rhythm, and are never compiled.
            if not track.asked or shape.phase is not Phase.WHOLE:
                continue
            times, track.asked = track.asked, 0
            height, width = (side * scale for side in shape.latents[-2:])
            with suppress(ValueError):  # too large or too long a prompt to be made ready
                asked = Asked(width=width, height=height, rows=shape.width, tokens=shape.tokens)
                counts[asked] += times
                self._new[digest] += times
        while counts.total() > FADES:
            faded = {asked: often // 2 for asked, often in counts.items()}
            counts = self._counts[digest] = +Counter(faded)

    def _keep(self, digest: str) -> None:
        self._new[digest] = 0
        often = self._of(digest).most_common(MOST_KEPT)
        told = [{**asdict(asked), FORWARDS: times} for asked, times in often]
        # What cannot be written now is not tried again every few minutes.
        self._can_be_kept = self._can_be_kept and self._kept.keep((ASKED_FOR, digest), told)

    def _of(self, digest: str) -> Counter[Asked]:
        if digest not in self._counts:
            self._counts[digest] = self._read(digest)
        return self._counts[digest]

    def _read(self, digest: str) -> Counter[Asked]:
        told = self._kept.of((ASKED_FOR, digest))
        try:
            if told is None:
                return Counter()
            if not isinstance(told, list) or len(told) > MOST_KEPT:
                raise ValueError("that is no list of ours")
            return Counter(dict(map(Asked.from_dict, told)))
        except ValueError as error:
            self._kept.doubt((ASKED_FOR, digest), error)
            return Counter()


def recipe_like(asked: Asked, family: Family) -> Recipe | None:
    """A recipe whose forwards are of that shape, but for the rows; None where none is found."""
    for pieces in range(1, MOST_PIECES + 1):
        recipe = plain_recipe(
            family.card, SEVERAL.join([PROMPT] * pieces), steps=1, size=(asked.width, asked.height)
        )
        if asked.rows == 1:
            recipe = replace(recipe, guidance=1.0)
        shape = Shape.of(family.first_rows(recipe))
        if shape is not None and shape.tokens == asked.tokens:
            return recipe
    return None
