"""The use cases: ask for pictures, withdraw, look up."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.addon import Shelf
from engine.allowance import UNLIMITED, Allowance, Usage, day_start, require
from engine.card import ModelCard, card_named
from engine.errors import Cancelled, NotFound, PaintingFailed
from engine.framing import framed
from engine.job import Bookmark, Job, Owner, Picture, Remembered, Status, Tile
from engine.line import Line
from engine.png import require_picture, size_of_picture
from engine.ports import Ledger
from engine.price import Speeds
from engine.request import LARGEST_SEED, ImageRequest
from engine.ticket import Ticket
from engine.tiles import tiles_of

MOST_ATTEMPTS = 3
TERMINAL = "terminal"
COMMANDS_END_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a request would paint and cost, before it is asked for."""

    tiles: tuple[Tile, ...]
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How many jobs go first, and in how many seconds this one should be there."""

    ahead: int
    seconds: float


def utc_now() -> datetime:
    return datetime.now(UTC)


def withdrawn() -> Cancelled:
    return Cancelled("The job was withdrawn.")


class Studio:
    """Everything that a person can ask of Easel, whichever way they come in."""

    def __init__(
        self,
        *,
        line: Line,
        ledger: Ledger,
        cards: Mapping[str, ModelCard],
        speeds: Speeds,
        allowance: Allowance = UNLIMITED,
        wildcards: Mapping[str, Sequence[str]] | None = None,
        shelf: Callable[[], Shelf] = Shelf,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._line = line
        self._ledger = ledger
        self._cards = cards
        self._speeds = speeds
        self._allowance = allowance
        self._wildcards = wildcards or {}
        self._shelf = shelf
        self._now = now
        self._admission = asyncio.Lock()

    async def quote(self, request: ImageRequest) -> Quote:
        """Raises InvalidRequest where the model cannot paint it, NotFound without its image."""
        card = card_named(request.model, self._cards)
        if request.image is not None:
            image = size_of_picture(await self._ledger.file(request.image))
            request = framed(request, image, card)
        seed = secrets.randbelow(LARGEST_SEED + 1)
        tiles = tiles_of(request, card, seed=seed, wildcards=self._wildcards, shelf=self._shelf())
        return Quote(tiles=tiles, price=self._speeds.price([tile.recipe for tile in tiles]))

    async def submit(
        self, request: ImageRequest, owner: Owner, *, key: str | None = None, origin: str = "local"
    ) -> Ticket:
        """Raises Rejected. The same key again answers with the job of the first time."""
        quote = await self.quote(request)
        job = Job(
            owner=owner,
            request=request,
            tiles=quote.tiles,
            price=quote.price,
            submitted=self._now(),
            key=key,
            origin=origin,
        )
        # Between looking at what is left and recording what is taken, nobody else may look.
        async with self._admission:
            if key is not None and (earlier := await self._ledger.seen(owner.id, key)):
                return await self._ticket_again(earlier)
            self._line.queue.require_room()
            await self._require_allowance(job)
            # Who gives up now must not leave a job that is recorded and never painted.
            return await asyncio.shield(self._admit(job))

    async def cancel(self, job: str, owner: Owner) -> bool:
        """True when it was withdrawn; False when it had ended already."""
        if (await self._ledger.job(job)).owner.id != owner.id:
            raise NotFound("I know no such job of yours.")
        # The ledger first: it decides between this and a painter that finishes right now.
        ended = await self._ledger.end(job, Status.CANCELLED, "")
        if ended:
            self._line.leave(job, withdrawn())
        return ended

    def ticket(self, job: str) -> Ticket | None:
        """The ticket of a job that waits or is being painted."""
        return self._line.tickets.get(job)

    def place(self, job: str) -> Place | None:
        """None once it is being painted, or has ended."""
        now = self._now().timestamp()
        ticket = self._line.tickets.get(job)
        if ticket is None or ticket.begun is not None:
            return None
        ahead = self._line.ahead(ticket.job, now)
        return Place(ahead=ahead, seconds=self._line.cost_ahead(ticket.job, now))

    async def resume(self) -> int:
        """Take up what an earlier run left unfinished; one that failed too often is given up.

        A job of the terminal ends with its command, which may be running beside this program; one
        that is old was killed, and nobody would see its pictures.
        """
        waiting = 0
        for job in await self._ledger.unfinished():
            if job.origin == TERMINAL:
                if self._now() - job.submitted > COMMANDS_END_WITHIN:
                    await self._ledger.end(job.id, Status.CANCELLED, "")
            elif job.attempt >= MOST_ATTEMPTS:
                problem = f"It stopped the painter {job.attempt} times, so I gave it up."
                await self._ledger.end(job.id, Status.FAILED, problem)
            elif job.id not in self._line.tickets:
                await self._ledger.end(job.id, Status.QUEUED, "")
                self._line.join(job, self._allowance)
                waiting += 1
        return waiting

    async def history(
        self, owner: Owner, *, before: Bookmark | None = None, limit: int = 20
    ) -> Sequence[Remembered]:
        return await self._ledger.history(owner.id, before=before, limit=limit)

    async def keep(self, file: bytes) -> str:
        """Keep a source picture and answer its digest. Raises InvalidRequest if it is none."""
        await asyncio.to_thread(require_picture, file)
        return await self._ledger.keep(file)

    async def _require_allowance(self, job: Job) -> None:
        now = job.submitted
        window = now - self._allowance.window
        usage = Usage(
            today=await self._ledger.spent(job.owner.id, day_start(now)),
            window=await self._ledger.spent(job.owner.id, window),
            waiting=self._line.queue.waiting(job.owner.id),
            oldest_in_window=None,
        )
        recipe = job.tiles[0].recipe
        width, height = recipe.final_size
        require(
            self._allowance,
            usage,
            price=job.price,
            pixels=width * height,
            steps=recipe.told_steps,
            now=now,
        )

    async def _admit(self, job: Job) -> Ticket:
        recorded = await self._ledger.record(job)  # before a painter can see it
        if recorded.id != job.id:
            return await self._ticket_again(recorded)
        return self._line.join(recorded, self._allowance)

    async def _ticket_again(self, job: Job) -> Ticket:
        """The ticket of a job that was asked for before, made anew if it has ended."""
        if ticket := self._line.tickets.get(job.id):
            return ticket
        match job.status:
            case Status.QUEUED | Status.PAINTING:
                return self._line.join(job, self._allowance)
            case Status.CANCELLED:
                ticket = Ticket(job)
                ticket.fail(withdrawn())
            case Status.FAILED:
                ticket = Ticket(job)
                ticket.fail(PaintingFailed(job.problem))
            case Status.DONE:
                ticket = Ticket(job)
                ticket.resolve(await self._remembered_pictures(job.id))
        return ticket

    async def _remembered_pictures(self, job: str) -> tuple[Picture, ...]:
        return tuple(
            [
                Picture(
                    recipe=remembered.recipe,
                    png=await self._ledger.file(remembered.file),
                    seconds=remembered.seconds,
                )
                for remembered in await self._ledger.pictures(job)
            ]
        )
