"""Scene: what a large community asks for, the same in every run."""

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

SYLLABLES = ("ba", "do", "fi", "ga", "ho", "ka", "lu", "mi", "no", "pe", "ri", "so", "ta", "vu")
USUAL_WORDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is there before anything is timed, and how often each thing is done then."""

    jobs: int = 100_000
    pictures: int = 1_000_000
    calls: int = 1_000

    @property
    def people(self) -> int:
        return max(2, self.jobs // 100)

    def scaled(self, scale: float) -> "Size":
        """The same, smaller or larger; what is timed stays as often."""
        return Size(
            jobs=max(10, round(self.jobs * scale)),
            pictures=max(10, round(self.pictures * scale)),
            calls=max(10, min(self.calls, round(self.jobs * scale))),
        )


@dataclass(slots=True)
class Scene:
    """People and words come as in life: a few very often, most of them seldom."""

    size: Size
    chance: Random = field(default_factory=lambda: Random(7))
    _people: list[float] = field(init=False)
    _words: list[str] = field(init=False)
    _often: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self._people = _shares(self.size.people)
        self._words = [
            first + second + third
            for first in SYLLABLES
            for second in SYLLABLES
            for third in SYLLABLES
        ]
        self._often = _shares(len(self._words))

    @property
    def people(self) -> list[str]:
        """The ids of all, those who ask most often first."""
        return [_id(number) for number in range(self.size.people)]

    def person(self) -> str:
        """The id of somebody."""
        return _id(self._pick(self._people))

    def word(self) -> str:
        """A word that somebody uses."""
        return self._words[self._pick(self._often)]

    def prompt(self) -> str:
        """As long as most are."""
        return " ".join(self.word() for _ in range(self.chance.randint(3, 2 * USUAL_WORDS - 3)))

    def seed(self) -> int:
        """Any."""
        return self.chance.getrandbits(32)

    def _pick(self, shares: list[float]) -> int:
        return bisect_left(shares, self.chance.random() * shares[-1])


def _id(number: int) -> str:
    return f"discord:{10**17 + number}"


def _shares(count: int) -> list[float]:
    """By Zipf: the second comes half as often as the first, the third a third as often."""
    return list(accumulate(1 / rank for rank in range(1, count + 1)))
