"""Downloads from the stand-in, beside it in one event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from engine.gpu.hub.download import Download, open_download
from engine.gpu.hub.first_look import Judge, whole_model
from engine.gpu.hub.hub import Hub
from engine.gpu.hub.repository import hub_name
from engine.gpu.models.catalog import find
from tests.hub_server.app import HubServer, open_hub
from tests.hub_server.shelf import Repository, files_in

NAME, LOCAL = "somebody/tiny", "somebody--tiny"
PLENTY = 10**12


@asynccontextmanager
async def hub_with(folder: Path) -> AsyncIterator[HubServer]:
    """A hub with what lies in the folder, as NAME."""
    async with open_hub() as server:
        server.repositories[NAME] = Repository(licence="openrail++")
        server.repositories[NAME].commit(await asyncio.to_thread(files_in, folder))
        yield server


def hub_at(server: HubServer, **changes: Any) -> Hub:
    """One that does not wait."""
    usual: dict[str, Any] = {"pauses": (0, 0, 0), "wait": lambda _: None}
    return Hub(endpoint=server.address, **{**usual, **changes})


async def bring(
    server: HubServer,
    folder: Path,
    name: str = NAME,
    *,
    free: int = PLENTY,
    check: Callable[[Path], object] | None = None,
    judge: Judge = whole_model,
    **changes: Any,
) -> list[tuple[str, int]]:
    """Download it whole; what was told of the bytes that came."""
    hub = hub_at(server, **changes)
    told: list[tuple[str, int]] = []

    def fetch(download: Download) -> None:
        download.fetch(hub, lambda file, won: told.append((file, won)))
        download.publish(check or (lambda whole: find(str(whole), folder)))

    await opened(server, folder, fetch, name, free=free, hub=hub, judge=judge)
    return told


async def opened(
    server: HubServer,
    folder: Path,
    look: Callable[[Download], Any],
    name: str = NAME,
    *,
    free: int = PLENTY,
    hub: Hub | None = None,
    judge: Judge = whole_model,
) -> Any:
    """Open the download and answer what `look` makes of it."""
    on_hub = hub_name(name)
    assert on_hub is not None

    def run() -> Any:
        coming = open_download(
            on_hub, folder, hub or hub_at(server), free=lambda _: free, judge=judge
        )
        with coming as download:
            return look(download)

    return await asyncio.to_thread(run)


def left_in(folder: Path) -> list[str]:
    """The names of what lies there."""
    return sorted(path.name for path in folder.iterdir())
