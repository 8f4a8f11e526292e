"""The memory ladder: what is done, and in which order, when a picture does not fit."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from engine.phrase import Phrase


class Work(StrEnum):
    """What ran out of memory."""

    FORWARD = "a step"
    DECODE = "decoding"
    ENLARGE = "enlarging"
    CHECK = "looking at it"
    ENCODE = "encoding"
    TEXT = "reading"
    LOAD = "loading"


class Rung(StrEnum):
    """From what costs nothing to what costs most. `str()` of one is how people read it."""

    HALVE = "fewer rows were painted at a time"
    EMPTY = "memory was tidied"
    DROP = "an idle model was put away"
    TILE = "the picture was encoded and decoded in tiles"
    PARK = "text encoders and autoencoder waited in main memory"
    GROUP = "the network came to the card block by block"
    SEQUENTIAL = "the network came to the card layer by layer"


LADDER = tuple(Rung)
OFFLOADS = {
    "none": frozenset[Rung](),
    "parts": frozenset({Rung.PARK}),
    "blocks": frozenset({Rung.PARK, Rung.GROUP}),
    "layers": frozenset({Rung.PARK, Rung.GROUP, Rung.SEQUENTIAL}),
}
"""What of a model waits in main memory from the start, for a card that is too small for it."""
FOR_MODELS = 0.8
"""Of a card loaded models take no more; the rest is for painting, and for others."""
# Decoding has one picture at a time, so there are no slices to take before tiles.
HELPS = {
    Work.FORWARD: frozenset(LADDER) - {Rung.TILE},
    Work.DECODE: frozenset(LADDER) - {Rung.HALVE},
    Work.ENLARGE: frozenset(LADDER) - {Rung.HALVE, Rung.TILE},
    Work.CHECK: frozenset(LADDER) - {Rung.HALVE, Rung.TILE},
    Work.ENCODE: frozenset(LADDER) - {Rung.HALVE},
    Work.TEXT: frozenset(LADDER) - {Rung.HALVE, Rung.TILE},
    Work.LOAD: frozenset(LADDER) - {Rung.HALVE, Rung.TILE},
}
# There may be another model to put away, and tiles can be smaller still.
TAKEN_AGAIN = frozenset({Rung.DROP, Rung.TILE})


def next_rung(work: Work, *, taken: Collection[Rung], possible: Collection[Rung]) -> Rung | None:
    """The first rung that may help and was not taken yet; None where nothing is left."""
    for rung in LADDER:
        if rung in HELPS[work] and rung in possible and (rung in TAKEN_AGAIN or rung not in taken):
            return rung
    return None


@dataclass(slots=True)
class Strain:
    """How often memory ran out while a tile was painted, what was done, and what that cost."""

    times: int = 0
    seconds: float = 0.0
    rungs: dict[Rung, None] = field(default_factory=dict)

    def add(self, rung: Rung | None, seconds: float) -> None:
        """Memory ran out once more, and that rung was taken, or none was left."""
        self.times += 1
        self.seconds += seconds
        if rung is not None:
            self.rungs[rung] = None

    def merge(self, other: "Strain") -> None:
        self.times += other.times
        self.seconds += other.seconds
        self.rungs |= other.rungs

    def told(self) -> str:
        """A sentence for the picture; empty where nothing had to be done."""
        if not self.rungs:
            return ""
        done = ", ".join(rung for rung in LADDER if rung in self.rungs)
        if not self.times:
            return Phrase("Memory was short: {done}.", done=done)
        often = Phrase("once") if self.times == 1 else Phrase("{times} times", times=self.times)
        return Phrase(
            "Memory was short: {done}. It ran out {often}, which took {seconds:.1f} s.",
            done=done,
            often=often,
            seconds=self.seconds,
        )
