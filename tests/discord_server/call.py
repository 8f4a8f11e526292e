"""One request to a route, and what is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.discord_server.body import Body
from tests.discord_server.routes import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What was asked: the names in the path, what follows the question mark, the body."""

    route: Route
    place: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Body = field(default_factory=Body)

    def number(self, name: str) -> int:
        """An id of the path; one that is none stands for nothing that exists."""
        written = self.place[name]
        return int(written) if written.isdecimal() else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A success, with or without something to read."""

    status: int = 200
    body: Any = None


NOTHING = Answer(status=204)
Handler = Callable[[Call], Answer]
