"""What a program that is to be tried does otherwise than Easel does."""

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Seconds for a picture, and for one of which the prompt says “long”; `seats` at a time.

    It is `hurried` where pauses between tries would only take time. A `lease` is in seconds, and so
    is how long Discord may be silent; 0 is the usual. It kills itself where it would mark the
    delivery of that number as told. A `mutant` is a mistake that the checks must find.
    """

    seconds: float = 0.0
    long: float = 0.0
    seats: int = 2
    hurried: bool = False
    silence: float = 0.0
    lease: float = 0.0
    dies_at_mark: int = 0
    mutant: str = ""

    @property
    def module(self) -> tuple[str, ...]:
        """What Python is told to run."""
        return ("tests.reliability.program", json.dumps(asdict(self)))

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**json.loads(text))
