"""What a program that is to be stopped does otherwise than Easel does."""

import json
from dataclasses import asdict, dataclass
from typing import Self

from bot.stopping import MOST_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Seconds for a picture; one of which the prompt says what is `endless` is never done.

    A `warm` of “never” keeps it from being ready, “fetching” from even having an event loop,
    “asking” from knowing what it paints with, “in a thread” keeps a thread from ending too, and
    “real” is the painter that there is. The part that it is said to `break` meets a bug, and what
    it `hangs` on never answers. After its grace it may take so many seconds at `most`. A `mutant`
    is a mistake that the checks must find.
    """

    seconds: float = 0.0
    endless: str = "endless"
    warm: str = ""
    most: float = MOST_S
    breaks: str = ""
    hangs: str = ""
    mutant: str = ""

    @property
    def module(self) -> tuple[str, ...]:
        """What Python is told to run."""
        return ("tests.bot.stopping.program", json.dumps(asdict(self)))

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**json.loads(text))
