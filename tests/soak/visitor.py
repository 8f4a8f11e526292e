"""Visitor: somebody who asks over HTTP, again and again, and judges what is answered."""

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.soak.complaints import Complaints
from tests.soak.easel import Easel, NotThere
from tests.soak.excuses import Excuses, Trouble

THINKS_S = 0.7
PATIENCE_S = 90.0
AWAY = (aiohttp.ClientError, ConnectionError, TimeoutError, NotThere)
FINE = frozenset({200, 201, 202, 204, 303, 304, 400, 403, 404, 409, 413, 422, 429})
"""What may be answered whatever is wrong; 503 is only right where something is in the way."""
BUSY = re.compile(r"queue is full|wait for|stop|restart|run empty|moderator", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class House:
    """What visitors share: where Easel is, what was promised to whom, and what was answered."""

    easel: Easel
    excuses: Excuses
    complaints: Complaints
    picture: bytes
    promised: dict[str, str] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]
    where: str

    @property
    def told(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return {}


class Visitor:
    """Somebody with a session of their own; without a `key` whoever sits at this machine."""

    def __init__(self, house: House, chance: random.Random, *, key: str | None) -> None:
        self._house, self._chance, self._key = house, chance, key
        self._session: aiohttp.ClientSession | None = None

    def acts(self) -> Sequence[tuple[Callable[[], object], int]]:
        """What they do, and how often."""
        raise NotImplementedError

    thinks_s = THINKS_S

    async def live(self, over: asyncio.Event) -> None:
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        async with aiohttp.ClientSession(
            headers=headers,
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            timeout=aiohttp.ClientTimeout(total=PATIENCE_S),
        ) as self._session:
            verbs = [verb for verb, _ in self.acts()]
            weights = [weight for _, weight in self.acts()]
            while not over.is_set():
                verb = self._chance.choices(verbs, weights)[0]
                try:
                    done = verb()
                    assert asyncio.iscoroutine(done)
                    await done
                except AWAY:
                    self._house.answers["nobody there"] += 1
                    await asyncio.sleep(0.5)
                await asyncio.sleep(self._chance.expovariate(1 / self.thinks_s))

    async def ask(self, method: str, path: str, **given: Any) -> Answer:
        """Whatever is answered; what may not be is complained of. Raises AWAY."""
        assert self._session is not None
        url = f"{self._house.easel.address}{path}"
        async with self._session.request(method, url, allow_redirects=False, **given) as response:
            body = await response.read()
            answer = Answer(
                status=response.status, body=body, headers=dict(response.headers), where=path
            )
        route = re.sub(r"[0-9a-f]{32,}|\d+", "*", path.partition("?")[0])
        self._house.answers[f"{method} {route} {answer.status}"] += 1
        self._judge(method, route, answer)
        return answer

    def _judge(self, method: str, route: str, answer: Answer) -> None:
        if answer.status in FINE:
            return
        said = answer.body.decode(errors="replace")
        troubles = (Trouble.DATABASE, Trouble.AWAY, Trouble.HALTED)
        troubled = self._house.excuses.any(time.time(), *troubles)
        if answer.status == 503 and (troubled or BUSY.search(said)):
            return
        if answer.status in {500, 504} and troubled:
            return
        self._house.complaints.add(
            f"{method} {route} was answered with {answer.status}: {said[:200]}"
        )

    def promise(self, job: str, entrance: str) -> str:
        self._house.promised[job] = entrance
        self._house.done[entrance] += 1
        return job
