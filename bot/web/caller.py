"""Caller: who asks something over HTTP, and what they may do."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.owner import LOCAL
from engine.job import Owner
from engine.key import Key, Scope

NEEDS: Mapping[Scope, str] = {
    Scope.READ: "This key may not look at anything. Make one with --scope read.",
    Scope.PAINT: "This key may not paint. Make one with --scope paint.",
    Scope.MODERATE: "Only moderators may do that. Make a key with --scope moderate.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`key` is the id of the key that opened; without one they sit at this machine."""

    owner: Owner
    scopes: frozenset[Scope]
    key: str | None = None

    def require(self, scope: Scope) -> None:
        """Raises web.HTTPForbidden."""
        if scope not in self.scopes:
            raise web.HTTPForbidden(text=NEEDS[scope])


AT_HOME = Caller(owner=LOCAL, scopes=frozenset(Scope))
"""Whoever opens the page at the machine itself."""


def caller_with(key: Key) -> Caller:
    return Caller(owner=key.owner, scopes=frozenset(key.scopes), key=key.id)
