"""Dialects: programs that speak as they would to OpenAI, to A1111, or to a tutorial's server."""

import asyncio
import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aiohttp

from tests.soak.visitor import PATIENCE_S, Visitor
from tests.soak.wishes import words


class OpenAi(Visitor):
    def acts(self) -> Sequence[tuple[Callable[[], object], int]]:
        return ((self._generate, 4), (self._edit, 1))

    async def _generate(self) -> None:
        said = {"prompt": words(self._chance), "n": self._chance.randint(1, 2), "size": "64x64"}
        shape = self._chance.choice(("url", "b64_json"))
        answer = await self.ask(
            "POST", "/v1/images/generations", json={**said, "steps": 2, "response_format": shape}
        )
        if answer.status == 200:
            self._house.done["OpenAI"] += 1
            if url := answer.told["data"][0].get("url"):
                await self.ask("GET", "/" + url.partition("//")[2].partition("/")[2])

    async def _edit(self) -> None:
        form = aiohttp.FormData()
        form.add_field("prompt", words(self._chance))
        form.add_field("steps", "2")
        form.add_field("image", self._house.picture, filename="begin.png", content_type="image/png")
        answer = await self.ask("POST", "/v1/images/edits", data=form)
        self._house.done["OpenAI edits"] += answer.status == 200


class A1111(Visitor):
    def acts(self) -> Sequence[tuple[Callable[[], object], int]]:
        return ((self._txt2img, 4), (self._img2img, 2), (self._look, 2), (self._interrupt, 1))

    async def _txt2img(self) -> None:
        said = {"prompt": words(self._chance), "width": 64, "height": 64, "steps": 2}
        await self._painted("txt2img", {**said, "batch_size": self._chance.randint(1, 2)})

    async def _img2img(self) -> None:
        begun = base64.b64encode(self._house.picture).decode()
        said = {"prompt": words(self._chance), "steps": 2, "denoising_strength": 0.6}
        await self._painted("img2img", {**said, "init_images": [begun]})

    async def _painted(self, what: str, said: Mapping[str, Any]) -> None:
        answer = await self.ask("POST", f"/sdapi/v1/{what}", json=said)
        self._house.done[f"A1111 {what}"] += answer.status == 200

    async def _look(self) -> None:
        what = self._chance.choice(("progress", "options", "sd-models", "samplers", "memory"))
        await self.ask("GET", f"/sdapi/v1/{what}")

    async def _interrupt(self) -> None:
        said = {"prompt": words(self._chance), "width": 64, "height": 64, "steps": 20}
        painting = asyncio.create_task(self._painted("txt2img", said))
        await asyncio.sleep(self._chance.uniform(0.1, 0.5))
        try:
            await self.ask("POST", "/sdapi/v1/interrupt")
        finally:
            await painting


class Tutorial(Visitor):
    def acts(self) -> Sequence[tuple[Callable[[], object], int]]:
        return ((self._at_once, 2), (self._later, 2))

    def _said(self) -> dict[str, Any]:
        return {"prompt": words(self._chance), "width": 64, "height": 64, "steps": 2}

    async def _at_once(self) -> None:
        answer = await self.ask("POST", "/generate", json=self._said())
        self._house.done["tutorial"] += answer.status == 200

    async def _later(self) -> None:
        answer = await self.ask("POST", "/generate", json={**self._said(), "wait": False})
        if answer.status not in {200, 202} or "job_id" not in answer.told:
            return
        job = self.promise(answer.told["job_id"], "/generate")
        async with asyncio.timeout(PATIENCE_S):
            while True:
                standing = await self.ask("GET", f"/status/{job}")
                spoken = standing.told.get("status")
                if standing.status != 200 or spoken in {"completed", "failed", "cancelled"}:
                    return
                await asyncio.sleep(0.5)
