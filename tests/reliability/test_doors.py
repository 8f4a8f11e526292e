"""Whoever has no key, a wrong one, one that expired or another's reads nothing of anybody's."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

import psutil
import pytest
from aiohttp import ClientSession

from bot.app import open_keys
from bot.settings import Settings
from engine.clock import utc_now
from engine.key import Scope, own_person
from tests.reliability.plan import Plan
from tests.reliability.rig import Rig

SECRET_WORD = "xyzzyplugh"
"""Is in all that the one has whom the others try to read."""
STRANGERS = 4
"""A key may ask so often in a minute and no oftener."""
SHUT = frozenset({401, 403, 404, 405, 409, 413, 415, 422, 429})
BY_A_LINK = "/v1/images/files/"
OPEN_TO_ALL = ("/health", "/readyz", "/openapi.json", "/metrics", "/docs", "/logout", BY_A_LINK)
"""What is told to everybody, and pictures that whoever has their signed address may see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What somebody shows at the door; nothing where they have none. `opens` is whether it does."""

    shown: str | None
    opens: bool = False

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.shown is None else {"Authorization": f"Bearer {self.shown}"}


async def keys_for(settings: Settings, count: int) -> tuple[Key, Sequence[Key]]:
    """The owner's, and those by which others try."""
    now, scopes = utc_now(), (Scope.READ, Scope.PAINT)
    async with open_keys(settings) as keys:
        _, owner = await keys.add("owner", own_person("owner"), scopes, None, now)
        ended = now - timedelta(days=1)
        long_ago = ended - timedelta(days=1)
        _, expired = await keys.add("old", own_person("owner"), scopes, ended, long_ago)
        _, revoked = await keys.add("gone", own_person("owner"), scopes, None, now)
        await keys.revoke("gone", now)
        strangers = [
            Key(shown=(await keys.add(name, own_person(name), scopes, None, now))[1], opens=True)
            for name in (f"stranger-{number}" for number in range(count))
        ]
    wrong = owner[:-1] + ("a" if owner[-1] != "a" else "b")
    shut = [Key(shown=shown) for shown in (None, wrong, expired, revoked, "")]
    return Key(shown=owner, opens=True), [*shut, *strangers]


def ways_in(document: dict[str, Any], job: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each route of the document, with what belongs to the owner in place of each name."""
    named = {
        "job": job["id"],
        "tile": "0",
        "person": "key:owner",
        "name": "a-style",
        "file": "0" * 64,
    }
    for path, methods in document["paths"].items():
        for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
            path = path.replace(f"{{{name}}}", named.get(name, "1"))
        if path.startswith(OPEN_TO_ALL) or "{" in path or path == "/v1/events":
            continue
        for method in methods:
            yield method.upper(), path


async def try_all(rig: Rig, tries: int, mutant: str = "") -> list[str]:
    """What somebody got who should not have."""
    owner, others = await keys_for(rig.settings, STRANGERS)
    found, statuses = [], Counter[int]()
    async with rig.program(Plan(mutant=mutant)) as easel, ClientSession(address(easel.pid)) as web:
        body = {"prompt": f"a {SECRET_WORD}"}
        async with web.post("/v1/jobs", json=body, headers=owner.headers) as answer:
            job = await answer.json()
        await rig.until(lambda state: not state.unfinished)
        async with web.get("/openapi.json") as answer:
            ways = sorted(set(ways_in(await answer.json(), job)))
        together = ((key, *way) for way in cycle(ways) for key in others)
        for key, method, path in islice(together, tries):
            async with web.request(method, path, headers=key.headers) as answer:
                statuses[answer.status] += 1
                text = (await answer.read()).decode("utf-8", "replace")
                if SECRET_WORD in text.lower():
                    found.append(f"{method} {path} tells of it")
                if not key.opens and answer.status not in SHUT - {404, 422}:
                    found.append(f"{method} {path} answers {answer.status} to {key.shown}")
    assert sum(statuses.values()) == tries
    return found


def address(process: int) -> str:
    """Where it listens."""
    [port] = {
        one.laddr.port
        for one in psutil.Process(process).net_connections("tcp")
        if one.status == psutil.CONN_LISTEN
    }
    return f"http://127.0.0.1:{port}"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.promise(24, count=1000)
async def test_1000_tries_at_the_door_read_nothing(rig_of_either: Rig) -> None:
    assert await try_all(rig_of_either, 1000) == []


@pytest.mark.slow
@pytest.mark.mutant(24)
async def test_a_program_that_lets_everybody_in_is_found_out(rig: Rig) -> None:
    assert await try_all(rig, 200, "lets everybody in")
