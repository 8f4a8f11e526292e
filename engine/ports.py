"""What the use cases need of the outside: a Painter and a Ledger."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from engine.allowance import UNLIMITED, Allowance
from engine.card import ModelCard
from engine.job import Job, Picture, Recipe, Remembered, Status
from engine.outline import Outline
from engine.tally import Move, Tally

Tell = Callable[[int, bytes | None], None]
"""Called in the event loop after a step with the steps done and, now and then, a small PNG."""


NO_PICTURES: Mapping[int, Picture] = MappingProxyType({})


class Painter(Protocol):
    """Turns recipes into pictures, several at once."""

    @property
    def cards(self) -> Mapping[str, ModelCard]:
        """The models it can paint with, the default first."""
        ...

    @property
    def name(self) -> str:
        """What people who run Easel call it: where it paints."""
        ...

    @property
    def seats(self) -> int:
        """How many tiles it takes at a time."""
        ...

    @property
    def alive(self) -> bool:
        """True while tiles can be handed over."""
        ...

    @property
    def warm(self) -> Collection[str]:
        """The models that are loaded now. With another one the first tile takes longer."""
        ...

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        """Paint it, or raise PaintingFailed. Cancelling the task withdraws it at the next step.

        Raises PainterGone where this painter broke down and another may go on.

        `sources` holds the files that the recipe's `image` and `mask` name by digest.
        """
        ...


class Ledger(Protocol):
    """Remembers jobs and pictures. Every call is one transaction.

    A `tally` is kept with what else is written; one that is behind what is known sets nobody back.
    """

    async def record(
        self, job: Job, allowance: Allowance = UNLIMITED, now: datetime | None = None
    ) -> Job:
        """Remember a new job and put its price aside, or raise QuotaExceeded and do neither.

        A key seen before of this owner answers the job of then and takes nothing. Without a `now`
        it is when the job was submitted.
        """
        ...

    async def seen(self, owner: str, key: str) -> Job | None:
        """The job that this owner asked for with this key."""
        ...

    async def begin(
        self, job: str, worker: str, until: datetime, tally: Tally | None = None
    ) -> Job:
        """Mark it as painted by this worker until then, and count the attempt.

        Raises NotFound unless it is queued.
        """
        ...

    async def beat(self, held: Mapping[str, int], until: datetime) -> Collection[str]:
        """A sign of life for these jobs, by their attempts: their leases last until then.

        Answers those of which that is so; the others have been lost, or have ended.
        """
        ...

    async def finish(
        self,
        job: str,
        attempt: int,
        pictures: Sequence[Picture],
        now: datetime,
        tally: Tally | None = None,
    ) -> None:
        """Store the pictures, mark the job done and settle what they took; all or nothing.

        Doing so again changes nothing. Raises InvalidRequest where it took no number of seconds,
        NotFound, TakenOver where that attempt has the job no
        more, or Cancelled where it ended otherwise meanwhile; then nothing is stored.
        """
        ...

    async def release(self, job: str, attempt: int) -> None:
        """Let a job that is being painted wait again; that attempt does not count against it."""
        ...

    async def lose(self, job: str, attempt: int, now: datetime) -> None:
        """The painter broke down while that attempt painted: the job waits again.

        Or it has failed and is refunded, where that was the last of its attempts. Nothing changes
        where another attempt has it, or none.
        """
        ...

    async def end(
        self,
        job: str,
        status: Status,
        problem: str,
        *,
        now: datetime,
        attempt: int | None = None,
        spent: float = 0.0,
        pictures: Mapping[int, Picture] = NO_PICTURES,
        tally: Tally | None = None,
    ) -> bool:
        """Mark an unfinished job failed or cancelled, and refund all but what was spent on it.

        `pictures` are those that were paid for and are kept, by the numbers of their tiles. With an
        attempt only where that one is painting it. False where it could not be ended.
        """
        ...

    async def try_writing(self) -> None:
        """Change nothing, and raise StorageFailed where nothing could be kept now."""
        ...

    async def workers(self) -> Collection[str]:
        """Who paints something, or was killed while doing so."""
        ...

    async def take_back(self, now: datetime, gone: Collection[str] = ()) -> Sequence[Outline]:
        """End the leases that ran out, and those of workers that are gone.

        Answers those jobs, oldest first, as they are from now on.

        They are queued, or failed and refunded where it was the last of their attempts.
        """
        ...

    async def job(self, job: str) -> Job:
        """Raises NotFound."""
        ...

    async def unfinished(
        self, *, after: Outline | None = None, most: int = 1000
    ) -> Sequence[Outline]:
        """Jobs that have not ended, oldest first: what a restart must take up again.

        There may be very many: those after the last of a page are the next.
        """
        ...

    async def keep_tallies(self, tallies: Sequence[Tally], moves: Sequence[Move]) -> None:
        """Keep what changed without a job. Who moved to another tier takes their jobs with them."""
        ...

    async def tallies(self) -> tuple[Mapping[int, int], Sequence[Tally]]:
        """The clocks of all tiers, and of everybody who owes something or has unfinished jobs."""
        ...

    async def painted(self, owner: str, recipe: Recipe) -> Remembered | None:
        """The newest picture of the owner's of exactly this recipe whose file is there."""
        ...

    async def pictures(self, job: str) -> Sequence[Remembered]:
        """The pictures of a job in the order of its tiles."""
        ...

    async def keep(self, owner: str, file: bytes, now: datetime) -> str:
        """Keep what its owner gives to begin from, and answer the SHA-256 of its bytes.

        It stays while a job that uses it has not ended, or has a picture left. Raises
        StorageFailed.
        """
        ...

    async def own(self, owner: str, digests: Collection[str]) -> Collection[str]:
        """Those of these files that the owner gave, painted, or began from before."""
        ...

    async def file(self, digest: str) -> bytes:
        """Raises NotFound."""
        ...
