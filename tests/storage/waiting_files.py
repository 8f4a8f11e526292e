"""Folders of files whose doings wait for a test, which sees what others do meanwhile."""

import asyncio
import threading
from collections.abc import Mapping
from pathlib import Path

from storage.pictures import PictureFiles


class WaitingFiles(PictureFiles):
    """Kept files of which nobody has a row yet: whoever keeps one waits until the gate opens."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.kept, self.gate = asyncio.Event(), asyncio.Event()

    async def keep(self, file: bytes) -> str:
        digest = await super().keep(file)
        self.kept.set()
        await self.gate.wait()
        return digest


class HoldingFiles(PictureFiles):
    """Whoever has seen that a file is there waits until the gate opens, and only then commits."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.seen, self.gate = asyncio.Event(), asyncio.Event()

    async def stay(self, digest: str, file: bytes) -> None:
        await super().stay(digest, file)
        self.seen.set()
        await self.gate.wait()


class SlowToGo(PictureFiles):
    """Whoever removes files has not removed them before the gate opens."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.going, self.gate = threading.Event(), threading.Event()

    def _throw_away(self, files: Mapping[str, Path]) -> list[str]:
        self.going.set()
        self.gate.wait()
        return super()._throw_away(files)
