"""Native: a program that speaks our own API, and sends again what it hears nothing of."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from tests.soak.visitor import PATIENCE_S, Answer, Visitor
from tests.soak.wishes import mistaken, prompt, several, words

ENDED = frozenset({"done", "failed", "cancelled"})


class Native(Visitor):
    """Speaks our own API, and sends what it asks for again where it hears nothing."""

    def acts(self) -> Sequence[tuple[Callable[[], object], int]]:
        return (
            (self._paint, 10),
            (self._withdraw, 3),
            (self._look, 3),
            (self._several, 1),
            (self._from_source, 2),
            (self._tidy, 2),
            (self._mistake, 1),
        )

    async def _post(self, said: Mapping[str, Any]) -> str | None:
        """By one key however often it is sent: that is one job."""
        headers = {"Idempotency-Key": uuid4().hex}
        times = self._chance.choice((1, 1, 1, 2, 3))
        found = await asyncio.gather(
            *(self.ask("POST", "/v1/jobs", json=said, headers=headers) for _ in range(times)),
            return_exceptions=True,
        )
        jobs = {one.told["id"] for one in found if isinstance(one, Answer) and one.status == 202}
        for job in jobs:
            self.promise(job, "/v1/jobs")
        if len(jobs) > 1:
            self._house.complaints.add(f"one Idempotency-Key became {len(jobs)} jobs: {jobs}")
        return next(iter(jobs), None)

    async def _paint(self) -> None:
        job = await self._post({"prompt": prompt(self._chance)})
        if job and self._chance.random() < 0.8:
            told = await self._ended(job)
            for tile in told.get("tiles", ())[:1]:
                if tile["picture"]:
                    picture = await self.ask("GET", tile["picture"])
                    if picture.status == 200 and not picture.body.startswith(b"\x89PNG"):
                        self._house.complaints.add(f"a picture of job {job} is no PNG")

    async def _ended(self, job: str) -> Mapping[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                answer = await self.ask("GET", f"/v1/jobs/{job}")
                if answer.status == 404:
                    self._house.complaints.add(f"job {job} was promised and is not known any more")
                if answer.status != 200 or answer.told["status"] in ENDED:
                    return dict(answer.told)
                await asyncio.sleep(0.5)

    async def _withdraw(self) -> None:
        job = await self._post({"prompt": words(self._chance), "steps": 9, "size": "64x64"})
        if job:
            await asyncio.sleep(self._chance.uniform(0, 0.5))
            await self.ask("DELETE", f"/v1/jobs/{job}")

    async def _several(self) -> None:
        answer = await self.ask("POST", "/v1/jobs", json={"prompt": several(self._chance)})
        if answer.status == 202:
            self.promise(answer.told["id"], "/v1/jobs")

    async def _from_source(self) -> None:
        kept = await self.ask(
            "POST",
            "/v1/sources",
            data=self._house.picture,
            headers={"Content-Type": "image/png"},
        )
        if kept.status == 201:
            said = {"prompt": words(self._chance), "image": kept.told["digest"], "steps": 2}
            await self._post({**said, "strength": 0.6})

    async def _look(self) -> None:
        paths = ("/v1/history", "/v1/quota", "/v1/queue", "/v1/jobs", "/metrics", "/v1/models")
        path = self._chance.choice(paths)
        await self.ask("GET", path)

    async def _tidy(self) -> None:
        page = await self.ask("GET", "/v1/history?limit=5")
        if page.status == 200 and page.told["pictures"]:
            number = self._chance.choice(page.told["pictures"])["number"]
            if self._chance.random() < 0.5:
                await self.ask("DELETE", f"/v1/history/{number}")
            else:
                liked = {"favourite": self._chance.random() < 0.3}
                await self.ask("PATCH", f"/v1/history/{number}", json=liked)

    async def _mistake(self) -> None:
        answer = await self.ask("POST", "/v1/jobs", json={"prompt": mistaken(self._chance)})
        if answer.status == 202:
            self.promise(answer.told["id"], "/v1/jobs")
