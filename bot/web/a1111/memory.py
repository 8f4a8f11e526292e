"""Memory: of this machine, and of the device where that can be known."""

from collections.abc import Sequence
from typing import Any

import psutil
from aiohttp import web
from pydantic import BaseModel

from bot.web.a1111.dialect import A1111
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.native.painters import Seen
from engine.errors import EaselError
from engine.key import Scope

CUDA = "cuda"


class MemoryUsed(BaseModel):
    """In bytes; `cuda` says an error where there is none, as theirs does."""

    ram: dict[str, Any]
    cuda: dict[str, Any]


class Memory:
    """`seen` is the painter of this program."""

    def __init__(self, seen: Seen | None) -> None:
        self._seen = seen

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET",
                path="/sdapi/v1/memory",
                does=self.show,
                about="How much memory is used",
                tag="A1111",
                scope=Scope.READ,
                answers={200: MemoryUsed},
                dialect=A1111,
            ),
        )

    async def show(self, _: Call) -> web.Response:
        machine = psutil.virtual_memory()
        used = psutil.Process().memory_info().rss
        ram = {"free": machine.available, "used": used, "total": machine.total}
        return answered(MemoryUsed(ram=ram, cuda=await self._device()))

    async def _device(self) -> dict[str, Any]:
        """Of the first card; they know of one only."""
        members = self._seen.crew if self._seen else ()
        cards = [one.painter for one in members if one.painter.name.startswith(CUDA)]
        if self._seen is None or not cards:
            return {"error": "unavailable"}
        try:
            vitals = await self._seen.look(cards[0])
        except (EaselError, TimeoutError):
            return {"error": "unavailable"}
        system = {"free": vitals.total - vitals.used, "used": vitals.used, "total": vitals.total}
        return {"system": system}
