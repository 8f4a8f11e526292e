"""What the use cases need of the outside: a Painter and a Ledger."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from engine.card import ModelCard
from engine.job import Bookmark, Job, Picture, Recipe, Remembered, Status

Tell = Callable[[int, bytes | None], None]
"""Called in the event loop after a step with the steps done and, now and then, a small PNG."""


class Painter(Protocol):
    """Turns recipes into pictures, several at once."""

    @property
    def cards(self) -> Mapping[str, ModelCard]:
        """The models it can paint with, the default first."""
        ...

    @property
    def seats(self) -> int:
        """How many tiles it takes at a time."""
        ...

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        """Paint it, or raise PaintingFailed. Cancelling the task withdraws it at the next step.

        `sources` holds the files that the recipe's `image` and `mask` name by digest.
        """
        ...


class Ledger(Protocol):
    """Remembers jobs and pictures. Every call is one transaction."""

    async def record(self, job: Job) -> Job:
        """Remember a new job. A key seen before of this owner answers the job of then."""
        ...

    async def seen(self, owner: str, key: str) -> Job | None:
        """The job that this owner asked for with this key."""
        ...

    async def begin(self, job: str) -> Job:
        """Mark it painting and count the attempt. Raises NotFound unless it is unfinished."""
        ...

    async def finish(self, job: str, pictures: Sequence[Picture], now: datetime) -> None:
        """Store the pictures and mark the job done, spent what they took; all or nothing.

        Finishing a job that is already done changes nothing. Raises NotFound, or Cancelled where
        the job ended otherwise meanwhile.
        """
        ...

    async def release(self, job: str) -> None:
        """Let a job that is being painted wait again; that attempt does not count against it."""
        ...

    async def end(self, job: str, status: Status, problem: str) -> bool:
        """Mark an unfinished job failed, cancelled or queued again; False if it had ended."""
        ...

    async def job(self, job: str) -> Job:
        """Raises NotFound."""
        ...

    async def unfinished(self) -> Sequence[Job]:
        """Jobs that have not ended, oldest first: what a restart must take up again."""
        ...

    async def spent(self, owner: str, since: datetime) -> float:
        """Credits that the owner's jobs submitted since then cost or will cost."""
        ...

    async def history(
        self, owner: str, *, before: Bookmark | None = None, limit: int = 20
    ) -> Sequence[Remembered]:
        """The owner's pictures, newest first; those behind the bookmark where one is given."""
        ...

    async def painted(self, recipe: Recipe) -> Remembered | None:
        """The newest picture of exactly this recipe whose file is there, whoever asked for it."""
        ...

    async def pictures(self, job: str) -> Sequence[Remembered]:
        """The pictures of a job in the order of its tiles."""
        ...

    async def keep(self, file: bytes) -> str:
        """Keep a file under the SHA-256 of its bytes, and answer that. Raises StorageFailed."""
        ...

    async def file(self, digest: str) -> bytes:
        """Raises NotFound."""
        ...
